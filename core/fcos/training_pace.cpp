// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/training_pace.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/base/error.h"
#include "core/fcos/arena.h"
#include "core/fcos/loader.h"
#include "core/fcos/made_up_source.h"
#include "core/fcos/model_file.h"
#include "core/fcos/training_state.h"
#include "core/fcos/training_step.h"

namespace fcoscope {
namespace {

constexpr double mostPixels = 512.0 * 384.0;
constexpr int mostSteps = 6;
constexpr double longEnough = 0.5;  // seconds, of the steps after the first

double pixelsOf(Size size)
{
    return static_cast<double>(size.width) * size.height;
}

/// The sample, or one of its shape that has no more than mostPixels.
Size measuredSize(Size sample)
{
    const double scale = std::min(1.0, std::sqrt(mostPixels / pixelsOf(sample)));
    const auto side = [scale](int length) { return std::max(32, static_cast<int>(length * scale) / 32 * 32); };
    return {side(sample.width), side(sample.height)};
}

/// Gives a device back what was only measured with; made first, so that it goes last.
struct GivesBack {
    at::Device device;
    ~GivesBack() { releaseDeviceMemory(device); }
};

}  // namespace

double measuredSecondsPerImage(NetworkOptions network, const Profile &profile, TrainOptions options, Size sample,
                               const RunContext &context)
{
    using Clock = std::chrono::steady_clock;
    const at::Device device = deviceNamed(options.device);
    const GivesBack inTheEnd{device};
    const Size size = measuredSize(sample);
    network.classCount = std::max(1, network.classCount);
    options.accumulate = 1;
    if (!device.is_cuda())
        options.batch = 1;
    const MadeUpSource source(size, options.batch, network.classCount);
    TrainingState state(network, profile, options, source, {});
    Loader loader(source, profile, {.batch = options.batch, .batches = mostSteps + 1, .pinned = device.is_cuda()});
    Arena arena;
    double measured = 0;
    int steps = 0;
    // The first step chooses kernels and touches new memory: it counts only where it is so slow that nobody cares.
    for (int i = 0; i <= mostSteps && measured < longEnough; ++i) {
        if (context.shouldStop())
            throw Stopped();
        std::vector<Batch> batches;
        batches.push_back(loader.next());
        const Clock::time_point start = Clock::now();
        const Arena::Use memory(arena);
        StepReport report;
        const Gradients gradients = gradientsOf(batches, state, options, device, report);
        if (gradients == Gradients::OutOfMemory)
            throw UserError(message("core", "Memory ran out. A smaller batch, smaller samples or a smaller network "
                                            "need less."));
        if (gradients == Gradients::Ready)
            makeStep(state, options, 0, report);
        const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
        if (i == 0 && seconds < 3)
            continue;
        measured += seconds;
        ++steps;
    }
    return measured / (steps * options.batch) * pixelsOf(sample) / pixelsOf(size);
}

}  // namespace fcoscope
