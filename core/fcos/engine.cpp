// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/engine.h"

#include <ATen/DeviceAccelerator.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <torch/version.h>

#include <thread>

#include "core/base/error.h"
#include "core/fcos/arena.h"
#include "core/fcos/model_file.h"
#include "core/fcos/plan_kernels.h"

namespace fcoscope {

void configureEngine(int threads)
{
    at::set_num_threads(threads > 0 ? threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency())));
    at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/true);
    // Deterministic mode would also fill every new tensor, to show reads of memory nobody wrote. That costs a pass over
    // all memory, and we have a sanitizer for it.
    at::globalContext().setDeterministicFillUninitializedMemory(false);
    at::globalContext().setBenchmarkCuDNN(false);
    installArenas();
}

at::Device deviceNamed(const std::string &name)
{
    const bool cuda = at::globalContext().hasCUDA() && at::detail::getCUDAHooks().deviceCount() > 0;
    if (name == "cpu" || (name == "auto" && !cuda))
        return at::kCPU;
    if (name == "auto" || name == "cuda")
        return cuda ? at::Device(at::kCUDA, 0)
                    : throw UserError(message("core", "There is no CUDA device on this machine."));
    double index = 0;
    if (!name.starts_with("cuda:") || !parseNumber(name.substr(5), index) || index < 0 || index > 127 ||
        index != static_cast<int>(index))
        throw UserError(message("core", "The option {0} is \"{1}\"; it must be one of {2}.")
                            .with("device", name, "auto, cpu, cuda:N"));
    const int count = cuda ? static_cast<int>(at::detail::getCUDAHooks().deviceCount()) : 0;
    if (static_cast<int>(index) >= count)
        throw UserError(
            message("core", "There is no device {0}: this machine has {1} CUDA devices.").with(name, count));
    return at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(index));
}

double devicePeakBytes(const std::string &name)
{
    const at::Device device = deviceNamed(name);
    if (device.type() == at::kCPU)
        return 0;
    return static_cast<double>(at::accelerator::getDeviceStats(device.index()).allocated_bytes[0].peak);
}

std::vector<std::pair<std::string, std::string>> engineFacts()
{
    std::vector<std::pair<std::string, std::string>> facts;
    facts.emplace_back("LibTorch", TORCH_VERSION);
    facts.emplace_back("CPU capability used by LibTorch", at::get_cpu_capability());
    facts.emplace_back("own loops of inference", planKernels().name);
    facts.emplace_back("oneDNN", at::globalContext().hasMKLDNN() ? "yes" : "no");
    facts.emplace_back("MKL", at::globalContext().hasMKL() ? "yes" : "no");
    facts.emplace_back("threads", std::to_string(at::get_num_threads()));
    const bool cuda = at::globalContext().hasCUDA();
    facts.emplace_back("CUDA devices", cuda ? std::to_string(at::detail::getCUDAHooks().deviceCount()) : "none");
    return facts;
}

int cudaDevices()
{
    return at::globalContext().hasCUDA() ? static_cast<int>(at::detail::getCUDAHooks().deviceCount()) : 0;
}

}  // namespace fcoscope
