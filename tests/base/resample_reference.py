# SPDX-License-Identifier: GPL-3.0-or-later
"""core/base/resample against Pillow and OpenCV themselves, byte for byte, on random pictures of many sizes.

In floats OpenCV has several ways of its own, which differ among themselves by some 4e-6; there 1e-5 of the range is allowed.

  resample_reference.py DUMP_RESAMPLE [CASES]

Exit code 0: all equal; 1: not; 77: Pillow, OpenCV or NumPy is missing (ctest calls that skipped).
"""
import os
import subprocess
import sys
import tempfile

try:
    import cv2
    import numpy as np
    from PIL import Image
except ImportError as missing:
    print(f"SKIPPED: {missing.name} is missing, resizing was NOT compared with the libraries.", file=sys.stderr)
    sys.exit(77)

SEED = 20260613
PILLOW, OPENCV, OPENCV_FLOAT, PILLOW_PORTABLE = range(4)


def pillow(picture, width, height):
    """Columns first, as every Pillow until 12 does it: two calls, each of which has one axis to change."""
    image = Image.fromarray(picture)
    for size in ((width, image.height), (width, height)):
        image = image.resize(size, Image.Resampling.BILINEAR)
    return np.asarray(image)


def wanted(function, picture, width, height):
    if function in (PILLOW, PILLOW_PORTABLE):
        return pillow(picture, width, height)
    if function == OPENCV:
        return cv2.resize(picture, (width, height), interpolation=cv2.INTER_LINEAR)
    return cv2.resize(picture.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)


def sizes(random, count):
    """From, to: width, height, width, height."""
    yield 1, 1, 1, 1
    yield 1, 1, 17, 9
    yield 97, 64, 1, 1
    yield 1, 300, 40, 150
    yield 300, 1, 150, 40
    yield 640, 480, 320, 240  # exactly half, where OpenCV takes another way
    yield 640, 480, 1066, 800
    yield 333, 500, 800, 1201
    yield 2000, 1500, 1067, 800
    yield 4100, 37, 12, 35  # many columns in one
    for number in range(count):
        side = int(random.choice([6, 40, 120, 400]))
        w, h, to_w, to_h = (int(n) for n in random.integers(1, side + 1, 4))
        kind = number % 8
        if kind == 0:
            to_w = w
        elif kind == 1:
            to_h = h
        elif kind == 2:  # the same ratio, as in detection
            scale = random.uniform(0.1, 4)
            to_w, to_h = max(1, round(w * scale)), max(1, round(h * scale))
        elif kind == 3:  # by one pixel
            to_w, to_h = max(1, w + int(random.integers(-1, 2))), max(1, h + int(random.integers(-1, 2)))
        elif kind == 4:  # whole factors
            to_w, to_h = w * int(random.integers(1, 4)), max(1, h // int(random.integers(1, 4)))
        yield w, h, to_w, to_h


def picture_of(random, width, height, number):
    """Noise; black and white alone, where rounding can leave 0…255; smooth."""
    if number % 3 == 0:
        return random.integers(0, 256, (height, width, 3), dtype=np.uint8)
    if number % 3 == 1:
        return (random.integers(0, 2, (height, width, 3)) * 255).astype(np.uint8)
    y, x = np.mgrid[0:height, 0:width]
    phases = random.uniform(1, 30, 3)
    return (127.5 + 127.5 * np.sin((x[..., None] + 2 * y[..., None]) / phases)).astype(np.uint8)


def answers(program, cases):
    with tempfile.TemporaryDirectory() as folder:
        asked, said = os.path.join(folder, "asked"), os.path.join(folder, "said")
        with open(asked, "wb") as file:
            file.write(np.int32(len(cases)).astype("<i4").tobytes())
            for function, picture, width, height in cases:
                numbers = [function, picture.shape[1], picture.shape[0], width, height]
                file.write(np.array(numbers, dtype="<i4").tobytes() + picture.tobytes())
        subprocess.run([program, asked, said], check=True)
        with open(said, "rb") as file:
            bytes_ = file.read()
    at = 0
    for function, picture, width, height in cases:
        kind = np.dtype("<f4" if function == OPENCV_FLOAT else "u1")
        count = width * height * 3
        yield np.frombuffer(bytes_, kind, count, at).reshape(height, width, 3)
        at += count * kind.itemsize
    assert at == len(bytes_), "the program said more than it was asked"


def main():
    random = np.random.default_rng(SEED)
    cases = []
    for number, (w, h, to_w, to_h) in enumerate(sizes(random, int(sys.argv[2]) if len(sys.argv) > 2 else 400)):
        picture = picture_of(random, w, h, number)
        cases += [(function, picture, to_w, to_h) for function in range(4)]
    wrong, changed = 0, 0
    for (function, picture, width, height), said in zip(cases, answers(sys.argv[1], cases)):
        want = wanted(function, picture, width, height)
        off = np.abs(said.astype(np.float64) - want.astype(np.float64)).max()
        changed += picture.shape != want.shape
        if off > (255e-5 if function == OPENCV_FLOAT else 0):
            wrong += 1
            name = ("Pillow", "OpenCV", "OpenCV in floats", "Pillow, portable")[function]
            if wrong <= 10:
                print(f"{name}, {picture.shape[1]}x{picture.shape[0]} to {width}x{height}: off by up to {off}")
    print(f"{len(cases)} resizings, {changed} of another size, {wrong} differ")
    return 1 if wrong or changed < len(cases) / 2 else 0


if __name__ == "__main__":
    sys.exit(main())
