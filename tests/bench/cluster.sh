#!/usr/bin/env bash
# The same jobs through one node with one nats-server, then through three of each, as root: jobs that
# do nothing, and jobs that wait 100 ms, as one that asks a model does.
# usage: tests/bench/cluster.sh [JOBS [WAITING_JOBS]]
set -euo pipefail

cd "$(dirname "$0")/../.."
readonly jobs=${1:-100000} waiting=${2:-20000}
deploy/install-deps.sh --tests
cmake --preset release >/dev/null
cmake --build build/release --target dure bench_http

# Measures at the gateways $1, port $2.
measure() {
  build/release/bench_http --hosts "$1" --port "$2" --jobs "$jobs"
  build/release/bench_http --hosts "$1" --port "$2" --jobs "$waiting" --singles 0 \
    --job '{"kind":"sleep","params":{"ms":100}}'
}

. tests/bench/one_node.sh
start_node
echo "== one node, one nats-server ($(nproc) cores, $(uname -m), $(date -u +%F))"
measure 127.0.0.1 "$port"
stop_node

export DURE_CLUSTER_DIR=$data/three
trap 'deploy/local-cluster.sh down >/dev/null; rm -rf "$data"' EXIT
deploy/local-cluster.sh up >/dev/null
gateways=$(deploy/local-cluster.sh status | awk '{ split($4, at, "[/:]+"); printf "%s%s", sep, at[2]; sep = "," }')
echo "== three nodes, three nats-servers, three copies of every record, same cores"
measure "$gateways" 8080
