#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# packaging/setup.sh [--engine | --tests] [--torch-index URL]
#
# Installs what is missing to build FCOScope: Debian packages (packaging/debian-packages.txt), the header of QCustomPlot,
# unpacked into .deps/qcustomplot, and LibTorch, unpacked from the torch wheel into .deps/libtorch. Takes a second or two when nothing is missing; your own Python is never touched.
#   --engine           only what the engine needs: compiler, CMake, LibTorch
#   --tests            also what the tests need: a virtual screen, and Python packages in .deps/venv
#   --torch-index URL  the package index to ask for the torch wheel (or FCOSCOPE_TORCH_INDEX); without it pip's own
#                      configuration, and PyTorch's CPU index where that offers only CUDA and there is no NVIDIA device
#   LIBTORCH           environment: the folder (with include/ and lib/) of a LibTorch of your own; none is downloaded then
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

torchVersion=2.13.0
cpuIndex=https://download.pytorch.org/whl/cpu
torchIndex=${FCOSCOPE_TORCH_INDEX:-}
groups="engine app"
tests=no
while [ $# -gt 0 ]; do
    case $1 in
    --engine) groups="engine" ;;
    --tests) groups="engine app tests" tests=yes ;;
    --torch-index)
        [ $# -ge 2 ] || fail "--torch-index asks for the address of a package index."
        torchIndex=$2
        shift
        ;;
    --torch-index=*) torchIndex=${1#*=} ;;
    -h | --help)
        showHelp
        exit 0
        ;;
    *) fail "packaging/setup.sh does not know \"$1\"; --help lists its options." ;;
    esac
    shift
done
mkdir -p "$deps"
exec 9>"$deps/.lock"
flock -n 9 || { say "Another setup is at work here; waiting for it."; flock 9; }

# needDisk FOLDER MEGABYTES WHAT
needDisk() {
    local free
    free=$(df -Pm "$1" | awk 'NR == 2 {print $4}')
    [ "$free" -ge "$2" ] || fail "Too little disk: $3 needs about $2 MB in $1, and $free MB are free there."
}

# ---- Debian packages -------------------------------------------------------------------------------------------------

wantedPackages() {
    awk -v groups=" $groups " '/^@/ {wanted = index(groups, " " substr($1, 2) " ")}
        !/^[@#]/ && NF && wanted {print $1}' "$project/packaging/debian-packages.txt"
}

installPackages() {
    if ! command -v dpkg-query >/dev/null; then
        say "This is not a Debian system: the packages in packaging/debian-packages.txt are left to you."
        return
    fi
    local wanted missing root=()
    wanted=$(wantedPackages)
    # shellcheck disable=SC2086  # one word per package
    missing=$(comm -23 <(sort -u <<<"$wanted") <(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' $wanted 2>/dev/null |
        awk '$1 == "ii" {print $2}' | sort -u) | tr '\n' ' ')
    missing=${missing% }
    [ -n "$missing" ] || return 0

    local command="apt-get install --no-install-recommends $missing"
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; } ||
            fail "Packages are missing and installing them needs root; please ask for: $command"
        root=(sudo)
    fi
    needDisk / 1500 "installing Debian packages"
    say "Installing Debian packages: $missing"
    "${root[@]}" apt-get update -qq >"$deps/apt.log" 2>&1 ||
        say "apt could not refresh its lists (its words: .deps/apt.log); going on with those it has."
    # shellcheck disable=SC2086
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing \
        >>"$deps/apt.log" 2>&1 </dev/null ||
        fail "apt could not install the packages (its words: .deps/apt.log); try it by hand: $command"
}

# ---- The header of QCustomPlot ---------------------------------------------------------------------------------------

# Debian has the library for Qt 6, but the package of its one header brings in Qt 5: so the header is taken out of the
# package and nothing is installed. Of the library's own version where the lists still have it.
unpackPlotHeader() {
    local version
    version=$(dpkg-query -W -f '${Version}' libqcustomplot2.1-qt6 2>/dev/null) || version=""
    (
        cd "$1"
        { [ -n "$version" ] && apt-get download "libqcustomplot-dev=$version"; } || apt-get download libqcustomplot-dev
        dpkg-deb -x ./*.deb .
        rm ./*.deb
        [ -e usr/include/qcustomplot.h ]
    ) >>"$deps/apt.log" 2>&1
}

installPlotHeader() {
    case " $groups " in *" app "*) ;; *) return 0 ;; esac
    [ ! -e /usr/include/qcustomplot.h ] && [ ! -e "$deps/qcustomplot/usr/include/qcustomplot.h" ] || return 0
    if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
        say "This is not a Debian system: qcustomplot.h and the library QCustomPlotQt6 are left to you."
        return
    fi
    say "Unpacking the header of QCustomPlot into .deps/qcustomplot."
    local scratch=$deps/qcustomplot.part
    rm -rf "$scratch" "$deps/qcustomplot"
    mkdir "$scratch"
    unpackPlotHeader "$scratch" ||
        fail "The header of QCustomPlot could not be had: apt could not download libqcustomplot-dev (its words: .deps/apt.log)."
    mv "$scratch" "$deps/qcustomplot"
}

# ---- LibTorch --------------------------------------------------------------------------------------------------------

hasNvidiaDevice() {
    [ -e /dev/nvidia0 ] || { command -v nvidia-smi >/dev/null && nvidia-smi -L 2>/dev/null | grep -q '^GPU'; }
}

# A Python environment of the build's own: its pip unpacks the wheel, and the tests' references run in it. Debian's
# Python, because the package list promises it; any python3 elsewhere.
makeVenv() {
    if ! "$deps/venv/bin/pip" --version >/dev/null 2>&1; then
        local python=/usr/bin/python3
        [ -x $python ] || python=python3
        rm -rf "$deps/venv"
        "$python" -m venv "$deps/venv" >"$deps/pip.log" 2>&1 ||
            fail "Python could not make the environment .deps/venv (its words: .deps/pip.log)."
    fi
}

# An older pip downloads a wheel to learn its size; this one asks. Without a newer pip all goes on, less politely.
freshenPip() {
    local major
    major=$("$deps/venv/bin/pip" --version | sed -E 's/^pip ([0-9]+).*/\1/')
    [ "$major" -ge 25 ] || pip install --quiet --upgrade 'pip>=25' >/dev/null 2>&1 || true
}

# Its scratch files lie beside the rest: /tmp may be small, and a rename inside one disk copies nothing.
pip() {
    rm -rf "$deps/tmp"
    mkdir "$deps/tmp"
    TMPDIR=$deps/tmp "$deps/venv/bin/python" -m pip --disable-pip-version-check --retries 2 "$@" || return
    rm -rf "$deps/tmp"
}

# resolve REPORT ARGUMENTS…: what pip would install, as its JSON report. Nothing is downloaded but metadata.
resolve() {
    local report=$1
    shift
    pip install --quiet --dry-run --ignore-installed --use-feature=fast-deps --report "$report" "$@" \
        >>"$deps/pip.log" 2>&1
}

# The NVIDIA packages that a resolved torch wheel names, one requirement a line: none for a CPU wheel. Triton and the
# Python side of torch are left out, for they serve Python alone.
nvidiaRequirements() {
    "$deps/venv/bin/python" - "$1" <<'PYTHON'
import json, sys
for package in json.load(open(sys.argv[1]))["install"]:
    for requirement in package["metadata"].get("requires_dist") or []:
        if requirement.startswith(("nvidia-", "cuda-toolkit")) and "extra ==" not in requirement:
            print(requirement)
PYTHON
}

# Megabytes that the packages of the reports weigh, or "unknown".
downloadSize() {
    "$deps/venv/bin/python" - "$@" <<'PYTHON'
import json, os, ssl, sys, urllib.parse, urllib.request
trust = ssl.create_default_context(cafile=os.environ.get("PIP_CERT") or None)
total = 0
try:
    for report in sys.argv[1:]:
        for package in json.load(open(report))["install"]:
            url = package["download_info"]["url"]
            parts = urllib.parse.urlsplit(url)
            if parts.scheme == "file":
                total += os.path.getsize(urllib.request.url2pathname(parts.path))
            else:
                request = urllib.request.Request(url, method="HEAD")
                with urllib.request.urlopen(request, timeout=20, context=trust) as answer:
                    total += int(answer.headers["Content-Length"])
    print(f"{total / 1e6:.0f}")
except Exception:
    print("unknown")
PYTHON
}

# versionOf FOLDER: of the LibTorch there, as its headers say it; nothing where there is none.
versionOf() {
    local header
    for header in torch/headeronly/version.h torch/csrc/api/include/torch/version.h; do  # since 2.8; before
        [ -e "$1/include/$header" ] || continue
        awk '$2 ~ /^TORCH_VERSION_(MAJOR|MINOR|PATCH)$/ {printf "%s%s", dot, $3; dot = "."}' "$1/include/$header"
        return
    done
}

# Is the LibTorch in .deps the one that is asked for?
libtorchReady() {
    [ "$(versionOf "$deps/libtorch/torch")" = "$torchVersion" ] && [ -e "$deps/libtorch/torch/lib/libtorch_cpu.so" ] &&
        { [ -z "$torchIndex" ] || [ "$(cat "$deps/libtorch/.index" 2>/dev/null)" = "$torchIndex" ]; }
}

installLibtorch() {
    if [ -n "${LIBTORCH:-}" ]; then
        local own
        own=$(versionOf "$LIBTORCH")
        [ -n "$own" ] ||
            fail "LIBTORCH names $LIBTORCH, and there is no LibTorch in it: the folder with include/ and lib/ is meant."
        [ "$own" = "$torchVersion" ] || say "LibTorch $own from $LIBTORCH: FCOScope was tried with $torchVersion only."
        return
    fi
    libtorchReady && return
    needDisk "$deps" 1500 "unpacking LibTorch"
    makeVenv
    : >"$deps/pip.log"
    freshenPip

    local scratch=$deps/libtorch.part
    rm -rf "$scratch"
    local from=() nvidia
    [ -z "$torchIndex" ] || from=(--index-url "$torchIndex")
    local none="LibTorch could not be had: pip found no torch $torchVersion for this Python at its package index (its words: \
.deps/pip.log). Name another index with --torch-index URL, or a LibTorch of your own with LIBTORCH=FOLDER."
    resolve "$deps/torch.json" --no-deps "${from[@]}" "torch==$torchVersion" || {
        # pip's own index may be out of reach while PyTorch's is not.
        [ -z "$torchIndex" ] && ! hasNvidiaDevice || fail "$none"
        from=(--index-url "$cpuIndex")
        resolve "$deps/torch.json" --no-deps "${from[@]}" "torch==$torchVersion" || fail "$none"
    }
    nvidia=$(nvidiaRequirements "$deps/torch.json")
    if [ -n "$nvidia" ] && [ -z "$torchIndex" ] && ! hasNvidiaDevice; then
        # Without an NVIDIA device the CUDA build is two gigabytes for nothing.
        if resolve "$deps/torch-cpu.json" --no-deps --index-url "$cpuIndex" "torch==$torchVersion"; then
            mv "$deps/torch-cpu.json" "$deps/torch.json"
            from=(--index-url "$cpuIndex")
            nvidia=""
        else
            say "No CPU build of LibTorch is within reach, so the CUDA build is taken; --torch-index URL names another index."
        fi
    elif [ -z "$nvidia" ] && hasNvidiaDevice; then
        say "The package index offers the CPU build of LibTorch only: the NVIDIA device stays unused. --torch-index URL names another index."
    fi

    local reports=("$deps/torch.json") requirements=() what="CPU build"
    if [ -n "$nvidia" ]; then
        mapfile -t requirements <<<"$nvidia"
        resolve "$deps/nvidia.json" "${from[@]}" "${requirements[@]}" || fail "$none"
        reports+=("$deps/nvidia.json")
        what="CUDA build with NVIDIA's libraries"
        needDisk "$deps" 9000 "unpacking LibTorch with CUDA"
    fi
    local megabytes
    megabytes=$(downloadSize "${reports[@]}")
    if [ "$megabytes" = unknown ]; then
        say "LibTorch $torchVersion, $what: downloading now; the index does not say how much (pip shows each file's size)."
    else
        say "LibTorch $torchVersion, $what: downloading $megabytes MB."
    fi

    # One file after the other into a folder beside, renamed when it is whole: an interrupted run leaves no half LibTorch.
    local interrupted="LibTorch could not be downloaded or unpacked (pip's words: .deps/pip.log); nothing was changed."
    unpack() {
        pip install --progress-bar off --no-compile --target "$scratch" "${from[@]}" "$@" 2>&1 |
            tee -a "$deps/pip.log" | grep -E '^ *Downloading' || [ "${PIPESTATUS[0]}" -eq 0 ]
    }
    unpack --no-deps "torch==$torchVersion" || fail "$interrupted"
    [ -z "$nvidia" ] || unpack "${requirements[@]}" || fail "$interrupted"
    [ "$(versionOf "$scratch/torch")" = "$torchVersion" ] ||
        fail "The wheel that pip unpacked does not hold LibTorch $torchVersion but \"$(versionOf "$scratch/torch")\"; nothing was changed."
    echo "$torchIndex" >"$scratch/.index"
    rm -rf "$deps/libtorch.old"
    [ ! -e "$deps/libtorch" ] || mv "$deps/libtorch" "$deps/libtorch.old"
    mv "$scratch" "$deps/libtorch"
    rm -rf "$deps/libtorch.old"
}

# ---- Python packages of the tests --------------------------------------------------------------------------------------

# Torch for the tests' Python: the wheel that LibTorch was unpacked from is the whole Python package. Whoever brings a
# LibTorch of their own may have no Python beside it, so theirs is installed.
installTestTorch() {
    local site
    site=$("$deps/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    if [ -z "${LIBTORCH:-}" ]; then
        echo "$deps/libtorch" >"$site/fcoscope-torch.pth"
        return
    fi
    rm -f "$site/fcoscope-torch.pth"
    needDisk "$deps" 1500 "installing torch for the tests"
    local index=$torchIndex
    [ -n "$index" ] || hasNvidiaDevice || index=$cpuIndex
    [ -n "$index" ] && pip install --quiet --no-deps --index-url "$index" "torch==$torchVersion" >>"$deps/pip.log" 2>&1 ||
        pip install --quiet "torch==$torchVersion" >>"$deps/pip.log" 2>&1 ||
        fail "torch $torchVersion for the tests could not be had (pip's words: .deps/pip.log): is the package index within reach?"
}

installTestPackages() {
    local stamp=$deps/venv/.tests wanted
    wanted=$(cat "$project/packaging/test-requirements.txt" && echo "# torch $torchVersion beside ${LIBTORCH:-$deps/libtorch}")
    [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || return 0
    makeVenv
    needDisk "$deps" 500 "installing the tests' Python packages"
    say "Installing the Python packages of the tests into .deps/venv."
    pip install --quiet -r "$project/packaging/test-requirements.txt" >"$deps/pip.log" 2>&1 ||
        fail "The Python packages of the tests could not be had (pip's words: .deps/pip.log): is the package index within reach?"
    installTestTorch
    "$deps/venv/bin/python" -W ignore -c 'import torch' 2>>"$deps/pip.log" ||
        fail "The tests' Python cannot import torch (its words: .deps/pip.log)."
    echo "$wanted" >"$stamp"
}

installPackages
installPlotHeader
installLibtorch
[ $tests = no ] || installTestPackages
