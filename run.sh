#!/usr/bin/env bash
# Every task of the project. `./run.sh demo` and `./run.sh test` need Python 3.11 with pip or uv:
# they make their own environment in .venv first.
set -euo pipefail
user_folder=$PWD
# Where the locale is not installed, Python 3.11 could not read the path of this folder in .venv.
export PYTHONUTF8=1
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

In the folder where you are:
  demo      build the example digests' feeds and pages and send an issue, all into ./outbox
  publisher run the program: ./run.sh publisher init, ./run.sh publisher build, ...
  serve     run the web app with the settings of this folder

On this checkout:
  test      run the tests, several at once (arguments go to pytest; -n 0: one after the other;
            --cov: say what they leave out)
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

The first task makes an environment in .venv, which takes some 10 seconds; nothing else is changed.
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

# Without pip: Python's own copy takes 5 seconds to install, and Debian splits it off.
make_environment() {
    local python
    python=$(find_python) || exit 1
    rm -rf .venv
    "$python" -m venv --without-pip .venv
}

# pip ARGUMENT...: run pip for .venv: the one in there, else the system's, else Python's own copy.
pip() {
    local python
    if ! .venv/bin/python -c 'import pip' 2>/dev/null; then
        python=$(find_python) || exit 1
        if "$python" -m pip --python .venv/bin/python --version >/dev/null 2>&1; then
            "$python" -m pip --python .venv/bin/python --disable-pip-version-check "$@"
            return
        fi
        .venv/bin/python -m ensurepip >/dev/null 2>&1 || {
            echo "run.sh: pip or uv is needed (on Debian and Ubuntu: apt install python3-pip)" >&2
            exit 1
        }
    fi
    .venv/bin/python -m pip --disable-pip-version-check "$@"
}

# Print the path of uv: the system's, else one for .venv, by pip. It is 20 MB to download, and
# then takes 3 seconds for what takes pip 25.
find_uv() {
    command -v uv && return
    if ! .venv/bin/uv --version >/dev/null 2>&1; then
        sed -n '/^uv==/,/[^\\]$/p' requirements/dev.txt >.venv/uv.txt
        pip install --quiet --no-deps --require-hashes -r .venv/uv.txt >/dev/null 2>&1 || return 1
    fi
    echo .venv/bin/uv
}

# add ARGUMENT...: install into .venv, with uv; where it fails, pip does it or says why it can't.
add() {
    local uv index
    if uv=$(find_uv); then
        # uv does not read pip's settings, where many have a mirror near them.
        index=${PIP_INDEX_URL:-$("$(find_python)" -m pip config get global.index-url 2>/dev/null ||
            true)}
        index=${UV_DEFAULT_INDEX:-${UV_INDEX_URL:-$index}}
        env ${index:+UV_DEFAULT_INDEX="$index"} \
            "$uv" pip install --quiet --python .venv/bin/python --no-deps "$@" 2>/dev/null && return
    fi
    pip install --quiet --no-deps "$@"
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
    add --require-hashes -r "requirements/$1.txt"
    add --no-build-isolation --editable .
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
    publisher demo "$@"
    ;;
serve)
    publisher serve "$@"
    ;;
test)
    install dev
    install_page_tools
    # One process more than cores, as tests wait for servers too; of two -n the last counts.
    .venv/bin/python -m pytest --numprocesses $(($(getconf _NPROCESSORS_ONLN) + 1)) \
        --maxprocesses 8 --dist worksteal "$@"
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
    export LANGUAGE=en # click's own texts, which are read at import
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
