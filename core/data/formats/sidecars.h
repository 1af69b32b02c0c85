// SPDX-License-Identifier: GPL-3.0-or-later
// Label files beside images, one for each, kept in step with what a person does in the window: labelImg's .xml, YOLO's
// .txt, labelme's .json. A file that another program has changed since it was last read or written is never overwritten
// and never taken over in silence: the caller asks the person.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "core/data/formats/label_format.h"

namespace fcoscope {

/// Where a folder's per-image files are, and how they are written: what is needed to write one of them.
struct SidecarLayout {
    LabelFormat format = LabelFormat::Voc;
    std::filesystem::path root;    ///< of the label set
    std::filesystem::path images;  ///< folder of the images, below which labels mirror it
    std::filesystem::path labels;  ///< folder of the label files; the same as `images` where they lie side by side
    VocOrigin vocOrigin = VocOrigin::Edges;
    /// YOLO: the list of names that tells what the numbers mean, "" if there is none.
    std::filesystem::path classFile;
};
/// As text for the project file, and back; throws UserError.
std::string jsonOf(const SidecarLayout &layout);
SidecarLayout parseSidecarLayout(std::string_view json);

/// The layout of labels read from `path`; none: the format has one file for all.
std::optional<SidecarLayout> sidecarLayout(const std::filesystem::path &path, const ReadLabels &read);

/// The layout of a set that was moved or copied to `root`: nothing is written where it came from. None: its label files
/// lie outside the old root, so they cannot be told to be this set's.
std::optional<SidecarLayout> relocated(SidecarLayout layout, const std::filesystem::path &root);

/// The image's label file, there or not; "" for an image outside layout.images, which has none.
std::filesystem::path sidecarOf(const SidecarLayout &layout, const LabelSet &set, const ImageEntry &image);

/// SHA-256 of the file's bytes; "" where there is no file.
std::string fingerprintOf(const std::filesystem::path &file);

/// YOLO: the bytes of layout.classFile with every class of the set in it, at the numbers that they have in the label
/// files; new ones at the end, a renamed one in its place, a deleted one stays. `before` is what stands there now.
/// Label files are written for the list that is on the disk, so: if this differs from `before`, write it first. ""
/// where there is no such file.
std::string sidecarClasses(const SidecarLayout &layout, const LabelSet &set, const std::string &before);

/// What a box or an image said beyond our fields when it was first read, by its key: the project has it.
using ExtraOfKey = std::function<std::string(Key)>;

/// The image's labels in the bytes of its own file. An image that is New has none: then no file is to be there, and ""
/// comes back. `before` is what stands in the file now. Unknown fields of a box survive in it, whether the box was
/// moved or changed its class; those of a box that is not in the file come from `extraOf` (may be empty), as when
/// deleting it was undone. Objects, lines and shapes that are no boxes of this image stay at the end of the file, also
/// of a New one's. Throws UserError where `before` is not this image's label file, so that nothing is written over what
/// we do not understand.
std::string sidecarText(const SidecarLayout &layout, const LabelSet &set, const ImageEntry &image,
                        const std::string &before, const ExtraOfKey &extraOf = {});

/// The image as its file says it now; New if there is no file. Boxes that are the same in `present` keep their keys:
/// those of equal class and edges, then the ones of the class that overlap best (by half at least), then those of
/// equal edges and another class; others get new keys from nextKey on. What the format has no place for stays as it
/// is in `present`: locked, a score in YOLO, Verified where no box changed. New boxes bring their extras. Classes that
/// the set does not have are added to `set`. Throws UserError where it cannot be understood, or is of a picture of
/// another size.
ImageEntry readSidecar(const SidecarLayout &layout, LabelSet &set, const ImageEntry &present);

}  // namespace fcoscope
