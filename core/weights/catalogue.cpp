// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/weights/catalogue.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/options.h"
#include "core/base/text.h"

namespace fcoscope {
namespace {

using Kind = PublishedWeights::Kind;

constexpr const char *torchvision = "torchvision", *mmdetection = "mmdetection", *tianzhi = "tianzhi0549/FCOS",
                     *adelaidet = "AdelaiDet";
constexpr const char *fcosPaper = "Tian, Shen, Chen, He: FCOS (ICCV 2019)",
                     *fcosJournal =
                         "Tian, Shen, Chen, He: FCOS, A Simple and Strong Anchor-free Object Detector (TPAMI)",
                     *mmdetectionCredit = "Tian, Shen, Chen, He: FCOS (ICCV 2019); OpenMMLab Detection Toolbox",
                     *resnetPaper = "He, Zhang, Ren, Sun: Deep Residual Learning (CVPR 2016); TorchVision",
                     *resnextPaper = "Xie, Girshick, Dollár, Tu, He: Aggregated Residual Transformations (CVPR 2017); "
                                     "TorchVision";

/// TorchVision publishes sizes in units of 2^20 bytes.
constexpr uint64_t mebibytes(double count)
{
    return static_cast<uint64_t>(count * 1048576);
}

#define PYTORCH "https://download.pytorch.org/models/"
#define OPENMMLAB "https://download.openmmlab.com/mmdetection/v2.0/fcos/"
#define TIANZHI "https://huggingface.co/tianzhi/FCOS/resolve/main/"
#define ADELAIDET "https://huggingface.co/tianzhi/AdelaiDet-FCOS/resolve/main/"

// clang-format off
const PublishedWeights table[] = {
    {"fcos_resnet50_fpn_coco", "FCOS, ResNet-50, COCO", Kind::Detector, torchvision, 39.2,
     PYTORCH "fcos_resnet50_fpn_coco-99b0c9b7.pth", 129612099, 129612099,
     "99b0c9b7cfb1527d782db86b91d207f00547c792fb4103fc612b651d0a07b9e7", &torchvisionTerms, fcosPaper},

    // OpenMMLab publishes no sizes; the names end in the first digits of the hash.
    {"fcos_r50_caffe_fpn_gn-head_1x_coco", "FCOS, ResNet-50, 1x", Kind::Detector, mmdetection, 36.6,
     OPENMMLAB "fcos_r50_caffe_fpn_gn-head_1x_coco/fcos_r50_caffe_fpn_gn-head_1x_coco-821213aa.pth",
     0, 0, "821213aa", &mmdetectionTerms, mmdetectionCredit},
    {"fcos_center-normbbox-centeronreg-giou_r50_caffe_fpn_gn-head_1x_coco",
     "FCOS, center sampling and GIoU, ResNet-50, 1x", Kind::Detector, mmdetection, 38.7,
     OPENMMLAB "fcos_center-normbbox-centeronreg-giou_r50_caffe_fpn_gn-head_1x_coco/"
     "fcos_center-normbbox-centeronreg-giou_r50_caffe_fpn_gn-head_1x_coco-0a0d75a8.pth",
     0, 0, "0a0d75a8", &mmdetectionTerms, mmdetectionCredit},
    {"fcos_r50_caffe_fpn_gn-head_mstrain_640-800_2x_coco", "FCOS, ResNet-50, 2x, multi-scale", Kind::Detector,
     mmdetection, 38.5,
     OPENMMLAB "fcos_r50_caffe_fpn_gn-head_mstrain_640-800_2x_coco/"
     "fcos_r50_caffe_fpn_gn-head_mstrain_640-800_2x_coco-d92ceeea.pth",
     0, 0, "d92ceeea", &mmdetectionTerms, mmdetectionCredit},
    {"fcos_r101_caffe_fpn_gn-head_1x_coco", "FCOS, ResNet-101, 1x", Kind::Detector, mmdetection, 39.1,
     OPENMMLAB "fcos_r101_caffe_fpn_gn-head_1x_coco/fcos_r101_caffe_fpn_gn-head_1x_coco-0e37b982.pth",
     0, 0, "0e37b982", &mmdetectionTerms, mmdetectionCredit},
    {"fcos_r101_caffe_fpn_gn-head_mstrain_640-800_2x_coco", "FCOS, ResNet-101, 2x, multi-scale", Kind::Detector,
     mmdetection, 40.8,
     OPENMMLAB "fcos_r101_caffe_fpn_gn-head_mstrain_640-800_2x_coco/"
     "fcos_r101_caffe_fpn_gn-head_mstrain_640-800_2x_coco-511424d6.pth",
     0, 0, "511424d6", &mmdetectionTerms, mmdetectionCredit},
    {"fcos_x101_64x4d_fpn_gn-head_mstrain_640-800_2x_coco", "FCOS, ResNeXt-101 64x4d, 2x, multi-scale", Kind::Detector,
     mmdetection, 42.6,
     OPENMMLAB "fcos_x101_64x4d_fpn_gn-head_mstrain_640-800_2x_coco/"
     "fcos_x101_64x4d_fpn_gn-head_mstrain_640-800_2x_coco-ede514a8.pth",
     0, 0, "ede514a8", &mmdetectionTerms, mmdetectionCredit},

    // The authors publish neither sizes nor hashes: the length of what comes and TLS are all there is.
    {"FCOS_imprv_R_50_FPN_1x", "FCOS improved, ResNet-50, 1x", Kind::Detector, tianzhi, 38.7,
     TIANZHI "FCOS_imprv_R_50_FPN_1x.pth", 0, 0, "", &tianzhiTerms, fcosPaper},
    {"FCOS_imprv_R_101_FPN_2x", "FCOS improved, ResNet-101, 2x, multi-scale", Kind::Detector, tianzhi, 43.0,
     TIANZHI "FCOS_imprv_R_101_FPN_2x.pth", 0, 0, "", &tianzhiTerms, fcosPaper},
    {"FCOS_imprv_X_101_32x8d_FPN_2x", "FCOS improved, ResNeXt-101 32x8d, 2x, multi-scale", Kind::Detector, tianzhi, 44.0,
     TIANZHI "FCOS_imprv_X_101_32x8d_FPN_2x.pth", 0, 0, "", &tianzhiTerms, fcosPaper},
    {"FCOS_imprv_X_101_64x4d_FPN_2x", "FCOS improved, ResNeXt-101 64x4d, 2x, multi-scale", Kind::Detector, tianzhi, 44.7,
     TIANZHI "FCOS_imprv_X_101_64x4d_FPN_2x.pth", 0, 0, "", &tianzhiTerms, fcosPaper},
    {"FCOS_R_50_FPN_1x", "FCOS as first published, ResNet-50, 1x", Kind::Detector, tianzhi, 37.1,
     TIANZHI "FCOS_R_50_FPN_1x.pth", 0, 0, "", &tianzhiTerms, fcosPaper},
    {"FCOS_R_101_FPN_2x", "FCOS as first published, ResNet-101, 2x, multi-scale", Kind::Detector, tianzhi, 41.4,
     TIANZHI "FCOS_R_101_FPN_2x.pth", 0, 0, "", &tianzhiTerms, fcosPaper},
    {"FCOS_X_101_32x8d_FPN_2x", "FCOS as first published, ResNeXt-101 32x8d, 2x, multi-scale", Kind::Detector, tianzhi,
     42.5, TIANZHI "FCOS_X_101_32x8d_FPN_2x.pth", 0, 0, "", &tianzhiTerms, fcosPaper},
    {"FCOS_X_101_64x4d_FPN_2x", "FCOS as first published, ResNeXt-101 64x4d, 2x, multi-scale", Kind::Detector, tianzhi,
     43.0, TIANZHI "FCOS_X_101_64x4d_FPN_2x.pth", 0, 0, "", &tianzhiTerms, fcosPaper},

    {"FCOS_R_50_1x", "FCOS, ResNet-50, 1x", Kind::Detector, adelaidet, 38.7,
     ADELAIDET "FCOS_R_50_1x.pth", 0, 0, "", &adelaidetTerms, fcosJournal},
    {"FCOS_MS_R_50_2x", "FCOS, ResNet-50, 2x, multi-scale", Kind::Detector, adelaidet, 41.0,
     ADELAIDET "FCOS_MS_R_50_2x.pth", 0, 0, "", &adelaidetTerms, fcosJournal},
    {"FCOS_MS_R_101_2x", "FCOS, ResNet-101, 2x, multi-scale", Kind::Detector, adelaidet, 43.1,
     ADELAIDET "FCOS_MS_R_101_2x.pth", 0, 0, "", &adelaidetTerms, fcosJournal},
    {"FCOS_MS_X_101_32x8d_2x", "FCOS, ResNeXt-101 32x8d, 2x, multi-scale", Kind::Detector, adelaidet, 43.9,
     ADELAIDET "FCOS_MS_X_101_32x8d_2x.pth", 0, 0, "", &adelaidetTerms, fcosJournal},
    {"FCOS_MS_X_101_64x4d_2x", "FCOS, ResNeXt-101 64x4d, 2x, multi-scale", Kind::Detector, adelaidet, 44.7,
     ADELAIDET "FCOS_MS_X_101_64x4d_2x.pth", 0, 0, "", &adelaidetTerms, fcosJournal},
    {"FCOS_R_50_1x_iou", "FCOS with IoU quality, ResNet-50, 1x", Kind::Detector, adelaidet, 39.4,
     ADELAIDET "FCOS_R_50_1x_iou.pth", 0, 0, "", &adelaidetTerms, fcosJournal},
    {"FCOS_MS_R_50_2x_iou", "FCOS with IoU quality, ResNet-50, 2x, multi-scale", Kind::Detector, adelaidet, 41.5,
     ADELAIDET "FCOS_MS_R_50_2x_iou.pth", 0, 0, "", &adelaidetTerms, fcosJournal},
    {"FCOS_MS_R_101_2x_iou", "FCOS with IoU quality, ResNet-101, 2x, multi-scale", Kind::Detector, adelaidet, 43.5,
     ADELAIDET "FCOS_MS_R_101_2x_iou.pth", 0, 0, "", &adelaidetTerms, fcosJournal},
    {"FCOS_MS_X_101_32x8d_2x_iou", "FCOS with IoU quality, ResNeXt-101 32x8d, 2x, multi-scale", Kind::Detector, adelaidet,
     44.5, ADELAIDET "FCOS_MS_X_101_32x8d_2x_iou.pth", 0, 0, "", &adelaidetTerms, fcosJournal},
    {"FCOS_RT_MS_R_50_4x_syncbn", "FCOS real-time, ResNet-50, 4x, group norm in the head", Kind::Detector, adelaidet, 40.2,
     ADELAIDET "FCOS_RT_MS_R_50_4x_syncbn.pth", 0, 0, "", &adelaidetTerms, fcosJournal},
    {"FCOS_RT_MS_R_50_4x_syncbn_bn_head", "FCOS real-time, ResNet-50, 4x, batch norm in the head", Kind::Detector,
     adelaidet, 39.3, ADELAIDET "FCOS_RT_MS_R_50_4x_syncbn_bn_head.pth", 0, 0, "", &adelaidetTerms, fcosJournal},

    {"resnet18", "ResNet-18, ImageNet", Kind::Backbone, torchvision, 69.758, PYTORCH "resnet18-f37072fd.pth",
     46830571, 46830571,
     "f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec", &torchvisionTerms, resnetPaper},
    {"resnet34", "ResNet-34, ImageNet", Kind::Backbone, torchvision, 73.314, PYTORCH "resnet34-b627a593.pth",
     0, mebibytes(83.275),
     "b627a593bcbe140c234610266fe4f8ae95ea42fc881d091c9b6052e6b1d0590f", &torchvisionTerms, resnetPaper},
    {"resnet50", "ResNet-50, ImageNet", Kind::Backbone, torchvision, 76.130, PYTORCH "resnet50-0676ba61.pth",
     102530333, 102530333,
     "0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a", &torchvisionTerms, resnetPaper},
    {"resnet50_v2", "ResNet-50, ImageNet, newer recipe", Kind::Backbone, torchvision, 80.858,
     PYTORCH "resnet50-11ad3fa6.pth", 102540417, 102540417,
     "11ad3fa62ca79e40addfd354a8ec4b7c75143b3038b8d2a807fbc68deab379ca", &torchvisionTerms, resnetPaper},
    {"resnet101", "ResNet-101, ImageNet", Kind::Backbone, torchvision, 77.374, PYTORCH "resnet101-63fe2227.pth",
     0, mebibytes(170.511),
     "63fe2227b86e8f1f2063f43a75c84d195911b6a0eace650907dd3dc62dd49a0a", &torchvisionTerms, resnetPaper},
    {"resnet152", "ResNet-152, ImageNet", Kind::Backbone, torchvision, 78.312, PYTORCH "resnet152-394f9c45.pth",
     0, mebibytes(230.434),
     "394f9c45966e3651a89bbb78a48410a6755854ce4a5ab64927cf1c7247f85e58", &torchvisionTerms, resnetPaper},
    {"resnext101_32x8d", "ResNeXt-101 32x8d, ImageNet", Kind::Backbone, torchvision, 79.312,
     PYTORCH "resnext101_32x8d-8ba56ff5.pth", 0, mebibytes(339.586), "8ba56ff5", &torchvisionTerms, resnextPaper},
    {"resnext101_64x4d", "ResNeXt-101 64x4d, ImageNet", Kind::Backbone, torchvision, 83.246,
     PYTORCH "resnext101_64x4d-173b62eb.pth", 0, mebibytes(319.318), "173b62eb", &torchvisionTerms, resnextPaper},
};
// clang-format on

}  // namespace

std::string PublishedWeights::fileName() const
{
    const std::string_view address = url;
    return std::string(address.substr(address.rfind('/') + 1));
}

std::span<const PublishedWeights> weightsCatalogue()
{
    return table;
}

const PublishedWeights *findWeights(const std::string &name)
{
    const std::string wanted = lowerCase(name);
    const auto found =
        std::ranges::find_if(table, [&](const PublishedWeights &entry) { return lowerCase(entry.name) == wanted; });
    return found == std::end(table) ? nullptr : found;
}

const PublishedWeights &weightsNamed(const std::string &name)
{
    if (const PublishedWeights *entry = findWeights(name))
        return *entry;
    std::vector<std::string> names;
    for (const PublishedWeights &entry : table)
        names.emplace_back(entry.name);
    const std::string nearest = nearestWord(name, names);
    if (nearest.empty())
        throw UserError(
            message("core", "No published weights are called \"{0}\"; fcos model get lists them.").with(name));
    throw UserError(
        message("core", "No published weights are called \"{0}\"; did you mean \"{1}\"?").with(name, nearest));
}

}  // namespace fcoscope
