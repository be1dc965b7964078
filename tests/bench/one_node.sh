# shellcheck shell=bash
# Sourced: starts a node of the release build on a fresh folder and a free port.

# Sets $data, $port and $node (its pid) and waits until it is ready; both go when the script ends.
start_node() {
  data=$(mktemp -d)
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  build/release/dure up --data "$data/one" --listen "127.0.0.1:$port" >"$data/out" 2>&1 &
  node=$!
  trap 'stop_node; rm -rf "$data"' EXIT
  until curl -fs -o /dev/null "http://127.0.0.1:$port/readyz"; do
    kill -0 "$node" || { cat "$data/out"; exit 1; }
    sleep 0.1
  done
}

stop_node() {
  kill -TERM "$node" 2>/dev/null || true
  wait "$node" || true
}
