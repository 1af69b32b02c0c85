// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/checkpoint/recognise.h"

#include <algorithm>

#include "core/base/error.h"

namespace fcoscope {
namespace {

bool anyKey(const StateFile &file, const auto &test)
{
    return std::any_of(file.tensors.begin(), file.tensors.end(), [&](const auto &entry) { return test(entry.first); });
}

bool anyBegins(const StateFile &file, const char *prefix)
{
    return anyKey(file, [&](const std::string &key) { return key.starts_with(prefix); });
}

bool anyHas(const StateFile &file, const char *part)
{
    return anyKey(file, [&](const std::string &key) { return key.find(part) != std::string::npos; });
}

/// A backbone that has names of its own, or "".
std::string foreignBackbone(const StateFile &file)
{
    if (anyHas(file, "OSA2_1") || anyHas(file, "OSA3_1"))
        return "VoVNet";
    if (anyHas(file, "bottom_up.base_layer.") || anyHas(file, "bottom_up.level2.tree1."))
        return "DLA";
    if (anyBegins(file, "backbone.body.features."))
        return "MobileNetV2";
    return {};
}

/// Layers whose sampling points are learned: specification, section 1.6.
bool isDeformable(const StateFile &file, Codebase codebase)
{
    return anyKey(file, [&](const std::string &key) {
        const auto name = neutralName(codebase, key);
        return name && name->find(".offset.") != std::string::npos;
    });
}

}  // namespace

Origin originOf(const StateFile &file)
{
    struct Sign {
        const char *prefix;
        Origin origin;
    };
    static constexpr Sign signs[] = {
        {"rpn.head.", {Codebase::Tianzhi, false}},
        {"proposal_generator.fcos_head.", {Codebase::AdelaiDet, false}},
        {"head.classification_head.", {Codebase::Torchvision, false}},
        {"bbox_head.", {Codebase::Mmdetection, false}},
        {"clsregcnt_head.", {Codebase::SimpleAicv, false}},
        {"head.cls_subnet.", {Codebase::Detectron2, false}},
        {"res2_0_branch2a_", {Codebase::Msra, true}},
        {"res2.0.conv1.", {Codebase::Detectron2, true}},
        {"layer1.0.conv1.", {Codebase::Torchvision, true}},
    };
    for (const Sign &sign : signs) {
        if (!anyBegins(file, sign.prefix))
            continue;
        if (const std::string backbone = foreignBackbone(file); !backbone.empty())
            throw UserError(message("core",
                                    "The file {0} holds a detector of {1} with the backbone {2}, which FCOScope "
                                    "does not have yet.")
                                .with(file.path.string(), nameOf(sign.origin.codebase), backbone));
        if (isDeformable(file, sign.origin.codebase))
            throw UserError(message("core", "The file {0} holds a network of {1} with deformable convolutions (DCNv2), "
                                            "which FCOScope does not have yet.")
                                .with(file.path.string(), nameOf(sign.origin.codebase)));
        return sign.origin;
    }
    throw UserError(message("core",
                            "The file {0} holds tensors, but of no detector or backbone that FCOScope knows; its "
                            "first is called \"{1}\".")
                        .with(file.path.string(), file.tensors.empty() ? "" : file.tensors.front().first));
}

}  // namespace fcoscope
