// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/labels/label_arithmetic.h"

#include "widgets/labels/box_gestures.h"

namespace fcoscope {

namespace {

std::vector<Box> insideAll(std::span<const Box> boxes, Size image)
{
    std::vector<Box> inside;
    for (const Box &box : boxes)
        inside.push_back(broughtInside(box, image));
    return inside;
}

bool startsAWord(const QString &name, const QString &typed)
{
    for (qsizetype at = name.indexOf(typed, 0, Qt::CaseInsensitive); at >= 0;
         at = name.indexOf(typed, at + 1, Qt::CaseInsensitive))
        if (at == 0 || !name[at - 1].isLetterOrNumber())
            return true;
    return false;
}

}  // namespace

std::vector<Box> pasted(std::span<const Box> boxes, QPointF offset, Size image)
{
    std::vector<Box> copies = insideAll(boxes, image);
    const QPointF step = stepOf(copies, offset, image, {});
    for (Box &copy : copies)
        copy = movedBy(copy, step, image);
    return copies;
}

std::vector<Box> duplicated(std::span<const Box> boxes, double offset, Size image)
{
    const std::vector<Box> from = insideAll(boxes, image);
    QPointF best;
    double furthest = -1;
    for (const QPointF &way : {QPointF(1, 1), QPointF(-1, 1), QPointF(1, -1), QPointF(-1, -1)}) {
        const QPointF step = stepOf(from, way * offset, image, {});
        const double gone = std::abs(step.x()) + std::abs(step.y());
        if (gone > furthest) {
            best = step;
            furthest = gone;
        }
    }
    return pasted(boxes, best, image);
}

int classTyped(const QString &typed, const QStringList &names)
{
    const QString text = typed.trimmed();
    if (text.isEmpty())
        return -1;
    const auto first = [&](auto meant) {
        const auto found = std::find_if(names.begin(), names.end(), meant);
        return found == names.end() ? -1 : static_cast<int>(found - names.begin());
    };
    int index = first([&](const QString &name) { return name == text; });
    if (index < 0)
        index = first([&](const QString &name) { return name.compare(text, Qt::CaseInsensitive) == 0; });
    if (index < 0)
        index = first([&](const QString &name) { return name.startsWith(text, Qt::CaseInsensitive); });
    if (index < 0)
        index = first([&](const QString &name) { return startsAWord(name, text); });
    if (index < 0)
        index = first([&](const QString &name) { return name.contains(text, Qt::CaseInsensitive); });
    return index;
}

}  // namespace fcoscope
