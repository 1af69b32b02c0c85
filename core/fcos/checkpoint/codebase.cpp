// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/checkpoint/codebase.h"

#include <map>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/fcos/checkpoint/kind.h"
#include "core/fcos/checkpoint/recognise.h"
#include "core/fcos/checkpoint/structure.h"
#include "core/fcos/coco_classes.h"

namespace fcoscope {
namespace {

std::string shapeText(at::IntArrayRef shape)
{
    std::string text = "[";
    for (size_t i = 0; i < shape.size(); ++i)
        text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
    return text + "]";
}

/// A file's tensors under our names, and what was wrong on the way there.
struct Renamed {
    NeutralTensors tensors;
    std::map<std::string, std::string> theirs;  ///< our name → the file's
    std::vector<std::string> ignored;
    std::vector<std::string> problems;  ///< "x is missing", …

    void add(const std::string &ours, const std::string &key, const at::Tensor &tensor)
    {
        if (!tensors.emplace(ours, tensor).second)
            problems.push_back(key + " is there twice (as " + theirs.at(ours) + ")");
        else
            theirs[ours] = key;
    }
};

Renamed rename(const StateFile &file, Codebase codebase)
{
    Renamed renamed;
    for (const auto &[key, tensor] : file.tensors) {
        const auto ours = neutralName(codebase, key);
        if (!ours)
            renamed.problems.push_back(key + " is unknown");
        else if (ours->empty())
            renamed.ignored.push_back(key);
        else if (!tensor.is_floating_point())
            renamed.problems.push_back(key + " does not hold real numbers");
        else if (*ours == "head.scale" && tensor.dim() == 1) {  // SimpleAICV: one vector of logarithms
            for (int64_t level = 0; level < tensor.size(0) && level < 8; ++level)
                renamed.add("head.scale." + std::to_string(level), key,
                            tensor.select(0, level).to(at::kDouble).exp().to(at::kFloat));
        } else if (ours->starts_with("head.scale.") && tensor.numel() == 1) {
            renamed.add(*ours, key, tensor.reshape({}));  // [1] or []
        } else {
            renamed.add(*ours, key, tensor);
        }
    }
    return renamed;
}

/// Weights from Caffe have their norms' statistics in scale and shift: what is left is 0 and 1.
void addMissingStatistics(Renamed &renamed, const std::map<std::string, std::vector<int64_t>> &shapes, double epsilon)
{
    for (const auto &[name, shape] : shapes)
        if (name.ends_with(".mean") && !renamed.tensors.contains(name)) {
            const std::string variance = name.substr(0, name.size() - 4) + "var";
            if (renamed.tensors.contains(variance))
                continue;
            renamed.tensors[name] = at::zeros(shape);
            renamed.tensors[variance] = at::full(shape, 1 - epsilon);
        }
}

bool isZero(const at::Tensor &tensor)
{
    return !tensor.is_meta() && !tensor.any().item<bool>();
}

/// The file's tensors against what the network has. What is not the network's and can change nothing is ignored.
void compare(Renamed &renamed, const std::map<std::string, std::vector<int64_t>> &shapes, const Origin &origin,
             const NetworkOptions &network)
{
    for (const auto &[name, shape] : shapes) {
        const auto found = renamed.tensors.find(name);
        if (found == renamed.tensors.end()) {
            const auto theirs =
                origin.backboneOnly ? backboneNameIn(origin.codebase, name) : nameIn(origin.codebase, name, network);
            renamed.problems.push_back(theirs.value_or(name) + " is missing");
        } else if (found->second.sizes() != at::IntArrayRef(shape)) {
            renamed.problems.push_back(renamed.theirs[name] + " has the shape " + shapeText(found->second.sizes()) +
                                       " instead of " + shapeText(shape));
        }
    }
    for (const auto &[name, tensor] : renamed.tensors) {
        if (shapes.contains(name))
            continue;
        if (name.ends_with(".bias") && (tensor.is_meta() || isZero(tensor)))
            renamed.ignored.push_back(renamed.theirs[name]);
        else
            renamed.problems.push_back(renamed.theirs[name] + " has no place in this network");
    }
}

std::vector<std::string> classNamesOf(const StateFile &file, int count, std::vector<Message> &assumptions)
{
    if (file.classNames.size() == static_cast<size_t>(count))
        return file.classNames;
    if (!file.classNames.empty())
        assumptions.push_back(message("core", "The file names {0} classes but predicts {1}; its names are not used.")
                                  .with(file.classNames.size(), count));
    if (count == 80 || count == 91) {
        assumptions.push_back(
            message("core", "It predicts {0} classes and names none; they are taken for COCO's.").with(count));
        return count == 80 ? coco80Names() : coco91Names();
    }
    assumptions.push_back(message("core", "It does not name its {0} classes.").with(count));
    std::vector<std::string> names;
    for (int i = 1; i <= count; ++i)
        names.push_back("class " + std::to_string(i));
    return names;
}

UserError misfit(const StateFile &file, Codebase codebase, const std::vector<std::string> &problems)
{
    return UserError(message("core", "The weights in {0} look like {1}'s, but do not make one of its detectors: {2}.")
                         .with(file.path.string(), nameOf(codebase), joined(problems, "; ")));
}

}  // namespace

ImportedModel importModel(const StateFile &file, const std::string &profileName)
{
    const Origin origin = originOf(file);
    Renamed renamed = rename(file, origin.codebase);
    const NetworkOptions fromShapes = networkOf(renamed.tensors, file.path);
    Kind kind = kindOf(file, origin, renamed.tensors, fromShapes, profileName);
    const auto shapes = shapesOf(kind.network, kind.profile, origin.backboneOnly);
    if (origin.codebase == Codebase::Msra)
        addMissingStatistics(renamed, shapes, kind.network.normEpsilon);
    compare(renamed, shapes, origin, kind.network);
    if (!renamed.problems.empty())
        throw misfit(file, origin.codebase, renamed.problems);

    ImportedModel model;
    model.codebase = origin.codebase;
    model.backboneOnly = origin.backboneOnly;
    model.network = kind.network;
    model.profile = kind.profile;
    model.assumptions = kind.assumptions;
    if (!origin.backboneOnly)
        model.classNames = classNamesOf(file, kind.network.classCount, model.assumptions);
    for (const auto &[name, shape] : shapes)
        model.tensors.emplace_back(name, renamed.tensors.at(name));
    model.ignored = std::move(renamed.ignored);
    return model;
}

}  // namespace fcoscope
