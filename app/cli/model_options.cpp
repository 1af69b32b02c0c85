// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/model_options.h"

#include "core/base/error.h"
#include "core/base/resources.h"
#include "core/base/text.h"
#include "core/fcos/engine.h"
#include "core/weights/store.h"

namespace fcoscope {

void visit(OptionTable &table, ModelOptions &o)
{
    table.add("weights", o.weights,
              message("core", "A model file, a checkpoint folder, or the name of published weights that are here (fcos "
                              "model get); without it the model that ships with FCOScope."));
    addProfile(table, o.profile);
    table.add("device", o.device, message("core", "auto, cpu or cuda:N."));
    table.add("threads", o.threads, 0, 1024, "threads",
              message("core", "CPU threads of the network; 0 means all cores."));
}

void addProfile(OptionTable &table, std::string &profileName)
{
    table.add("profile", profileName,
              message("core",
                      "Which detector of its codebase the file of another program holds, where the file does not "
                      "tell: {0}; empty: what it tells, or the likeliest.")
                  .with(joined(profileNames())));
}

Predictor loadModel(const ModelOptions &options)
{
    configureEngine(options.threads);
    const std::filesystem::path path =
        options.weights.empty() ? resourceFile("models/default.safetensors") : weightsMeant(options.weights);
    if (path.empty())
        throw UserError(message("core", "No model ships with this copy of FCOScope; name one with --weights."));
    return Predictor::load(path, options.device, options.profile);
}

}  // namespace fcoscope
