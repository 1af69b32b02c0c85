// SPDX-License-Identifier: GPL-3.0-or-later
// All that the engine's own files need of LibTorch. This is the precompiled header: the smallest of LibTorch's headers
// that carries tensors, operators and autograd's switches, because each of them costs seconds in every file.
#pragma once

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/InferenceMode.h>
