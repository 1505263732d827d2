#!/usr/bin/env bash
# Builds the wheel, installs it into a fresh environment, and runs the tests of the package on it.
set -euo pipefail
cd "$(dirname "$0")"
# Dependencies that the program has too are built once.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$(realpath ../../target)}"
place="$CARGO_TARGET_DIR/python"
rm -rf "$place"
python3 -m venv "$place"
export PATH="$place/bin:$PATH" PIP_DISABLE_PIP_VERSION_CHECK=1
pip install --quiet 'maturin>=1.7,<2'
maturin build --locked --profile dev --out "$place/wheels"
pip install --quiet "$(realpath "$place"/wheels/*.whl)[test]"
python -m pytest -q
