// SPDX-License-Identifier: GPL-3.0-or-later
// Measuring a model: `fcos eval` and the validation of `fcos train` make the same calls, so their figures agree.
#pragma once

#include <string>
#include <vector>

#include "app/cli/console.h"
#include "core/data/dataset.h"
#include "core/data/image.h"
#include "core/eval/average_precision.h"
#include "core/fcos/predictor.h"

namespace fcoscope {

/// Runs the model over every image. `dataset` must have the model's classes (useClasses). An image that cannot be read
/// is named on the console and counts as one in which nothing was found; `unread`, if given, tells which they are.
/// Throws Stopped when `context` asks for it.
std::vector<ImageResult> detectAll(const Predictor &model, const Dataset &dataset, const DecodeOptions &decodeOptions,
                                   const ReadLimits &limits, const RunContext &context, Console &console,
                                   std::vector<size_t> *unread = nullptr);

/// Names of the twelve numbers, in the order of ApSummary::twelve().
const std::vector<std::string> &figureNames();

/// The twelve numbers, one a line.
std::string figureTable(const ApSummary &summary);
/// AP, AP50, AP75, labels of each class.
std::string classTable(const ApSummary &summary, const std::vector<std::string> &classNames);
/// [{"class","AP","AP50","AP75","AR100","labels"}…]; a figure that does not exist is null.
std::string classJson(const ApSummary &summary, const std::vector<std::string> &classNames);
/// A figure for JSON: null where there is nothing to measure.
std::string figureJson(double figure);

}  // namespace fcoscope
