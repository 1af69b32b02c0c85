// SPDX-License-Identifier: GPL-3.0-or-later
// What figures are made of: images with their labels, and what a model says about them, without a session and without
// threads. `fcoscope --render` and the export of the window's views ask here.
#pragma once

#include <QImage>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/session/findings.h"
#include "core/base/run_context.h"
#include "core/eval/score_overlap.h"
#include "core/rules/layers.h"

namespace fcoscope {

struct FigureSource {
    std::filesystem::path data;   ///< an image, a folder of images or a data set
    std::filesystem::path model;  ///< empty: none
    std::string device = "auto";
    DatasetOptions dataset;
};

struct FigureMaterial {
    Dataset dataset;
    ModelPtr model;        ///< null: none
    DecodeOptions decode;  ///< of the model's profile; change it before looking
};

/// Throws UserError where data or model cannot be read or hold no image.
FigureMaterial openForFigures(const FigureSource &source);

/// The image whose path ends in `name` (a file name will do), or with an empty one number `index` from 0. Throws
/// UserError where there is none, or where several images have that name.
size_t chosenImage(const Dataset &dataset, const std::string &name, int index);

/// One image, looked at.
struct SeenImage {
    QImage picture;
    LensFrame frame;  ///< its assigned, raw and transform are there whatever layers were asked for
    std::vector<Detection> detections;
    std::vector<std::string> classNames;  ///< of labels and detections alike: see sharedClasses()
};

/// `layers` over image `index`. Its labels are assigned by `profile`; where the data set has none at all, what the
/// model detects stands in for them. With a model the network runs once, with its feature maps where a layer shows
/// them.
SeenImage seeImage(const FigureMaterial &material, size_t index, const Profile &profile,
                   const std::vector<Layer> &layers, const RunContext &context = {});

/// One image of the paper's Fig. 7: every candidate by `rules`, and the labels in the model's counting of classes.
ScoredImage scoreImage(const Backend &backend, const ModelPtr &model, const Profile &rules, const Dataset &dataset,
                       size_t index, const RunContext &context);

/// The paper's Fig. 7 over the first `count` images (0: all). Throws UserError without a model, without labels or where
/// the model knows none of their classes; Stopped when `context` asks for it.
ScoreOverlap scoreOverlapOf(const FigureMaterial &material, size_t count, const RunContext &context = {});

}  // namespace fcoscope
