# A virtual environment for this checkout: .venv, made once, and again when what it is made from has changed.
#
# Sourced by scripts/demo and scripts/test; POSIX sh. Needs python3 (3.11 or later) and pip, and no root.
# Sets $root, $venv and $python; `prepare EXTRA` leaves mailbot installed with that extra, editable.
# $PYTHON names another Python.
# shellcheck shell=sh

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
venv=$root/.venv
python=$venv/bin/python

# What a user or a site has configured for pip must not send the packages elsewhere.
PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 PIP_NO_INPUT=1
export PIP_DISABLE_PIP_VERSION_CHECK PIP_USER PIP_REQUIRE_VIRTUALENV PIP_NO_INPUT
unset PYTHONPATH PYTHONHOME PIP_TARGET PIP_PREFIX

say() { printf '%s\n' "$*" >&2; }

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# The first Python of the machine that is new enough.
find_python() {
  for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
    if command -v "$candidate" >/dev/null 2>&1 && is_new_enough "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
  found=$("${PYTHON:-python3}" --version 2>&1) || found="none"
  fail "mailbot needs Python 3.11 or later; found: $found." \
    "On Debian or Ubuntu: apt install python3 python3-pip. Another Python: PYTHON=/path/to/python3.12 sh $0"
}

# Names all that the environment is made from; the same text, the same environment.
fingerprint() {
  "$1" - "$root/pyproject.toml" "$root/config/constraints.txt" "$2" <<'PY'
import hashlib, pathlib, sys
made_from = [sys.version, sys.executable, sys.argv[3], *(pathlib.Path(f).read_text("utf-8") for f in sys.argv[1:3])]
print(hashlib.sha256("\0".join(made_from).encode()).hexdigest())
PY
}

# `venv` alone needs ensurepip, which Debian packages apart; without pip it needs nothing.
make_venv() {
  "$1" -m venv --clear --without-pip "$venv" 2>/dev/null ||
    fail "$1 cannot make a virtual environment in $venv." \
      "Is the folder writable? Does '$1 -m venv --without-pip' work? (Debian: apt install python3)"
}

# pip of the machine, told to work on the environment (pip 22.3 and later); it does not touch the machine's packages.
host_pip_works() { "$1" -m pip --python "$python" --version >/dev/null 2>&1; }

# The ways to put packages into the environment, the best one first.
pip_install() {
  host=$1
  shift
  if "$python" -m pip --version >/dev/null 2>&1; then
    "$python" -m pip install "$@"
  elif host_pip_works "$host"; then
    "$host" -m pip --python "$python" install "$@"
  elif command -v uv >/dev/null 2>&1; then
    uv pip install --python "$python" "$@"
  elif "$python" -m ensurepip >/dev/null 2>&1; then
    "$python" -m pip install "$@"
  else
    say "There is no pip for $host. On Debian or Ubuntu: apt install python3-pip"
    return 1
  fi
}

prepare() {
  extra=$1
  host=$(find_python) || exit 1
  stamp=$venv/.mailbot-$extra
  wanted=$(fingerprint "$host" "$extra")
  if [ -x "$venv/bin/mailbot" ] && "$python" -c '' 2>/dev/null; then
    if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then return; fi
    # The environment of the tests holds all that the demonstration needs.
    if [ "$extra" = demo ] && [ "$(cat "$venv/.mailbot-dev" 2>/dev/null)" = "$(fingerprint "$host" dev)" ]; then return; fi
  fi
  say "Installing mailbot[$extra] into $venv; the first time this takes about half a minute ..."
  if ! is_new_enough "$python" || [ "$(cat "$venv/.mailbot-host" 2>/dev/null)" != "$host" ]; then make_venv "$host"; fi
  printf '%s\n' "$host" >"$venv/.mailbot-host"
  rm -f "$venv"/.mailbot-demo "$venv"/.mailbot-dev
  if ! (cd "$root" && pip_install "$host" -q -c config/constraints.txt -e ".[$extra]") >"$venv/install.log" 2>&1; then
    tail -n 25 "$venv/install.log" >&2
    fail "The installation failed; the whole log is $venv/install.log. Is the package index reachable?"
  fi
  printf '%s\n' "$wanted" >"$stamp"
}
