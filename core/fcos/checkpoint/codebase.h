// SPDX-License-Identifier: GPL-3.0-or-later
// Whose weights these are, and what they are called in our network: specification, section 7.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/fcos/checkpoint/state_file.h"
#include "core/fcos/network_options.h"
#include "core/rules/profile.h"

namespace fcoscope {

enum class Codebase {
    Tianzhi,      ///< tianzhi0549/FCOS, and yqyao/FCOS_PLUS which kept its names
    AdelaiDet,    ///< aim-uofa/AdelaiDet
    Torchvision,  ///< torchvision's fcos_resnet50_fpn, both spellings of its pyramid
    Mmdetection,  ///< open-mmlab/mmdetection, before and after July 2020
    SimpleAicv,   ///< zgcr/SimpleAICV
    Detectron2,   ///< detectron2's own FCOS, and its ResNets as backbones
    Msra,         ///< Caffe2 pickles of MSRA's and FAIR's ImageNet ResNets and ResNeXts: a backbone
};
const char *nameOf(Codebase codebase);  ///< "torchvision", …

/// Our name (specification, section 7.2) of the tensor that `codebase` calls `name`. "" for one that belongs there but
/// has no place in our network (num_batches_tracked, fc.weight, pixel_mean, …); nullopt for one that is not known.
std::optional<std::string> neutralName(Codebase codebase, const std::string &name);

/// The other way, for export: what `codebase` calls our tensor (without "module."). nullopt if it has no such tensor.
std::optional<std::string> nameIn(Codebase codebase, const std::string &neutral, const NetworkOptions &network);

/// Weights of another codebase under our names.
struct ImportedModel {
    Codebase codebase = Codebase::Torchvision;
    bool backboneOnly = false;
    NetworkOptions network;  ///< inferred from the shapes and the codebase
    Profile profile;         ///< the codebase's, strides and ranges as the file's levels ask
    std::vector<std::string> classNames;  ///< the file's, else COCO's 80 or 91 where the count says so, else "class 1" …
    std::vector<std::pair<std::string, at::Tensor>> tensors;
    std::vector<std::string> ignored;  ///< keys that have no place in our network
};

/// Recognises the codebase by the keys. Throws UserError if it is none of those, or names every tensor that is
/// missing or unknown.
ImportedModel importModel(const StateFile &file);

}  // namespace fcoscope
