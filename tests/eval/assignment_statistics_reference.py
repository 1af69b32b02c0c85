#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The statistics of a data set's assignment, computed a second time and in another way.

Reads the label files itself, compares every location with every box in arrays (locations x boxes, float32) as the
specification words each codebase (sections 2, 3.2 and 5.1), counts, and holds every number against `fcos assign --json`:
recall, positives and ambiguity of the pyramid and of a single level of stride 16, by level, size and class, the pairs of
classes, and which labels no location learns.

    assignment_statistics_reference.py FCOS SHARED [--print]

Exit code 0: all equal; 1: not; 77: NumPy or the data sets are missing (ctest calls that skipped).
"""
import collections
import json
import math
import pathlib
import subprocess
import sys
import xml.etree.ElementTree

try:
    import numpy as np
except ImportError:
    print("SKIPPED: NumPy is missing, the statistics were NOT compared with the reference.", file=sys.stderr)
    sys.exit(77)

f32 = np.float32
PROFILES = ["fcoscope", "tz-orig", "tz-imprv", "tv", "zg"]
BINS = ["small", "medium", "large"]
Thing = collections.namedtuple("Thing", "position box cls area")  # box: x1, y1, x2, y2 in the image


# --- label files ---


def things_of(raw, width, height):
    """Labels that are trained on; raw: (position in the file's order, box, class, area, crowd)."""
    kept, left_out, position = [], 0, -1
    for box, cls, area, crowd in raw:
        if not (box[2] > box[0] and box[3] > box[1]):
            continue  # never becomes a label
        out = box[0] < -0.5 or box[1] < -0.5 or box[2] > width + 0.5 or box[3] > height + 0.5
        cut = [min(max(v, 0), side) for v, side in zip(box, (width, height, width, height))]
        if out and not (cut[2] > cut[0] and cut[3] > cut[1]):
            continue
        position += 1
        if crowd or not (cut[2] > cut[0] and cut[3] > cut[1]):
            left_out += 1
            continue
        shown = cut if out else box
        own = area if area is not None else (shown[2] - shown[0]) * (shown[3] - shown[1])
        kept.append(Thing(position, cut, cls, own))
    return kept, left_out


def read_coco(path):
    data = json.loads(path.read_text())
    names = {c["id"]: c["name"] for c in data["categories"]}
    raw = collections.defaultdict(list)
    for a in data["annotations"]:
        x, y, w, h = a["bbox"]
        raw[a["image_id"]].append(([x, y, x + w, y + h], names[a["category_id"]], a.get("area"), a["iscrowd"]))
    for image in sorted(data["images"], key=lambda i: i["id"]):
        size = image["width"], image["height"]
        yield (image["file_name"], size, *things_of(raw[image["id"]], *size))


def read_voc(folder):
    for path in sorted((folder / "Annotations").glob("*.xml")):
        root = xml.etree.ElementTree.parse(path).getroot()
        size = int(root.findtext("size/width")), int(root.findtext("size/height"))
        raw = []
        for thing in root.findall("object"):
            box = [float(thing.findtext(f"bndbox/{side}")) for side in ("xmin", "ymin", "xmax", "ymax")]
            raw.append((box, thing.findtext("name"), None, False))
        yield (path.stem + ".jpg", size, *things_of(raw, *size))


# --- one image under one profile ---


def resized(profile, width, height):
    short, long = min(width, height), max(width, height)
    if profile == "zg":
        scale = 1024 / long
        return round(width * scale), round(height * scale)
    if profile.startswith("tz"):
        target = 800
        if long / short * 800 > 1333:
            target = round(1333 * short / long)
        other = int(target * long / short)
        return (target, other) if width < height else (other, target)
    scale = min(800 / short, 1333 / long)
    more = 0 if profile == "tv" else 1e-9
    return math.floor(width * scale + more), math.floor(height * scale + more)


def grid(profile, stride, padded):
    """Locations of one level, y outer, x inner."""
    cells = list(padded)
    for _ in range(int(math.log2(stride))):
        cells = [(n + 1) // 2 for n in cells]
    if profile == "tv":
        along = [np.arange(n) * (side // n) for n, side in zip(cells, padded)]
    else:
        along = [np.arange(n) * stride + stride / 2 for n in cells]
    y, x = np.meshgrid(along[1], along[0], indexing="ij")
    return x.ravel().astype(f32), y.ravel().astype(f32)


def claims_on(profile, x, y, boxes, stride, low, high):
    """[locations, boxes]: whether every test is passed."""
    x1, y1, x2, y2 = boxes.T[:, None, :]
    left, top, right, bottom = x[:, None] - x1, y[:, None] - y1, x2 - x[:, None], y2 - y[:, None]
    passed = np.minimum(np.minimum(left, right), np.minimum(top, bottom)) > 0
    cx, cy, radius = (x1 + x2) / f32(2), (y1 + y2) / f32(2), f32(1.5 * stride)
    dx, dy = np.abs(x[:, None] - cx), np.abs(y[:, None] - cy)
    if profile == "tv":
        passed &= np.maximum(dx, dy) < radius
    elif profile == "zg":
        passed &= np.sqrt(dx * dx + dy * dy) < radius
    elif profile != "tz-orig":
        passed &= (x[:, None] > cx - radius) & (x[:, None] < cx + radius)
        passed &= (y[:, None] > cy - radius) & (y[:, None] < cy + radius)
    far = np.maximum(np.maximum(left, right), np.maximum(top, bottom))
    if profile in ("tv", "zg"):
        return passed & (far > f32(low)) & (far < f32(high))
    return passed & (far >= f32(low)) & (far <= f32(high))


def winners(profile, claims, boxes):
    """The box that each location learns, -1 for none."""
    more = f32(1 if profile.startswith("tz") else 0)
    area = (boxes[:, 2] - boxes[:, 0] + more) * (boxes[:, 3] - boxes[:, 1] + more)
    if profile == "tv":
        quality = claims.astype(f32) * (f32(1e8) - area)[None, :]
        return np.where(quality.max(1) < 1e-5, -1, quality.argmax(1))
    cost = np.where(claims, area[None, :], f32(np.inf))
    return np.where(claims.any(1), cost.argmin(1), -1)


class Arrangement:
    """The counts of one arrangement of levels over all images."""

    def __init__(self, profile, levels):
        self.profile, self.levels = profile, levels  # levels: (stride, low, high)
        self.count = collections.Counter()
        self.pairs = collections.defaultdict(lambda: np.zeros(3, int))

    def add(self, size, things):
        """Positives of each label."""
        width, height = resized(self.profile, *size)
        divisor = 1024 if self.profile == "zg" else 32
        padded = [-(-side // divisor) * divisor for side in (width, height)]
        scale = np.array([width / size[0], height / size[1]] * 2)
        boxes = np.array([t.box for t in things], float).reshape(-1, 4) * scale
        boxes = np.clip(boxes, 0, np.array([width, height] * 2))
        if self.profile.startswith("tz"):
            boxes[:, 2:] -= scale[2:]
        boxes = boxes.astype(f32)
        usable = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        classes = np.array([t.cls for t in things])
        bins = [0 if t.area < 32**2 else 1 if t.area < 96**2 else 2 for t in things]
        positives = np.zeros(len(things), int)
        for level, (stride, low, high) in enumerate(self.levels):
            x, y = grid(self.profile, stride, padded)
            self.count["locations", level] += len(x)
            if not things:
                continue
            claims = claims_on(self.profile, x, y, boxes, stride, low, high) & usable
            learnt = winners(self.profile, claims, boxes)
            mine = np.bincount(learnt[learnt >= 0], minlength=len(things))
            positives += mine
            self.count["recalled", level] += int((mine > 0).sum())
            for size_bin, number in zip(bins, mine):
                self.count["positives", level, size_bin] += int(number)
                self.count["positives", level] += int(number)
            self.add_ambiguous(level, claims, learnt, classes)
        for thing, size_bin, number in zip(things, bins, positives):
            for key in (("all",), ("size", size_bin), ("class", thing.cls)):
                self.count["labels", *key] += 1
                self.count["recalled", *key] += number > 0
            self.count["class positives", thing.cls] += int(number)
            self.count["bin", sum(number >= start for start in (1, 3, 6, 11))] += 1
        return positives

    def add_ambiguous(self, level, claims, learnt, classes):
        for location in np.flatnonzero((claims.sum(1) > 1) & (learnt >= 0)):
            claiming = collections.Counter(classes[claims[location]])
            won = classes[learnt[location]]
            self.count["ambiguous", level] += 1
            self.count["across", level] += len(claiming) > 1
            for a in claiming:
                for b in claiming:
                    if a < b or (a == b and claiming[a] > 1):
                        self.pairs[a, b] += [1, won == a, won == b]

    def sum(self, what):
        return sum(self.count[what, level] for level in range(len(self.levels)))


# --- the comparison ---


def arrangement_of(profile):
    limits = [0, 64, 128, 256, 512, math.inf]
    return Arrangement(profile, [(8 * 2**i, limits[i], limits[i + 1]) for i in range(5)])


def compare(ours, theirs, where, wrong):
    if isinstance(ours, dict):
        for key in sorted(set(ours) | set(theirs)):
            compare(ours.get(key), theirs.get(key), f"{where} {' × '.join(key)}", wrong)
    elif ours != theirs:
        wrong.append(f"{where}: fcos says {ours}, the reference {theirs}")


def compare_arrangement(said, count, where, wrong):
    compare(said["recalled"], count.count["recalled", "all"], where + " recalled", wrong)
    compare(said["positives"], count.sum("positives"), where + " positives", wrong)
    compare(said["ambiguous"], count.sum("ambiguous"), where + " ambiguous", wrong)
    compare(said["ambiguous_across_classes"], count.sum("across"), where + " across classes", wrong)
    for i, size_bin in enumerate(BINS):
        for key in ("labels", "recalled"):
            compare(said["by_size"][size_bin][key], count.count[key, "size", i], f"{where} {size_bin} {key}", wrong)
    for i, level in enumerate(said["levels"]):
        at = f"{where} {level['level']}"
        compare(level["locations"], count.count["locations", i], at + " locations", wrong)
        compare(level["positives"], count.count["positives", i], at + " positives", wrong)
        compare(level["recalled"], count.count["recalled", i], at + " recalled", wrong)
        compare(level["ambiguous"], count.count["ambiguous", i], at + " ambiguous", wrong)
        compare(level["ambiguous_across_classes"], count.count["across", i], at + " across classes", wrong)
        for j, size_bin in enumerate(BINS):
            compare(level["positives_by_size"][size_bin], count.count["positives", i, j], f"{at} {size_bin}", wrong)
    share = said["ambiguous"] / said["positives"]
    compare(round(said["ambiguous_share"], 12), round(share, 12), where + " share", wrong)


def compare_all(said, pyramid, single, unlearnable, left_out, where):
    wrong = []
    compare(said["labels"], pyramid.count["labels", "all"], where + " labels", wrong)
    compare(said["left_out"], left_out, where + " left out", wrong)
    compare_arrangement(said["pyramid"], pyramid, where + " pyramid", wrong)
    compare_arrangement(said["single_level"], single, where + " single level", wrong)
    for entry in said["classes"]:
        counts = [pyramid.count[what, entry["class"]] for what in ("class positives",)]
        counts += [pyramid.count[what, "class", entry["class"]] for what in ("labels", "recalled")]
        compare([entry["positives"], entry["labels"], entry["recalled"]], counts, f"{where} {entry['class']}", wrong)
    for i, entry in enumerate(said["positives_per_label"]):
        compare(entry["labels"], pyramid.count["bin", i], f"{where} labels with {entry['from']} positives or more", wrong)
    theirs = {pair: list(map(int, numbers)) for pair, numbers in pyramid.pairs.items()}
    ours = {}
    for pair in said["pairs"]:
        a, b = pair["classes"]
        learn = pair["learn"]
        ours[(a, b) if a <= b else (b, a)] = [pair["locations"], *(learn if a <= b else learn[::-1])]
    compare(ours, theirs, where + " pairs", wrong)
    compare({(pathlib.Path(u["image"]).name, u["label"]) for u in said["unlearnable"]}, unlearnable,
            where + " unlearnable", wrong)
    return wrong


def check(fcos, path, images, profile, wanted_print):
    run = subprocess.run([fcos, "assign", str(path), "--json", "--profile", profile], capture_output=True, text=True, check=True)
    said = json.loads(run.stdout)
    pyramid, single = arrangement_of(profile), Arrangement(profile, [(16, 0, math.inf)])
    unlearnable, left_out = set(), 0
    for name, size, things, out in images:
        left_out += out
        positives = pyramid.add(size, things)
        single.add(size, things)
        unlearnable |= {(name, thing.position) for thing, number in zip(things, positives) if number == 0}
    if wanted_print:
        print(f"{path.name} {profile}: recall {pyramid.count['recalled', 'all']} / {pyramid.count['labels', 'all']}, single "
              f"{single.count['recalled', 'all']}; ambiguous {pyramid.sum('ambiguous')} / {pyramid.sum('positives')}, across "
              f"{pyramid.sum('across')}; single {single.sum('ambiguous')} / {single.sum('positives')}, across {single.sum('across')}")
    return compare_all(said, pyramid, single, unlearnable, left_out, f"{path.name} {profile}")


def main():
    fcos, shared = sys.argv[1], pathlib.Path(sys.argv[2])
    sets = [(shared / "datasets/coco-mini/instances_val2017.json", read_coco), (shared / "datasets/bccd/BCCD", read_voc)]
    sets = [(path, list(read(path))) for path, read in sets if path.exists()]
    if not sets:
        print(f"SKIPPED: no data sets in {shared}, the statistics were NOT compared.", file=sys.stderr)
        sys.exit(77)
    wrong = []
    for path, images in sets:
        for profile in PROFILES:
            wrong += check(fcos, path, images, profile, "--print" in sys.argv)
    print("\n".join(wrong[:40]) if wrong else f"{len(sets)} data sets, {len(PROFILES)} profiles: every number equal")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
