// SPDX-License-Identifier: GPL-3.0-or-later
// The lens's work for a thread: from labels, what if and findings to a frame.
#pragma once

#include "app/session/lens.h"

namespace fcoscope {

struct LensQuestion {
    ImageId imageId;
    Size image;
    std::vector<Label> labels;            ///< in image coordinates, counted in classNames
    std::vector<std::string> classNames;  ///< the model's first
    bool labelled = false;                ///< the image has labels, even if it has none: empty on purpose
    WhatIf whatIf;
    Profile ownProfile;
    FindingsPtr findings;  ///< null: nothing was said yet
    std::vector<Layer> layers;
    LookPtr before;  ///< the look of before: of the same findings the trace need not be made again; may be null
};

/// Whether a visible layer needs the engine, which asks to be called from the thread that runs the network.
bool wantsLosses(const std::vector<Layer> &layers);

/// Whether a visible layer shows feature maps, which the network hands out only when it is asked to.
bool wantsFeatures(const std::vector<Layer> &layers);

/// Throws Stopped.
LookPtr lookAt(const LensQuestion &question, const RunContext &context);

}  // namespace fcoscope
