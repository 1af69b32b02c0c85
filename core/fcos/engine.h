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

/// The most memory that LibTorch has had on a device ("cuda:0", "auto") at once since the process began, in bytes; 0 for
/// the CPU.
double devicePeakBytes(const std::string &device);

/// How many there are: cuda:0 … cuda:N−1.
int cudaDevices();

/// Facts for `fcos checks`: LibTorch's version and build, CPU capability, threads, how many CUDA devices.
std::vector<std::pair<std::string, std::string>> engineFacts();

}  // namespace fcoscope
