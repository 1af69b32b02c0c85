#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# packaging/pictures.sh BCCD
#
# Draws the pictures of docs/lenses.md, docs/labelling.md and docs/training.md into docs/images, from the data set BCCD (MIT) in that folder, with the release build.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
[ $# -eq 1 ] && [ -d "$1" ] || fail "Name the folder of the data set BCCD: the one with Annotations and JPEGImages."
data=$1 model=$project/resources/models/default.safetensors out=$project/docs/images
program=$project/build/release/app/gui/fcoscope
picture=(--image BloodImage_00012.jpg --size 560x500)

# layer NAME LAYERS [OPTIONS…]
layer() {
    local name=$1 layers=$2
    shift 2
    "$program" --render layers --layers "$layers" --out "$out/lens-$name.png" "${picture[@]}" "$@" "$data" "$model"
}
layer labels labels
layer assignment assignment
layer assignment-p4-dark stride-grid,assignment,labels --level P4 --dark
layer centerness-target centerness-target,labels
layer centerness-predicted centerness-predicted
layer centerness-difference centerness-difference
layer class-probability class-probability
layer score score --colours blue-to-red
layer ambiguity ambiguity,labels --profile tz-orig --scale 2
layer regression regression
layer class-loss class-loss
layer box-loss box-loss
layer centerness-loss centerness-loss
layer stride-grid stride-grid --level P5
layer activation activation --features P4
for figure in 1 3; do
    "$program" --render figure-$figure --out "$out/figure-$figure.png" --size 760x440 --image BloodImage_00012.jpg "$data" "$model"
done
"$program" --render figure-7 --out "$out/figure-7.png" --size 760x440 --split test "$data" "$model"
# The window, as its test sees it.
shots=$(mktemp -d)
QT_QPA_PLATFORM=offscreen FCOSCOPE_SHOTS=$shots "$project/build/release/tests/gui/test_app_gui_lenses" >"$shots/log" 2>&1 ||
    fail "The window's test failed (its words: $shots/log)."
for pair in layers-panel:window inspector:inspector what-if:what-if replay:replay study:study; do
    cp "$shots/${pair%:*}.png" "$out/lens-${pair#*:}.png"
done
# The walk of docs/labelling.md, as the test that takes it sees it.
QT_QPA_PLATFORM=offscreen FCOSCOPE_SHOTS=$shots "$project/build/release/tests/gui/test_app_gui_labelling_folder" >"$shots/log" 2>&1 ||
    fail "The labelling test failed (its words: $shots/log)."
cp "$shots"/walk-*.png "$out"
# The walk of docs/training.md, likewise.
QT_QPA_PLATFORM=offscreen FCOSCOPE_SHOTS=$shots FCOSCOPE_PROGRAMS=$project/build/release/app/cli \
    "$project/build/release/tests/gui/test_app_gui_training_walk" >"$shots/log" 2>&1 ||
    fail "The training test failed (its words: $shots/log)."
cp "$shots"/train-*.png "$out"
rm -r "$shots"
