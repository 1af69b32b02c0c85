// SPDX-License-Identifier: GPL-3.0-or-later
// Stands in for the formats whose own file is not there yet: nothing is recognised as one of them.
#include "core/base/error.h"
#include "core/data/formats/format.h"

namespace fcoscope {
namespace {

bool recogniseNone(const std::filesystem::path &)
{
    return false;
}
ReadLabels readNone(const ReadRequest &request, const RunContext &)
{
    throw UserError(message("core", "{0} holds no labels.").with(request.path.string()));
}
void writeNone(const WriteRequest &request, const RunContext &, ConversionReport &)
{
    throw UserError(message("core", "{0} holds no labels.").with(request.to.string()));
}

}  // namespace

extern const Format cocoFormat{LabelFormat::Coco, "coco", false, recogniseNone, readNone, writeNone, nullptr, nullptr};
extern const Format vocFormat{LabelFormat::Voc, "voc", true, recogniseNone, readNone, writeNone, nullptr, nullptr};

}  // namespace fcoscope
