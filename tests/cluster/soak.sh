#!/usr/bin/env bash
# Three machines under load and mixed faults for MINUTES, the same faults for the same SEED; as root.
#
# Prints a line for each fault and a summary in Markdown, and ends with 1 when a promise was broken.
# --faults a,b names the only ones to choose from, --keep leaves the data and logs.
set -euo pipefail
exec python3 -B "$(dirname "$0")/soak.py" "$@"
