// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/fcos/checkpoint.h"
#include "core/fcos/checkpoint/dialect.h"
#include "core/fcos/checkpoint/torch_file.h"
#include "core/fcos/model_file.h"

namespace fcoscope {
namespace {

/// By its name or the beginning of it.
Codebase codebaseNamed(const std::string &name)
{
    const std::vector<std::string> names = exportCodebases();
    for (const Codebase codebase : allCodebases())
        if (std::count(names.begin(), names.end(), nameOf(codebase)) > 0 &&
            lowerCase(nameOf(codebase)).starts_with(lowerCase(name)))
            return codebase;
    throw UserError(
        message("core", "Models cannot be written for \"{0}\"; they can for {1}.").with(name, joined(names)));
}

void writeForCodebase(const std::filesystem::path &to, const ModelContents &model, const ExportOptions &options)
{
    const ModelInfo &info = model.info;
    const std::string name = !options.codebase.empty() ? options.codebase
                             : !info.codebase.empty()  ? info.codebase
                                                       : nameOf(Codebase::Torchvision);
    const Codebase codebase = codebaseNamed(name);
    if (const auto reasons = obstacles(codebase, info, model.weights.tensors); !reasons.empty())
        throw UserError(message("core", "{0} has no detector that computes what the model {1} does: {2}.")
                            .with(nameOf(codebase), info.path.string(), joined(reasons, "; ")));
    auto tensors = inDialect(codebase, info, model.weights.tensors);
    if (options.half)
        for (auto &[key, tensor] : tensors)
            tensor = tensor.is_floating_point() ? tensor.to(at::kHalf) : tensor;
    writeTorchFile(to, tensors);
}

void writeOurs(const std::filesystem::path &to, ModelContents &model, const ExportOptions &options)
{
    std::string assumed;
    for (const Message &assumption : model.info.assumptions)
        assumed += (assumed.empty() ? "" : " ") + assumption.english();
    if (!assumed.empty())
        model.info.facts["assumed"] = assumed;
    for (const auto &[name, value] : options.facts)
        model.info.facts[name] = value;
    model.weights.metadata = metadataOf(model.info);
    for (auto &[name, tensor] : model.weights.tensors)
        tensor = tensor.to(options.half || tensor.scalar_type() == at::kHalf ? at::kHalf : at::kFloat).contiguous();
    writeSafetensors(to, model.weights);
}

}  // namespace

std::vector<std::string> exportCodebases()
{
    std::vector<std::string> names;
    for (const Codebase codebase : allCodebases())
        if (codebase != Codebase::Msra)  // a backbone's
            names.emplace_back(nameOf(codebase));
    return names;
}

void exportModel(const std::filesystem::path &from, const std::filesystem::path &to, const ExportOptions &options)
{
    const std::string ending = to.extension().string();
    if (ending != ".safetensors" && ending != ".pth")
        throw UserError(message("core",
                                "The file {0} must end in .safetensors (FCOScope's own format) or .pth (another "
                                "codebase's).")
                            .with(to.string()));
    if (ending == ".safetensors" && !options.codebase.empty())
        throw UserError(message("core", "The option {0} is for files that end in .pth.").with("as"));
    ModelContents model = readModel(from, options.profileName);
    requireDetector(model.info);
    OptionTable table;
    visit(table, model.info.profile);
    for (const auto &[name, value] : options.profile)
        table.set(name, value, model.info.path.string());
    ending == ".pth" ? writeForCodebase(to, model, options) : writeOurs(to, model, options);
}

}  // namespace fcoscope
