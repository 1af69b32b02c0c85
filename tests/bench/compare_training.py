#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""One training step, ours against torchvision's FCOS: the same network, batch and size, in one run.

    tests/bench/compare_training.py [--rounds 12] [--batches 2 4] [--bench build/release/core/fcos/fcos_bench]
                                    [--frozen-norms] [--also OTHER_BENCH]

ResNet-18 with trained batch norms (or, with --frozen-norms, fixed ones), P3 to P7, towers of four with group norm, three
classes, 512 x 384, AdamW. torchvision's network and its input are channels-last, its optimiser is the fused one, its
images and boxes lie ready in memory, gradients are not clipped and nothing is averaged: ours does all of that, loading
included, in what is timed. Persistent processes on the same cores take turns, step by step. Reported are medians, and
medians of the ratios within a round; the processors' time holds where other programs want the cores too.

It runs in the Python environment of compare_onnxruntime.py.
"""
import argparse
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from compare_onnxruntime import (ROOT, WARM_UPS, Contestant, enter_environment, import_torchvision,  # noqa: E402
                                 print_times, take_turns, wait_until_ready)

WIDTH, HEIGHT, CLASSES = 512, 384, 3


def serve_torchvision(batch, threads, frozen):
    """The protocol of `fcos_bench serve-train`."""
    import torch
    import_torchvision()
    from torchvision.models.detection.backbone_utils import resnet_fpn_backbone
    from torchvision.models.detection.fcos import FCOS
    from torchvision.ops.feature_pyramid_network import LastLevelP6P7

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    norm = {} if frozen else {"norm_layer": torch.nn.BatchNorm2d}
    backbone = resnet_fpn_backbone(backbone_name="resnet18", weights=None, trainable_layers=5, returned_layers=[2, 3, 4],
                                   extra_blocks=LastLevelP6P7(256, 256), **norm)
    model = FCOS(backbone, num_classes=CLASSES, min_size=HEIGHT, max_size=WIDTH).train()
    model = model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-4, weight_decay=0.05,
                                  fused=True)
    images, targets = [], []
    for _ in range(batch):
        images.append(0.45 + 0.1 * torch.rand(3, HEIGHT, WIDTH))
        corner = torch.rand(10, 2) * torch.tensor([WIDTH * 0.7, HEIGHT * 0.7])
        size = 16 + torch.rand(10, 2) * torch.tensor([WIDTH / 4.0, HEIGHT / 4.0])
        targets.append({"boxes": torch.cat([corner, corner + size], 1), "labels": torch.randint(0, CLASSES, (10,))})

    def step():
        optimizer.zero_grad(set_to_none=True)
        losses = model(images, targets)
        sum(losses.values()).backward()
        optimizer.step()
        return [loss.item() for loss in losses.values()]

    step()
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() != "run":
            break
        wall, processor = time.perf_counter(), time.process_time()
        step()
        print((time.perf_counter() - wall) * 1e3, (time.process_time() - processor) * 1e3, flush=True)


def race(batch, arguments):
    print(f"\nResNet-18, {WIDTH}x{HEIGHT}, batch {batch}, {arguments.threads} threads, "
          f"{'frozen' if arguments.frozen_norms else 'trained'} norms, {arguments.rounds} rounds after {WARM_UPS}")
    environment = {"GOMP_SPINCOUNT": "1000", "OMP_NUM_THREADS": str(arguments.threads)}
    options = ["serve-train", "backbone-depth=18", f"width={WIDTH}", f"height={HEIGHT}", f"batch={batch}", "device=cpu",
               f"threads={arguments.threads}", "epochs=100000", "checkpoint-every=1000000", "warmup-steps=0",
               "learning-rate=0.0001"]
    if arguments.frozen_norms:
        options.append("frozen-norms")
    racers = [Contestant("ours", [str(arguments.bench), *options], environment)]
    if arguments.also:
        racers.append(Contestant("the other of ours", [str(arguments.also), *options], environment))
    racers.append(Contestant("torchvision channels_last",
                             [sys.executable, __file__, "--serve", str(batch), str(arguments.threads),
                              str(int(arguments.frozen_norms))], environment))
    wait_until_ready(racers)
    take_turns(racers, arguments.rounds)
    print_times(racers)


def main():
    if sys.argv[1:2] == ["--serve"]:
        return serve_torchvision(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "1")
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batches", type=int, nargs="*", default=[2, 4])
    parser.add_argument("--bench", type=pathlib.Path, default=ROOT / "build/release/core/fcos/fcos_bench")
    parser.add_argument("--also", type=pathlib.Path, help="another fcos_bench to compare with")
    parser.add_argument("--frozen-norms", action="store_true")
    arguments = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))[:arguments.threads]
    os.sched_setaffinity(0, cores)  # all contestants inherit it
    print(f"cores {cores}, load {os.getloadavg()[0]:.1f}")
    for batch in arguments.batches:
        race(batch, arguments)


if __name__ == "__main__":
    if sys.argv[1:2] != ["--serve"]:
        enter_environment()
    main()
