#!/usr/bin/env bash
# Installs what Dure needs to build and run on Debian 12, as root or through sudo.
# With --tests also what only the tests need. May be run again at any time; quick when all is there.
set -euo pipefail

cd "$(dirname "$0")"

readonly build_packages=(
  g++ cmake ninja-build ccache mold pkg-config
  libcaf-dev libnats-dev nlohmann-json3-dev librocksdb-dev prometheus-cpp-dev
  libpoppler-cpp-dev libpoppler-private-dev libgumbo-dev libcmark-dev libicu-dev
  libboost1.81-dev libboost-url1.81-dev libcurl4-openssl-dev libcli11-dev libtomlplusplus-dev
  libspdlog-dev libseccomp-dev libssl-dev libutf8proc-dev libxxhash-dev zlib1g-dev
  libgtest-dev libbenchmark-dev
)
# poppler-data: without it, Chinese, Japanese and Korean files give empty text and no error.
readonly run_packages=(ca-certificates curl poppler-data python3)
# iproute2: deploy/local-cluster.sh makes its machines with it.
# tesseract is optional at run time: with it, pages without text are read as pictures.
readonly test_packages=(
  clang-format clang-tidy iproute2 poppler-utils python3-jsonschema
  tesseract-ocr tesseract-ocr-eng tesseract-ocr-kor chromium chromium-driver
)

say() { printf 'install-deps: %s\n' "$*"; }

die() {
  printf 'install-deps: %s\n' "$*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "needs root or sudo for: $*"
  fi
}

# Prints those of the given packages that are not installed.
missing() {
  local package
  for package in "$@"; do
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
      printf '%s\n' "$package"
    fi
  done
}

install_missing() {
  local wanted
  mapfile -t wanted < <(missing "$@")
  if [ "${#wanted[@]}" -eq 0 ]; then
    say "all $# packages are there"
    return
  fi
  say "installing ${#wanted[@]} packages: ${wanted[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 "${wanted[@]}" >/dev/null
}

main() {
  local packages=("${build_packages[@]}" "${run_packages[@]}")
  case "${1:-}" in
    '') ;;
    --tests) packages+=("${test_packages[@]}") ;;
    *) die "usage: deploy/install-deps.sh [--tests]" ;;
  esac
  command -v dpkg-query >/dev/null || die "this needs Debian 12; elsewhere install: ${packages[*]}"
  install_missing "${packages[@]}"
  ./install-nats-server.sh
}

main "$@"
