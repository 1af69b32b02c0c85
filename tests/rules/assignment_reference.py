#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Target assignment, computed a second time and in another way.

The program walks box by box over the few locations inside each; this file compares every location with every box in
arrays (locations x boxes), and shares no code with it. It makes 1,000 random images whose boxes touch, nest, cross the
border, repeat, have no area and sit on exact multiples of the strides, so that every comparison is met at equality, and
asks that each location's winner is the same box, its distances agree to 1e-6 and its centerness to 1e-6.

    assignment_reference.py DUMP_ASSIGNMENT PROFILE [IMAGES]

Exit code 0: all equal; 1: not; 77: NumPy is missing (ctest calls that skipped).
"""
import math
import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
except ImportError:
    print("SKIPPED: NumPy is missing, the assignment was NOT compared with the dense reference.", file=sys.stderr)
    sys.exit(77)

STRIDES = (8, 16, 32, 64, 128)
LIMITS = (0.0, 64.0, 128.0, 256.0, 512.0, math.inf)
RADIUS = 1.5
SEED = 20200613
f32 = np.float32


def cells(side):
    """Cells along one side on P3..P7: every layer that halves maps n to ceil(n / 2), and P3 is the third."""
    n, found = side, []
    for layer in range(1, 8):
        n = (n + 1) // 2
        if layer >= 3:
            found.append(n)
    return found


def grid(width, height, profile):
    """Every location of every level: level, index on the level, x, y (float32), stride."""
    parts = []
    for level, (stride, w, h) in enumerate(zip(STRIDES, cells(width), cells(height))):
        j, i = np.meshgrid(np.arange(h), np.arange(w), indexing="ij")
        if profile == "tv":  # the cell's corner, and a step that follows the padded size
            x, y = i * (width // w), j * (height // h)
        else:  # the middle of the cell
            x, y = i * stride + stride / 2, j * stride + stride / 2
        count = w * h
        parts.append((np.full(count, level), np.arange(count), x.ravel().astype(f32), y.ravel().astype(f32),
                      np.full(count, stride, dtype=f32)))
    return [np.concatenate(column) for column in zip(*parts)]


def assigned(boxes, width, height, profile):
    """(level, location, box, ltrb, centerness) of the locations that learn a box, in order of level and location."""
    level, index, x, y, stride = grid(width, height, profile)
    if len(boxes) == 0:
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing, nothing, np.zeros((0, 4), dtype=f32), np.zeros(0, dtype=f32)
    b = boxes.astype(f32)
    x1, y1, x2, y2 = (b[None, :, side] for side in range(4))
    px, py = x[:, None], y[:, None]
    ltrb = np.stack([px - x1, py - y1, x2 - px, y2 - py], axis=2)  # [locations, boxes, 4]
    smallest, largest = ltrb.min(axis=2), ltrb.max(axis=2)
    chebyshev = np.maximum(np.abs(px - (x1 + x2) / f32(2)), np.abs(py - (y1 + y2) / f32(2)))
    low = np.array(LIMITS[:-1], dtype=f32)[level][:, None]
    high = np.array(LIMITS[1:], dtype=f32)[level][:, None]
    if profile == "tv":
        in_range = (largest > low) & (largest < high)
    else:
        in_range = (largest >= low) & (largest <= high)
    match = (smallest > 0) & (chebyshev < f32(RADIUS) * stride[:, None]) & in_range

    area = (x2 - x1) * (y2 - y1)
    if profile == "tv":  # the largest float32(1e8 - area); arrays find the first among equals
        rank = np.where(match, f32(1e8) - area, f32(0))
        winner, taken = rank.argmax(axis=1), rank.max(axis=1) >= f32(1e-5)
    else:
        rank = np.where(match, area, f32(np.inf))
        winner, taken = rank.argmin(axis=1), match.any(axis=1)
    at = np.nonzero(taken)[0]
    best = ltrb[at, winner[at]]
    left, top, right, bottom = best.T
    centerness = np.sqrt((np.minimum(left, right) / np.maximum(left, right))
                         * (np.minimum(top, bottom) / np.maximum(top, bottom)))
    return level[at], index[at], winner[at], best, centerness


def check_reference():
    """The specification's golden vectors (section 3.3), so that the reference itself is known to be right: boxes as
    x, y, width, height on 1088 x 800 pixels, then for both profiles the positives of each level and the sum of centerness."""
    one, three = (300, 200, 600, 500), [(300, 200, 600, 500), (500, 400, 100, 90), (560, 420, 60, 120)]
    for xywh, ours, torchvision in (
            ([(100, 100, 128, 128)], ([1, 9, 0, 0, 0], 7.201362), ([0, 9, 0, 0, 0], 6.201362)),
            ([(40, 60, 30, 20)], ([6, 0, 0, 0, 0], 2.522191), ([6, 0, 0, 0, 0], 2.683595)),
            ([one], ([0, 0, 0, 9, 0], 6.285175), ([0, 0, 0, 9, 0], 6.277675)),
            ([(64, 64, 256, 256)], ([0, 0, 4, 0, 0], 3.111111), ([0, 0, 8, 0, 0], 5.498387)),
            ([(4, 4, 10, 10)], ([1, 0, 0, 0, 0], 0.25), ([1, 0, 0, 0, 0], 0.666667)),
            (three, ([15, 13, 0, 9, 0], None), ([12, 9, 0, 9, 0], None))):
        boxes = np.array([(x, y, x + w, y + h) for x, y, w, h in xywh], dtype=np.float64)
        for profile, (levels, total) in (("fcoscope", ours), ("tv", torchvision)):
            level, _, _, _, centerness = assigned(boxes, 1088, 800, profile)
            assert np.bincount(level, minlength=5).tolist() == levels, (profile, xywh)
            assert total is None or abs(float(centerness.astype(np.float64).sum()) - total) < 2e-6, (profile, xywh)


def random_boxes(random, width, height):
    """Up to 60 boxes of every awkward kind; float64, some of them not representable in float32."""
    boxes = []
    count = int(random.integers(0, 61))
    while len(boxes) < count:
        kind = random.integers(0, 10)
        other = boxes[random.integers(len(boxes))] if boxes else None
        if kind <= 1 or other is None:  # anywhere, of any size from a pixel to the image
            w, h = np.exp(random.uniform(0, np.log([width, height])))
            x, y = random.uniform(-0.2 * w, width - 0.8 * w), random.uniform(-0.2 * h, height - 0.8 * h)
            box = [x, y, x + w, y + h]
        elif kind <= 4:  # corners on multiples of half a stride: locations on borders, ranges and regions met exactly
            unit = random.choice([4, 8, 16, 32, 64])
            x1, x2 = np.sort(random.integers(0, width // unit + 2, 2)) * unit
            y1, y2 = np.sort(random.integers(0, height // unit + 2, 2)) * unit
            box = [x1, y1, x2, y2]
        elif kind == 5:  # the very same box again
            box = list(other)
        elif kind == 6:  # touching: shares a side
            w, h = random.uniform(1, 150, 2)
            box = [other[2], other[1], other[2] + w, other[1] + h]
        elif kind == 7:  # nested: the same centre, smaller
            near, far, factor = np.array(other[:2]), np.array(other[2:]), random.choice([0.25, 0.5, 0.9])
            center, half = (near + far) / 2, (far - near) * factor / 2
            box = [*(center - half), *(center + half)]
        elif kind == 8:  # across the border
            x, y = random.choice([0, width]), random.uniform(0, height)
            w, h = random.uniform(4, 300, 2)
            box = [x - w / 2, y - h / 2, x + w / 2, y + h / 2]
        else:  # nothing to learn: no width, no height, inside out, not a number, without end
            x, y = random.uniform(0, width), random.uniform(0, height)
            box = [[x, y, x, y + 50], [x, y, x + 50, y], [x + 30, y + 30, x, y], [x, y, math.nan, y + 20],
                   [x, y, math.inf, y + 20]][random.integers(5)]
        boxes.append([float(side) for side in box])
    return np.array(boxes, dtype=np.float64).reshape(-1, 4)


def random_images(count):
    random = np.random.default_rng(SEED)
    for number in range(count):
        width, height = (int(side) for side in random.integers(1, 29, 2) * 32)
        if number % 10 == 9:  # not a multiple of 32: rounding in the cells of every level
            width, height = (int(side) for side in random.integers(20, 900, 2))
        yield width, height, random_boxes(random, width, height)


RECORD = np.dtype([("level", "<i4"), ("location", "<i4"), ("box", "<i4"), ("ltrb", "<f8", 4), ("centerness", "<f8")])


def program_answers(program, profile, images):
    with tempfile.TemporaryDirectory() as folder:
        asked, said = os.path.join(folder, "asked"), os.path.join(folder, "said")
        with open(asked, "wb") as file:
            file.write(np.int32(len(images)).astype("<i4").tobytes())
            for width, height, boxes in images:
                file.write(np.array([width, height, len(boxes)], dtype="<i4").tobytes())
                file.write(boxes.astype("<f8").tobytes())
        subprocess.run([program, profile, asked, said], check=True)
        with open(said, "rb") as file:
            bytes_ = file.read()
    at = 0
    for _ in images:
        count = int(np.frombuffer(bytes_, "<i4", 1, at)[0])
        yield np.frombuffer(bytes_, RECORD, count, at + 4)
        at += 4 + count * RECORD.itemsize
    assert at == len(bytes_), "the program said more than it was asked"


def difference(said, wanted):
    """A sentence about the first difference of one image, or None."""
    level, location, box, ltrb, centerness = wanted
    key = set(zip(level.tolist(), location.tolist(), box.tolist()))
    got = list(zip(said["level"].tolist(), said["location"].tolist(), said["box"].tolist()))
    if set(got) != key or len(got) != len(key):
        return (f"winners (level, location, box) differ: only here {sorted(key - set(got))[:5]}, "
                f"only there {sorted(set(got) - key)[:5]}, {len(key)} and {len(got)} in all")
    if got != list(zip(level.tolist(), location.tolist(), box.tolist())):
        return "the positives are not ordered by level and location"
    for name, there, here in (("distances", said["ltrb"], ltrb), ("centerness", said["centerness"], centerness)):
        off = np.abs(there - here.astype(np.float64))
        if off.size and not off.max() <= 1e-6:
            return f"{name} differ by up to {off.max()}"
    return None


def main():
    check_reference()
    program, profile = sys.argv[1], sys.argv[2]
    with np.errstate(all="ignore"):
        images = list(random_images(int(sys.argv[3]) if len(sys.argv) > 3 else 1000))
    positives = failed = 0
    for number, ((width, height, boxes), said) in enumerate(zip(images, program_answers(program, profile, images))):
        with np.errstate(all="ignore"):
            wanted = assigned(boxes, width, height, profile)
        positives += len(wanted[0])
        sentence = difference(said, wanted)
        if sentence:
            failed += 1
            if failed <= 5:
                print(f"image {number} ({width} x {height}, {len(boxes)} boxes): {sentence}", file=sys.stderr)
    print(f"profile {profile}: {len(images)} images, {sum(len(i[2]) for i in images)} boxes, {positives} positives, "
          f"{failed} images differ")
    assert positives > 10 * len(images) or failed, "the images hold too few positives to prove anything"
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
