#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accuracy against training time, ours and torchvision's FCOS: the same network, data, steps and batch, in one run.

    tests/bench/compare_accuracy.py BCCD [--runs nothing:20 default:20 nothing:200 default:200] [--seed 1]
                                    [--fcos build/release/app/cli/fcos] [--work build/accuracy]

BCCD is the data set's folder with JPEGImages. The first N pictures of its `train` list, shuffled by the seed, are
trained on; all of its `test` list is measured on, eight times. The network is that of the packaged model (half-wide
ResNet-18, 96 channels, two-layer towers), samples are 384 x 288, and AdamW, the rate and its course, the clipping, the
batch and the number of steps are the same; so is the augmentation, as near as torchvision's transforms come. Ours
averages its weights, which torchvision's recipes for detectors do not.

From the packaged model the classes have other names, so that the class prediction begins anew; torchvision's network
begins with the same weights, half a cell added to its distances because its locations are the cells' corners (the
levels' factors of 0.90 to 1.01 have no place there). That model saw all of BCCD's training pictures before: such a run shows how fast known
features are put to use, not how well they carry over.

Both train at the same time with one thread each, pinned to two processors. Times are those between steps, without the
first one and without measuring. It runs in the Python environment of compare_onnxruntime.py, and writes what was found to WORK/RUN-seed.json.
"""
import argparse
import json
import math
import os
import pathlib
import random
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from compare_onnxruntime import ROOT, enter_environment, import_torchvision  # noqa: E402

WIDTH, HEIGHT, MEASUREMENTS, SCORE = 384, 288, 8, 0.05
# batch, epochs, learning rate, warm-up and averaging are what the program's own form suggests for that start and so
# many images
RECIPES = {"nothing:20": (4, 80, 1e-3, 40, 0.975), "default:20": (4, 24, 3e-4, 12, 0.917),
           "nothing:200": (8, 40, 1e-3, 100, 0.99), "default:200": (8, 16, 3e-4, 40, 0.975)}


# ---- the data ---------------------------------------------------------------------------------------------------

def write_data(bccd, fcos, folder, count, seed, renamed):
    """train.json and test.json, the same for both."""
    for split in ("train", "test"):
        subprocess.run([fcos, "convert", f"{bccd}:{split}", folder / f"all-{split}.json", "--to", "coco"], check=True,
                       stdout=subprocess.DEVNULL)
        data = json.loads((folder / f"all-{split}.json").read_text())
        if split == "train":
            data["images"].sort(key=lambda image: image["file_name"])
            random.Random(seed).shuffle(data["images"])
            data["images"] = data["images"][:count]
        kept = {image["id"] for image in data["images"]}
        data["annotations"] = [a for a in data["annotations"] if a["image_id"] in kept]
        for image in data["images"]:
            image["file_name"] = pathlib.Path(image["file_name"]).name
        if renamed:
            for category in data["categories"]:
                category["name"] = "new " + category["name"]
        (folder / f"{split}.json").write_text(json.dumps(data))


# ---- ours -------------------------------------------------------------------------------------------------------

def start_ours(arguments, folder, start, recipe, core):
    batch, epochs, rate, warm_up, decay = recipe
    run = folder / "run"
    shutil.rmtree(run, ignore_errors=True)
    command = [arguments.fcos, "train", folder / "train.json", "--validate", folder / "test.json", "--run", run,
               "--images", arguments.bccd / "JPEGImages", "--epochs", epochs, "--batch", batch, "--learning-rate", rate,
               "--warmup-steps", warm_up, "--ema-decay", decay, "--train-width", WIDTH, "--train-height", HEIGHT, "--short-side", HEIGHT,
               "--long-side", WIDTH, "--seed", arguments.seed, "--threads", 1,
               "--validate-every", max(1, epochs // MEASUREMENTS)]
    if start == "default":
        command += ["--start-from", ROOT / "resources/models/default.safetensors"]
    else:
        command += ["--backbone-depth", 18, "--backbone-width", 0.5, "--pyramid-channels", 96, "--tower-depth", 2]
    command = [str(word) for word in command]
    print("  " + " ".join(command), flush=True)
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, "OMP_NUM_THREADS": "1"},
                            preexec_fn=lambda: os.sched_setaffinity(0, [core]))


def course_of_ours(run):
    """[(step, seconds of training, AP, AP50)] from the run's own events."""
    course, seconds, before = [], 0.0, None
    for line in (run / "events.jsonl").read_text().splitlines():
        event = json.loads(line)
        if event["event"] == "step":
            seconds += event["time"] - before
        if event["event"] == "validation":
            course.append((event["step"], seconds, event["figures"]["AP"], event["figures"]["AP50"]))
        before = event["time"]
    return course


# ---- torchvision's ----------------------------------------------------------------------------------------------

def plain_nms():
    """torchvision's compiled operator is not at hand (see import_torchvision): the same rule in numpy."""
    import numpy
    import torch
    import torchvision

    def nms(boxes, scores, threshold):
        order = scores.argsort(descending=True, stable=True)
        b = boxes[order].double().numpy()
        area = (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
        alive, kept = numpy.ones(len(b), bool), []
        for i in range(len(b)):
            if not alive[i]:
                continue
            kept.append(i)
            overlap = (numpy.minimum(b[i, 2:], b[:, 2:]) - numpy.maximum(b[i, :2], b[:, :2])).clip(0).prod(1)
            alive &= ~(overlap > threshold * (area[i] + area - overlap))
        return order[torch.tensor(kept, dtype=torch.int64)]
    torchvision.ops.boxes.nms = nms


def half_wide_network(classes):
    """The packaged model's network of torchvision's parts."""
    from torch import nn
    from torchvision.models.detection.backbone_utils import BackboneWithFPN
    from torchvision.models.detection.fcos import FCOS, FCOSHead
    from torchvision.models.resnet import BasicBlock, ResNet
    from torchvision.ops.feature_pyramid_network import LastLevelP6P7

    class HalfWide(ResNet):
        def _make_layer(self, block, planes, *rest, **named):
            if planes == 64:  # the first stage: what comes in is half as wide, too
                self.inplanes = 32
                self.conv1, self.bn1 = nn.Conv2d(3, 32, 7, 2, 3, bias=False), nn.BatchNorm2d(32)
            return super()._make_layer(block, planes // 2, *rest, **named)

    stages = {f"layer{k}": str(i) for i, k in enumerate((2, 3, 4))}
    backbone = BackboneWithFPN(HalfWide(BasicBlock, [2, 2, 2, 2]), stages, [64, 128, 256], 96, LastLevelP6P7(96, 96))
    return FCOS(backbone, num_classes=classes, min_size=HEIGHT, max_size=WIDTH, score_thresh=SCORE,
                head=FCOSHead(96, 1, classes, num_convs=2))


def load_packaged(model):
    """Our names as theirs: everything but the class prediction and the levels' factors."""
    import torch
    raw = (ROOT / "resources/models/default.safetensors").read_bytes()
    size = int.from_bytes(raw[:8], "little")
    own = model.state_dict()
    used = set()
    for name, entry in json.loads(raw[8:8 + size]).items():
        if name == "__metadata__" or "cls_pred" in name or "head.scale" in name:
            continue
        low, high = entry["data_offsets"]
        value = torch.frombuffer(bytearray(raw[8 + size + low:8 + size + high]), dtype=torch.float16).float()
        part = name.split(".")
        if part[0] == "backbone":
            rest = ".".join(part[1:]).replace("stem.conv", "conv1").replace("stem.bn", "bn1")
            rest = rest.replace("down.conv", "downsample.0").replace("down.bn", "downsample.1")
            rest = rest.replace(".mean", ".running_mean").replace(".var", ".running_var")
            theirs = "backbone.body." + rest
        elif part[0] == "fpn" and part[1] in ("p6", "p7"):
            theirs = f"backbone.fpn.extra_blocks.{part[1]}.{part[2]}"
        elif part[0] == "fpn":
            blocks = "inner_blocks" if part[1] == "lateral" else "layer_blocks"
            theirs = f"backbone.fpn.{blocks}.{int(part[2]) - 3}.0.{part[3]}"
        elif part[1] in ("cls_tower", "reg_tower"):
            branch = "classification_head" if part[1] == "cls_tower" else "regression_head"
            theirs = f"head.{branch}.conv.{3 * int(part[2]) + (part[3] == 'norm')}.{part[4]}"
        else:
            theirs = "head.regression_head." + {"reg_pred": "bbox_reg", "ctr_pred": "bbox_ctrness"}[part[1]] + "." + part[2]
        if name == "head.reg_pred.bias":
            value += torch.tensor([-0.5, -0.5, 0.5, 0.5])
        own[theirs].copy_(value.reshape(entry["shape"]))
        used.add(theirs)
    left = [n for n in own if n not in used and "cls_logits" not in n and "num_batches" not in n]
    assert not left, left


def read_images(folder, file):
    from PIL import Image
    data = json.loads((folder / file).read_text())
    classes = sorted(category["id"] for category in data["categories"])
    images = {}
    for image in data["images"]:
        images[image["id"]] = (Image.open(pathlib.Path(data["folder"]) / image["file_name"]).convert("RGB"), [], [])
    for a in data["annotations"]:
        x, y, w, h = a["bbox"]
        images[a["image_id"]][1].append([x, y, x + w, y + h])
        images[a["image_id"]][2].append(classes.index(a["category_id"]))
    return classes, images


def samples_of(images):
    import torch
    from torchvision import tv_tensors
    from torchvision.transforms import v2
    resize = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True),
                         # its target is (width, height), unlike those of the others
                         v2.ScaleJitter((WIDTH, HEIGHT), (math.exp(-0.35), math.exp(0.35)), antialias=True)])
    crop = v2.RandomCrop((HEIGHT, WIDTH), pad_if_needed=True)
    rest = v2.Compose([v2.RandomHorizontalFlip(), v2.ColorJitter(0.2, 0.2, 0.2, 8 / 360)])

    def area(boxes):
        return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])

    def change(picture, target):
        picture, target = resize(picture, target)
        whole = area(target["boxes"])
        picture, target = crop(picture, target)  # clips the boxes, too
        seen = area(target["boxes"]) >= 0.3 * whole
        boxes = target["boxes"]
        target = {"boxes": tv_tensors.wrap(boxes[seen], like=boxes), "labels": target["labels"][seen]}
        return rest(picture, target)

    class Samples(torch.utils.data.Dataset):
        def __len__(self):
            return len(images)

        def __getitem__(self, i):
            picture, boxes, labels = images[i]
            return change(picture, {
                "boxes": tv_tensors.BoundingBoxes(torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4), format="XYXY",
                                                  canvas_size=(picture.height, picture.width)),
                "labels": torch.tensor(labels, dtype=torch.int64)})
    return Samples()


def measure(model, classes, images, truth):
    import contextlib
    import io
    import torch
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval
    from torchvision.transforms.v2 import functional
    found = []
    model.eval()
    with torch.inference_mode():
        for key, (picture, _, _) in images.items():
            # Resized here, as the samples were: the model's own resizing has no filter.
            across, down = picture.width / WIDTH, picture.height / HEIGHT
            small = functional.resize(functional.to_dtype(functional.to_image(picture), torch.float32, scale=True),
                                      [HEIGHT, WIDTH], antialias=True)
            result = model([small])[0]
            for box, score, label in zip(result["boxes"].tolist(), result["scores"].tolist(),
                                         result["labels"].tolist()):
                l, t, r, b = box[0] * across, box[1] * down, box[2] * across, box[3] * down
                found.append({"image_id": key, "category_id": classes[label], "bbox": [l, t, r - l, b - t],
                              "score": score})
    model.train()
    if not found:
        return 0.0, 0.0
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(str(truth))
        judge = COCOeval(coco, coco.loadRes(found), "bbox")
        judge.evaluate(), judge.accumulate(), judge.summarize()
    return float(judge.stats[0]), float(judge.stats[1])


def train_torchvision(folder, start, recipe, seed):
    import torch
    import_torchvision()
    plain_nms()
    batch, epochs, rate, warm_up, _ = recipe
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    classes, training = read_images(folder, "train.json")
    _, testing = read_images(folder, "test.json")
    model = half_wide_network(len(classes))
    if start == "default":
        load_packaged(model)
    model = model.train().to(memory_format=torch.channels_last)
    weights = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() <= 1]
    optimizer = torch.optim.AdamW([{"params": weights, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}],
                                  lr=rate, fused=True)
    loader = torch.utils.data.DataLoader(samples_of(list(training.values())), batch, shuffle=True, drop_last=True,
                                         num_workers=1, persistent_workers=True,
                                         collate_fn=lambda batch: tuple(zip(*batch)))
    steps = epochs * len(loader)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda k: min(1, (k + 1) / warm_up) * (
        0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * k / (steps - 1)))))
    course, seconds, step = [], 0.0, 0
    for epoch in range(1, epochs + 1):
        began = time.perf_counter()
        for pictures, targets in loader:
            losses = model(list(pictures), list(targets))
            optimizer.zero_grad(set_to_none=True)
            sum(losses.values()).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 10)
            optimizer.step()
            schedule.step()
            step += 1
            if step == 1:
                began = time.perf_counter()
        seconds += time.perf_counter() - began
        if epoch % max(1, epochs // MEASUREMENTS) == 0 or epoch == epochs:
            course.append((step, seconds, *measure(model, classes, testing, folder / "test.json")))
            print("  torchvision", course[-1], flush=True)
    (folder / "torchvision.json").write_text(json.dumps(course))


# ---- both -------------------------------------------------------------------------------------------------------

def race(name, arguments):
    start, count = name.split(":")
    recipe = RECIPES[name]
    folder = (arguments.work / f"{start}-{count}-{arguments.seed}").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    write_data(arguments.bccd, arguments.fcos, folder, int(count), arguments.seed, start == "default")
    for file in ("train.json", "test.json"):  # where torchvision's side finds the pictures
        data = json.loads((folder / file).read_text())
        (folder / file).write_text(json.dumps({**data, "folder": str(arguments.bccd / "JPEGImages")}))
    cores = sorted(os.sched_getaffinity(0))[:2]
    print(f"\n{name}, seed {arguments.seed}: batch, epochs, rate, warm-up, decay {recipe}", flush=True)
    started = []
    if "ours" in arguments.sides:
        started.append(start_ours(arguments, folder, start, recipe, cores[0]))
    if "torchvision" in arguments.sides:
        started.append(subprocess.Popen(
            [sys.executable, __file__, "--torchvision", str(folder), start, name, str(arguments.seed)],
            env={**os.environ, "OMP_NUM_THREADS": "1"}, preexec_fn=lambda: os.sched_setaffinity(0, [cores[-1]])))
    try:
        if any(process.wait() for process in started):
            sys.exit(f"{name} failed")
    finally:
        for process in started:
            process.terminate()
    found = {}
    if (folder / "run/events.jsonl").exists():
        found["ours"] = course_of_ours(folder / "run")
    if (folder / "torchvision.json").exists():
        found["torchvision"] = json.loads((folder / "torchvision.json").read_text())
    (arguments.work / f"{start}-{count}-{arguments.seed}.json").write_text(json.dumps(found, indent=1))
    for side, course in found.items():
        print(f"  {side:12} " + "  ".join(f"{step}: {seconds:.0f} s AP {ap:.3f} AP50 {ap50:.3f}"
                                          for step, seconds, ap, ap50 in course), flush=True)


def main():
    if sys.argv[1:2] == ["--torchvision"]:
        return train_torchvision(pathlib.Path(sys.argv[2]), sys.argv[3], RECIPES[sys.argv[4]], int(sys.argv[5]))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bccd", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--runs", nargs="*", default=list(RECIPES), choices=list(RECIPES))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sides", nargs="*", default=["ours", "torchvision"], choices=["ours", "torchvision"],
                        help="who trains; what the other found before in WORK stays")
    parser.add_argument("--fcos", type=pathlib.Path, default=ROOT / "build/release/app/cli/fcos")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build/accuracy")
    arguments = parser.parse_args()
    for name in arguments.runs:
        race(name, arguments)


if __name__ == "__main__":
    if sys.argv[1:2] != ["--torchvision"]:
        enter_environment()
    main()
