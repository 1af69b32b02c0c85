// SPDX-License-Identifier: GPL-3.0-or-later
// What the fuzzers ask of a reader of weight files, whatever the bytes: a UserError or a plan, no tensor that reaches
// outside its storage, no storage outside the file, and no more memory than the file's size and 64 MB at any moment.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/fcos/checkpoint/state_plan.h"

/// Plans `size` bytes at `data` with `plan`, reads every storage and looks at the ends of every tensor. Aborts when one
/// of the promises is broken. Returns 0, as libFuzzer wants it.
int readAndCheck(const uint8_t *data, size_t size, fcoscope::StatePlan (*plan)(const fcoscope::ByteSource &));
