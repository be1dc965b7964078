#!/usr/bin/env bash
# Installs what is missing, builds everything and runs all tests. Ends with ctest's own summary.
# Arguments go to ctest: `tests/run.sh -L unit` runs one label.
set -euo pipefail

cd "$(dirname "$0")/.."
export NINJA_STATUS='   [%f/%t %es] '
readonly sources=(actors gateway node tests)

step() { printf '== %3ds  %s\n' "$SECONDS" "$*"; }

# Builds without a line for every file; what ninja said is shown when it fails.
build() {
  local preset=$1 log
  shift
  mkdir -p "build/$preset"
  log=build/$preset/build.log
  if [ -t 1 ]; then
    cmake --build "build/$preset" "$@"
  elif ! cmake --build "build/$preset" "$@" >"$log"; then
    cat "$log"
    exit 1
  fi
}

check_format() {
  find "${sources[@]}" \( -name '*.cpp' -o -name '*.hpp' \) -print0 |
    xargs -0 -P "$(nproc)" -n 40 clang-format --dry-run -Werror
}

# Debian's clang cannot read GCC's precompiled headers and does not know every GCC warning flag, so
# it gets the bare flags. All other folders: `run-clang-tidy -p build/ci -quiet FOLDER/`.
check_names_and_bugs() {
  find actors/core -name '*.cpp' -print0 |
    xargs -0 -P "$(nproc)" -I {} clang-tidy --quiet {} -- -std=c++20 -I. 2>/dev/null
}

step 'install dependencies'
deploy/install-deps.sh --tests
step 'check the format (clang-format)'
check_format
step 'build the program as it is shipped (preset release)'
cmake --preset release >/dev/null
build release --target dure
step 'build everything with ASan and UBSan, warnings are errors (preset ci)'
cmake --preset ci >/dev/null
build ci
step 'check names and likely bugs of actors/core (clang-tidy)'
check_names_and_bugs
step 'run the tests'
ctest --preset ci "$@"
