#!/bin/sh
# tools/install.sh run|demo|dev: make .venv hold what that needs. Called by make.
# Whatever is missing is said in one line, with the command that installs it.
set -u
want=$1
venv=${VENV:-.venv}
log=$venv/install.log

say() { echo "keyrack: $*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
  for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
    if has "$name" && new_enough "$name"; then
      echo "$name"
      return 0
    fi
  done
  return 1
}

command_for_python() {
  if has apt-get; then echo "sudo apt-get install python3.11 python3.11-venv"
  elif has dnf; then echo "sudo dnf install python3.12"
  elif has apk; then echo "sudo apk add python3"
  elif has pacman; then echo "sudo pacman -S python"
  elif has zypper; then echo "sudo zypper install python312"
  elif has brew; then echo "brew install python"
  else echo "see https://www.python.org/downloads/"
  fi
}

if [ ! -x "$venv/bin/python" ] || ! new_enough "$venv/bin/python"; then
  python=$(find_python) || {
    found=$( (python3 --version || python --version) 2>/dev/null || echo "none")
    say "needs Python 3.11 or newer (found: $found). Install it: $(command_for_python)"
    exit 1
  }
  if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if has apt-get; then how="sudo apt-get install python$version-venv"
    else how="reinstall Python $version with its ensurepip module"
    fi
    say "$python has no venv module. Install it: $how"
    exit 1
  fi
  "$python" -m venv --clear "$venv" || { say "could not create $venv."; exit 1; }
fi

pip() {
  PIP_DISABLE_PIP_VERSION_CHECK=1 "$venv/bin/python" -m pip install --quiet --retries 2 "$@" >"$log" 2>&1 && return 0
  if grep -qiE 'Connection|name resolution|timed out|getaddrinfo|Network' "$log"; then
    say "the Python package index can't be reached, so nothing was installed. With a network, run: make $goal"
  else
    say "pip failed: $(grep -E '^ *(ERROR|error)' "$log" | head -n 1) (all of it: $log)"
  fi
  exit 1
}

case $want in
  run) goal=run;  set -- -e . ;;
  demo) goal=demo; set -- -e '.[demo]' ;;
  dev) goal=test; set -- -e '.[demo]' --group dev ;;
  *) say "install.sh run|demo|dev"; exit 2 ;;
esac

echo "Installing what make $goal needs into $venv …"
if [ "$want" = dev ]; then
  # --group (PEP 735) came with pip 25.1.
  "$venv/bin/python" -c 'import sys, pip; sys.exit(tuple(map(int, pip.__version__.split(".")[:2])) < (25, 1))' \
    || pip 'pip>=25.1'
fi
pip "$@"
