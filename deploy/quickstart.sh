#!/usr/bin/env bash
# From a clean clone to the text of a PDF: installs, builds, starts a node, uploads, watches, prints.
# usage: deploy/quickstart.sh [--keep] [FILE]     --keep leaves the node running
set -euo pipefail

readonly caller_folder=$PWD
root=$(cd "$(dirname "$0")/.." && pwd)
readonly root dure=$root/build/release/dure
export NINJA_STATUS='   [%f/%t %es] '

keep=no
file=
data=
url=
node=

say() { printf '\n== %s\n' "$*"; }

die() {
  printf 'quickstart: %s\n' "$*" >&2
  exit 1
}

usage() {
  printf 'usage: deploy/quickstart.sh [--keep] [FILE]\n' >&2
  exit 2
}

read_arguments() {
  while [ $# -gt 0 ]; do
    case "$1" in
      --keep) keep=yes ;;
      -*) usage ;;
      *) [ -z "$file" ] || usage && file=$1 ;;
    esac
    shift
  done
  if [ -z "$file" ]; then
    file=$(find "$root/deploy/sample" -name '*.pdf' | sort | head -n 1)
  elif [ "${file#/}" = "$file" ]; then
    file=$caller_folder/$file
  fi
  if [ ! -f "$file" ] || [ ! -r "$file" ]; then die "cannot read '$file'"; fi
}

build() {
  say 'Install what is missing'
  "$root/deploy/install-deps.sh"
  say 'Build (minutes the first time, seconds afterwards)'
  cd "$root"
  cmake --preset release >/dev/null
  cmake --build --preset release
}

# Prints 8080, or any free port when that one is taken.
free_port() {
  python3 - <<'PYTHON'
import socket
for port in (8080, 0):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        print(probe.getsockname()[1])
        break
PYTHON
}

stop_node() {
  if [ -n "$node" ]; then
    kill -TERM "$node" 2>/dev/null || true
    wait "$node" 2>/dev/null || true
  fi
  [ -z "$data" ] || [ "$keep" = yes ] || rm -rf "$data"
}

# Ends what was started, unless everything went well and --keep was asked for.
at_exit() {
  local code=$?
  if [ "$code" -ne 0 ] || [ "$keep" = no ]; then stop_node; fi
}

start_node() {
  local port log
  port=$(free_port)
  url=http://127.0.0.1:$port
  if [ "$keep" = yes ]; then
    data=$root/dure-data
  else
    data=$(mktemp -d "${TMPDIR:-/tmp}/dure-quickstart.XXXXXX")
  fi
  mkdir -p "$data"
  log=$data/quickstart.out
  say "Start: dure up --data $data --listen 127.0.0.1:$port"
  setsid "$dure" up --data "$data" --listen "127.0.0.1:$port" >"$log" 2>&1 </dev/null &
  node=$!
  for _ in $(seq 300); do
    if curl -fs -o /dev/null "$url/readyz"; then
      cat "$log"
      return
    fi
    kill -0 "$node" 2>/dev/null || { cat "$log" >&2; die 'the node ended'; }
    sleep 0.1
  done
  cat "$log" >&2
  die 'the node was not ready within 30 s'
}

# Prints one field of the JSON object on standard input.
field() {
  python3 -c 'import json, sys; print(json.load(sys.stdin).get(sys.argv[1]) or "")' "$1"
}

upload() {
  local answer
  say "Upload: curl -F file=@$file $url/upload"
  answer=$(curl -sS --fail-with-body -F "file=@$file" "$url/upload") || die "refused: $answer"
  printf '%s\n' "$answer"
  id=$(printf '%s' "$answer" | field job_id)
}

# Prints the job's progress whenever it changes, until it has ended.
watch_job() {
  say "Watch: curl $url/jobs/$id"
  python3 - "$url/jobs/$id" <<'PYTHON'
import json, sys, time, urllib.request
last = None
while True:
    with urllib.request.urlopen(sys.argv[1], timeout=30) as answer:
        job = json.load(answer)
    line = f"{job['status']:<10} {job['progress']:>3} %  {job.get('message') or ''}"
    if line != last:
        print(line, flush=True)
        last = line
    if job["status"] in ("completed", "failed", "cancelled"):
        sys.exit(job["status"] != "completed")
    time.sleep(0.02)
PYTHON
}

print_text() {
  say "The beginning of its text: curl $url/jobs/$id/result"
  curl -fsS "$url/jobs/$id/result" | python3 -c '
import json, sys
result = json.load(sys.stdin)["result"]
text = "\n".join(page["text"] for page in result["pages"])
lines = [line.rstrip() for line in text.splitlines() if line.strip()]
print(*lines[:15], sep="\n")
print(f"… {result['"'page_count'"']} pages, {len(text)} characters")'
}

how_to_go_on() {
  say 'Go on'
  if [ "$keep" = yes ]; then
    trap - EXIT
    cat <<TEXT
The node runs at $url (process $node, data in $data).
  $dure submit FILE --wait --url $url
  curl $url/api/v1/jobs
  kill $node        # drains and stops
TEXT
  else
    cat <<TEXT
The node served $url and stops now; its data goes with it. To keep one:
  deploy/quickstart.sh --keep
  $dure up                       # data in ./dure-data, http://127.0.0.1:8080
  $dure submit FILE --wait       # then, from another terminal
TEXT
  fi
}

read_arguments "$@"
build
trap at_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
start_node
upload
watch_job || die "the job did not complete; see $url/api/v1/jobs/$id"
print_text
how_to_go_on
