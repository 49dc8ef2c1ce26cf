#!/usr/bin/env bash
# Makes the wheel in dist/; the same sources give the same bytes.
#   scripts/wheel.sh          make it
#   scripts/wheel.sh check    also install it in an empty environment, and use it from an empty folder
# PYTHON: the interpreter. PIP_ARGS: more arguments for pip.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
pip=("$python" -m pip --disable-pip-version-check --quiet)

# The time of the newest file in a wheel is that of the commit, or of the ZIP format's beginning.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || echo 315532800)
export SOURCE_DATE_EPOCH
rm -rf build/lib build/bdist.* dist/*.whl  # setuptools would pack what an earlier build left there
# shellcheck disable=SC2086  # PIP_ARGS is a list of arguments
"${pip[@]}" wheel ${PIP_ARGS:-} --no-deps --wheel-dir dist .
wheel=$(ls dist/*.whl)
echo "$wheel"
[ "${1:-}" = check ] || exit 0

empty=$(mktemp -d)
trap 'rm -rf "$empty"' EXIT
"$python" -m venv "$empty/venv"
# shellcheck disable=SC2086
"$empty/venv/bin/python" -m pip --disable-pip-version-check --quiet install --constraint constraints.txt ${PIP_ARGS:-} "$wheel"
cp scripts/check_wheel.py "$empty"
cd "$empty"
venv/bin/python check_wheel.py
