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

#include "core/base/run_context.h"
#include "core/data/dataset.h"
#include "core/eval/score_overlap.h"
#include "core/fcos/predictor.h"
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
    std::shared_ptr<const Predictor> model;  ///< null: none
    DecodeOptions decode;                    ///< of the model's profile; change it before looking
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
    std::vector<std::string> labelNames, modelNames;
};

/// `layers` over image `index`. Its labels are assigned by `profile`; where the data set has none at all, what the
/// model detects stands in for them. With a model the network runs once, with its feature maps where a layer shows
/// them.
SeenImage seeImage(const FigureMaterial &material, size_t index, const Profile &profile,
                   const std::vector<Layer> &layers, const RunContext &context = {});

/// The options of `profile` with which all is looked at that could be a detection, weak ones too: a score threshold of
/// 0.05, or none where a threshold on the class probability chooses the candidates, as for measuring a model.
DecodeOptions candidatesOf(const Profile &profile);

/// The paper's Fig. 7 over the first `count` images (0: all). Throws UserError without a model, without labels or where
/// the model knows none of their classes; Stopped when `context` asks for it.
ScoreOverlap scoreOverlapOf(const FigureMaterial &material, size_t count, const RunContext &context = {});

}  // namespace fcoscope
