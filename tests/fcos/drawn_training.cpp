// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fcos/drawn_training.h"

#include "core/base/file.h"

namespace fcoscope {

TrainOptions fewSteps()
{
    TrainOptions options;
    options.epochs = 6;
    options.batch = 2;
    options.warmupSteps = 4;
    options.checkpointEverySteps = 3;
    options.device = "cpu";
    options.loaders = 2;
    options.threads = 1;  // the network is so small that threads would only wait for one another
    return options;
}

TrainResult trainDrawn(const TrainOptions &options, const std::filesystem::path &folder, const RunContext &context,
                       int images, const std::function<void(const StepReport &)> &step, const Profile &profile)
{
    const DrawnSource source(images, true);
    TrainCallbacks callbacks;
    callbacks.step = step;
    return train(source, smallNetwork(), profile, options, folder, {}, callbacks, context);
}

std::string weightsOf(const std::filesystem::path &run, const char *file)
{
    return readFile(run / "checkpoints" / "last" / file);
}

}  // namespace fcoscope
