// SPDX-License-Identifier: GPL-3.0-or-later
// What a person has dropped, chosen or named on the command line, sorted: projects, folders, labels, images, weights.
//
// A folder, a label file and a project file each are a project: its labels are read from the project file if there is
// one, else from the label files, and it takes the place of what is open. Several named at once become one, in the root
// of the first, unless they have project files of their own. Single images are added to what is open.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/session/backend.h"
#include "app/session/label_document.h"

namespace fcoscope {

struct Opened {
    std::vector<ImageId> images;         ///< single images: absolute paths, in the order given, none twice
    std::filesystem::path model;         ///< the last one named; empty: none
    std::vector<Message> problems;       ///< what was named and cannot be opened
    std::optional<OpenedLabels> labels;  ///< takes the place of what is open
    std::vector<Problem> skipped;        ///< entries of label files that cannot be used
};

/// The endings under which people keep weights, in lower case with their dot.
const std::vector<std::string> &modelExtensions();

/// True for what the person means as a model, even if it turns out to be none: a file with one of those endings (unless
/// it is an image), a file that looks like weights by its content, a folder of the trainer with a checkpoint in it. So
/// that a web page saved as model.pth reaches the loader, which says what it is.
bool isModel(const std::filesystem::path &path, const Backend &backend);

/// What openPaths has to know and tell.
struct OpeningContext {
    bool anythingOpen = false;               ///< single images are added to it, not opened as a project of their own
    std::filesystem::path openProject = {};  ///< its file, made or not; empty: none, or one to be opened anew
    /// Called when the first image of a folder is known, long before all of a large one are.
    std::function<void(const ImageId &)> firstImage;
    RunContext run;
};

/// Sorts `paths` and reads what they name. One that cannot be opened is listed and does not hinder the others. Throws
/// Stopped.
Opened openPaths(const std::vector<std::filesystem::path> &paths, const Backend &backend,
                 const OpeningContext &context);

}  // namespace fcoscope
