// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/checkpoint/kind.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>

#include "core/base/error.h"
#include "core/base/text.h"

namespace fcoscope {
namespace {

const at::Tensor *find(const StateFile &file, const std::string &name)
{
    for (const auto &[key, tensor] : file.tensors)
        if (key == name)
            return &tensor;
    return nullptr;
}

/// The name in lower case, its folder left out: what people and zoos write into it is all that tells some files apart.
std::string nameOfFile(const StateFile &file)
{
    return lowerCase(file.path.filename().string());
}

/// Whether `word` stands in `name` between separators.
bool hasWord(const std::string &name, const std::string &word)
{
    const auto isLetter = [&](size_t i) {
        return i < name.size() && std::isalnum(static_cast<unsigned char>(name[i]));
    };
    for (size_t at = name.find(word); at != std::string::npos; at = name.find(word, at + 1))
        if ((at == 0 || !isLetter(at - 1)) && !isLetter(at + word.size()))
            return true;
    return false;
}

/// The training configuration that mmdetection keeps beside the weights: Python's text of it.
class Configuration {
public:
    explicit Configuration(const StateFile &file)
    {
        for (const char *key : {"meta.config", "meta.cfg"})
            if (const auto found = file.metadata.find(key); found != file.metadata.end())
                for (const char c : found->second)
                    if (!std::isspace(static_cast<unsigned char>(c)))
                        text_ += c;
    }
    /// nullopt if there is no configuration.
    std::optional<bool> says(const std::string &setting) const
    {
        if (text_.find("FCOSHead") == std::string::npos)
            return std::nullopt;
        return text_.find(setting) != std::string::npos;
    }

private:
    std::string text_;
};

/// Whether the batch norms' statistics are 0 and 1: what is left of them in weights that came from Caffe, where they
/// are part of scale and shift. Means may be off by half of `tolerance`, variances by that factor. nullopt if the
/// file's values were not read.
std::optional<bool> statisticsAreTrivial(const NeutralTensors &tensors, double tolerance)
{
    for (const auto &[name, tensor] : tensors) {
        if (!name.starts_with("backbone.") || !(name.ends_with(".mean") || name.ends_with(".var")))
            continue;
        if (tensor.is_meta() || tensor.numel() == 0)
            return std::nullopt;
        const double lowest = tensor.min().item<double>(), highest = tensor.max().item<double>();
        const bool trivial = name.ends_with(".mean") ? lowest >= -tolerance / 2 && highest <= tolerance / 2
                                                     : lowest * (1 + tolerance) >= 1 && highest <= 1 + tolerance;
        if (!trivial)
            return false;
    }
    return true;
}

constexpr double d2Mean[] = {123.675, 116.28, 103.53}, imageNetDeviation[] = {58.395, 57.12, 57.375};

void setPixels(Profile &profile, ChannelOrder order, bool normalised)
{
    profile.channelOrder = order;
    profile.pixelRange = PixelRange::Byte;
    profile.mean.assign(std::begin(d2Mean), std::end(d2Mean));
    if (normalised)
        profile.deviation.assign(std::begin(imageNetDeviation), std::end(imageNetDeviation));
    else
        profile.deviation = {1, 1, 1};
}

/// The statistics that some files keep: three numbers in the order of the network's channels.
void takePixelStatistics(Profile &profile, const StateFile &file, const std::string &meanKey,
                         const std::string &deviationKey)
{
    const at::Tensor *mean = find(file, meanKey), *deviation = find(file, deviationKey);
    if (!mean || !deviation || mean->numel() != 3 || deviation->numel() != 3 || mean->is_meta())
        return;
    const auto values = [](const at::Tensor &tensor) {
        const at::Tensor plain = tensor.reshape({3}).to(at::kDouble).contiguous();
        return std::vector<double>(plain.data_ptr<double>(), plain.data_ptr<double>() + 3);
    };
    profile.mean = values(*mean);
    profile.deviation = values(*deviation);
    for (double &value : profile.mean)  // float32 of 103.53 is 103.52999878: keep what was meant
        value = std::round(value * 1e4) / 1e4;
    for (double &value : profile.deviation)
        value = std::round(value * 1e4) / 1e4;
    if (profile.channelOrder == ChannelOrder::Bgr) {
        std::reverse(profile.mean.begin(), profile.mean.end());
        std::reverse(profile.deviation.begin(), profile.deviation.end());
    }
}

/// What one codebase's files are read with.
struct Reading {
    const StateFile &file;
    const NeutralTensors &tensors;
    const NetworkOptions &shapes;
    const std::string &chosen;  ///< the person's word

    bool isResNeXt() const { return shapes.backboneGroups > 1; }
    bool is32x8d() const { return isResNeXt() && shapes.groupWidth == 8; }
    std::string choose(const char *guess) const { return chosen.empty() ? guess : chosen; }
};

/// The shapes' network with what only the profile knows.
NetworkOptions networkWith(const NetworkOptions &shapes, const std::string &profileName)
{
    const NetworkOptions known = networkOfProfile(profileName);
    NetworkOptions network = shapes;
    // No ResNeXt has its stride in the 1×1.
    network.strideConv = shapes.backboneGroups > 1 ? StrideConv::Middle3x3 : known.strideConv;
    network.backboneNorm = known.backboneNorm;
    network.normEpsilon = known.normEpsilon;
    network.upsampling = known.upsampling;
    network.towerGroups = known.towerGroups;
    if (network.centernessBranch != CenternessBranch::None)
        network.centernessBranch = known.centernessBranch;
    return network;
}

/// Batch norms that count their batches were trained.
void trustCounters(NetworkOptions &network, const StateFile &file)
{
    const bool counted = std::any_of(file.tensors.begin(), file.tensors.end(), [](const auto &entry) {
        return entry.first.starts_with("backbone.") && entry.first.ends_with(".num_batches_tracked");
    });
    network.backboneNorm = counted ? BackboneNorm::Trained : BackboneNorm::Frozen;
}

void assume(Kind &kind, const Message &sentence)
{
    kind.assumptions.push_back(sentence);
}

Kind kindNamed(const Reading &reading, const std::string &profileName)
{
    return {profileNamed(profileName), networkWith(reading.shapes, profileName), {}};
}

Kind tianzhi(const Reading &reading)
{
    const bool improved = nameOfFile(reading.file).find("imprv") != std::string::npos;
    Kind kind = kindNamed(reading, reading.choose(improved ? "tz-imprv" : "tz-orig"));
    if (reading.chosen.empty())
        assume(kind, improved
                         ? message("core",
                                   "The original and the improved form (tz-orig, tz-imprv) have the same tensors; the "
                                   "file's name has \"imprv\", so it is read as tz-imprv.")
                         : message("core",
                                   "The original and the improved form (tz-orig, tz-imprv) have the same tensors; the "
                                   "file's name has no \"imprv\", so it is read as tz-orig."));
    return kind;
}

Kind adelaidet(const Reading &reading)
{
    Kind kind = kindNamed(reading, reading.choose(stridesOf(reading.tensors).size() == 3 ? "ad-rt" : "ad"));
    trustCounters(kind.network, reading.file);
    if (reading.is32x8d()) {
        kind.profile.deviation.assign(std::begin(imageNetDeviation), std::end(imageNetDeviation));
        assume(kind,
               message("core", "Its backbone is a ResNeXt-101 32x8d, so pixels are divided by that one's deviations."));
    }
    takePixelStatistics(kind.profile, reading.file, "pixel_mean", "pixel_std");
    if (hasWord(nameOfFile(reading.file), "iou")) {
        kind.profile.quality = QualityTarget::Iou;  // and its boxes' losses are not weighted
        kind.profile.boxLossWeight = BoxLossWeight::One;
        kind.profile.boxNormalizer = BoxNormalizer::Positives;
        assume(kind,
               message("core",
                       "The file's name has \"iou\", so its third branch is taken to predict IoU, not centerness."));
    }
    return kind;
}

Kind torchvision(const Reading &reading)
{
    Kind kind = kindNamed(reading, reading.choose("tv"));
    trustCounters(kind.network, reading.file);
    return kind;
}

/// Where the stride is and in which order the channels come, for mmdetection.
void readStyle(Kind &kind, const Reading &reading, const Configuration &configuration)
{
    const auto saidCaffe = configuration.says("style='caffe'");
    // ImageNet's own range over orders of magnitude: "near" is enough here, and forgives norms that were trained on.
    const auto trivial = statisticsAreTrivial(reading.tensors, /*tolerance=*/1);
    const bool named = hasWord(nameOfFile(reading.file), "caffe");
    const bool pytorchStyle = reading.isResNeXt() || (saidCaffe ? !*saidCaffe : !named && trivial && !*trivial);
    kind.network.strideConv = pytorchStyle ? StrideConv::Middle3x3 : StrideConv::First1x1;
    if (pytorchStyle)
        setPixels(kind.profile, ChannelOrder::Rgb, /*normalised=*/true);
    if (!saidCaffe && trivial)
        assume(kind,
               pytorchStyle
                   ? message("core",
                             "Its backbone is taken for one in PyTorch's style (RGB, stride in the 3×3), because "
                             "its batch norms have statistics of their own or it is a ResNeXt.")
                   : message("core",
                             "Its backbone is taken for one in Caffe's style (BGR, stride in the 1×1), because the "
                             "statistics of its batch norms are near 0 and 1 or its file is named so."));
    const at::Tensor *mean = find(reading.file, "data_preprocessor.mean");
    if (!mean || mean->is_meta() || mean->numel() != 3)
        return;
    // Blue's mean is the smallest in every set.
    const bool rgb = mean->flatten()[0].item<double>() > mean->flatten()[2].item<double>();
    kind.profile.channelOrder = rgb ? ChannelOrder::Rgb : ChannelOrder::Bgr;
    takePixelStatistics(kind.profile, reading.file, "data_preprocessor.mean", "data_preprocessor.std");
}

Kind mmdetection(const Reading &reading)
{
    const Configuration configuration(reading.file);
    const auto said = configuration.says("norm_on_bbox=True");
    const std::string name = nameOfFile(reading.file);
    const bool named = name.find("normbbox") != std::string::npos || hasWord(name, "tricks");
    const bool tricks = said.value_or(named || reading.tensors.contains("head.cls_tower.0.conv.bias"));
    Kind kind = kindNamed(reading, reading.choose(tricks ? "mm-tricks" : "mm-base"));
    if (!said && reading.chosen.empty())
        assume(kind, named ? message("core", "The file's name says that it is mmdetection's improved form (mm-tricks).")
                     : tricks
                         ? message("core", "Its towers have biases, as mmdetection's improved form (mm-tricks) has.")
                         : message("core", "Its towers have no biases, as mmdetection's plain form (mm-base) has."));
    readStyle(kind, reading, configuration);
    if (const auto onBox = configuration.says("centerness_on_reg=True"); onBox && reading.chosen.empty())
        kind.network.centernessBranch = *onBox ? CenternessBranch::BoxTower : CenternessBranch::ClassTower;
    return kind;
}

/// detectron2's own FCOS has no column in the matrix: it is torchvision's, which was made from it, with AdelaiDet's
/// input, locations in the middle of their cells and boxes cut to the image at the end.
Kind detectron2(const Reading &reading)
{
    if (!reading.chosen.empty())
        return kindNamed(reading, reading.chosen);
    Kind kind = kindNamed(reading, "ad");
    const Profile input = kind.profile;
    Profile &profile = kind.profile = profileNamed("tv");
    profile.name = "d2";
    profile.channelOrder = input.channelOrder;
    profile.pixelRange = input.pixelRange;
    profile.mean = input.mean;
    profile.deviation = input.deviation;
    profile.sizeRounding = input.sizeRounding;
    profile.resize = input.resize;
    profile.clipRule = input.clipRule;
    profile.locations = LocationRule::HalfStride;
    return kind;
}

/// A backbone says what its pixels must be and where its strides are, nothing else.
Kind backbone(const Reading &reading, Codebase codebase)
{
    Kind kind{{}, reading.shapes, {}};
    kind.network.backboneNorm = BackboneNorm::Frozen;
    const bool fromCaffe = codebase == Codebase::Msra || statisticsAreTrivial(reading.tensors, 1e-3).value_or(false);
    if (fromCaffe) {
        setPixels(kind.profile, ChannelOrder::Bgr, reading.is32x8d());
        kind.network.strideConv = reading.isResNeXt() ? StrideConv::Middle3x3 : StrideConv::First1x1;
    } else if (codebase == Codebase::Detectron2) {
        setPixels(kind.profile, ChannelOrder::Rgb, /*normalised=*/true);
    }
    if (codebase != Codebase::Msra && fromCaffe)
        assume(kind,
               message("core", "Its backbone is taken for one in Caffe's style (BGR, stride in the 1×1), because the "
                               "statistics of its batch norms are 0 and 1."));
    return kind;
}

/// Another number of levels than the profile's: the strides that there are, and the same ranges for them.
void fitLevels(Profile &profile, const std::vector<double> &strides)
{
    if (strides.empty() || strides == profile.strides)
        return;
    profile.strides = strides;
    profile.rangeLimits.clear();
    for (size_t i = 0; i + 1 < strides.size(); ++i)
        profile.rangeLimits.push_back(8 * strides[i]);
}

/// A detector of another codebase has the same tensors and means something else by them: it would load and find
/// nothing.
void checkChosen(const StateFile &file, Codebase codebase, const std::string &chosen)
{
    if (chosen.empty() || codebase == Codebase::Detectron2)
        return;
    profileNamed(chosen);  // throws for a name that means nothing
    // The authors' two codebases read each other's files.
    const std::vector<std::string> beginnings = codebase == Codebase::Tianzhi || codebase == Codebase::AdelaiDet
                                                    ? std::vector<std::string>{"tz", "ad"}
                                                : codebase == Codebase::Mmdetection ? std::vector<std::string>{"mm"}
                                                : codebase == Codebase::SimpleAicv  ? std::vector<std::string>{"zg"}
                                                                                    : std::vector<std::string>{"tv"};
    std::string fitting;
    for (const std::string &name : profileNames())
        for (const std::string &beginning : beginnings)
            if (name.starts_with(beginning)) {
                if (name == chosen)
                    return;
                fitting += (fitting.empty() ? "" : ", ") + name;
            }
    throw UserError(
        message("core", "The weights {0} are of {1}, which the profile {2} does not compute; those that do: {3}.")
            .with(file.path.string(), nameOf(codebase), chosen, fitting));
}

}  // namespace

Kind kindOf(const StateFile &file, const Origin &origin, const NeutralTensors &tensors, const NetworkOptions &shapes,
            const std::string &profileName)
{
    if (!origin.backboneOnly)
        checkChosen(file, origin.codebase, profileName);
    const Reading reading{file, tensors, shapes, profileName};
    const auto kind = [&] {
        if (origin.backboneOnly)
            return backbone(reading, origin.codebase);
        switch (origin.codebase) {
        case Codebase::Tianzhi:
            return tianzhi(reading);
        case Codebase::AdelaiDet:
            return adelaidet(reading);
        case Codebase::Mmdetection:
            return mmdetection(reading);
        case Codebase::Detectron2:
            return detectron2(reading);
        case Codebase::SimpleAicv:
            return kindNamed(reading, reading.choose("zg"));
        default:
            return torchvision(reading);
        }
    };
    Kind found = kind();
    if (!origin.backboneOnly)
        fitLevels(found.profile, stridesOf(tensors));
    return found;
}

}  // namespace fcoscope
