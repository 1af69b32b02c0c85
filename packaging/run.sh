#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# packaging/run.sh [--headless] [--torch-index URL] [files, folders or weights…]
#
# Installs what is missing, builds the release and opens the demo project, or the files that you name.
#   --headless         no window: the `fcos` command detects on the same images and writes them with their boxes drawn
#   --torch-index URL  see packaging/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

demo=$project/resources/demo
drawn=$project/build/demo-out
headless=no
setup=()
open=()
while [ $# -gt 0 ]; do
    case $1 in
    --headless) headless=yes ;;
    --torch-index)
        [ $# -ge 2 ] || fail "--torch-index asks for the address of a package index."
        setup+=("$1" "$2")
        shift
        ;;
    --torch-index=*) setup+=("$1") ;;
    -h | --help)
        showHelp
        exit 0
        ;;
    -*) fail "packaging/run.sh does not know \"$1\"; --help lists its options." ;;
    *) open+=("$(realpath -- "$1")") ;;
    esac
    shift
done
[ $headless = yes ] || [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] ||
    fail "There is no screen to open a window on; packaging/run.sh --headless detects from the command line."

"$project/packaging/setup.sh" "${setup[@]}"
say "Building FCOScope (build/release)."
build release fcoscope fcos

if [ $headless = yes ]; then
    [ ${#open[@]} -gt 0 ] || open=("$demo")
    "$project/build/release/app/cli/fcos" detect "${open[@]}" --draw "$drawn"
    say "The images with what was found in them lie in ${drawn#"$project"/}."
else
    [ ${#open[@]} -gt 0 ] || open=("$demo")
    exec "$project/build/release/app/gui/fcoscope" "${open[@]}"
fi
