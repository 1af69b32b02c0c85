// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/checkpoint/codebase_names.h"

#include <string_view>

#include "core/fcos/checkpoint/layer_names.h"

namespace fcoscope {
namespace {

Rows joined(std::initializer_list<Rows> parts)
{
    Rows rows;
    for (const Rows &part : parts)
        rows.insert(rows.end(), part.begin(), part.end());
    return rows;
}

/// The stages of torchvision's ResNet, which all but detectron2 copied.
Rows torchvisionStages(const std::string &prefix)
{
    return {{prefix + "layer<n>.<m>.conv<k>", "backbone.layer<n>.<m>.conv<k>", Leaf::Weight},
            {prefix + "layer<n>.<m>.bn<k>", "backbone.layer<n>.<m>.bn<k>", Leaf::Norm},
            {prefix + "layer<n>.<m>.downsample.0", "backbone.layer<n>.<m>.down.conv", Leaf::Weight},
            {prefix + "layer<n>.<m>.downsample.1", "backbone.layer<n>.<m>.down.bn", Leaf::Norm}};
}

Rows detectron2ResNet(const std::string &prefix)
{
    return {{prefix + "stem.conv1", "backbone.stem.conv", Leaf::Weight},
            {prefix + "stem.conv1.norm", "backbone.stem.bn", Leaf::Norm},
            {prefix + "res<n+1>.<m>.conv<k>", "backbone.layer<n>.<m>.conv<k>", Leaf::Weight},
            {prefix + "res<n+1>.<m>.conv<k>.norm", "backbone.layer<n>.<m>.bn<k>", Leaf::Norm},
            {prefix + "res<n+1>.<m>.shortcut", "backbone.layer<n>.<m>.down.conv", Leaf::Weight},
            {prefix + "res<n+1>.<m>.shortcut.norm", "backbone.layer<n>.<m>.down.bn", Leaf::Norm},
            {prefix + "res<n+1>.<m>.conv<k>_offset", "backbone.layer<n>.<m>.conv<k>.offset", Leaf::Layer}};
}

Rows detectron2Pyramid()
{
    return {{"backbone.fpn_lateral<l>", "fpn.lateral.<l>", Leaf::Layer},
            {"backbone.fpn_output<l>", "fpn.output.<l>", Leaf::Layer},
            {"backbone.top_block.p6", "fpn.p6", Leaf::Layer},
            {"backbone.top_block.p7", "fpn.p7", Leaf::Layer}};
}

/// A tower as a sequence of convolution, norm and ReLU.
Rows sequence(const std::string &theirs, const std::string &ours, Leaf conv = Leaf::Layer)
{
    return {{theirs + ".<3i>", ours + ".<i>.conv", conv}, {theirs + ".<3i+1>", ours + ".<i>.norm", Leaf::Norm}};
}

/// The same where a convolution may be deformable, and a batch norm have one norm for each level.
Rows authorsTower(const std::string &theirs, const std::string &ours)
{
    return joined({sequence(theirs, ours),
                   {{theirs + ".<3i+1>.<l>", ours + ".<i>.norm.<l>", Leaf::Norm},
                    {theirs + ".<3i>.conv", ours + ".<i>.conv", Leaf::Layer},
                    {theirs + ".<3i>.offset", ours + ".<i>.offset", Leaf::Layer}}});
}

const Rows tianzhi = joined({
    torchvisionStages("backbone.body."),
    authorsTower("rpn.head.cls_tower", "head.cls_tower"),
    authorsTower("rpn.head.bbox_tower", "head.reg_tower"),
    {{"backbone.body.stem.conv1", "backbone.stem.conv", Leaf::Weight},
     {"backbone.body.stem.bn1", "backbone.stem.bn", Leaf::Norm},
     {"backbone.fpn.fpn_inner<l-1>", "fpn.lateral.<l>", Leaf::Layer},
     {"backbone.fpn.fpn_layer<l-1>", "fpn.output.<l>", Leaf::Layer},
     {"backbone.fpn.top_blocks.p6", "fpn.p6", Leaf::Layer},
     {"backbone.fpn.top_blocks.p7", "fpn.p7", Leaf::Layer},
     {"rpn.head.cls_logits", "head.cls_pred", Leaf::Layer},
     {"rpn.head.bbox_pred", "head.reg_pred", Leaf::Layer},
     {"rpn.head.centerness", "head.ctr_pred", Leaf::Layer},
     {"rpn.head.scales.<l>", "head.scale.<l>", Leaf::Scale},
     {"backbone.body.layer<n>.<m>.conv<k>.conv", "backbone.layer<n>.<m>.conv<k>", Leaf::Weight},
     {"backbone.body.layer<n>.<m>.conv<k>.offset", "backbone.layer<n>.<m>.conv<k>.offset", Leaf::Layer}},
});

const Rows adelaidet = joined({
    detectron2ResNet("backbone.bottom_up."),
    detectron2Pyramid(),
    authorsTower("proposal_generator.fcos_head.share_tower", "head.share_tower"),
    authorsTower("proposal_generator.fcos_head.cls_tower", "head.cls_tower"),
    authorsTower("proposal_generator.fcos_head.bbox_tower", "head.reg_tower"),
    {{"proposal_generator.fcos_head.cls_logits", "head.cls_pred", Leaf::Layer},
     {"proposal_generator.fcos_head.bbox_pred", "head.reg_pred", Leaf::Layer},
     {"proposal_generator.fcos_head.ctrness", "head.ctr_pred", Leaf::Layer},
     {"proposal_generator.fcos_head.scales.<l>", "head.scale.<l>", Leaf::Scale},
     // What its converter from tianzhi0549/FCOS leaves as it was.
     {"proposal_generator.fcos_head.centerness", "head.ctr_pred", Leaf::Layer},
     {"backbone.bottom_up.res<n+1>.<m>.conv<k>.conv", "backbone.layer<n>.<m>.conv<k>", Leaf::Weight},
     {"backbone.bottom_up.res<n+1>.<m>.conv<k>.offset", "backbone.layer<n>.<m>.conv<k>.offset", Leaf::Layer}},
});

const Rows torchvision = joined({
    torchvisionStages("backbone.body."),
    sequence("head.classification_head.conv", "head.cls_tower"),
    sequence("head.regression_head.conv", "head.reg_tower"),
    {{"backbone.body.conv1", "backbone.stem.conv", Leaf::Weight},
     {"backbone.body.bn1", "backbone.stem.bn", Leaf::Norm},
     {"backbone.fpn.inner_blocks.<l-3>.0", "fpn.lateral.<l>", Leaf::Layer},
     {"backbone.fpn.layer_blocks.<l-3>.0", "fpn.output.<l>", Leaf::Layer},
     {"backbone.fpn.extra_blocks.p6", "fpn.p6", Leaf::Layer},
     {"backbone.fpn.extra_blocks.p7", "fpn.p7", Leaf::Layer},
     {"head.classification_head.cls_logits", "head.cls_pred", Leaf::Layer},
     {"head.regression_head.bbox_reg", "head.reg_pred", Leaf::Layer},
     {"head.regression_head.bbox_ctrness", "head.ctr_pred", Leaf::Layer},
     // The pyramid of its first version, whose convolutions were not wrapped.
     {"backbone.fpn.inner_blocks.<l-3>", "fpn.lateral.<l>", Leaf::Layer},
     {"backbone.fpn.layer_blocks.<l-3>", "fpn.output.<l>", Leaf::Layer}},
});

const Rows mmdetection = joined({
    torchvisionStages("backbone."),
    {{"backbone.conv1", "backbone.stem.conv", Leaf::Weight},
     {"backbone.bn1", "backbone.stem.bn", Leaf::Norm},
     {"neck.lateral_convs.<l-3>.conv", "fpn.lateral.<l>", Leaf::Layer},
     {"neck.fpn_convs.3.conv", "fpn.p6", Leaf::Layer},
     {"neck.fpn_convs.4.conv", "fpn.p7", Leaf::Layer},
     {"neck.fpn_convs.<l-3>.conv", "fpn.output.<l>", Leaf::Layer},
     {"bbox_head.cls_convs.<i>.conv", "head.cls_tower.<i>.conv", Leaf::Layer},
     {"bbox_head.reg_convs.<i>.conv", "head.reg_tower.<i>.conv", Leaf::Layer},
     {"bbox_head.cls_convs.<i>.gn", "head.cls_tower.<i>.norm", Leaf::Norm},
     {"bbox_head.reg_convs.<i>.gn", "head.reg_tower.<i>.norm", Leaf::Norm},
     {"bbox_head.cls_convs.<i>.bn", "head.cls_tower.<i>.norm", Leaf::Norm},
     {"bbox_head.reg_convs.<i>.bn", "head.reg_tower.<i>.norm", Leaf::Norm},
     {"bbox_head.conv_cls", "head.cls_pred", Leaf::Layer},
     {"bbox_head.conv_reg", "head.reg_pred", Leaf::Layer},
     {"bbox_head.conv_centerness", "head.ctr_pred", Leaf::Layer},
     {"bbox_head.scales.<l>", "head.scale.<l>", Leaf::Scale},
     {"backbone.layer<n>.<m>.conv<k>.conv_offset", "backbone.layer<n>.<m>.conv<k>.offset", Leaf::Layer},
     {"bbox_head.cls_convs.<i>.conv.conv_offset", "head.cls_tower.<i>.offset", Leaf::Layer},
     {"bbox_head.reg_convs.<i>.conv.conv_offset", "head.reg_tower.<i>.offset", Leaf::Layer},
     // Until July 2020.
     {"bbox_head.fcos_cls", "head.cls_pred", Leaf::Layer},
     {"bbox_head.fcos_reg", "head.reg_pred", Leaf::Layer},
     {"bbox_head.fcos_centerness", "head.ctr_pred", Leaf::Layer},
     {"backbone.layer<n>.<m>.conv<k>_offset", "backbone.layer<n>.<m>.conv<k>.offset", Leaf::Layer},
     {"bbox_head.cls_convs.<i>.conv_offset", "head.cls_tower.<i>.offset", Leaf::Layer},
     {"bbox_head.reg_convs.<i>.conv_offset", "head.reg_tower.<i>.offset", Leaf::Layer}},
});

const Rows simpleAicv = joined({
    sequence("clsregcnt_head.cls_head", "head.cls_tower", Leaf::Weight),
    sequence("clsregcnt_head.reg_head", "head.reg_tower", Leaf::Weight),
    {{"backbone.conv1.layer.0", "backbone.stem.conv", Leaf::Weight},
     {"backbone.conv1.layer.1", "backbone.stem.bn", Leaf::Norm},
     {"backbone.layer<n>.<m>.conv<k>.layer.0", "backbone.layer<n>.<m>.conv<k>", Leaf::Weight},
     {"backbone.layer<n>.<m>.conv<k>.layer.1", "backbone.layer<n>.<m>.bn<k>", Leaf::Norm},
     {"backbone.layer<n>.<m>.downsample_conv.layer.0", "backbone.layer<n>.<m>.down.conv", Leaf::Weight},
     {"backbone.layer<n>.<m>.downsample_conv.layer.1", "backbone.layer<n>.<m>.down.bn", Leaf::Norm},
     {"fpn.P<l>_1", "fpn.lateral.<l>", Leaf::Layer},
     {"fpn.P<l>_2", "fpn.output.<l>", Leaf::Layer},
     {"fpn.P6", "fpn.p6", Leaf::Layer},
     {"fpn.P7.1", "fpn.p7", Leaf::Layer},
     {"clsregcnt_head.cls_out", "head.cls_pred", Leaf::Layer},
     {"clsregcnt_head.reg_out", "head.reg_pred", Leaf::Layer},
     {"clsregcnt_head.center_out", "head.ctr_pred", Leaf::Layer}},
});

const Rows detectron2 = joined({
    detectron2ResNet("backbone.bottom_up."),
    detectron2Pyramid(),
    sequence("head.cls_subnet", "head.cls_tower"),
    sequence("head.bbox_subnet", "head.reg_tower"),
    {{"head.cls_score", "head.cls_pred", Leaf::Layer},
     {"head.bbox_pred", "head.reg_pred", Leaf::Layer},
     {"head.ctrness", "head.ctr_pred", Leaf::Layer}},
});

const Rows torchvisionBackbone = joined({
    torchvisionStages(""),
    {{"conv1", "backbone.stem.conv", Leaf::Weight}, {"bn1", "backbone.stem.bn", Leaf::Norm}},
});
const Rows detectron2Backbone = detectron2ResNet("");

/// branch2a, 2b and 2c are the three convolutions of a bottleneck, branch1 is its shortcut.
const Rows msra{
    {"conv1", "backbone.stem.conv", Leaf::Caffe},
    {"res_conv1_bn", "backbone.stem.bn", Leaf::CaffeNorm},
    {"res<n+1>_<m>_branch2a", "backbone.layer<n>.<m>.conv1", Leaf::Caffe},
    {"res<n+1>_<m>_branch2b", "backbone.layer<n>.<m>.conv2", Leaf::Caffe},
    {"res<n+1>_<m>_branch2c", "backbone.layer<n>.<m>.conv3", Leaf::Caffe},
    {"res<n+1>_<m>_branch2a_bn", "backbone.layer<n>.<m>.bn1", Leaf::CaffeNorm},
    {"res<n+1>_<m>_branch2b_bn", "backbone.layer<n>.<m>.bn2", Leaf::CaffeNorm},
    {"res<n+1>_<m>_branch2c_bn", "backbone.layer<n>.<m>.bn3", Leaf::CaffeNorm},
    {"res<n+1>_<m>_branch1", "backbone.layer<n>.<m>.down.conv", Leaf::Caffe},
    {"res<n+1>_<m>_branch1_bn", "backbone.layer<n>.<m>.down.bn", Leaf::CaffeNorm},
};

const Rows &backboneRows(Codebase codebase)
{
    static const Rows none;
    switch (codebase) {
    case Codebase::Torchvision:
        return torchvisionBackbone;
    case Codebase::Detectron2:
        return detectron2Backbone;
    case Codebase::Msra:
        return msra;
    default:
        return none;
    }
}

const Rows &detectorRows(Codebase codebase)
{
    static const Rows none;
    switch (codebase) {
    case Codebase::Tianzhi:
        return tianzhi;
    case Codebase::AdelaiDet:
        return adelaidet;
    case Codebase::Torchvision:
        return torchvision;
    case Codebase::Mmdetection:
        return mmdetection;
    case Codebase::SimpleAicv:
        return simpleAicv;
    case Codebase::Detectron2:
        return detectron2;
    case Codebase::Msra:
        return none;
    }
    return none;
}

/// What belongs to a file of the codebase, but not to a detector.
bool hasNoPlace(Codebase codebase, std::string_view name)
{
    switch (codebase) {
    case Codebase::AdelaiDet:
        return name == "pixel_mean" || name == "pixel_std";
    case Codebase::Detectron2:
        return name == "pixel_mean" || name == "pixel_std" || name == "stem.fc.weight" || name == "stem.fc.bias" ||
               name == "fc.weight" || name == "fc.bias" || name.starts_with("anchor_generator.cell_anchors.");
    case Codebase::Torchvision:
        return name == "fc.weight" || name == "fc.bias";
    case Codebase::Mmdetection:
        // Averaged weights beside the others have their dots written as underscores.
        return name == "data_preprocessor.mean" || name == "data_preprocessor.std" || name.starts_with("ema_");
    case Codebase::Msra:
        return name.ends_with("_momentum") || name.starts_with("fc1000_") || name.starts_with("last_out_") ||
               name.starts_with("pred_") || name == "lr" || name == "weight_order" || name.ends_with("iter");
    default:
        return false;
    }
}

}  // namespace

const std::vector<Codebase> &allCodebases()
{
    static const std::vector<Codebase> all{Codebase::Tianzhi,     Codebase::AdelaiDet,  Codebase::Torchvision,
                                           Codebase::Mmdetection, Codebase::SimpleAicv, Codebase::Detectron2,
                                           Codebase::Msra};
    return all;
}

const char *nameOf(Codebase codebase)
{
    switch (codebase) {
    case Codebase::Tianzhi:
        return "tianzhi0549/FCOS";
    case Codebase::AdelaiDet:
        return "AdelaiDet";
    case Codebase::Torchvision:
        return "torchvision";
    case Codebase::Mmdetection:
        return "mmdetection";
    case Codebase::SimpleAicv:
        return "SimpleAICV";
    case Codebase::Detectron2:
        return "detectron2";
    case Codebase::Msra:
        return "MSRA";
    }
    return "";
}

std::optional<std::string> neutralName(Codebase codebase, const std::string &name)
{
    if (hasNoPlace(codebase, name))
        return std::string();
    if (codebase == Codebase::SimpleAicv && name == "scales")
        return "head.scale";
    if (const auto found = fromTheirs(detectorRows(codebase), name))
        return found;
    return fromTheirs(backboneRows(codebase), name);
}

std::optional<std::string> nameIn(Codebase codebase, const std::string &neutral, const NetworkOptions &network)
{
    if (codebase == Codebase::SimpleAicv && neutral.starts_with("head.scale."))
        return "scales";
    std::optional<std::string> name = toTheirs(detectorRows(codebase), neutral);
    const bool batch = network.towerNorm == TowerNorm::Batch || network.towerNorm == TowerNorm::BatchPerLevel;
    if (name && codebase == Codebase::Mmdetection && batch)
        if (const size_t at = name->find(".gn."); at != std::string::npos)
            name->replace(at, 4, ".bn.");
    return name;
}

std::optional<std::string> backboneNameIn(Codebase codebase, const std::string &neutral)
{
    return toTheirs(backboneRows(codebase), neutral);
}

}  // namespace fcoscope
