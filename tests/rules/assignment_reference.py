#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Target assignment, computed a second time and in another way.

The program walks box by box over the few locations inside each; this file compares every location with every box in
arrays (locations x boxes, float32), for each codebase in the way in which that codebase says it (specification, section
3.2), and shares no code with the program. It makes 1,000 random images whose boxes touch, nest, cross the border,
repeat, have equal areas or none, are tiny or huge, and sit on exact multiples of the strides and limits, so that every
comparison is met at equality; some images were resized or mirrored. It asks that each location's winner is the same
box, its distances agree to 1e-6 and its centerness to 1e-6.

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

f32 = np.float32
SEED = 20200613
INF = f32(1e8)  # the codebases' own "infinite" area


# --- where locations lie ---------------------------------------------------------------------------------------------


def cells(side, levels):
    """Cells along one side on P3..P7: every layer that halves maps n to ceil(n / 2), and P3 is the third."""
    n, found = side, []
    for layer in range(1, 3 + levels):
        n = (n + 1) // 2
        if layer >= 3:
            found.append(n)
    return found


def grid(width, height, limits, corner=False):
    """Every location of every level: level, index on the level, x, y (float32), stride and range limits."""
    parts, count = [], len(limits) - 1
    for level, (w, h) in enumerate(zip(cells(width, count), cells(height, count))):
        stride = 8 << level
        j, i = np.meshgrid(np.arange(h), np.arange(w), indexing="ij")
        if corner:  # torchvision: the cell's corner, and a step that follows the padded size
            x, y = i * (width // w), j * (height // h)
        else:  # the middle of the cell
            x, y = i * stride + stride / 2, j * stride + stride / 2
        parts.append((np.full(w * h, level), np.arange(w * h), x.ravel().astype(f32), y.ravel().astype(f32),
                      np.full(w * h, stride, dtype=f32), np.full(w * h, limits[level], dtype=f32),
                      np.full(w * h, limits[level + 1], dtype=f32)))
    return [np.concatenate(column) for column in zip(*parts)]


# --- the codebases: which box each location learns (-1: none) ---------------------------------------------------------


def distances(x, y, b):
    """l, t, r, b of every location to every box, [4, locations, boxes]."""
    px, py = x[:, None], y[:, None]
    return np.stack([px - b[None, :, 0], py - b[None, :, 1], b[None, :, 2] - px, b[None, :, 3] - py])


def inside_clipped_square(x, y, b, stride, radius):
    """The square of half side radius * stride round each centre, clipped to its box; strictly inside."""
    reach = (stride * f32(radius))[:, None]
    cx, cy = (b[:, 0] + b[:, 2])[None] / f32(2), (b[:, 1] + b[:, 3])[None] / f32(2)
    left, top = np.maximum(cx - reach, b[None, :, 0]), np.maximum(cy - reach, b[None, :, 1])
    right, bottom = np.minimum(cx + reach, b[None, :, 2]), np.minimum(cy + reach, b[None, :, 3])
    sides = np.stack([x[:, None] - left, y[:, None] - top, right - x[:, None], bottom - y[:, None]])
    return sides.min(axis=0) > 0


def smallest_of_those_left(area, allowed):
    """Areas of boxes that are not allowed become INF; the smallest wins, and INF is background."""
    areas = np.where(allowed, area[None], INF)
    winner = areas.argmin(axis=1)
    return np.where(areas[np.arange(len(areas)), winner] == INF, -1, winner)


def in_closed_range(ltrb, low, high):
    largest = ltrb.max(axis=0)
    return (largest >= low[:, None]) & (largest <= high[:, None])


def authors(x, y, stride, low, high, b, radius, plus):
    """tianzhi0549/FCOS, AdelaiDet and mmdetection: the centre square, where there is one, replaces the inside test."""
    ltrb = distances(x, y, b)
    inside = inside_clipped_square(x, y, b, stride, radius) if radius else ltrb.min(axis=0) > 0
    area = (b[:, 2] - b[:, 0] + f32(plus)) * (b[:, 3] - b[:, 1] + f32(plus))
    return smallest_of_those_left(area, inside & in_closed_range(ltrb, low, high))


def torchvision(x, y, stride, low, high, b):
    """The largest float32(1e8 - area) among the pairs that match; arrays find the first among equals."""
    cx, cy = (b[:, 0] + b[:, 2])[None] / f32(2), (b[:, 1] + b[:, 3])[None] / f32(2)
    match = np.maximum(np.abs(x[:, None] - cx), np.abs(y[:, None] - cy)) < f32(1.5) * stride[:, None]
    ltrb = distances(x, y, b)
    match &= ltrb.min(axis=0) > 0
    largest = ltrb.max(axis=0)
    match &= (largest > low[:, None]) & (largest < high[:, None])
    quality = match.astype(f32) * (INF - (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]))[None]
    winner = quality.argmax(axis=1)
    return np.where(quality.max(axis=1) < f32(1e-5), -1, winner)


def simple_aicv(x, y, stride, low, high, b):
    """Distances are multiplied by 0 where a test fails; what is left positive counts, and the smallest box wins."""
    left = distances(x, y, b)
    left = left * (left.min(axis=0) > 0)
    left = left * (left.max(axis=0) > np.where(low == 0, f32(-1), low)[:, None])
    left = left * (left.max(axis=0) < high[:, None])
    cx, cy = (b[:, 0] + b[:, 2])[None] / f32(2), (b[:, 1] + b[:, 3])[None] / f32(2)
    away = np.sqrt((x[:, None] - cx) ** 2 + (y[:, None] - cy) ** 2)
    left = left * (stride[:, None] * f32(1.5) > away)
    total = left.sum(axis=0)
    area = (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
    winner = np.where(total == 0, INF, area[None]).argmin(axis=1)
    return np.where(total.sum(axis=1) > 0, winner, -1)


def paper(x, y, stride, low, high, b):
    """Our own: the paper's words with the journal's centre square."""
    ltrb = distances(x, y, b)
    allowed = (ltrb.min(axis=0) > 0) & inside_clipped_square(x, y, b, stride, 1.5) & in_closed_range(ltrb, low, high)
    return smallest_of_those_left((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]), allowed)


FIVE, THREE = (0, 64, 128, 256, 512, math.inf), (0, 64, 128, math.inf)
PROFILES = {  # profile: rule, range limits, whether locations are corners, whether boxes end at their last pixel
    "fcoscope": (paper, FIVE, False, False),
    "tz-orig": (lambda *a: authors(*a, radius=0, plus=1), FIVE, False, True),
    "tz-imprv": (lambda *a: authors(*a, radius=1.5, plus=1), FIVE, False, True),
    "ad": (lambda *a: authors(*a, radius=1.5, plus=0), FIVE, False, False),
    "ad-rt": (lambda *a: authors(*a, radius=1.5, plus=0), THREE, False, False),
    "tv": (torchvision, FIVE, True, False),
    "mm-base": (lambda *a: authors(*a, radius=0, plus=0), FIVE, False, False),
    "mm-tricks": (lambda *a: authors(*a, radius=1.5, plus=0), FIVE, False, False),
    "zg": (simple_aicv, FIVE, False, False),
}


def network_boxes(boxes, width, height, scale, mirrored, inclusive):
    """Boxes (continuous, in the image) as a codebase resizes and mirrors them; `inclusive` ones lose their last pixel
    before."""
    x1, y1, x2, y2 = (boxes - np.array([0, 0, 1, 1]) if inclusive else boxes).T * scale
    if mirrored:
        x1, x2 = width - (1 if inclusive else 0) - x2, width - (1 if inclusive else 0) - x1
    return np.stack([x1, y1, x2, y2], axis=1)


def cells_of_levels(width, height, profile):
    """How many locations each level has."""
    levels = len(PROFILES[profile][1]) - 1
    return [w * h for w, h in zip(cells(width, levels), cells(height, levels))]


def assigned(boxes, width, height, profile, scale=1, mirrored=False):
    """(level, location, box, ltrb, centerness) of the locations that learn a box, in order of level and location."""
    inclusive = PROFILES[profile][3]
    return assigned_in_network(network_boxes(boxes, width, height, scale, mirrored, inclusive), width, height, profile)


def assigned_in_network(boxes, width, height, profile):
    """The same of boxes in the network's input, as the codebase's assigner is given them."""
    rule, limits, corner, _ = PROFILES[profile]
    level, index, x, y, stride, low, high = grid(width, height, limits, corner)
    b = boxes.astype(f32).reshape(-1, 4)
    # What has no area, or is no box, reaches nobody's assigner.
    real = np.nonzero(np.isfinite(b).all(axis=1) & (b[:, 2] > b[:, 0]) & (b[:, 3] > b[:, 1]))[0]
    if len(real) == 0:
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing, nothing, np.zeros((0, 4), dtype=f32), np.zeros(0, dtype=f32)
    winner = rule(x, y, stride, low, high, b[real])
    at = np.nonzero(winner >= 0)[0]
    box = b[real[winner[at]]]
    left, top, right, bottom = x[at] - box[:, 0], y[at] - box[:, 1], box[:, 2] - x[at], box[:, 3] - y[at]
    centerness = np.sqrt((np.minimum(left, right) / np.maximum(left, right))
                         * (np.minimum(top, bottom) / np.maximum(top, bottom)))
    return level[at], index[at], real[winner[at]], np.stack([left, top, right, bottom], axis=1), centerness


def check_reference():
    """The specification's golden vectors (section 3.3), so that the reference itself is known to be right: boxes as x,
    y, width, height on 1088 x 800 pixels, then the positives of each level and the sum of centerness."""
    for xywh, expected in (
            ((100, 100, 128, 128), {"tz-orig": ([1, 64, 0, 0, 0], 21.676102), "tz-imprv": ([1, 9, 0, 0, 0], 7.132877),
                                    "mm-base": ([1, 64, 0, 0, 0], 21.944513), "ad": ([1, 9, 0, 0, 0], 7.201362),
                                    "tv": ([0, 9, 0, 0, 0], 6.201362), "zg": ([0, 8, 0, 0, 0], 5.677553)}),
            ((64, 64, 256, 256), {"tz-orig": ([0, 0, 64, 0, 0], 20.927869), "tz-imprv": ([0, 0, 9, 0, 0], 5.949160),
                                  "mm-base": ([0, 0, 64, 0, 0], 21.062598), "fcoscope": ([0, 0, 4, 0, 0], 3.111111),
                                  "tv": ([0, 0, 8, 0, 0], 5.498387), "zg": ([0, 0, 4, 0, 0], 3.111111)}),
            ((300, 200, 600, 500), {"tz-orig": ([0, 0, 0, 56, 6], 22.632153), "mm-tricks": ([0, 0, 0, 9, 0], 6.285175),
                                    "tz-imprv": ([0, 0, 0, 9, 0], 6.272955), "tv": ([0, 0, 0, 9, 0], 6.277675),
                                    "mm-base": ([0, 0, 0, 56, 6], 22.697559), "zg": ([0, 0, 0, 7, 0], 5.200460)})):
        x, y, w, h = xywh
        for profile, (levels, total) in expected.items():
            level, _, _, _, centerness = assigned(np.array([[x, y, x + w, y + h]], dtype=float), 1088, 800, profile)
            assert np.bincount(level, minlength=5).tolist() == levels, (profile, xywh)
            assert abs(float(centerness.astype(np.float64).sum()) - total) < 2e-6, (profile, xywh)


# --- random images ----------------------------------------------------------------------------------------------------


def random_box(random, width, height, other):
    kind = random.integers(0, 14) if other is not None else random.integers(0, 5)
    if kind <= 1:  # anywhere, of any size from a pixel to the image, fractional or whole
        w, h = np.exp(random.uniform(0, np.log([width, height])))
        x, y = random.uniform(-0.2 * w, width - 0.8 * w), random.uniform(-0.2 * h, height - 0.8 * h)
        return [x, y, x + w, y + h] if kind else np.floor([x, y, x + w, y + h])
    if kind <= 4:  # corners on multiples of half a stride: locations on borders, ranges and regions met exactly
        unit, pixel = random.choice([4, 8, 16, 32, 64]), random.integers(2)  # so, too, if the last pixel is taken off
        x1, x2 = np.sort(random.integers(0, width // unit + 2, 2)) * unit
        y1, y2 = np.sort(random.integers(0, height // unit + 2, 2)) * unit
        return [x1, y1, x2 + pixel, y2 + pixel]
    x1, y1, x2, y2 = other
    if kind == 5:  # the very same box again
        return other
    if kind == 6:  # touching: shares a side
        w, h = random.uniform(1, 150, 2)
        return [x2, y1, x2 + w, y1 + h]
    if kind == 7:  # nested: the same centre, smaller
        factor = random.choice([0.25, 0.5, 0.9])
        return [(x1 + x2 - (x2 - x1) * factor) / 2, (y1 + y2 - (y2 - y1) * factor) / 2,
                (x1 + x2 + (x2 - x1) * factor) / 2, (y1 + y2 + (y2 - y1) * factor) / 2]
    if kind == 8:  # the same area, upright instead of lying
        return [x1, y1, x1 + (y2 - y1), y1 + (x2 - x1)]
    if kind == 9:  # the same area but for less than the 8 square pixels in which torchvision compares
        return [x1, y1, x2, y2 + random.uniform(-4, 4) / max(x2 - x1, 1)]
    if kind == 10:  # across the border
        x, y = random.choice([0, width]), random.uniform(0, height)
        w, h = random.uniform(4, 300, 2)
        return [x - w / 2, y - h / 2, x + w / 2, y + h / 2]
    if kind == 11:  # huge: much larger than the image
        return [-random.uniform(0, 2000), -random.uniform(0, 2000), width + random.uniform(0, 2000), height + 512.0]
    x, y = random.uniform(0, width), random.uniform(0, height)
    if kind == 12:  # tiny: a pixel or less, perhaps round a location
        x, y = (np.floor([x, y]) // 4 * 4 if random.integers(2) else (x, y))
        half = random.choice([0.001, 0.25, 0.5, 0.75, 1])
        return [x - half, y - half, x + half, y + half]
    # nothing to learn: no width, no height, inside out, not a number, without end
    return [[x, y, x, y + 50], [x, y, x + 50, y], [x + 30, y + 30, x, y], [x, y, math.nan, y + 20],
            [x, y, math.inf, y + 20]][random.integers(5)]


def random_images(count):
    """Size of the network's input, scale from the image, whether it was mirrored, boxes in the image (float64)."""
    random = np.random.default_rng(SEED)
    for number in range(count):
        width, height = (int(side) for side in random.integers(1, 26, 2) * 32)
        if number % 10 == 9:  # not a multiple of 32: rounding in the cells of every level
            width, height = (int(side) for side in random.integers(20, 900, 2))
        scale = float(random.choice([1, 1, 1, 0.5, 2, random.uniform(0.3, 3)]))
        boxes = []
        for _ in range(int(random.integers(0, 61))):
            other = boxes[random.integers(len(boxes))] if boxes else None
            boxes.append([float(side) for side in random_box(random, width, height, other)])
        yield width, height, scale, bool(number % 3 == 2), np.array(boxes, dtype=np.float64).reshape(-1, 4) / scale


# --- the program's answers --------------------------------------------------------------------------------------------

RECORD = np.dtype([("level", "<i4"), ("location", "<i4"), ("box", "<i4"), ("ltrb", "<f8", 4), ("centerness", "<f8")])


def program_answers(program, profile, images):
    with tempfile.TemporaryDirectory() as folder:
        asked, said = os.path.join(folder, "asked"), os.path.join(folder, "said")
        with open(asked, "wb") as file:
            file.write(np.int32(len(images)).astype("<i4").tobytes())
            for width, height, scale, mirrored, boxes in images:
                file.write(np.array([width, height, mirrored, len(boxes)], dtype="<i4").tobytes())
                file.write(np.array([scale], dtype="<f8").tobytes())
                file.write(network_boxes(boxes, width, height, scale, mirrored, False).astype("<f8").tobytes())
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
    key = list(zip(level.tolist(), location.tolist(), box.tolist()))
    got = list(zip(said["level"].tolist(), said["location"].tolist(), said["box"].tolist()))
    if got != key:
        return (f"winners (level, location, box) differ: only here {sorted(set(key) - set(got))[:5]}, "
                f"only there {sorted(set(got) - set(key))[:5]}, {len(key)} and {len(got)} in all")
    for name, there, here in (("distances", said["ltrb"], ltrb), ("centerness", said["centerness"], centerness)):
        off = np.abs(there - here.astype(np.float64))
        if off.size and not off.max() <= 1e-6:
            return f"{name} differ by up to {off.max()}"
    return None


def main():
    check_reference()
    program, profile = sys.argv[1], sys.argv[2]
    positives = failed = 0
    with np.errstate(all="ignore"):
        images = list(random_images(int(sys.argv[3]) if len(sys.argv) > 3 else 1000))
        for number, (image, said) in enumerate(zip(images, program_answers(program, profile, images))):
            width, height, scale, mirrored, boxes = image
            wanted = assigned(boxes, width, height, profile, scale, mirrored)
            positives += len(wanted[0])
            sentence = difference(said, wanted)
            if sentence:
                failed += 1
                if failed <= 5:
                    print(f"image {number} ({width} x {height}, {len(boxes)} boxes): {sentence}", file=sys.stderr)
    print(f"profile {profile}: {len(images)} images, {sum(len(i[4]) for i in images)} boxes, {positives} positives, "
          f"{failed} images differ")
    assert positives > 10 * len(images) or failed, "the images hold too few positives to prove anything"
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
