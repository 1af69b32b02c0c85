#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long `fcos assign` takes over 5,000 images with 36,000 boxes whose pictures are not there.

    assign_speed.py FCOS

Prints the seconds, the whole command from start to end on two threads; fails at 10 s or more.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import make_coco

IMAGES, BOXES, LIMIT_S = 5000, 36000, 10


def main():
    fcos = sys.argv[1]
    slow = False
    with tempfile.TemporaryDirectory() as folder:
        labels = pathlib.Path(folder) / "labels.json"
        labels.write_text(json.dumps(make_coco.coco(IMAGES, BOXES, seed=1)))
        for profile in ["fcoscope", "tz-orig"]:
            start = time.monotonic()
            run = subprocess.run([fcos, "assign", str(labels), "--json", "--threads", "2", "--profile", profile],
                                 capture_output=True, text=True, check=True)
            seconds = time.monotonic() - start
            said = json.loads(run.stdout)
            assert (said["images"], said["labels"], said["problems"]) == (IMAGES, BOXES, []), said["problems"][:3]
            print(f"{profile}: {seconds:.2f} s, {len(said['unlearnable'])} boxes explained that no location can learn")
            slow = slow or seconds >= LIMIT_S
    sys.exit(1 if slow else 0)


if __name__ == "__main__":
    main()
