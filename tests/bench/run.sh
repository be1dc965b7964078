#!/usr/bin/env bash
# Builds the release program and the benchmarks, starts a node on a fresh folder, measures, stops it.
# usage: tests/bench/run.sh [JOBS]
set -euo pipefail

cd "$(dirname "$0")/../.."
readonly jobs=${1:-200000}
deploy/install-deps.sh --tests
cmake --preset release >/dev/null
cmake --build build/release --target dure bench_core bench_http

echo '== rules and codec, per item'
build/release/bench_core --benchmark_min_time=0.2

data=$(mktemp -d)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
build/release/dure up --data "$data" --listen "127.0.0.1:$port" >"$data/out" 2>&1 &
node=$!
trap 'kill -TERM "$node" 2>/dev/null || true; wait "$node" 2>/dev/null || true; rm -rf "$data"' EXIT
until curl -fs -o /dev/null "http://127.0.0.1:$port/readyz"; do
  kill -0 "$node" || { cat "$data/out"; exit 1; }
  sleep 0.1
done

echo "== end to end over HTTP ($(nproc) cores, $(uname -m), $(date -u +%F))"
build/release/bench_http --port "$port" --jobs "$jobs"
