#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pycocotools makes of the COCO files that `fcos convert` writes.

    coco_reference.py FCOS

Counts of images, annotations and boxes of each category against the source's own; ids from 1; detections equal to the
labels find all of them (AP 1), which they do not in a file whose annotations are numbered from 0.
"""
import collections
import contextlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

try:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval
except ImportError:
    print("SKIPPED: pycocotools is missing; no COCO file was held against it")
    sys.exit(77)


def load(path):
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(path))


def counts(coco):
    names = {c["id"]: c["name"] for c in coco.loadCats(coco.getCatIds())}
    each = collections.Counter(names[a["category_id"]] for a in coco.loadAnns(coco.getAnnIds()))
    return len(coco.getImgIds()), len(coco.getAnnIds()), dict(each)


def recall_of_itself(path):
    """Average recall of the labels as their own detections, without crowds."""
    coco = load(path)
    found = [
        {"image_id": a["image_id"], "category_id": a["category_id"], "bbox": a["bbox"], "score": 0.9}
        for a in coco.loadAnns(coco.getAnnIds(iscrowd=False))
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation = COCOeval(coco, coco.loadRes(found), "bbox")
        evaluation.params.maxDets = [1, 100, 1000]
        evaluation.evaluate()
        evaluation.accumulate()
    recall = evaluation.eval["recall"][:, :, 0, 2]
    return recall[recall >= 0].mean()


def convert(fcos, source, target, *more):
    subprocess.run([fcos, "convert", str(source), str(target), "--notes", "0", *more], check=True, capture_output=True)
    return target


def check(what, ours, theirs):
    if ours != theirs:
        sys.exit(f"{what}: {ours}, but it should be {theirs}")
    print(f"{what}: {ours}")


def check_file(path, images, boxes, each):
    coco = load(path)
    check(f"{path.name}, images, annotations, boxes of each class", counts(coco), (images, boxes, each))
    ids = sorted(coco.getAnnIds())
    check(f"{path.name}, ids from 1 without gaps", ids == list(range(1, boxes + 1)), True)
    check(f"{path.name}, recall of its own labels", recall_of_itself(path), 1.0)


def bccd(fcos, shared, out):
    folder = shared / "datasets/bccd/BCCD"
    each, files = collections.Counter(), sorted((folder / "Annotations").glob("*.xml"))
    for file in files:
        for thing in xml.etree.ElementTree.parse(file).iter("object"):
            x1, y1, x2, y2 = (float(thing.find("bndbox").findtext(k)) for k in ("xmin", "ymin", "xmax", "ymax"))
            each[thing.findtext("name")] += x2 > x1 and y2 > y1
    check_file(convert(fcos, folder, out / "bccd.json"), len(files), sum(each.values()), dict(each))
    # On the way through every other format, too.
    for format in ["yolo", "labelme", "voc"]:
        convert(fcos, folder, out / format, "--to", format)
        more = ["--images", str(folder)] if format == "yolo" else []
        path = convert(fcos, out / format, out / f"by_{format}.json", *more)
        check_file(path, len(files), sum(each.values()), dict(each))


def coco_mini(fcos, shared, out):
    source = shared / "datasets/coco-mini/instances_val2017.json"
    path = convert(fcos, source, out / "mini.json")
    check("coco-mini, images, annotations, boxes of each class", counts(load(path)), counts(load(source)))
    before, after = json.loads(source.read_text()), json.loads(path.read_text())
    check("coco-mini, everything but ids is equal", without_ids(after) == without_ids(before), True)
    check("coco-mini, recall of its own labels", recall_of_itself(path), recall_of_itself(source))


def without_ids(coco):
    """Numbers by value: 412 is 412.0."""
    annotations = [{k: v for k, v in a.items() if k != "id"} for a in coco["annotations"]]
    annotations.sort(key=lambda a: (a["image_id"], a["category_id"], a["bbox"]))
    images = sorted(coco["images"], key=lambda image: image["id"])
    return {**coco, "images": images, "annotations": annotations}


def from_zero(fcos, out):
    """As labelme's and X-AnyLabeling's exporters number them."""
    boxes = [[10, 10, 20, 20], [50, 10, 20, 30]]
    text = {
        "images": [{"id": i, "file_name": f"{i}.png", "width": 100, "height": 80} for i in range(2)],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [
            {"id": i, "image_id": i, "category_id": 1, "bbox": box, "area": box[2] * box[3], "iscrowd": 0}
            for i, box in enumerate(boxes)
        ],
    }
    source = out / "zero.json"
    source.write_text(json.dumps(text))
    check("from 0, recall of its own labels before", recall_of_itself(source) < 1, True)
    check("from 0, recall of its own labels after", recall_of_itself(convert(fcos, source, out / "one.json")), 1.0)


def main():
    fcos = sys.argv[1]
    shared = pathlib.Path(os.environ.get("FCOSCOPE_SHARED", ""))
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder)
        from_zero(fcos, out)
        if not (shared / "datasets").is_dir():
            print("SKIPPED: FCOSCOPE_SHARED/datasets is missing; only a file made here was held against pycocotools")
            sys.exit(77)
        bccd(fcos, shared, out)
        coco_mini(fcos, shared, out)


if __name__ == "__main__":
    main()
