#!/bin/sh
# tools/install.sh run|demo|dev|mutants: make .venv hold what that needs. Called by make.
# It says at once what it does, and each package as it comes.
# Whatever is missing is said in one line, with the command that installs it.
set -u
want=$1
venv=${VENV:-.venv}
STILL=5 # seconds without news after which it says that it is still at it

case $want in
  run) goal=run; set -- -e . ;;
  demo) goal=demo; set -- -e '.[demo]' ;;
  dev) goal=test; set -- -e '.[demo]' --group dev ;;
  mutants) goal=mutants; set -- -e '.[demo]' --group dev --group mutants ;;
  *) echo "install.sh run|demo|dev|mutants" >&2; exit 2 ;;
esac

say() { echo "keyrack: $*" >&2; }
tell() { echo "  $*" >&2; }
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

# watched WHAT FUNCTION COMMAND...: run the command into $log. FUNCTION tells what is new; where that is
# nothing for a while, it says that WHAT goes on. Ends as the command does, and ends it with itself.
watched() {
  what=$1 news=$2
  shift 2
  : >"$log"
  "$@" >"$log" 2>&1 &
  child=$!
  trap 'kill "$child" 2>/dev/null; exit 130' INT TERM HUP
  began=$(date +%s) last=$began
  while kill -0 "$child" 2>/dev/null; do
    now=$(date +%s)
    if "$news"; then
      last=$now
    elif [ $((now - last)) -ge "$STILL" ]; then
      tell "$what ($((now - began)) s)"
      last=$now
    fi
    sleep 0.2 2>/dev/null || sleep 1
  done
  "$news"
  wait "$child"
  code=$?
  trap - INT TERM HUP
  return "$code"
}

no_news() { return 1; }

# What pip fetches, by its own lines, and what it has unpacked, by the folders that appear.
read_lines=0
pip_news() {
  any=1
  lines=$(wc -l <"$log")
  if [ "$lines" -gt "$read_lines" ]; then
    fetched=$(sed -n "$((read_lines + 1)),${lines}p" "$log" | sed -n \
      -e 's/^ *Installing build dependencies: started.*/what builds it/p' \
      -e 's/^ *Collecting \([A-Za-z0-9._-]*\).*/\1/p' \
      -e 's#^ *Processing .*/\([A-Za-z0-9._]*\)-[0-9].*#\1#p' | tr '\n' ' ')
    read_lines=$lines
    if [ -n "$fetched" ]; then
      tell "fetching $fetched"
      any=0
    fi
  fi
  now_there=$(installed)
  added=
  for name in $now_there; do
    case " $there " in *" $name "*) ;; *) added="$added$name " ;; esac
  done
  there=$now_there
  if [ -n "$added" ]; then
    tell "installing $added"
    any=0
  fi
  return "$any"
}

installed() {
  for folder in "$venv"/lib/python*/site-packages/*.dist-info; do
    [ -d "$folder" ] || continue
    name=${folder##*/}
    printf '%s ' "${name%%-*}"
  done
}

pip() {
  there=$(installed)
  read_lines=0
  watched "still installing" pip_news env PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_COLOR=1 PYTHONUNBUFFERED=1 \
    "$venv/bin/python" -m pip install --progress-bar off --retries 2 "$@" && return 0
  if grep -qiE 'Connection|name resolution|timed out|getaddrinfo|Network' "$log"; then
    say "the Python package index can't be reached, so nothing was installed. With a network, run: make $goal"
  else
    say "pip failed: $(grep -E '^ *(ERROR|error)' "$log" | head -n 1) (all of it: $log)"
  fi
  exit 1
}

say "installing what make $goal needs into $venv; that may take a minute ..."

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
  tell "making $venv with $python"
  log=$(mktemp) || exit 1
  watched "still making it" no_news "$python" -m venv --clear "$venv" || {
    say "could not create $venv: $(tail -n 1 "$log")"
    rm -f "$log"
    exit 1
  }
  rm -f "$log"
fi
log=$venv/install.log

if [ "$want" = dev ] || [ "$want" = mutants ]; then
  # --group (PEP 735) came with pip 25.1.
  "$venv/bin/python" -c 'import sys, pip; sys.exit(tuple(map(int, pip.__version__.split(".")[:2])) < (25, 1))' \
    || pip 'pip>=25.1'
fi
pip "$@"
say "installed."
