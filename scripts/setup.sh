#!/usr/bin/env bash
# Makes the environment in .venv and installs bubblewrap, the sandbox for grading. Safe to run again.
#   scripts/setup.sh            an instructor's environment (make setup)
#   scripts/setup.sh student    a student's environment: no grader, no tests, no bubblewrap (make lab)
#   scripts/setup.sh wheelhouse all wheels for a student's environment, for machines without a network (make wheelhouse)
#   scripts/setup.sh chromium   the browser of the browser tests (make test)
# PYTHON: the interpreter. PIP_ARGS: more arguments for pip. CUDA=1: PyTorch with CUDA, also in later calls; otherwise its
# CPU build, where pip finds one. RESOLUTION=lowest-direct: the lowest versions that pyproject.toml allows, instead of
# constraints.txt's. PYTHON and PIP_ARGS have no effect on what is installed already: for that, delete .venv first.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=${PATH#"$PWD/.venv/bin:"}  # the environment must not be made with its own interpreter

say() { printf 'setup: %s\n' "$*" >&2; }

find_python() {
    local candidate
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        # Run it: a name on PATH may be a shim for a version that is not active.
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    say "expected Python 3.11, 3.12 or 3.13, found ${PYTHON:-none on PATH}: install it, or run make setup PYTHON=/path/to/python3.12"
    return 1
}

# Installs a Debian package if that needs no password; otherwise fails quietly.
apt_install() {
    local as_root=()
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" != 0 ]; then
        sudo -n true 2>/dev/null || return 1
        as_root=(sudo -n)
    fi
    say "installing $* with apt-get"
    { "${as_root[@]}" apt-get update -qq && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=120 "$@"; } >/dev/null 2>&1
}

make_environment() {
    # An environment that was moved, or whose interpreter is gone, cannot be repaired.
    if [ -x .venv/bin/pip ] && .venv/bin/pip --version >/dev/null 2>&1; then return; fi
    local python venv_package
    python=$(find_python)
    venv_package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if "$python" -c 'import ensurepip, venv' 2>/dev/null || { ! command -v virtualenv >/dev/null && apt_install "$venv_package"; }; then
        "$python" -m venv --clear .venv
    elif command -v virtualenv >/dev/null; then
        virtualenv --quiet --clear --python "$python" .venv
    else
        say "Python's venv module is missing: sudo apt-get install $venv_package, then run this again"
        return 1
    fi
}

# Runs pip, or what replaces it, with its output in build/setup.log; shows the end of that if it fails.
logged() {
    mkdir -p build
    "$@" >build/setup.log 2>&1 && return
    tail -n 15 build/setup.log >&2
    say "the installation failed; all its output is in build/setup.log"
    return 1
}

pip_install() {
    # Every call of pip needs the constraints: without them it may fetch another torch, several gigabytes.
    # shellcheck disable=SC2086  # PIP_ARGS is a list of arguments
    .venv/bin/python -m pip install --disable-pip-version-check --constraint constraints.txt ${PIP_ARGS:-} "$@"
}

wants_cuda() { [ -n "${CUDA:-}" ] || [ -e .venv/.cuda ]; }

# A requirement for the build of PyTorch: not the CPU build for CUDA=1; otherwise the CPU build, if pip finds one, since
# without a GPU, CUDA is several gigabytes for nothing. Empty if any build will do.
torch_build() {
    local torch
    torch=$(grep '^torch==' constraints.txt)
    if wants_cuda; then
        echo "$torch,!=${torch#torch==}+cpu"  # an installed CPU build is replaced
    elif [ "$(uname -s)" = Linux ] && pip_install --quiet --dry-run --no-deps "$torch+cpu" >/dev/null 2>&1; then
        echo "$torch+cpu"
    fi
}

install_course() {
    say "installing the course into .venv (a few minutes the first time; details in build/setup.log)"
    if [ -n "${RESOLUTION:-}" ]; then
        logged .venv/bin/python -m pip install --disable-pip-version-check uv
        logged .venv/bin/uv pip install --python .venv/bin/python --resolution "$RESOLUTION" --editable ".[$1]"
        return
    fi
    local torch
    torch=$(torch_build)
    logged pip_install --editable ".[$1]" ${torch:+"$torch"}
    if wants_cuda; then touch .venv/.cuda; fi
}

# Collects the wheels of a student's environment; they fit this system and this version of Python.
make_wheelhouse() {
    local folder=dist/wheelhouse torch
    say "collecting wheels in $folder (details in build/setup.log)"
    rm -rf "$folder"
    torch=$(torch_build)
    # shellcheck disable=SC2086  # PIP_ARGS is a list of arguments
    logged .venv/bin/python -m pip wheel --disable-pip-version-check --constraint constraints.txt ${PIP_ARGS:-} \
        --wheel-dir "$folder" ".[notebook]" ${torch:+"$torch"}
    say "on a machine without a network, in the folder that contains labs/, with the folder wheelhouse copied into it:"
    say "  python -m venv .venv && .venv/bin/pip install --no-index --find-links wheelhouse 'deep-learning-labs[notebook]'"
    say "  .venv/bin/course-lab"
}

# Unpacks Debian's bubblewrap into the environment, without root.
unpack_bubblewrap() {
    local dir own_lists
    command -v apt-get >/dev/null && command -v dpkg >/dev/null || return 1
    dir=$(mktemp -d)
    own_lists=(-o "Dir::State=$dir/state" -o Dir::State::status=/var/lib/dpkg/status -o "Dir::Cache=$dir/cache")
    mkdir -p "$dir/state/lists/partial" "$dir/cache/archives/partial"
    (
        cd "$dir"
        # The machine's package lists may be missing or out of date, and only root can update them.
        apt-get download -qq bubblewrap || { apt-get "${own_lists[@]}" update -qq && apt-get "${own_lists[@]}" download -qq bubblewrap; }
        dpkg -x bubblewrap_*.deb unpacked
    ) >/dev/null 2>&1 && install -D "$dir/unpacked/usr/bin/bwrap" .venv/libexec/bwrap
    rm -rf "$dir"
    # Run it to check that its shared libraries exist.
    .venv/libexec/bwrap --version >/dev/null 2>&1 || { rm -f .venv/libexec/bwrap; return 1; }
    say "unpacked bubblewrap into .venv/libexec"
}

ensure_bubblewrap() {
    if [ "$(uname -s)" != Linux ]; then
        say "grading needs Linux (on Windows: WSL2); everything for students works on this system"
        return
    fi
    command -v bwrap >/dev/null || [ -x .venv/libexec/bwrap ] || apt_install bubblewrap || unpack_bubblewrap ||
        say "grading needs bubblewrap: install it with sudo apt-get install bubblewrap, or sudo dnf install bubblewrap"
}

ensure_chromium() {
    local missing=()
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null ||
        missing+=(chromium fonts-dejavu-core)
    [ -d /usr/share/javascript/mathjax ] || missing+=(libjs-mathjax)
    [ "${#missing[@]}" = 0 ] || apt_install "${missing[@]}" ||
        say "browser tests are skipped without Chromium and MathJax: sudo apt-get install ${missing[*]}"
}

case "${1:-environment}" in
    environment)
        make_environment
        install_course instructor,test,site,wandb,anki,cluster,gpu,postgresql
        ensure_bubblewrap
        ;;
    student)
        make_environment
        install_course notebook
        ;;
    wheelhouse)
        make_environment
        make_wheelhouse
        ;;
    chromium) ensure_chromium ;;
    *) say "expected nothing, 'student', 'wheelhouse' or 'chromium', got '$1'"; exit 2 ;;
esac
