"""A small file system of its own, in a file: to be filled and emptied again. Needs root."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path


class Disk:
    """Mounted in a fresh folder, or at `mount`, which must be empty."""

    def __init__(self, mebibytes, mount=None):
        self.folder = Path(tempfile.mkdtemp(prefix="dure-disk-"))
        self.image, self.mount = self.folder / "image", mount or self.folder / "mount"
        self.mount.mkdir(parents=True, exist_ok=True)
        with open(self.image, "wb") as image:
            image.truncate(mebibytes << 20)
        subprocess.run(["mkfs.ext4", "-q", self.image], check=True)
        subprocess.run(["mount", "-o", "loop", self.image, self.mount], check=True)

    def fill(self):
        """Takes every block that is left, in large pieces first."""
        self.reserve()
        for size in (1 << 20, 4096, 512):
            piece = bytes(size)
            try:
                with open(self.mount / f"filler-{size}", "ab", buffering=0) as filler:
                    while filler.write(piece) == size:
                        pass
            except OSError:
                continue

    def reserve(self):
        """Takes most of it without writing it."""
        for size in (64 << 20, 8 << 20):
            with open(self.mount / f"filler-{size}", "ab") as filler:
                try:
                    while True:
                        os.posix_fallocate(filler.fileno(), os.fstat(filler.fileno()).st_size, size)
                except OSError:
                    continue

    def free(self):
        for filler in self.mount.glob("filler-*"):
            filler.unlink()

    def remove(self):
        subprocess.run(["umount", "-l", self.mount], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
