#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network alone, ours against ONNX Runtime and torchvision: the same weights, the same input, in one run.

    tests/bench/compare_onnxruntime.py [--rounds 15] [--bench build/release/core/fcos/fcos_bench] [--modules]

Builds torchvision's FCOS with random weights (ResNet-50 at 800 x 1344, ResNet-18 at 512 x 704), exports backbone,
pyramid and head to ONNX, gives the same weights to fcos_bench as a .pth, and lets persistent processes on the same
cores take turns. Before anything is timed, all must say the same: logits within 1e-3. Wall time is what counts in
quiet; the processors' time holds where other programs want the cores too. Reported are medians of the ratios within a
round, and how busy the machine was.

It makes its own Python environment in build/bench-venv (onnxruntime, onnx, pycocotools and torchvision from PyPI; LibTorch's own
Python package is the torch).
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
VENV = ROOT / "build/bench-venv"
SIZES = {"ResNet-50 800x1344": (50, 800, 1344), "ResNet-18 512x704": (18, 512, 704)}
WARM_UPS = 3


# ---- the environment --------------------------------------------------------------------------------------------

def enter_environment():
    """Makes build/bench-venv once and starts this script again inside it."""
    python = VENV / "bin/python"
    if pathlib.Path(sys.prefix).resolve() == VENV.resolve():
        return
    packages = ["numpy", "pillow", "onnxruntime", "onnx", "pycocotools", "typing_extensions", "sympy", "filelock",
                "jinja2", "networkx", "fsspec"]
    complete = VENV / "complete"  # and of what
    if not complete.exists() or complete.read_text() != " ".join(packages):
        print(f"making {VENV}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        pip = [python, "-m", "pip", "install", "--quiet"]
        subprocess.run(pip + packages, check=True)
        subprocess.run(pip + ["--no-deps", "torchvision==0.28.*"], check=True)  # torch is LibTorch's, below
        folder = subprocess.run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], check=True,
                                capture_output=True, text=True).stdout.strip()
        (pathlib.Path(folder) / "libtorch.pth").write_text(str((ROOT / ".deps/libtorch").resolve()) + "\n")
        complete.write_text(" ".join(packages))
    os.execv(python, [python, *sys.argv])


def import_torchvision():
    """torchvision beside a torch it was not built for: its compiled operators are declared, never called here."""
    import types
    import torch
    library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    sys.modules["torchvision._meta_registrations"] = types.ModuleType("torchvision._meta_registrations")
    import torchvision
    import_torchvision.keep = library
    return torchvision


# ---- the network ------------------------------------------------------------------------------------------------

def torchvision_network(depth):
    """torchvision's FCOS of random weights that keep activations in a sane range, and its dense part as a module."""
    import torch
    import_torchvision()
    from torchvision.models.detection.backbone_utils import resnet_fpn_backbone
    from torchvision.models.detection.fcos import FCOS
    from torchvision.ops.feature_pyramid_network import LastLevelP6P7

    torch.manual_seed(depth)
    # as in fcos_resnet50_fpn: P3 to P7, P6 from P5, frozen norms
    backbone = resnet_fpn_backbone(backbone_name=f"resnet{depth}", weights=None, trainable_layers=3,
                                   returned_layers=[2, 3, 4], extra_blocks=LastLevelP6P7(256, 256))
    model = FCOS(backbone, num_classes=91).eval()
    state = model.state_dict()
    for name, value in state.items():
        if name.endswith("running_var"):
            value.copy_(1 + 0.5 * torch.rand_like(value))
        elif name.endswith("running_mean"):
            value.copy_(0.2 * (2 * torch.rand_like(value) - 1))
        elif value.dim() == 1 and "bn" in name and name.endswith("weight"):
            value.copy_(0.5 + 0.25 * torch.rand_like(value))

    class Dense(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.backbone, self.head = model.backbone, model.head

        def forward(self, images):
            outputs = self.head(list(self.backbone(images).values()))
            return outputs["cls_logits"], outputs["bbox_ctrness"], outputs["bbox_regression"]

    return model, Dense().eval()


def prepare(folder, depth, height, width):
    """Writes weights.pth, network.onnx and input.bin."""
    import numpy
    import torch
    model, dense = torchvision_network(depth)
    torch.save(model.state_dict(), folder / "weights.pth")
    image = numpy.random.default_rng(1).standard_normal((1, 3, height, width)).astype(numpy.float32)
    image.tofile(folder / "input.bin")
    with torch.no_grad():
        torch.onnx.export(dense, (torch.from_numpy(image),), str(folder / "network.onnx"), opset_version=17,
                          input_names=["images"], output_names=["cls", "ctr", "box"], dynamo=False)


# ---- the processes that take turns ------------------------------------------------------------------------------

def answer_runs(run):
    """The protocol of `fcos_bench serve`, for the others."""
    import numpy
    print("ready", flush=True)
    for line in sys.stdin:
        if line.startswith("dump "):
            with open(line[5:].rstrip("\n"), "wb") as file:
                for output in run():
                    file.write(numpy.ascontiguousarray(output).tobytes())
            print("done", flush=True)
        elif line.strip() == "run":
            wall, processor = time.perf_counter(), time.process_time()
            run()
            print((time.perf_counter() - wall) * 1e3, (time.process_time() - processor) * 1e3, flush=True)
        else:
            break


def serve(which, folder, depth, height, width, threads):
    import numpy
    image = numpy.fromfile(folder / "input.bin", dtype=numpy.float32).reshape(1, 3, height, width)
    if which.startswith("onnxruntime"):
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.intra_op_num_threads = threads
        if which == "onnxruntime resting":  # its threads otherwise spin while they wait, which counts as their time
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session = onnxruntime.InferenceSession(str(folder / "network.onnx"), options,
                                               providers=["CPUExecutionProvider"])
        answer_runs(lambda: session.run(None, {"images": image}))
        return
    import torch
    torch.set_num_threads(threads)
    _, dense = torchvision_network(depth)
    tensor = torch.from_numpy(image)
    if which == "torchvision channels_last":
        dense, tensor = dense.to(memory_format=torch.channels_last), tensor.contiguous(
            memory_format=torch.channels_last)

    def run():
        with torch.inference_mode():
            return [output.numpy() for output in dense(tensor)]
    answer_runs(run)


class Contestant:
    """A process that answers "ready", and to each "run" how long it took: wall and processor, ms."""

    def __init__(self, name, command, environment):
        self.name = name
        self.times = []  # (wall, processor) of each round
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, **environment})

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self):
        said = self.process.stdout.readline().strip()
        if not said:
            sys.exit(f"{self.name} ended without an answer")
        return said

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def wait_until_ready(racers):
    for racer in racers:
        while racer.answer() != "ready":
            pass


def take_turns(racers, rounds):
    for turn in range(-WARM_UPS, rounds):
        # Forwards and backwards in turn: nobody always runs after the same other.
        for racer in (racers if turn % 2 else reversed(racers)):
            times = tuple(float(word) for word in racer.ask("run").split())
            if turn >= 0:
                racer.times.append(times)
    for racer in racers:
        racer.end()


def print_times(racers):
    ours = racers[0]
    print(f"  {'':28} wall ms (min)       processor ms (min)   ours / it: wall  processor")
    for racer in racers:
        wall, processor = zip(*racer.times)
        print(f"  {racer.name:28} {median(wall):8.1f} ({min(wall):7.1f})  {median(processor):8.1f} ({min(processor):7.1f})"
              f"      {median([a[0] / b[0] for a, b in zip(ours.times, racer.times)]):8.3f}  "
              f"{median([a[1] / b[1] for a, b in zip(ours.times, racer.times)]):8.3f}")


def contestants(folder, arguments, depth, height, width):
    bench = [str(arguments.bench), "serve", folder / "weights.pth", folder / "input.bin", str(height), str(width)]
    ours = {"GOMP_SPINCOUNT": "1000", "OMP_NUM_THREADS": str(arguments.threads)}
    names = {"ours": (bench + ["plan", str(arguments.threads)], ours)}
    if arguments.modules:
        names["our modules"] = (bench + ["modules", str(arguments.threads)], ours)
    for peer in arguments.peers:
        environment = {} if peer.startswith("onnxruntime") else ours  # less spinning is better for torch beside others
        names[peer] = ([sys.executable, __file__, "--serve", peer, str(folder), str(depth), str(height), str(width),
                        str(arguments.threads)], environment)
    return [Contestant(name, [str(part) for part in command], environment)
            for name, (command, environment) in names.items()]


# ---- judging ----------------------------------------------------------------------------------------------------

def levels_of(height, width):
    for stride in (8, 16, 32, 64, 128):
        yield -(-height // stride), -(-width // stride), stride


def in_torchvisions_order(dump, height, width):
    """What fcos_bench wrote, as torchvision says it: all locations, distances in strides."""
    import numpy
    outputs, at = ([], [], []), 0
    for rows, columns, stride in levels_of(height, width):
        for kind, (channels, unit) in enumerate([(91, 1), (1, 1), (4, stride)]):
            count = channels * rows * columns
            outputs[kind].append(dump[at:at + count].reshape(channels, -1).T / unit)
            at += count
    assert at == dump.size, "another number of outputs"
    return numpy.concatenate([numpy.concatenate(kind).ravel() for kind in outputs])


def check_agreement(folder, racers, height, width):
    import numpy
    said = {}
    for racer in racers:
        path = folder / "said.bin"
        racer.ask(f"dump {path}")
        dump = numpy.fromfile(path, dtype=numpy.float32)
        said[racer.name] = in_torchvisions_order(dump, height, width) if racer.name.startswith("our") else dump
    logits = 92 * sum(rows * columns for rows, columns, _ in levels_of(height, width))
    reference = said[racers[-1].name]
    print(f"logits between {reference[:logits].min():.2f} and {reference[:logits].max():.2f}; "
          f"largest difference from {racers[-1].name}:")
    for name, values in said.items():
        logit = numpy.abs(values[:logits] - reference[:logits]).max()
        box = numpy.abs(values[logits:] - reference[logits:]).max() / numpy.abs(reference[logits:]).max()
        print(f"  {name:28} logit {logit:.1e}   box {box:.1e} of the largest")
        if not (logit <= 1e-3 and box <= 1e-3):
            sys.exit(f"{name} says something else; nothing was timed")


def median(values):
    values = sorted(values)
    return (values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2


def race(name, arguments):
    depth, height, width = SIZES[name]
    print(f"\n{name}, {arguments.threads} threads, {arguments.rounds} rounds after {WARM_UPS} that warm up")
    with tempfile.TemporaryDirectory(prefix="fcos-compare-") as scratch:
        folder = pathlib.Path(scratch)
        # In a process of its own: what exporting leaves behind in memory is nobody's handicap.
        subprocess.run([sys.executable, __file__, "--prepare", folder, str(depth), str(height), str(width)],
                       check=True, stdout=subprocess.DEVNULL)
        racers = contestants(folder, arguments, depth, height, width)
        wait_until_ready(racers)
        check_agreement(folder, racers, height, width)
        take_turns(racers, arguments.rounds)
    print_times(racers)
    ours = racers[0]
    busy = median([times[0] * arguments.threads / times[1] for times in ours.times])
    print(f"  our wall time is {busy:.2f} of what our processor time alone would need on {arguments.threads} cores"
          f"{'' if busy < 1.15 else ': the machine was busy, look at processor time'}")


def main():
    if sys.argv[1:2] == ["--prepare"]:
        return prepare(pathlib.Path(sys.argv[2]), *map(int, sys.argv[3:6]))
    if sys.argv[1:2] == ["--serve"]:
        return serve(sys.argv[2], pathlib.Path(sys.argv[3]), *map(int, sys.argv[4:8]))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bench", type=pathlib.Path, default=ROOT / "build/release/core/fcos/fcos_bench")
    parser.add_argument("--modules", action="store_true", help="time our training modules beside the plan")
    parser.add_argument("--networks", nargs="*", default=list(SIZES), choices=list(SIZES))
    parser.add_argument("--peers", nargs="*",
                        default=["onnxruntime", "onnxruntime resting", "torchvision", "torchvision channels_last"])
    arguments = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))[:arguments.threads]
    os.sched_setaffinity(0, cores)  # all contestants inherit it
    print(f"cores {cores}, load {os.getloadavg()[0]:.1f}")
    for name in arguments.networks:
        race(name, arguments)


if __name__ == "__main__":
    if sys.argv[1:2] not in (["--prepare"], ["--serve"]):
        enter_environment()
    main()
