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

. tests/bench/one_node.sh
start_node

echo "== end to end over HTTP ($(nproc) cores, $(uname -m), $(date -u +%F))"
build/release/bench_http --port "$port" --jobs "$jobs"
