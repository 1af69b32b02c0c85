// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/loss_terrain.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "core/base/error.h"
#include "core/fcos/losses.h"

namespace fcoscope {
namespace {

/// Refuses what does not belong together.
void check(const RawOutputs &raw, const AssignedImage &assigned, const std::vector<int> &modelClassOfLabel,
           const ModelInfo &info)
{
    if (raw.imageId != assigned.imageId || modelClassOfLabel.size() != assigned.labels.size())
        throw std::invalid_argument("outputs and labels are of different images");
    if (raw.levels.empty() || raw.levels.size() != info.profile.strides.size())
        throw std::invalid_argument("the outputs are not of this model");
    for (const int index : modelClassOfLabel)
        if (index >= raw.levels.front().classLogits.channels)
            throw std::invalid_argument("the model has no class " + std::to_string(index));
    if (!sameLocations(assigned, raw, info.profile))
        throw UserError(message("core", "The loss can be shown only where labels and network have the same locations: "
                                        "as in validation, with the model's input size, strides and levels."));
}

/// The outputs side by side, as the losses take them; no copy is made before flattened()'s.
FlatOutputs flatOutputs(const RawOutputs &raw)
{
    const auto view = [](const Grid &grid) {
        return grid.values.empty() ? at::Tensor()
                                   : at::from_blob(const_cast<float *>(grid.values.data()),
                                                   {1, grid.channels, grid.height, grid.width}, at::kFloat);
    };
    std::vector<LevelTensors> levels;
    for (const LevelOutputs &level : raw.levels)
        levels.push_back({view(level.classLogits), view(level.centernessLogits), view(level.distances)});
    return flattened(levels);
}

/// 0 … the end of the scale: a few outliers do not make everything else dark, nor does the vast dark background count.
float scaleEnd(const std::vector<std::vector<float>> &levels)
{
    std::vector<float> seen;
    for (const std::vector<float> &level : levels)
        std::copy_if(level.begin(), level.end(), std::back_inserter(seen),
                     [](float value) { return std::isfinite(value) && value > 0; });
    if (seen.empty())
        return 1;
    const float visible = *std::max_element(seen.begin(), seen.end()) / 100;
    seen.erase(std::remove_if(seen.begin(), seen.end(), [&](float value) { return value < visible; }), seen.end());
    const auto rank = static_cast<std::ptrdiff_t>(std::ceil(0.995 * static_cast<double>(seen.size()))) - 1;
    std::nth_element(seen.begin(), seen.begin() + rank, seen.end());
    return seen[static_cast<size_t>(rank)];
}

/// all [N] → one row of values for each level.
LocationMap mapOf(const at::Tensor &all, const AssignedImage &assigned)
{
    LocationMap map{assigned.transform, assigned.levels, {}, 0, 1, false};
    const at::Tensor dense = all.contiguous();
    const float *next = dense.const_data_ptr<float>();
    for (const Level &level : assigned.levels) {
        map.values.emplace_back(next, next + level.locations());
        next += level.locations();
    }
    map.high = scaleEnd(map.values);
    return map;
}

Message statisticsOf(const NetworkOptions &network)
{
    const bool trained = network.backboneNorm == BackboneNorm::Trained || network.towerNorm == TowerNorm::Batch ||
                         network.towerNorm == TowerNorm::BatchPerLevel;
    return trained ? message("core", "The batch norms use their running means and variances, as in validation; in "
                                     "training they use those of the batch.")
                   : message("core", "The batch norms are frozen: their statistics are the same as in training.");
}

}  // namespace

LossTerrain lossTerrain(const RawOutputs &raw, const AssignedImage &assigned, const std::vector<int> &modelClassOfLabel,
                        const ModelInfo &info)
{
    check(raw, assigned, modelClassOfLabel, info);
    const c10::InferenceMode inference;
    std::vector<int> classes = modelClassOfLabel;
    for (int &index : classes)
        index = std::max(index, 0);  // a class to compute with; what comes of it is taken out below
    TargetsBuilder builder;
    builder.add(assigned.assignment, classes, assigned.levels, 0);
    const Targets targets = builder.finish();
    const FlatOutputs outputs = flatOutputs(raw);
    const LossTerms terms = lossTerms(outputs, targets, assigned.profile);
    const LossNormalizers divideBy = lossNormalizers(targets, assigned.profile);
    constexpr float none = std::numeric_limits<float>::quiet_NaN();

    LossTerrain terrain;
    at::Tensor ofClasses =
        terms.asNegatives.defined() ? terms.asNegatives.sum(-1).flatten() : at::zeros({outputs.classLogits.size(1)});
    if (terms.ofPositives.defined())
        ofClasses.index_add_(0, targets.location, terms.ofPositives).clamp_min_(0);  // a difference: rounding shows
    for (size_t i = 0; i < assigned.assignment.positives.size(); ++i)
        if (modelClassOfLabel[static_cast<size_t>(assigned.assignment.positives[i].box)] < 0) {
            ofClasses.data_ptr<float>()[targets.location.const_data_ptr<int64_t>()[i]] = none;
            ++terrain.withoutClass;
        }
    const auto atPositives = [&](const at::Tensor &each) {
        return mapOf(at::full_like(ofClasses, none).index_copy_(0, targets.location, each), assigned);
    };
    terrain.classLoss = mapOf(ofClasses, assigned);
    terrain.boxLoss = atPositives(terms.box);
    if (terms.centerness.defined())
        terrain.centernessLoss = atPositives(terms.centerness);
    terrain.classNormalizer = std::max(1.0, static_cast<double>(targets.count()));
    terrain.boxNormalizer = divideBy.box;
    terrain.centernessNormalizer = divideBy.centerness;
    terrain.statistics = statisticsOf(info.network);
    return terrain;
}

}  // namespace fcoscope
