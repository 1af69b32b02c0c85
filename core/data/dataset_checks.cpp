// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset_checks.h"

#include "core/base/error.h"
#include "core/data/image.h"

namespace fcoscope {
namespace {

std::string boxText(const Box &b)
{
    return "(" + numberText(b.x1) + ", " + numberText(b.y1) + ", " + numberText(b.x2) + ", " + numberText(b.y2) + ")";
}

}  // namespace

bool acceptImage(std::vector<Problem> &problems, const std::string &imageFile, Size &size, Size declared,
                 ImageSizes sizes, const LabelsOfImage &labels)
{
    const bool isDeclared = declared.width > 0 && declared.height > 0;
    if (sizes == ImageSizes::Trust && isDeclared) {
        size = declared;
        return true;
    }
    std::error_code error;
    if (imageFile.find('\0') != std::string::npos || !std::filesystem::is_regular_file(imageFile, error)) {
        problems.push_back(
            {labels.file, message("core", "The image file {0} is missing; it and its {1} labels were left out.")
                              .with(imageFile, labels.count)});
        return false;
    }
    try {
        size = readImageSize(imageFile);
    } catch (const UserError &refusal) {
        problems.push_back({imageFile, refusal.message()});
        if (labels.count > 0)
            problems.push_back(
                {labels.file, message("core", "The image {0} cannot be read; its {1} labels were left out.")
                                  .with(imageFile, labels.count)});
        return false;
    }
    if (isDeclared && declared != size) {
        problems.push_back(
            {labels.file,
             message("core",
                     "The labels of {0} were made for {1} × {2} pixels, but the image has {3} × {4}; it and its "
                     "{5} labels were left out.")
                 .with(imageFile, declared.width, declared.height, size.width, size.height, labels.count)});
        return false;
    }
    return true;
}

std::optional<Box> usableBox(std::vector<Problem> &problems, const Box &box, Size image, const LabelPlace &place)
{
    const auto list = [&](const Message &reason) {
        problems.push_back({place.file, reason.with(place.number, place.className, boxText(box))});
        return std::nullopt;
    };
    if (!std::isfinite(box.x1) || !std::isfinite(box.y1) || !std::isfinite(box.x2) || !std::isfinite(box.y2))
        return list(
            message("core", "Object {0} ({1}): its box {2} has a side that is not a finite number; it was left out."));
    if (!box.hasArea())
        return list(message("core", "Object {0} ({1}): its box {2} has no area; it was left out."));

    constexpr double rounding = 0.5;
    const double width = image.width, height = image.height;
    if (image == Size{} ||
        (box.x1 >= -rounding && box.y1 >= -rounding && box.x2 <= width + rounding && box.y2 <= height + rounding))
        return box;
    const Box kept = clipped(box, width, height);
    if (!kept.hasArea())
        return list(message("core", "Object {0} ({1}): its box {2} lies outside the image; it was left out."));
    list(message("core", "Object {0} ({1}): its box {2} reaches outside the image; it was clipped."));
    return kept;
}

}  // namespace fcoscope
