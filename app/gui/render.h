// SPDX-License-Identifier: GPL-3.0-or-later
// fcoscope --render RECIPE … : figures without a window, for papers, documents and scripts.
//
//     layers      any layers over an image
//     figure-1    the paper's Fig. 1: a location with its l, t, r, b, and one that two boxes claim
//     figure-3    the paper's Fig. 3: the centerness target inside a box, worked out at every pixel
//     figure-7    the paper's Fig. 7: score against IoU without and with centerness, over a data set
#pragma once

#include <QStringList>

#include <map>
#include <string>

#include "core/base/colour_scale.h"
#include "core/base/options.h"
#include "widgets/figure.h"

class QCommandLineParser;

namespace fcoscope {

struct RenderOptions {
    std::string out;   ///< the file; its ending says the kind
    double scale = 1;  ///< pixels per logical pixel
    bool legend = true;
    std::string title;    ///< empty: the recipe's own
    std::string profile;  ///< assigns the labels; empty: the model's, or our own
    int imageIndex = 0;
    std::string image;  ///< by name, before imageIndex

    std::string layers = "assignment";  ///< names, separated by commas, the lowest last
    std::string level = "all";          ///< or P3, P4, …
    std::string className = {};         ///< of class layers; empty: the most probable
    ColourScale colours = ColourScale::Uniform;
    double opacity = 0.75;  ///< of heat maps
    std::string features = "P3";
    int channel = -1;
    bool detections = false;

    int label = -1;      ///< figure-3; -1: the largest
    bool roots = false;  ///< figure-7
    int imageLimit = 0;  ///< figure-7; 0: all
};
void visit(OptionTable &table, RenderOptions &options);

struct RenderRequest {
    std::string recipe;
    QStringList paths;                         ///< image or data set, and weights, in any order
    std::map<std::string, std::string> flags;  ///< option → text, as given
    std::string device = "auto";
    QSize size;  ///< empty: as wide as suits the recipe, and as high as what is on it
    bool dark = false;
};

/// Adds every option of rendering to the parser, for --help and to be read; and reads them.
void addRenderFlags(QCommandLineParser &parser);
std::map<std::string, std::string> renderFlags(const QCommandLineParser &parser);
/// The part of --help that tells of recipes and layers.
QString renderHelp();

/// Draws and writes the figure. Throws UserError.
void render(const RenderRequest &request);

}  // namespace fcoscope
