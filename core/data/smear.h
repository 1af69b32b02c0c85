// SPDX-License-Identifier: GPL-3.0-or-later
// Drawn blood smears: pictures like those a camera sees through a microscope at a stained smear, with exact labels.
//
// Light comes through from below, so everything is drawn as optical density: what lies over another thing darkens it
// further (Lambert and Beer), and overlapping red cells shine through each other. Red cells are biconcave discs with a
// pale middle, single or in rolls; white cells have a lobed, kidney-shaped or round nucleus in granular plasma;
// platelets are small soft purple flecks. Then come uneven light, defocus and the camera's noise.
//
// The numbers follow real smears at 640 × 480: red cells of about 105 px, white cells of 110 to 280, platelets of 25 to
// 55. A picture depends on (seed, number, size) and on nothing else; between machines whose mathematical functions
// differ in the last digit it may differ by a grey level here and there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/options.h"
#include "core/base/run_context.h"
#include "core/base/values.h"

namespace fcoscope {

struct SmearOptions {
    int64_t seed = 1;
    int count = 12;                 ///< pictures
    int width = 640, height = 480;  ///< px; cells keep their size in the picture: a larger one shows more of them
    int quality = 92;               ///< of the JPEG files
};

/// Names: seed, count, width, height, quality.
void visit(OptionTable &table, SmearOptions &options);

struct Smear {
    Image image;
    std::vector<Label> labels;
};

/// Platelets, RBC, WBC: the classes of drawn smears, named and ordered as in the BCCD data set.
std::vector<std::string> smearClassNames();

/// Picture `number` of the series `seed`. A label is the extent of the cell as drawn (half the density of its edge; of
/// a platelet a tenth of its middle's), cut off at the border of the picture. A cell is labelled if at least 30 % of
/// its area is inside the picture and not under a white cell; what shows of the others stays in the picture unlabelled.
Smear drawSmear(uint64_t seed, int number, Size size = {640, 480});

/// Draws options.count pictures into the new folder `folder`: 00.jpg, 01.jpg, … and annotations.json (COCO; image and
/// annotation ids from 1). The folder appears whole or not at all. Throws UserError if it exists and is not empty or
/// cannot be written, Stopped if asked to stop.
void writeSmears(const std::filesystem::path &folder, const SmearOptions &options, const RunContext &context = {});

}  // namespace fcoscope
