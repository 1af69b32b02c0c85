// SPDX-License-Identifier: GPL-3.0-or-later
// The network alone, on a given input: what fcos_bench compares with itself and with other programs.
#pragma once

#include <string>
#include <vector>

#include "core/fcos/network_options.h"
#include "core/rules/profile.h"

namespace fcoscope {

/// Times the modules that are trained, the plan with LibTorch's operators, and the plan, one after the other in each
/// round, and prints medians. Made-up weights, grey input of height × width.
int compareNetworks(const NetworkOptions &network, const Profile &profile, int height, int width, int runs,
                    const std::string &device);

/// serve MODEL INPUT HEIGHT WIDTH [plan|operators|modules] [THREADS]: loads a model, of ours or of another codebase,
/// and an input (float32, [3, H, W], nothing else in the file), answers "ready", and then each line of the standard
/// input with one line:
///     run          →  milliseconds on the clock and of all processors
///     dump FILE    →  writes for each level class logits, centerness logits, distances, channels outermost, as float32
/// So that another program can alternate its own runs with ours (tests/bench).
int serveNetwork(const std::vector<std::string> &arguments);

}  // namespace fcoscope
