#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a COCO label file with random boxes of the sizes that COCO's have, and no images.

    make_coco.py FILE [--images N] [--boxes N] [--seed N]

Image sizes, the number of boxes of an image, the shares of small, medium and large boxes (41, 34 and 25 %), their shapes
and the frequencies of 80 classes resemble val2017; nothing else does. The same numbers give the same file everywhere.
"""
import argparse
import json
import math
import random

SIZES = [((640, 480), 0.45), ((480, 640), 0.15), ((640, 427), 0.2), ((427, 640), 0.1), ((500, 375), 0.05), ((612, 612), 0.05)]
SIDES = [((4, 32), 0.41), ((32, 96), 0.34), ((96, 420), 0.25)]  # root of a box's area, px


def pick(random_, weighted):
    values, weights = zip(*weighted)
    return random_.choices(values, weights)[0]


def box_in(random_, width, height):
    low, high = pick(random_, SIDES)
    side = math.exp(random_.uniform(math.log(low), math.log(high)))
    shape = math.exp(random_.gauss(0, 0.45))
    w, h = min(side * shape, width), min(side / shape, height)
    return [round(random_.uniform(0, width - w), 2), round(random_.uniform(0, height - h), 2), round(w, 2), round(h, 2)]


def coco(images, boxes, seed):
    random_ = random.Random(seed)
    entries, annotations = [], []
    for i in range(images):
        width, height = pick(random_, SIZES)
        entries.append({"id": i + 1, "file_name": f"{i + 1:012}.jpg", "width": width, "height": height})
    crowding = [random_.expovariate(1) for _ in range(images)]
    frequency = [1 / (rank + 1) for rank in range(80)]
    for i, image in enumerate(sorted(random_.choices(range(images), crowding, k=boxes))):
        box = box_in(random_, entries[image]["width"], entries[image]["height"])
        annotations.append({"id": i + 1, "image_id": image + 1, "bbox": box, "area": round(box[2] * box[3], 2), "iscrowd": 0,
                            "category_id": random_.choices(range(1, 81), frequency)[0]})
    categories = [{"id": i, "name": f"class {i}"} for i in range(1, 81)]
    return {"images": entries, "annotations": annotations, "categories": categories}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--images", type=int, default=5000)
    parser.add_argument("--boxes", type=int, default=36000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with open(arguments.file, "w", encoding="utf-8") as file:
        json.dump(coco(arguments.images, arguments.boxes, arguments.seed), file)


if __name__ == "__main__":
    main()
