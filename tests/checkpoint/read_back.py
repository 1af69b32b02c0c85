#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""read_back.py OURS THEIRS: torch.load(OURS, weights_only=True) gives the tensors of THEIRS, bit for bit, in order."""
import collections
import sys

import torch

ours, theirs = (torch.load(path, weights_only=True) for path in sys.argv[1:3])
assert isinstance(ours, collections.OrderedDict), type(ours)
assert list(ours) == list(theirs), (list(ours), list(theirs))
for key, tensor in theirs.items():
    assert ours[key].dtype == tensor.dtype and ours[key].shape == tensor.shape, key
    assert ours[key].is_contiguous() and ours[key].data_ptr() % 64 == 0 or tensor.numel() == 0, key
    if tensor.numel():
        a, b = (value.contiguous().reshape(-1).view(torch.uint8) for value in (ours[key], tensor))
        assert torch.equal(a, b), key
