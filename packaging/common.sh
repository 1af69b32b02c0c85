# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by the scripts beside it: where the project lies, how it speaks, how many compilers run at once.
set -euo pipefail

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
deps=$project/.deps

# ccache: without the first nothing that uses a precompiled header is cached; with the second a fresh copy of the
# project in another folder finds what this one compiled.
export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS:-pch_defines,time_macros}
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$project}

say() { printf '%s\n' "$*"; }
fail() {
    printf '%s\n' "$*" >&2
    exit 2
}

# The comment at the head of the calling script is its help.
showHelp() { sed -n '3,/^source/{/^source/d;s/^# \{0,1\}//p}' "$0"; }

# One compiler per core, but no more than memory holds: a file that includes Torch's headers takes up to 1.5 GB.
compileJobs() {
    local cores memory
    cores=$(nproc)
    memory=$(awk '$1 == "MemAvailable:" {print int($2 / 1572864)}' /proc/meminfo)
    [ "$memory" -ge 1 ] || memory=1
    echo $((cores < memory ? cores : memory))
}

# build PRESET [TARGET…]: configures build/PRESET and builds the targets, or everything.
build() {
    local preset=$1
    shift
    (cd "$project" && cmake --preset "$preset" "-DLIBTORCH=${LIBTORCH:-}" >"$deps/configure-$preset.log" 2>&1) || {
        cat "$deps/configure-$preset.log" >&2
        fail "CMake could not configure the preset $preset; its words stand above."
    }
    (cd "$project" && cmake --build "build/$preset" --parallel "$(compileJobs)" ${1:+--target "$@"})
}
