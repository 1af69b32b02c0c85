# SPDX-License-Identifier: GPL-3.0-or-later
"""networkInput() against each codebase's whole preprocessing, written with Pillow, OpenCV, torch and NumPy from the
specification (section 5.1): sizes, resizing, channels, range, statistics, padding. Within 1e-5 of the largest value.

  input_reference.py DUMP_INPUT

Exit code 0: all agree; 1: not; 77: a package is missing (ctest calls that skipped).
"""
import math
import os
import subprocess
import sys
import tempfile

try:
    import cv2
    import numpy as np
    import torch
    from PIL import Image
except ImportError as missing:
    print(f"SKIPPED: {missing.name} is missing, preprocessing was NOT compared with the codebases'.", file=sys.stderr)
    sys.exit(77)

CAFFE = np.float32([102.9801, 115.9465, 122.7717])  # blue, green, red
DETECTRON2 = np.float32([103.530, 116.280, 123.675])
DEVIATION = np.float32([57.375, 57.120, 58.395])


def padded(pixels, divisor):
    """[H, W, 3] to [3, H', W'], zeros on the right and the bottom."""
    height, width = (math.ceil(side / divisor) * divisor for side in pixels.shape[:2])
    out = np.zeros((3, height, width), np.float32)
    out[:, :pixels.shape[0], :pixels.shape[1]] = pixels.transpose(2, 0, 1)
    return out


def pil_resize(rgb, width, height):
    return np.asarray(Image.fromarray(rgb).resize((width, height), Image.Resampling.BILINEAR))


def tz(rgb, short=800, long=1333):
    h, w = rgb.shape[:2]
    small, large = min(w, h), max(w, h)
    size = short
    if large / small * size > long:
        size = int(round(long * small / large))
    if small != size:
        to_w, to_h = (size, int(size * h / w)) if w < h else (int(size * w / h), size)
    else:
        to_w, to_h = w, h
    pixels = pil_resize(rgb, to_w, to_h).astype(np.float32) / np.float32(255)  # ToTensor
    return padded(pixels[:, :, ::-1] * np.float32(255) - CAFFE, 32)


def ad(rgb, short=800, long=1333, deviation=np.float32([1, 1, 1])):
    h, w = rgb.shape[:2]
    scale = short / min(h, w)
    to_h, to_w = (short, scale * w) if h < w else (scale * h, short)
    if max(to_h, to_w) > long:
        factor = long / max(to_h, to_w)
        to_h, to_w = to_h * factor, to_w * factor
    pixels = pil_resize(rgb[:, :, ::-1], int(to_w + 0.5), int(to_h + 0.5))
    return padded((pixels.astype(np.float32) - DETECTRON2) / deviation, 32)


def mm(rgb, mean=CAFFE, deviation=np.float32([1, 1, 1]), to_rgb=False):
    bgr = np.ascontiguousarray(rgb[:, :, ::-1])  # as cv2.imread answers
    h, w = bgr.shape[:2]
    scale = min(1333 / max(h, w), 800 / min(h, w))
    pixels = cv2.resize(bgr, (int(w * scale + 0.5), int(h * scale + 0.5)), interpolation=cv2.INTER_LINEAR)
    pixels = pixels.astype(np.float32)
    if to_rgb:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)
    return padded((pixels - mean) / deviation, 32)


def zg(rgb, style="yolo"):
    h, w = rgb.shape[:2]
    side = 1024 if style == "yolo" else 1333
    factor = side / max(h, w) if style == "yolo" else min(1333 / max(h, w), 800 / min(h, w))
    pixels = cv2.resize(rgb.astype(np.float32), (int(round(w * factor)), int(round(h * factor))))
    return padded(pixels / np.float32(255), side)


def normalised_by_torch(rgb):
    pixels = torch.from_numpy(rgb.copy()).permute(2, 0, 1).float() / 255
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    return (pixels - mean[:, None, None]) / deviation[:, None, None]


def tv(rgb):
    h, w = rgb.shape[:2]
    scale = min(800 / min(h, w), 1333 / max(h, w))
    resized = torch.nn.functional.interpolate(normalised_by_torch(rgb)[None], scale_factor=scale, mode="bilinear",
                                              recompute_scale_factor=True, align_corners=False)[0]
    return padded(resized.permute(1, 2, 0).numpy(), 32)


def own(rgb):
    h, w = rgb.shape[:2]
    scale = min(800 / min(h, w), 1333 / max(h, w))
    resized = torch.nn.functional.interpolate(
        torch.from_numpy(rgb.copy()).permute(2, 0, 1)[None], size=[int(side * scale + 1e-9) for side in (h, w)],
        mode="bilinear", antialias=True, align_corners=False)[0]
    return padded(normalised_by_torch(resized.permute(1, 2, 0).numpy()).permute(1, 2, 0).numpy(), 32)


MM_RGB = ["channel-order=rgb", "mean=123.675,116.28,103.53", "deviation=58.395,57.12,57.375"]
CHAINS = [
    ("tz-orig", [], tz),
    ("tz-imprv", [], tz),
    ("ad", [], ad),
    ("ad", ["deviation=58.395,57.12,57.375"], lambda rgb: ad(rgb, deviation=DEVIATION)),  # X-101-32x8d
    ("ad-rt", [], lambda rgb: ad(rgb, 512, 736)),
    ("mm-base", [], mm),
    ("mm-tricks", [], lambda rgb: mm(rgb, DETECTRON2)),
    ("mm-tricks", MM_RGB, lambda rgb: mm(rgb, DETECTRON2[::-1], DEVIATION[::-1], to_rgb=True)),  # X-101-64x4d
    ("zg", [], zg),
    ("zg", ["short-side=800", "long-side=1333", "size-divisor=1333"], lambda rgb: zg(rgb, "retina")),
    ("tv", [], tv),
    ("fcoscope", [], own),
]
# width, height: the specification's table, one that needs no resizing, photographs, an icon
SIZES = [(640, 480), (640, 426), (640, 427), (500, 375), (1280, 720), (640, 360), (640, 359), (333, 500), (612, 612),
         (1200, 800), (2448, 1836), (1501, 2250), (41, 33)]


def pictures():
    random = np.random.default_rng(20261)
    for number, (width, height) in enumerate(SIZES):
        if number % 2:
            yield random.integers(0, 256, (height, width, 3), dtype=np.uint8)
        else:  # smooth, with edges
            y, x = np.mgrid[0:height, 0:width]
            waves = 127.5 + 127.5 * np.sin((x[..., None] * 1.3 + y[..., None]) / random.uniform(2, 40, 3))
            waves[height // 3:height // 2, width // 4:width // 2] = random.integers(0, 256, 3)
            yield waves.astype(np.uint8)


def answers(program, profile, options, images):
    with tempfile.TemporaryDirectory() as folder:
        asked, said = os.path.join(folder, "asked"), os.path.join(folder, "said")
        with open(asked, "wb") as file:
            file.write(np.int32(len(images)).astype("<i4").tobytes())
            for image in images:
                file.write(np.array([image.shape[1], image.shape[0]], dtype="<i4").tobytes() + image.tobytes())
        subprocess.run([program, asked, said, profile, *options], check=True)
        with open(said, "rb") as file:
            bytes_ = file.read()
    at = 0
    for _ in images:
        _, _, width, height = (int(n) for n in np.frombuffer(bytes_, "<i4", 4, at))
        yield np.frombuffer(bytes_, "<f4", 3 * width * height, at + 16).reshape(3, height, width)
        at += 16 + 12 * width * height
    assert at == len(bytes_), "the program said more than it was asked"


def main():
    wrong, worst = 0, 0.0
    images = list(pictures())
    for profile, options, chain in CHAINS:
        for image, said in zip(images, answers(sys.argv[1], profile, options, images)):
            want = chain(image)
            what = f"{profile} {' '.join(options)}, {image.shape[1]}x{image.shape[0]}"
            if said.shape != want.shape:
                print(f"{what}: {said.shape[1:]} instead of {want.shape[1:]}")
                wrong += 1
                continue
            off = float(np.abs(said - want).max() / np.abs(want).max())
            worst = max(worst, off)
            if off > 1e-5:
                print(f"{what}: off by {off:.3g} of the largest value")
                wrong += 1
    print(f"{len(CHAINS)} chains on {len(images)} pictures each, {wrong} differ; largest difference {worst:.3g}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
