#!/usr/bin/env bash
# Every task of the project. `./run.sh demo` and `./run.sh test` need Python 3.11 with pip only:
# they make their own environment in .venv first.
set -euo pipefail
user_folder=$PWD
script=${BASH_SOURCE[0]}
while [ -L "$script" ]; do # macOS had no readlink -f for long
    target=$(readlink "$script")
    case $target in
    /*) script=$target ;;
    *) script=$(dirname "$script")/$target ;;
    esac
done
unset CDPATH
cd -P "$(dirname "$script")"

usage() {
    cat <<'TEXT'
usage: ./run.sh TASK [ARGUMENT...]

  demo      collect the example digests, build feeds and pages, send an issue into ./outbox
  serve     run the web app with the settings of the folder where you are (arguments go to it)
  test      run the tests, several at once (arguments go to pytest; -n 0: one after the other)
  lint      ruff: rules and format
  typing    mypy --strict on the package
  check     lint and typing
  bench     measure this program beside its peers
  fuzz      throw bytes at the collector for a number of seconds (default 60)
  feeds     write feeds/ anew from examples/digests
  clients   write the table of what mail clients support anew (needs npm)
  reference write the pages of docs/reference/ that are made from the program anew
  docs      build the documentation into docs/_build/html; a warning is an error
  messages  bring the catalogues of translated texts up to date
  pictures  take the pictures of docs/images/ again (needs chromium)
  lock      pin the newest versions of all packages in requirements/
  publisher run the program in the folder where you are (arguments go to it)
TEXT
}

find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3.11 python3 python3.12 python3.13 python3.14 python; do
        if [ -n "$candidate" ] && "$candidate" -c \
            'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    echo "run.sh: Python 3.11 or newer is needed (none found; set PYTHON=/path/to/python3)" >&2
    exit 1
}

make_environment() {
    local python
    python=$(find_python)
    rm -rf .venv
    "$python" -m venv .venv >/dev/null 2>&1 && [ -x .venv/bin/pip ] && return
    # Debian splits venv off from Python; virtualenv needs pip alone.
    rm -rf .venv
    local bootstrap
    bootstrap=$(mktemp -d)
    "$python" -m pip install --quiet --target "$bootstrap" virtualenv
    PYTHONPATH="$bootstrap" "$python" -m virtualenv --quiet .venv
    rm -rf "$bootstrap"
}

# install run|dev|docs|fuzz: bring .venv to what requirements/$1.txt pins, only if something changed.
install() {
    local wanted stamp=.venv/.installed-$1
    wanted=$(cat "requirements/$1.txt" pyproject.toml | cksum; pwd)
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && .venv/bin/python -c '' 2>/dev/null
    then
        return
    fi
    # A folder that was moved or copied has an environment that points to its old place.
    .venv/bin/python -c 'import sys; sys.exit(not sys.prefix.startswith(sys.argv[1]))' "$PWD" \
        2>/dev/null || make_environment
    echo "run.sh: installing requirements/$1.txt into .venv" >&2
    # Every package is in the list, so nothing is to be resolved: pip would look for the newest
    # release of a package that another names with an extra, and then refuse it for want of a hash.
    .venv/bin/python -m pip install --quiet --disable-pip-version-check \
        --no-deps --require-hashes -r "requirements/$1.txt"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check \
        --no-deps --no-build-isolation --editable .
    echo "$wanted" >"$stamp"
}

# Page tests look through tools of Node's world; without Node they are skipped.
install_page_tools() {
    local wanted stamp=tests/tools/node_modules/.installed
    command -v npm >/dev/null 2>&1 || return 0
    wanted=$(cksum <tests/tools/package-lock.json)
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && return
    echo "run.sh: installing tests/tools/package-lock.json" >&2
    if npm ci --prefix tests/tools --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
    then
        echo "$wanted" >"$stamp"
    else
        echo "run.sh: that failed; the tests of pages are skipped" >&2
    fi
}

# publisher ARGUMENT...: run the program where the user stands, not in the folder of this script.
publisher() {
    local program=$PWD/.venv/bin/publisher
    install run
    cd "$user_folder"
    exec "$program" "$@"
}

task=${1:-}
[ $# -gt 0 ] && shift
case "$task" in
demo)
    install run
    .venv/bin/publisher demo "$@"
    ;;
serve)
    publisher serve "$@"
    ;;
test)
    install dev
    install_page_tools
    # One process more than cores, as tests wait for servers too; of two -n the last counts.
    .venv/bin/python -m pytest --numprocesses $(($(getconf _NPROCESSORS_ONLN) + 1)) \
        --maxprocesses 8 --dist worksteal --cov --cov-report=term "$@"
    ;;
lint)
    install dev
    .venv/bin/ruff check .
    .venv/bin/ruff format --check .
    ;;
typing)
    install dev
    .venv/bin/mypy
    ;;
check)
    ./run.sh lint
    ./run.sh typing
    ;;
bench)
    install dev
    .venv/bin/python -m benchmarks "$@"
    ;;
fuzz)
    install fuzz
    mkdir -p fuzz/found fuzz/corpus
    find examples tests/data -name '*.md' -exec cp {} fuzz/corpus/ \;
    find tests/data/paper-records tests/data/paper-feed -type f -exec cp {} fuzz/corpus/ \;
    .venv/bin/python fuzz/collector.py -max_total_time="${1:-60}" -max_len=20000 -timeout=60 \
        -rss_limit_mb=4096 -dict=fuzz/words.dict -artifact_prefix=fuzz/found/ -print_final_stats=1 \
        fuzz/corpus
    ;;
feeds)
    install run
    .venv/bin/publisher build --config examples/publisher.toml --output feeds
    ;;
clients)
    install dev
    .venv/bin/python tools/client_support.py "$@"
    ;;
reference)
    install run
    .venv/bin/python tools/command_line.py
    .venv/bin/python tools/configuration.py
    ;;
messages)
    install dev
    .venv/bin/python tools/messages.py "$@"
    ;;
pictures)
    install dev
    .venv/bin/python tools/pictures.py "$@"
    ;;
docs)
    install docs
    .venv/bin/python -m sphinx --builder html --nitpicky --fail-on-warning --keep-going --quiet \
        --doctree-dir docs/_build/doctrees docs docs/_build/html
    echo "docs/_build/html/index.html"
    ;;
lock)
    install dev
    # One .venv has them all: what two lists name, both pin at the version of the first.
    for pair in dev:dev run:build docs:docs fuzz:fuzz; do
        .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --upgrade \
            $([ "$pair" = dev:dev ] || echo --constraint requirements/dev.txt) \
            --generate-hashes --no-emit-index-url --no-annotate --no-header \
            pyproject.toml --extra web --group "${pair#*:}" -o "requirements/${pair%%:*}.txt"
    done
    ;;
publisher)
    publisher "$@"
    ;;
*)
    usage
    [ -z "$task" ] || [ "$task" = help ] || { echo "run.sh: no such task: $task" >&2; exit 2; }
    ;;
esac
