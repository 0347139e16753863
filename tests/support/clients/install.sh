#!/bin/sh
# install.sh [more]: put the MCP clients that the tests run for real beside this file, in the versions of
# package-lock.json and requirements.txt. more: those of more/ as well.
set -eu
cd "$(dirname "$0")"
folders=.
[ "${1:-}" != more ] || folders=". more"

for folder in $folders; do
  if cmp -s "$folder/package-lock.json" "$folder/node_modules/.installed"; then continue; fi
  echo "installing $(sed -n '/"dependencies"/,/}/s/^ *"\(.*\)": "\(.*[0-9]\)".*/\1 \2,/p' "$folder/package.json" | tr '\n' ' ')"
  # npm ci wants every platform's packages in the lock, and Cline's are not all in every registry.
  if [ "$folder" = more ]; then how="install --no-save"; else how=ci; fi
  # shellcheck disable=SC2086
  npm $how --prefix "$folder" --no-audit --no-fund --loglevel=error &
  npm="${npm:-} $!:$folder"
done
if ! cmp -s requirements.txt .venv/.installed; then
  echo "installing $(grep '^mcp-use' requirements.txt)"
  "${PYTHON:-python3}" -m venv --clear .venv
  .venv/bin/python -m pip install -qq --disable-pip-version-check -r requirements.txt
  cp requirements.txt .venv/.installed
fi
for each in ${npm:-}; do
  wait "${each%%:*}"
  cp "${each#*:}/package-lock.json" "${each#*:}/node_modules/.installed"
done
