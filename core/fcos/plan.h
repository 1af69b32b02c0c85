// SPDX-License-Identifier: GPL-3.0-or-later
// A detector made ready to look at images: inference does not run the modules that are trained, but a plan compiled
// from them once. Its layers hold copies of the weights with the batch norms folded in, laid out as the device's
// kernels want them (plan_layers.h says which), and never change again. What it says is what the modules say, within
// 1e-4.
//
// On the CPU its memory comes from an arena that fits the largest input so far and serves every size: the second image
// of a size makes no page fault. rest() gives that memory back.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "core/base/run_context.h"
#include "core/base/values.h"
#include "core/fcos/arena.h"
#include "core/fcos/detector.h"
#include "core/fcos/plan_layers.h"

namespace fcoscope {

class Plan {
public:
    Plan(const Detector &detector, const at::Device &device, PlanBackend backend);
    Plan(const Detector &detector, const at::Device &device) : Plan(detector, device, planBackendFor(device)) {}

    /// image [1, 3, H, W], normalised, on the plan's device → what the network says, one entry for each level. Stop is
    /// asked between layers: throws Stopped. One call at a time. With `features` it leaves there copies of C3 … C5, as
    /// the backbone's stages answer (behind their last ReLU), and of the pyramid's levels, as the head is given them.
    std::vector<LevelOutputs> run(const at::Tensor &image, const RunContext &context = {},
                                  std::vector<FeatureMap> *features = nullptr) const;

    /// Gives the arena back; the next run makes it anew. Safe at any time, on any thread.
    void rest() const;
    size_t arenaBytes() const { return arena_->bytes(); }
    size_t blocksInUse() const { return arena_->blocksInUse(); }

private:
    struct Block {
        std::vector<PlannedConvPtr> convs;
        PlannedConvPtr down;  ///< only where the shape changes
    };
    /// One convolution for all levels or one for each; ReLU inside it, or in the group norm that follows.
    struct TowerStep {
        std::vector<PlannedConvPtr> convs;
        std::unique_ptr<const PlannedGroupNorm> norm;
    };
    using Steps = std::vector<TowerStep>;
    struct Compiler;

    std::array<at::Tensor, 3> backbone(const at::Tensor &image, const Pass &pass) const;
    std::vector<at::Tensor> pyramid(const std::array<at::Tensor, 3> &c, const Pass &pass) const;
    /// Copies, before the arena gives the maps' memory to later layers.
    std::vector<FeatureMap> kept(const std::array<at::Tensor, 3> &c, const std::vector<at::Tensor> &levels,
                                 const Pass &pass) const;
    LevelOutputs said(at::Tensor features, size_t level, const Pass &pass) const;

    PlanBackend backend_ = PlanBackend::Operators;
    Profile profile_;

    PlannedConvPtr stem_;
    std::array<std::vector<Block>, 4> stages_;

    std::array<PlannedConvPtr, 3> lateral_, output_;
    std::array<PlannedConvPtr, 2> extra_;
    std::vector<int> levels_;
    Upsampling upsampling_ = Upsampling::Nearest;
    P6Source p6Source_ = P6Source::P5;

    Steps sharedTower_, classTower_, boxTower_;
    TowerStep bothFirst_;  ///< the first layers of class and box tower as one, where a group norm follows them
    PlannedConvPtr classPrediction_, boxPrediction_;  ///< one of them says centerness too, in its last channel
    int64_t classes_ = 0;
    CenternessBranch centerness_ = CenternessBranch::None;
    std::vector<at::Tensor> scales_;

    std::unique_ptr<Arena> arena_ = std::make_unique<Arena>();
};

}  // namespace fcoscope
