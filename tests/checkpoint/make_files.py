#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Weight files of every kind people have, written by Python's own torch and pickle, each with the truth beside it.

    make_files.py FOLDER

NAME.pth (or .pkl, …) is the file, NAME.truth.safetensors what must be read from it, cases.json the rest: container,
wrapper, class names, metadata, what is left out.
"""
import argparse
import collections
import io
import json
import pathlib
import pickle
import struct
import sys
import types

import numpy as np
import torch

import crafting

SAFETENSORS = {torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16",
               torch.int64: "I64", torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8",
               torch.bool: "BOOL", torch.complex64: "C64", torch.uint16: "U16", torch.uint32: "U32",
               torch.uint64: "U64", torch.float8_e4m3fn: "F8_E4M3", torch.float8_e5m2: "F8_E5M2"}
cases = {}


def raw(tensor):
    return tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes() if tensor.numel() else b""


def write_safetensors(path, tensors, metadata=None):
    header, data = ({"__metadata__": metadata} if metadata else {}), b""
    for name, tensor in tensors.items():
        if tensor.dtype == torch.complex128:  # has no name there
            tensor = torch.view_as_real(tensor.detach())
        bytes_ = raw(tensor)
        header[name] = {"dtype": SAFETENSORS[tensor.dtype], "shape": list(tensor.shape),
                        "data_offsets": [len(data), len(data) + len(bytes_)]}
        data += bytes_
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def case(name, truth, container="zip archive of PyTorch", **facts):
    """Remembers what must be read from the file `name`; arrays of the truth may be NumPy's."""
    tensors = {key: torch.from_numpy(np.array(value, order="C"))
               if isinstance(value, (np.ndarray, np.generic)) else value
               for key, value in truth.items()}
    write_safetensors(folder / (name + ".truth.safetensors"), tensors)
    cases[name] = {"container": container, **facts}


def random(*shape, dtype=torch.float32):
    if dtype == torch.bool:
        return torch.rand(*shape) > 0.5
    if dtype.is_complex or dtype in (torch.float64, torch.float32):
        return torch.randn(*shape, dtype=dtype)
    if dtype.is_floating_point:
        return torch.randn(*shape).to(dtype)
    return torch.randint(0, 100, shape).to(dtype)


def state_dict(tensors=6):
    return collections.OrderedDict((f"layer{i}.weight", random(i + 1, 3, 3)) for i in range(tensors))


def both(name, value, truth, **facts):
    """The same value in the zip and in the legacy container."""
    torch.save(value, folder / f"{name}.zip.pth")
    case(f"{name}.zip.pth", truth, **facts)
    torch.save(value, folder / f"{name}.legacy.pth", _use_new_zipfile_serialization=False)
    case(f"{name}.legacy.pth", truth, container="legacy file of PyTorch", **facts)


def module_named(name, **members):
    """A module that exists only while its objects are pickled, as the trainer's own does for whoever gets its file."""
    parts = name.split(".")
    for i in range(1, len(parts) + 1):
        sys.modules[".".join(parts[:i])] = types.ModuleType(".".join(parts[:i]))
    for key, member in members.items():
        member.__module__ = name
        setattr(sys.modules[name], key, member)


class HistoryBuffer:
    def __init__(self):
        self._log_history = np.arange(4.0)
        self._count_history = np.arange(4)
        self._statistics_methods = {"mean": len}
        self.max_length = 1 << 40


class CustomModel(torch.nn.Linear):
    pass


class Palette:
    pass


def plain():
    weights = state_dict()
    both("state_dict", weights, weights)
    both("dict", dict(weights), weights)
    both("many", (many := state_dict(150)), many)
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
    both("module", model.state_dict(), model.state_dict())
    parameters = collections.OrderedDict(model.named_parameters())
    both("parameters", parameters, parameters)
    tagged = random(3)
    tagged.note = "an attribute"
    value = {"tagged": tagged, "other": random(2)}
    both("attributes", value, value)
    both("empty", (value := {"none": torch.empty(0), "also": torch.empty(3, 0, 2), "scalar": torch.tensor(2.5)}), value)


def dtypes():
    old = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16,
           torch.int8, torch.uint8, torch.bool, torch.complex64, torch.complex128]
    new = [torch.uint16, torch.uint32, torch.uint64, torch.float8_e4m3fn, torch.float8_e5m2]
    value = {str(dtype)[6:]: random(3, 5, dtype=dtype) for dtype in old}
    both("dtypes", value, value)
    value = {str(dtype)[6:]: random(3, 5, dtype=dtype) for dtype in new}
    both("new_dtypes", value, value)
    special = torch.tensor([float("nan"), float("inf"), -float("inf"), -0.0, 1e-45])
    both("special", {"special": special}, {"special": special})


def views():
    whole = random(10, 8)
    value = {"whole": whole, "row": whole[3], "column": whole[:, 2], "block": whole[2:5, 1:7:2], "turned": whole.t(),
             "last": whole[9, 7], "again": whole, "one": random(1).expand(4, 3), "none": whole[4:4]}
    both("views", value, value)
    loose = random(40)[7:19]  # a small part of a larger storage
    both("part", {"part": loose}, {"part": loose})


def training():
    model = torch.nn.Linear(4, 3)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    model(torch.ones(1, 4)).sum().backward()
    optimiser.step()
    weights = model.state_dict()
    wrapped = collections.OrderedDict(("module." + key, value) for key, value in weights.items())
    both("tianzhi", {"model": wrapped, "optimizer": optimiser.state_dict(), "scheduler": {"last_epoch": 3},
                     "iteration": 90000}, weights,
         wrapper="model", metadata={"iteration": "90000"}, leftOut=["optimizer", "scheduler"])
    both("pycls", {"epoch": 7, "model_state": weights}, weights, wrapper="model_state", metadata={"epoch": "7"})
    averaged = {key: value + 1 for key, value in weights.items()}
    latest = {"epoch": 11, "time": 12.5, "best_metric": 0.25, "test_loss": 1e-3, "lr": 0.01, "big": 2**40,
              "huge": 2**100,
              "model_state_dict": wrapped,
              "ema_model_state_dict": {"_orig_mod.module." + key: value for key, value in averaged.items()},
              "optimizer_state_dict": optimiser.state_dict(), "scheduler_state_dict": {"T": [1, 2]}}
    both("simpleaicv", latest, averaged, wrapper="ema_model_state_dict",
         metadata={"epoch": "11", "time": "12.5", "best_metric": "0.25", "test_loss": "0.001", "lr": "0.01",
                   "big": str(2**40)},
         leftOut=["huge", "model_state_dict", "optimizer_state_dict", "scheduler_state_dict"])
    both("simpleaicv_plain", {**latest, "ema_model_state_dict": None}, weights, wrapper="model_state_dict")
    arguments = argparse.Namespace(lr=0.1, arch="r50")
    both("namespace", {"state_dict": weights, "args": arguments, "epoch": 3, "counts": collections.Counter("ab")},
         weights,
         wrapper="state_dict", metadata={"epoch": "3"},
         leftOut=["argparse.Namespace in args", "collections.Counter in counts"])
    both("text", {"state_dict": weights, "note": "größer 大", "lr": np.float32(0.5), "steps": np.int64(7)}, weights,
         wrapper="state_dict", metadata={"note": "größer 大", "lr": "0.500000", "steps": "7"})


def mmdetection():
    weights = collections.OrderedDict([("backbone.conv1.weight", random(4, 3)), ("bbox_head.conv_cls.bias", random(3))])
    copies = {"ema_" + key.replace(".", "_"): value + 1 for key, value in weights.items()}
    meta = {"CLASSES": ("cat", "dog", "bird"), "epoch": 12, "iter": 87996, "config": "model = dict(type='FCOS')\n",
            "mmdet_version": "2.25.0", "env_info": {"GPU": ["none"], "seed": 0}}
    both("mmdet_old", {"meta": meta, "state_dict": weights | copies}, weights, wrapper="state_dict",
         classNames=["cat", "dog", "bird"],
         metadata={"meta.epoch": "12", "meta.iter": "87996", "meta.config": "model = dict(type='FCOS')\n",
                   "meta.mmdet_version": "2.25.0", "meta.env_info.seed": "0"},
         leftOut=["ema_* (the second copy of 2 weights)", "meta.CLASSES", "meta.env_info.GPU"])
    module_named("mmengine.logging.history_buffer", HistoryBuffer=HistoryBuffer)
    hub = {"log_scalars": {"train/loss": HistoryBuffer()}, "runtime_info": {"iter": 5}, "resumed_keys": {"iter": True}}
    both("mmengine", {"meta": {"dataset_meta": {"classes": ["cat", "dog"], "palette": [(1, 2, 3)]}, "epoch": 3},
                      "state_dict": weights, "message_hub": hub, "ema_state_dict": dict(weights),
                      "param_schedulers": [{"last_step": 1}]}, weights,
         wrapper="state_dict", classNames=["cat", "dog"], metadata={"meta.epoch": "3"},
         leftOut=["meta.dataset_meta.classes", "meta.dataset_meta.palette", "message_hub", "ema_state_dict",
                  "param_schedulers"])
    del sys.modules["mmengine.logging.history_buffer"]


def devices():
    """Tensors of a GPU, by changing the name of the device in the stream: there is no GPU here."""
    weights = state_dict(2)
    buffer = io.BytesIO()
    torch.save(weights, buffer, _use_new_zipfile_serialization=False)
    bytes_ = buffer.getvalue()
    assert bytes_.count(b"X\x03\0\0\0cpu") == 1
    (folder / "cuda.legacy.pth").write_bytes(bytes_.replace(b"X\x03\0\0\0cpu", b"X\x06\0\0\0cuda:7"))
    case("cuda.legacy.pth", weights, container="legacy file of PyTorch")


def old_pytorch():
    """What today's torch does not write any more, by hand: PyTorch 0.3's call, views, Python 2's ordered dictionary."""
    kind = "legacy file of PyTorch"
    numbers = torch.arange(1.0, 7.0)
    view = crafting.tensor(size=(2, 2), stride=(2, 1), view=crafting.tuple_(*map(crafting.number, (9, 2, 4))))
    (folder / "view.pth").write_bytes(crafting.legacy(crafting.dict_(part=view, whole=crafting.tensor())))
    case("view.pth", {"part": numbers[2:].reshape(2, 2), "whole": numbers.reshape(2, 3)}, container=kind)
    first = (crafting.name("torch._utils", "_rebuild_tensor")
             + crafting.tuple_(crafting.storage(), *[crafting.number(1)], crafting.tuple_(crafting.number(5)),
                               crafting.tuple_(crafting.number(1))) + b"R")
    pairs = b"](](" + crafting.text("a") + first + b"e](" + crafting.text("b") + crafting.tensor() + b"ee"
    ordered = crafting.name("collections", "OrderedDict") + crafting.tuple_(pairs) + b"R"
    (folder / "python2.pth").write_bytes(crafting.legacy(ordered))
    case("python2.pth", {"a": numbers[1:], "b": numbers.reshape(2, 3)}, container=kind)


def without_checksums():
    weights = state_dict()
    torch.serialization.set_crc32_options(False)
    torch.save(weights, folder / "no_crc.pth")
    torch.serialization.set_crc32_options(True)
    case("no_crc.pth", weights)


class Python2Pickler(pickle._Pickler):
    """Protocol 2 as Python 2 wrote it: str as SHORT_BINSTRING or BINSTRING, arrays with their bytes in such one."""
    dispatch = dict(pickle._Pickler.dispatch)

    def save_bytes(self, value):
        bytes_ = value if isinstance(value, bytes) else value.encode("latin1")
        if len(bytes_) < 256:
            self.write(b"U" + bytes([len(bytes_)]) + bytes_)
        else:
            self.write(b"T" + struct.pack("<i", len(bytes_)) + bytes_)
        self.memoize(value)

    dispatch[bytes] = save_bytes
    dispatch[str] = save_bytes


def arrays():
    kind = "pickle with NumPy arrays"
    value = {"conv1_w": np.random.randn(4, 3, 7, 7).astype("f4"), "columns": np.asfortranarray(np.random.randn(3, 5)),
             "labels": np.arange(300), "half": np.arange(4).astype("f2"), "flags": np.array([True, False]),
             "bytes": np.arange(256).astype("u1"), "small": np.arange(3).astype("i2"), "scalar": np.array(3.5),
             "empty": np.zeros((0, 4), "f4")}
    for protocol in (2, 3, 4, 5):
        name = f"detectron2.p{protocol}.pkl"
        with open(folder / name, "wb") as file:
            pickle.dump({"model": value, "__author__": "MOCO", "matching_heuristics": True}, file, protocol)
        case(name, value, container=kind, wrapper="model",
             metadata={"__author__": "MOCO", "matching_heuristics": "true"})
    with open(folder / "caffe2.pkl", "wb") as file:
        Python2Pickler(file, 2).dump({"blobs": value, "cfg": "MODEL: größer"})
    case("caffe2.pkl", value, container=kind, wrapper="blobs", metadata={"cfg": "MODEL: größer"})
    with open(folder / "bare.pkl", "wb") as file:
        pickle.dump({**value, "names": np.array(["a", "b"]), "objects": np.array([None])}, file, 4)
    case("bare.pkl", value, container=kind, leftOut=["names", "objects"])


def safetensors():
    weights = state_dict()
    write_safetensors(folder / "plain.safetensors", {"module." + key: value for key, value in weights.items()},
                      {"format": "pt"})
    case("plain.safetensors", weights, container="safetensors", metadata={"format": "pt"})


def refused():
    """Files that must be refused, with a word that the sentence must contain."""
    cases["refused"] = {}

    def refuse(name, word, save):
        save(folder / name)
        cases["refused"][name] = word

    module_named("somebody.models", CustomModel=CustomModel)
    refuse("whole_model.pth", "somebody.models.CustomModel", lambda path: torch.save(CustomModel(2, 2), path))
    refuse("whole_model.legacy.pth", "somebody.models.CustomModel",
           lambda path: torch.save(CustomModel(2, 2), path, _use_new_zipfile_serialization=False))
    refuse("wrapped_model.pth", "somebody.models.CustomModel",
           lambda path: torch.save({"model": CustomModel(2, 2)}, path))
    del sys.modules["somebody.models"]
    refuse("script.pth", "TorchScript", lambda path: torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), path))
    refuse("sparse.pth", "sparse", lambda path: torch.save({"a": torch.eye(3).to_sparse()}, path))
    refuse("quantised.pth", "quantised",
           lambda path: torch.save({"a": torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8)}, path))
    refuse("tensor.pth", "without a name", lambda path: torch.save(torch.ones(3), path))
    refuse("list.pth", "list", lambda path: torch.save([torch.ones(3)], path))
    refuse("numbers.pth", "no tensors", lambda path: torch.save({"epoch": 3}, path))
    refuse("swapped.pkl", "big-endian",
           lambda path: path.write_bytes(pickle.dumps({"a": np.arange(3.0).astype(">f4")}, 2)))
    refuse("arrays.npz", "NumPy archive", lambda path: np.savez(path, a=np.ones(3)))
    refuse("array.npy", "NumPy array", lambda path: np.save(path, np.ones(3)))
    refuse("conjugated.pth", "lazily",
           lambda path: torch.save({"a": torch.ones(2, dtype=torch.complex64).conj()}, path))


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    torch.manual_seed(1)
    np.random.seed(1)
    for write in (plain, dtypes, views, training, mmdetection, devices, old_pytorch, without_checksums, arrays,
                  safetensors, refused):
        write()
    (folder / "cases.json").write_text(json.dumps(cases))
