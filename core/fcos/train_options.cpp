// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/trainer.h"

namespace fcoscope {

void visit(OptionTable &table, TrainOptions &o)
{
    table.add("epochs", o.epochs, 1, 1000000, "", message("core", "How often the training goes through all images."));
    table.add("batch", o.batch, 1, 4096, "images", message("core", "Images that are looked at together."));
    table.add("accumulate", o.accumulate, 1, 4096, "",
              message("core", "Batches whose gradients are added up before one step."));
    table.addChoice("optimizer", o.optimizer, {{"adamw", OptimizerKind::AdamW}, {"sgd", OptimizerKind::Sgd}},
                    message("core", "The optimiser."));
    table.add("learning-rate", o.learningRate, 0, 100, "",
              message("core", "The highest learning rate, after the warm-up."));
    table.add("weight-decay", o.weightDecay, 0, 10, "",
              message("core", "Weight decay of convolution weights; norms and biases have none."));
    table.add("momentum", o.momentum, 0, 1, "", message("core", "Momentum of SGD."));
    table.addChoice("schedule", o.schedule,
                    {{"cosine", Schedule::Cosine}, {"steps", Schedule::Steps}, {"constant", Schedule::Constant}},
                    message("core", "How the learning rate falls."));
    table.add("step-at", o.stepAt, 0, 1, "",
              message("core", "Fractions of the run at which the rate falls to a tenth (schedule steps)."));
    table.add("warmup-steps", o.warmupSteps, 0, 1000000, "steps",
              message("core", "Steps in which the learning rate rises from 0."));
    table.add("frozen-stages", o.frozenStages, 0, 5, "stages",
              message("core", "Stages of the backbone, from the picture on, that keep their weights: 1 is the stem, 5 "
                              "all of it."));
    table.add("balance-classes", o.balanceClasses,
              message("core", "Show images with rare classes more often than others."));
    table.addChoice("precision", o.precision, {{"float32", Precision::Float32}, {"bfloat16", Precision::Bfloat16}},
                    message("core", "The arithmetic of the convolutions."));
    table.add("clip-norm", o.clipNorm, 0, 1e9, "",
              message("core", "Longer gradients are shortened to this; 0 leaves them."));
    table.add("ema-decay", o.emaDecay, 0, 1, "", message("core", "Decay of the running average of the weights."));
    table.add("seed", o.seed, 0, int64_t(1) << 52, "", message("core", "Every random choice follows from it."));
    table.add("loaders", o.loaders, 1, 256, "threads", message("core", "Threads that prepare images."));
    table.add("validate-every", o.validateEvery, 1, 1000000, "epochs", message("core", "Epochs between validations."));
    table.add("patience", o.patience, 0, 1000000, "validations",
              message("core", "Validations without a better AP after which training stops; 0 means never."));
    table.add("checkpoint-every", o.checkpointEverySteps, 1, 1000000, "steps",
              message("core", "Steps between checkpoints."));
    table.add("device", o.device, message("core", "auto, cpu or cuda:N."));
    table.add("threads", o.threads, 0, 1024, "threads",
              message("core", "CPU threads of the network; 0 means all cores."));
    table.add("stop-after", o.stopAfterSteps, 0, int64_t(1) << 52, "steps",
              message("core", "Stop after this step, as if asked to; 0 means never."));
}

const std::vector<std::string> &lastingTrainOptions()
{
    static const std::vector<std::string> names{"optimizer", "seed"};
    return names;
}

}  // namespace fcoscope
