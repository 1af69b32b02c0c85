#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the trainer is given, worked out a second time.

dump_loader writes the tensors that a training's losses are given for batches of samples that were flipped, scaled,
cropped and padded, and beside them no more than the images' own labels and each sample's transform. This file cuts and
moves the boxes itself, assigns them densely by the reference of tests/rules (locations x boxes, as each codebase writes
it down) over the batch's padded size, and asks that the same locations of the same images learn the same class, from
the same distances (to the last bit of float32 where boxes are continuous; a codebase that subtracts a pixel does so in
another order than we, which may cost the last bit), with the same centerness to 1e-6.

    loader_reference.py DUMP_LOADER [BCCD]

Exit code 0: all equal; 1: not; 77: NumPy or the data set is missing (ctest calls that skipped).
"""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "rules"))
import assignment_reference as reference  # noqa: E402  (exits with 77 where NumPy is missing)

import numpy as np  # noqa: E402

ROW = np.dtype([("location", "<i8"), ("class", "<i8"), ("ltrb", "<f4", 4), ("centerness", "<f4"), ("stride", "<f4")])
LABEL = np.dtype([("box", "<f8", 4), ("class", "<i4"), ("crowd", "<i4")])
SAMPLE = np.dtype([("image", "<i4", 2), ("mirrored", "<i4", 2), ("content", "<i4", 2), ("crop", "<f8", 4),
                   ("scale", "<f8", 2), ("visible", "<f8")])


class Reader:
    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes, self.at = file.read(), 0

    def take(self, dtype, count=1):
        found = np.frombuffer(self.bytes, dtype, count, self.at)
        self.at += found.nbytes
        return found

    def number(self):
        return int(self.take("<i4")[0])


def seen(sample, boxes):
    """Continuous boxes of the image in the sample: moved, mirrored and scaled, not yet cut."""
    (left, top, right, bottom), (sx, sy), (mirror_x, mirror_y) = sample["crop"], sample["scale"], sample["mirrored"]
    x1, y1, x2, y2 = boxes.T
    if mirror_x:
        x1, x2 = right - x2, right - x1
    else:
        x1, x2 = x1 - left, x2 - left
    if mirror_y:
        y1, y2 = bottom - y2, bottom - y1
    else:
        y1, y2 = y1 - top, y2 - top
    return np.stack([x1 * sx, y1 * sy, x2 * sx, y2 * sy], axis=1)


def area(boxes):
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def trained_labels(sample, labels):
    """The sample's boxes as a data set's reader would hand them to the assigner, and their classes."""
    image, content = np.tile(sample["image"], 2), np.tile(sample["content"], 2)
    whole = np.clip(labels["box"], 0, image)
    kept = (labels["crowd"] == 0) & (area(labels["box"]) > 0) & (area(whole) > 0)
    moved = seen(sample, whole)
    cut = np.clip(moved, 0, content)
    kept &= (area(cut) > 0) & (area(cut) >= sample["visible"] * area(moved))
    return cut[kept], labels["class"][kept]


def last_pixel_off(sample, boxes):
    """As codebases whose boxes end at the index of their last pixel have them: it goes before the image is resized, and
    mirroring maps x to W - 1 - x behind that."""
    b = boxes.copy()
    for low, mirrored, scale, side in ((0, *(sample[k][0] for k in ("mirrored", "scale", "content"))),
                                       (1, *(sample[k][1] for k in ("mirrored", "scale", "content")))):
        first, last = boxes[:, low], boxes[:, low + 2]
        if mirrored:  # back to the sample as it was before it was mirrored
            first, last = side - last, side - first
        last = (last / scale - 1) * scale
        if mirrored:
            first, last = side - 1 - last, side - 1 - first
        b[:, low], b[:, low + 2] = first, last
    return b


def targets(sample, labels, number, width, height, profile):
    """Rows (location in the batch, class, ltrb, centerness, stride) of one image of a batch."""
    boxes, classes = trained_labels(sample, labels)
    if reference.PROFILES[profile][3]:
        boxes = last_pixel_off(sample, boxes)
    level, index, box, ltrb, centerness = reference.assigned_in_network(boxes, width, height, profile)
    cells = reference.cells_of_levels(width, height, profile)
    first = np.concatenate([[0], np.cumsum(cells)])
    rows = np.zeros(len(level), dtype=ROW)
    rows["location"] = number * first[-1] + first[level] + index
    rows["class"], rows["ltrb"], rows["centerness"], rows["stride"] = classes[box], ltrb, centerness, 8 << level
    return rows


def difference(said, wanted, exact):
    """A sentence about the first difference of one batch, or None."""
    if said["location"].tolist() != wanted["location"].tolist():
        ours, theirs = set(wanted["location"].tolist()), set(said["location"].tolist())
        return f"locations differ: only here {sorted(ours - theirs)[:5]}, only there {sorted(theirs - ours)[:5]}"
    for name in ("class", "stride"):
        if (said[name] != wanted[name]).any():
            return f"{name} differs at location {said['location'][said[name] != wanted[name]][0]}"
    off = np.abs(said["ltrb"] - wanted["ltrb"])
    if not (off <= (0 if exact else np.spacing(np.float32(1024)))).all():
        return f"distances differ by up to {off.max()}"
    off = np.abs(said["centerness"] - wanted["centerness"])
    return None if (off <= 1e-6).all() else f"centerness differs by up to {off.max()}"


def check(program, profile, dataset):
    """(number of batches that differ, positives)"""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "said")
        subprocess.run([program, profile, out, *dataset], check=True)
        reader = Reader(out)
    differ = positives = mirrored = cropped = padded = 0
    for batch in range(reader.number()):
        images, width, height = (reader.number() for _ in range(3))
        wanted = []
        for number in range(images):
            sample = reader.take(SAMPLE)[0]
            wanted.append(targets(sample, reader.take(LABEL, reader.number()), number, width, height, profile))
            mirrored += sample["mirrored"].any()
            cropped += bool((sample["crop"][2:] - sample["crop"][:2] < sample["image"]).any())
            padded += bool((sample["content"] < [width, height]).any())
        said = reader.take(ROW, reader.number())
        positives += len(said)
        sentence = difference(said, np.concatenate(wanted), not reference.PROFILES[profile][3])
        if sentence:
            differ += 1
            print(f"profile {profile}, batch {batch}: {sentence}", file=sys.stderr)
    assert reader.at == len(reader.bytes), "the program wrote more than it said"
    assert differ or (positives > 500 and mirrored and cropped and padded), "too little was compared to prove anything"
    return differ, positives


def main():
    if missing := [folder for folder in sys.argv[2:] if not os.path.isdir(folder)]:
        print(f"SKIPPED: there is no {missing[0]}, the loader was NOT compared on real images.", file=sys.stderr)
        return 77
    failed = 0
    with np.errstate(all="ignore"):
        for profile in reference.PROFILES:
            differ, positives = check(sys.argv[1], profile, sys.argv[2:])
            print(f"profile {profile}: {positives} positives, {differ} batches differ")
            failed += differ
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
