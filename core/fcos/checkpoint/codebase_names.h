// SPDX-License-Identifier: GPL-3.0-or-later
// What the public codebases call the tensors of an FCOS: specification, section 7.3, as tables. Names no Torch.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/fcos/network_options.h"

namespace fcoscope {

enum class Codebase {
    Tianzhi,      ///< tianzhi0549/FCOS, and yqyao/FCOS_PLUS which kept its names
    AdelaiDet,    ///< aim-uofa/AdelaiDet, and files made by its converter from tianzhi0549/FCOS
    Torchvision,  ///< torchvision's fcos_resnet50_fpn, both spellings of its pyramid; its ResNets as backbones
    Mmdetection,  ///< open-mmlab/mmdetection, before and after July 2020
    SimpleAicv,   ///< zgcr/SimpleAICV
    Detectron2,   ///< detectron2's own FCOS, and its ResNets as backbones
    Msra,         ///< Caffe2 pickles of MSRA's and FAIR's ImageNet ResNets and ResNeXts: backbones
};
const std::vector<Codebase> &allCodebases();
const char *nameOf(Codebase codebase);  ///< "torchvision", …: for people, and for `fcos export --as`

/// Our name (specification, section 7.2) of the tensor that `codebase` calls `name`, of whichever spelling. "" for one
/// that belongs there but has no place in our network (num_batches_tracked, fc.weight, pixel_mean, …); nullopt for one
/// that is not known. Deformable layers are known (…offset…), though our network has none.
/// SimpleAICV keeps the levels' scales as logarithms in one vector: it is called "head.scale" here.
std::optional<std::string> neutralName(Codebase codebase, const std::string &name);

/// The other way, in the newest spelling, for export: what `codebase` calls our tensor. nullopt if it has no such
/// tensor. For SimpleAICV every head.scale.N is "scales".
std::optional<std::string> nameIn(Codebase codebase, const std::string &neutral, const NetworkOptions &network);

/// The backbone alone, as the codebase publishes it: "conv1.weight" for torchvision, "stem.conv1.weight" for
/// detectron2, "conv1_w" for MSRA.
std::optional<std::string> backboneNameIn(Codebase codebase, const std::string &neutral);

}  // namespace fcoscope
