// SPDX-License-Identifier: GPL-3.0-or-later
// What is global to LibTorch in a process, and what it says about the machine. Names no Torch.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace fcoscope {

/// Threads for one operator (0: as many as there are cores) and deterministic algorithms. Call it once, before
/// the first tensor.
void configureEngine(int threads = 0);

/// How many there are: cuda:0 … cuda:N−1.
int cudaDevices();

/// Facts for `fcos checks`: LibTorch's version and build, CPU capability, threads, how many CUDA devices.
std::vector<std::pair<std::string, std::string>> engineFacts();

}  // namespace fcoscope
