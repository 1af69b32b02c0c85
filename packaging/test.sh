#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# packaging/test.sh [--quick] [--torch-index URL]
#
# Installs what is missing, builds everything and runs every test: the release, then the engine by itself (a compiler,
# CMake and LibTorch alone), then the tests again under AddressSanitizer and UndefinedBehaviorSanitizer, then the fuzzers of
# the readers of weight files, a minute each.
#   --quick            the release's tests only
#   --torch-index URL  see packaging/setup.sh
#   FCOSCOPE_FUZZ_SECONDS  environment: how long each fuzzer runs, instead of 60
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

quick=no
setup=(--tests)
while [ $# -gt 0 ]; do
    case $1 in
    --quick) quick=yes ;;
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
    *) fail "packaging/test.sh does not know \"$1\"; --help lists its options." ;;
    esac
    shift
done

rm -f "$deps/ctest-release.log"
results=()
failed=0
# part NAME COMMAND…: runs one part, remembers how it ended and how long it took; the next part runs all the same.
part() {
    local name=$1 start=$SECONDS outcome=passed
    shift
    say "---- $name"
    "$@" || { outcome=FAILED; failed=1; }
    results+=("$(printf '%-7s %5d s  %s' "$outcome" $((SECONDS - start)) "$name")")
}

# A subshell, so that a part that gives up ends alone.
buildPart() { (build "$@"); }
testRelease() { (cd "$project" && ctest --preset release 2>&1 | tee "$deps/ctest-release.log"); }

# Slow only because of their size, such as training runs, have the label "long": under the sanitizers they would take an
# hour and walk no other path. LibTorch keeps what it made until the process ends, and so does fontconfig: no leak of ours.
testAsan() {
    (cd "$project" && ASAN_OPTIONS=detect_leaks=1:strict_init_order=1 \
        LSAN_OPTIONS=suppressions=$project/packaging/leaks-not-ours.txt:print_suppressions=0 \
        UBSAN_OPTIONS=print_stacktrace=1 ctest --preset asan --label-exclude long --timeout 600)
}

# One fuzzer for a minute, from the files of its kind that Python's torch writes. No input may take a second, and each fuzzer
# counts memory itself: the file's size and 64 MB.
fuzzOne() {
    local name=$1 pattern=$2 work=$project/build/fuzz/work
    mkdir -p "$work/$name-corpus" "$work/$name-found"
    find "$work/files" -name "$pattern" -size -64k -exec cp -t "$work/$name-corpus" {} +
    "$project/build/fuzz/tests/fuzz/fuzz_$name" -max_total_time="$fuzzSeconds" -timeout=1 -rss_limit_mb=512 -max_len=65536 \
        -artifact_prefix="$work/$name-found/" -print_final_stats=1 "$work/$name-corpus" >"$work/$name.log" 2>&1 || {
        tail -n 40 "$work/$name.log"
        say "fuzz_$name: what it found lies in build/fuzz/work/$name-found."
        return 1
    }
    say "fuzz_$name: $(grep -E 'number_of_executed_units|peak_rss' "$work/$name.log" | tr -s ' \n' ' ')"
}

fuzz() {
    local seeds=$project/build/fuzz/work/files first second status=0
    rm -rf "$project/build/fuzz/work" && mkdir -p "$seeds" &&
        "$deps/venv/bin/python" -W ignore "$project/tests/checkpoint/make_files.py" "$seeds" || return 1
    for pair in "zip *.zip.pth legacy *.legacy.pth" "pickle *.pkl safetensors *.safetensors"; do
        set -f
        # shellcheck disable=SC2086  # four words
        set -- $pair
        set +f
        fuzzOne "$1" "$2" & first=$!
        fuzzOne "$3" "$4" & second=$!
        wait $first || status=1
        wait $second || status=1
    done
    return $status
}
fuzzSeconds=${FCOSCOPE_FUZZ_SECONDS:-60}

part "set-up" "$project/packaging/setup.sh" "${setup[@]}"
[ $failed = 0 ] || exit 2
part "release: build" buildPart release
[ $failed = 1 ] || part "release: tests" testRelease
if [ $quick = no ]; then
    part "engine alone: build" buildPart engine
    part "sanitizers: build" buildPart asan
    part "sanitizers: tests" testAsan
    part "fuzzers: build" buildPart fuzz
    part "fuzzing" fuzz
fi

say "----"
printf '%s\n' "${results[@]}"
[ ! -e "$deps/ctest-release.log" ] || sed -n '/tests passed,/,$p' "$deps/ctest-release.log"
exit $failed
