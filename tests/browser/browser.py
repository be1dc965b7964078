"""A headless Chromium, driven over the W3C WebDriver protocol through Debian's chromedriver."""

import base64
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cluster"))
from dure_node import free_port, wait_until  # noqa: E402

DRIVER = shutil.which("chromedriver")
NO_BROWSER = "chromedriver is not installed (Debian: chromium, chromium-driver)"
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
QUIET = (  # Without these it looks for its maker's hosts at every start.
    "--headless=new --disable-gpu --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --disable-quic --disable-dev-shm-usage --window-size=1280,1000"
).split()


class Browser:
    def __init__(self, language="en"):
        self.port = free_port()
        self.profile = tempfile.mkdtemp(prefix="dure-browser-")
        self.driver = subprocess.Popen([DRIVER, f"--port={self.port}", "--log-level=SEVERE"], stdout=subprocess.DEVNULL)
        wait_until(self.is_ready, 60, "chromedriver answers")
        flags = [*QUIET, f"--user-data-dir={self.profile}", f"--lang={language}", f"--accept-lang={language}"]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")
        wishes = {
            "goog:chromeOptions": {"args": flags, "binary": shutil.which("chromium")},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            "timeouts": {"implicit": 30_000},  # A page shows some of its parts only a moment after a click.
        }
        self.session = self.ask("POST", "", {"capabilities": {"alwaysMatch": wishes}})["sessionId"]

    def is_ready(self):
        try:
            return self.ask("GET", "/status", whole=True)["ready"]
        except OSError:
            return False

    def ask(self, method, path, body=None, whole=False):
        root = "" if whole else f"/session/{self.session}" if hasattr(self, "session") else "/session"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request(method, root + path, None if body is None else json.dumps(body))
        value = json.loads(connection.getresponse().read())["value"]
        connection.close()
        if isinstance(value, dict) and "error" in value:
            raise AssertionError(f"{value['error']}: {value['message']}")
        return value

    def open(self, url):
        self.ask("POST", "/url", {"url": url})

    def run(self, script, *arguments):
        """Returns what the page's script returns."""
        return self.ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def find(self, selector):
        return self.ask("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        self.ask("POST", f"/element/{self.find(selector)}/click", {})

    def type(self, selector, text):
        self.ask("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def replace(self, selector, text):
        element = {ELEMENT: self.find(selector)}
        self.run("arguments[0].value = arguments[1]", element, text)

    def text(self, selector):
        return self.ask("GET", f"/element/{self.find(selector)}/text")

    def complaints(self):
        """Returns what the page wrote to the console."""
        return [entry["message"] for entry in self.ask("POST", "/se/log", {"type": "browser"})]

    def requested(self):
        """Returns the addresses that the page asked for since the last call."""
        entries = [json.loads(e["message"])["message"] for e in self.ask("POST", "/se/log", {"type": "performance"})]
        return [e["params"]["request"]["url"] for e in entries if e["method"] == "Network.requestWillBeSent"]

    def picture(self, path):
        Path(path).write_bytes(base64.b64decode(self.ask("GET", "/screenshot")))

    def close(self):
        try:
            self.ask("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait(30)
            shutil.rmtree(self.profile, ignore_errors=True)
