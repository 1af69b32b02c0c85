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

bool acceptImage(Dataset &dataset, DatasetImage &image, Size declared, ImageSizes sizes, const LabelsOfImage &labels)
{
    const bool isDeclared = declared.width > 0 && declared.height > 0;
    if (sizes == ImageSizes::Trust && isDeclared) {
        image.size = declared;
        return true;
    }
    std::error_code error;
    if (image.file.find('\0') != std::string::npos || !std::filesystem::is_regular_file(image.file, error)) {
        dataset.problems.push_back(
            {labels.file, message("core", "The image file {0} is missing; it and its {1} labels were left out.")
                              .with(image.file, labels.count)});
        return false;
    }
    try {
        image.size = readImageSize(image.file);
    } catch (const UserError &refusal) {
        dataset.problems.push_back({image.file, refusal.message()});
        if (labels.count > 0)
            dataset.problems.push_back(
                {labels.file, message("core", "The image {0} cannot be read; its {1} labels were left out.")
                                  .with(image.file, labels.count)});
        return false;
    }
    if (isDeclared && declared != image.size) {
        dataset.problems.push_back(
            {labels.file,
             message("core",
                     "The labels of {0} were made for {1} × {2} pixels, but the image has {3} × {4}; it and its "
                     "{5} labels were left out.")
                 .with(image.file, declared.width, declared.height, image.size.width, image.size.height,
                       labels.count)});
        return false;
    }
    return true;
}

void addLabel(Dataset &dataset, DatasetImage &image, const Label &label, const LabelPlace &place)
{
    const Box &box = label.box;
    const auto list = [&](const Message &reason) {
        dataset.problems.push_back({place.file, reason.with(place.number, place.className, boxText(box))});
    };
    if (!std::isfinite(box.x1) || !std::isfinite(box.y1) || !std::isfinite(box.x2) || !std::isfinite(box.y2))
        return list(
            message("core", "Object {0} ({1}): its box {2} has a side that is not a finite number; it was left out."));
    if (!box.hasArea())
        return list(message("core", "Object {0} ({1}): its box {2} has no area; it was left out."));

    constexpr double rounding = 0.5;
    const double width = image.size.width, height = image.size.height;
    Label kept = label;
    if (box.x1 < -rounding || box.y1 < -rounding || box.x2 > width + rounding || box.y2 > height + rounding) {
        kept.box = clipped(box, width, height);
        if (!kept.box.hasArea())
            return list(message("core", "Object {0} ({1}): its box {2} lies outside the image; it was left out."));
        list(message("core", "Object {0} ({1}): its box {2} reaches outside the image; it was clipped."));
    }
    image.labels.push_back(kept);
}

}  // namespace fcoscope
