// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers of YOLO's classes: data.yaml, classes.txt (labelImg, Label Studio), obj.names and obj.data (Darknet).
// Private to core/data.
//
// A class is its number in every label file of a folder, so a list of names is never put in another order and never
// shortened: new names go to its end, and a file that has them all already is not touched. (labelImg writes classes.txt
// anew at each save; people have lost days by it.)
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/label_set.h"

namespace fcoscope {

using YoloNames = std::vector<std::string>;  ///< by number; "": the list has none for it

struct YoloYaml {
    YoloNames names;
    std::string path;                                        ///< "path", "" if there is none
    std::map<std::string, std::vector<std::string>> splits;  ///< "train", "val", "test": folders or lists
    std::string imagesRoot;                                  ///< "images_root": where images are that were not copied
    size_t keypoints = 0;                                    ///< numbers of a line that belong to them ("kpt_shape")
};
bool isYaml(const std::filesystem::path &file);
/// Throws UserError for a file that is no YAML, is larger than 4 MB, or has no names.
YoloYaml readYoloYaml(const std::filesystem::path &file);
YoloYaml parseYoloYaml(const std::filesystem::path &file, const std::string &text);

/// One name in each line; a number's line counts even if it is empty.
YoloNames namesOfLines(std::string_view text);

/// Darknet's "train = data/train.txt", "names = data/obj.names".
std::map<std::string, std::string> readDarknet(const std::filesystem::path &file);

/// The list of names in `file`, of whichever kind it is.
YoloNames readYoloNames(const std::filesystem::path &file);
/// `before`, the bytes of such a file, with these names; `before` itself where it has them already. "" makes a new one.
std::string yoloNamesText(const std::filesystem::path &file, const std::string &before, const YoloNames &names);

/// The file of names in a folder: data.yaml or another .yaml with names, classes.txt, obj.names, those in labels/.
std::optional<std::filesystem::path> namesFileIn(const std::filesystem::path &folder);

/// The number of every class. `names` is the list that the file has now and is made longer where classes are missing.
/// `renamed`: a class that keeps its number (ClassEntry::formatId) under another name renames it; else the name
/// decides.
std::map<Key, size_t> yoloNumbers(const LabelSet &set, YoloNames &names, bool renamed);

}  // namespace fcoscope
