#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files as each codebase writes them, and whether what `fcos export` made of one is what that codebase loads.

    codebase_files.py make FOLDER GOLDEN     writes tz.pth, ad.pth, … with the tensors that GOLDEN's manifests list
    codebase_files.py check FILE EXPORTED    EXPORTED is FILE's state dict: keys, shapes, types, values
"""
import collections
import json
import pathlib
import pickle
import sys

import numpy as np
import torch
from torch import nn


def state_dict(golden, name):
    """Random weights; what must be positive is."""
    tensors = json.loads((golden / f"{name}_manifest.json").read_text())
    tensors = tensors.get("tensors", tensors)
    torch.manual_seed(len(tensors))
    state = collections.OrderedDict()
    for key, shape in tensors.items():
        if key.endswith("num_batches_tracked"):
            state[key] = torch.tensor(7)
        elif key.endswith(("running_var", ".scale")):
            state[key] = 0.9 + 0.2 * torch.rand(shape)
        else:
            state[key] = 0.1 * torch.rand(shape) - 0.05
    return state


def make(folder, golden):
    def prefixed(state):
        return collections.OrderedDict(("module." + key, tensor) for key, tensor in state.items())

    legacy = {"_use_new_zipfile_serialization": False}
    tianzhi = state_dict(golden, "tianzhi_r50")
    torch.save({"model": prefixed(tianzhi), "iteration": 90000}, folder / "FCOS_imprv_R_50_FPN_1x.pth", **legacy)
    torch.save({"model": prefixed(tianzhi)}, folder / "FCOS_R_50_FPN_1x.pth", **legacy)
    torch.save({"model": state_dict(golden, "adelaidet_r50"), "optimizer": {"state": {}}}, folder / "FCOS_R_50_1x.pth")
    torch.save(state_dict(golden, "adelaidet_r50_iou"), folder / "FCOS_R_50_1x_iou.pth")
    torch.save({"model": state_dict(golden, "adelaidet_rt_r50")}, folder / "FCOS_RT_MS_R_50_4x_syncbn.pth")
    torchvision = state_dict(golden, "torchvision_r50")
    torchvision._metadata = {"": {"version": 1}}
    torch.save(torchvision, folder / "fcos_resnet50_fpn_coco.pth")
    config = "model = dict(\n    backbone=dict(style='caffe'),\n    bbox_head=dict(type='FCOSHead'))\n"
    torch.save({"meta": {"config": config, "CLASSES": tuple(f"thing {i}" for i in range(80)), "epoch": 12},
                "state_dict": state_dict(golden, "mmdet_r50")}, folder / "fcos_r50_caffe_fpn_gn-head_1x.pth", **legacy)
    torch.save({"model_state_dict": prefixed(state_dict(golden, "simpleaicv_r50")), "epoch": 3}, folder / "latest.pth")

    # ImageNet's ResNets: torchvision's, detectron2's and MSRA's.
    body = {key[len("backbone.body."):]: tensor for key, tensor in torchvision.items() if key.startswith("backbone.body.")}
    torch.save({**body, "fc.weight": torch.zeros(1000, 2048), "fc.bias": torch.zeros(1000)}, folder / "resnet50.pth")
    bottom_up = state_dict(golden, "adelaidet_r50")
    bottom_up = {key[len("backbone.bottom_up."):]: tensor.numpy() for key, tensor in bottom_up.items() if "bottom_up" in key}
    (folder / "R-50.pkl").write_bytes(pickle.dumps({"model": bottom_up, "__author__": "torchvision"}, protocol=2))
    blobs = {}
    for key, array in bottom_up.items():
        if key.endswith(("running_mean", "running_var")):
            continue
        key = key.replace("stem.conv1.norm", "res_conv1_bn").replace("stem.conv1", "conv1")
        for number, letter in zip("123", "abc"):
            key = key.replace(f"conv{number}.norm", f"branch2{letter}_bn").replace(f".conv{number}.", f".branch2{letter}.")
        key = key.replace("shortcut.norm", "branch1_bn").replace("shortcut", "branch1").replace(".", "_")
        ending = {"weight": "s" if "_bn_" in key else "w", "bias": "b"}
        stem, leaf = key.rsplit("_", 1)
        blobs[f"{stem}_{ending[leaf]}"] = array
    blobs["fc1000_w"] = np.zeros((1000, 2048), np.float32)
    blobs["conv1_w_momentum"] = np.zeros((64, 3, 7, 7), np.float32)
    (folder / "MSRA-R-50.pkl").write_bytes(pickle.dumps({"blobs": blobs}, protocol=2))


def stub(state):
    """A module that has exactly the parameters and buffers of `state`."""
    root = nn.Module()
    for key, tensor in state.items():
        *path, leaf = key.split(".")
        module = root
        for name in path:
            if name not in module._modules:
                module.add_module(name, nn.Module())
            module = module._modules[name]
        module.register_buffer(leaf, torch.empty_like(tensor))
    return root


def check(file, exported):
    theirs = torch.load(file, weights_only=True)
    for wrapper in ("model", "state_dict", "model_state_dict"):
        theirs = theirs.get(wrapper, theirs)
    theirs = {key.removeprefix("module."): tensor for key, tensor in theirs.items()}
    ours = torch.load(exported, weights_only=True)
    model = stub(theirs)
    model.load_state_dict(ours, strict=True)
    for key, tensor in theirs.items():
        assert ours[key].dtype == tensor.dtype and ours[key].shape == tensor.shape, key
        if key == "scales":  # through exp and log
            assert torch.allclose(ours[key], tensor, rtol=1e-5, atol=1e-6), key
        elif not key.endswith("num_batches_tracked"):
            assert torch.equal(ours[key], tensor), key


if __name__ == "__main__":
    {"make": make, "check": check}[sys.argv[1]](*map(pathlib.Path, sys.argv[2:]))
