#!/bin/sh
# Makes .venv with what is pinned in constraints.txt: `sh environment.sh [base|test|dev]`. `make` calls it; it also works without make.
set -eu
cd "$(dirname "$0")"
what=${1:-base}
python=${PYTHON:-python3}

stop() { printf '%s\n' "$*" >&2; exit 1; }

command -v "$python" >/dev/null 2>&1 || stop "Python is missing: install Python 3.11 or newer (Debian: apt-get install python3 python3-venv; macOS: brew install python)."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    stop "$("$python" --version) is too old: Pututu needs Python 3.11 or newer. Name another with PYTHON=python3.12 make run."
"$python" -c 'import venv, ensurepip' 2>/dev/null ||
    stop "Python's venv module is missing: install it (Debian: apt-get install python3-venv), then run this again."

if [ ! -x .venv/bin/python ]; then
    echo "Making the environment in .venv ..." >&2
    "$python" -m venv .venv || stop "The environment could not be made in .venv: see the lines above, and is the disk full?"
fi
# The pip that older Pythons bring mishandles one of the packages' extras; a newer one does not.
.venv/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25' ||
    stop "pip could not be brought up to date: is the package index reachable from here?"
# ctranslate2 and sentencepiece are in the base, so that `pututu models pull` works after `make run`.
case $what in base) target='.[translation]' ;; test) target='.[test]' ;; dev) target='.[dev]' ;; *) stop "environment.sh knows base, test and dev, not $what." ;; esac
echo "Installing Pututu's packages ($what); the first time takes a minute or two ..." >&2
.venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable "$target" ||
    stop "The packages could not be installed: see the lines above; is the package index reachable, and is there 1 GB of free disk?"
