#!/usr/bin/env bash
# Generates a Python client from docs/openapi.json and reads events with it:
# https://github.com/openapi-generators/openapi-python-client. Needs PyPI once; writes to a temporary folder.
# Ends with 0 when the client is complete, 1 when it is not, 77 when it cannot run here.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2

readonly VERSION=0.29.1 INSTALL_S_MAX=240 RUN_S_MAX=240
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
skip() { printf 'SKIPPED: %s\n' "$*"; exit 77; }

command -v python3 >/dev/null || skip 'there is no python3'
# PYTHON_CLIENT_VENV: a venv that has the generator already.
venv=${PYTHON_CLIENT_VENV:-}
if [ -z "$venv" ]; then
  venv=$work/venv
  python3 -m venv "$venv" >"$work/pip" 2>&1 || skip "python3 makes no venv: $(tail -n 1 "$work/pip")"
  timeout "$INSTALL_S_MAX" "$venv/bin/pip" install --quiet --disable-pip-version-check \
    "openapi-python-client==$VERSION" python-dateutil >"$work/pip" 2>&1 \
    || skip "openapi-python-client $VERSION cannot be installed: $(tail -n 1 "$work/pip")"
fi

# It formats what it has written with the ruff that comes with it.
PATH=$venv/bin:$PATH timeout -k 10 "$RUN_S_MAX" "$venv/bin/openapi-python-client" generate \
  --path docs/openapi.json --output-path "$work/client" >"$work/generated" 2>&1 \
  || { tail -n 40 "$work/generated"; echo 'no client was generated'; exit 1; }
PYTHONPATH=$work/client "$venv/bin/python3" test/generated-clients/check.py "$work/generated"
