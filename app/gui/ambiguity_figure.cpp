// SPDX-License-Identifier: GPL-3.0-or-later
// The paper's Fig. 1: what a location learns, and what it cannot decide by itself.
#include <QCoreApplication>
#include <QLocale>

#include <cmath>
#include <limits>

#include "app/gui/figure_parts.h"
#include "app/gui/figure_recipes.h"
#include "core/base/error.h"
#include "widgets/detection_table.h"
#include "widgets/theme.h"
#include "widgets/translate.h"

namespace fcoscope {
namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(Figures)
};

QPointF locationInImage(const AssignedImage &assigned, LocationRef at)
{
    const Level &level = assigned.levels[static_cast<size_t>(at.level)];
    return {assigned.transform.imageX(level.x(at.location % level.width)),
            assigned.transform.imageY(level.y(at.location / level.width))};
}

QString levelWord(const AssignedImage &assigned, LocationRef at)
{
    return levelName(assigned.levels[static_cast<size_t>(at.level)].stride);
}

/// The positive location to show: of the largest label that has any, a little off its centre, as in the paper.
const Positive *exampleOf(const AssignedImage &assigned)
{
    const Positive *best = nullptr;
    double bestArea = 0, bestAway = 0;
    for (const Positive &positive : assigned.assignment.positives) {
        const Box &box = assigned.labels[static_cast<size_t>(positive.box)].box;
        const QPointF at = locationInImage(assigned, {positive.level, positive.location});
        const double away =
            std::hypot(at.x() - (0.42 * box.x1 + 0.58 * box.x2), at.y() - (0.6 * box.y1 + 0.4 * box.y2));
        if (!best || box.area() > bestArea || (box.area() == bestArea && away < bestAway)) {
            best = &positive;
            bestArea = box.area();
            bestAway = away;
        }
    }
    return best;
}

/// The ambiguous location to show: the deepest inside all the boxes that claim it.
const ClaimedLocation *exampleOf(const AssignedImage &assigned, const std::vector<ClaimedLocation> &ambiguous)
{
    const ClaimedLocation *best = nullptr;
    double bestInside = -1;
    for (const ClaimedLocation &claimed : ambiguous) {
        const QPointF at = locationInImage(assigned, claimed.at);
        double inside = std::numeric_limits<double>::infinity();
        for (size_t i = 0; i < claimed.claims; ++i) {
            const int label = assigned.assignment.claims[claimed.firstClaim + i].box;
            const Box &box = assigned.labels[static_cast<size_t>(label)].box;
            inside = std::min(inside, smallest(distancesTo(box, at.x(), at.y())));
        }
        if (inside > bestInside) {
            best = &claimed;
            bestInside = inside;
        }
    }
    return best;
}

FigurePanel distancesPanel(const SeenImage &seen)
{
    const AssignedImage &assigned = *seen.frame.assigned;
    const Positive *example = exampleOf(assigned);
    if (!example) {
        FigurePanel panel = picturePanel(seen.picture, {});
        panel.caption = Words::tr("No location of this image learns a box.");
        return panel;
    }
    const Box box = assigned.labels[static_cast<size_t>(example->box)].box;
    const QPointF at = locationInImage(assigned, {example->level, example->location});
    FigurePanel panel =
        picturePanel(seen.picture, [box, at](QPainter &painter, const View &view, const FigurePage &page) {
            painter.setRenderHint(QPainter::Antialiasing);
            painter.setFont(inPixels(page));
            const QRectF shown = boxSeen(view, box);
            const QColor colour = classColor(0);
            drawBox(painter, shown, colour, 2.5 * page.ratio, false);
            drawDistances(painter, view.toScreen(at), shown, Qt::white, page.ratio, true);
            drawLocation(painter, view.toScreen(at), colour, page.ratio);
        });
    const Distances &d = example->distances;
    const auto number = [](double value) { return QLocale().toString(value, 'f', 1); };
    panel.caption = Words::tr("A location of %1 that learns %2: l %3, t %4, r %5, b %6 px of the network's input")
                        .arg(levelWord(assigned, {example->level, example->location}), labelName(seen, example->box),
                             number(d.left), number(d.top), number(d.right), number(d.bottom));
    return panel;
}

FigurePanel ambiguousPanel(const SeenImage &seen)
{
    // Where the profile's rules leave no location ambiguous, the paper's first ones may: no centre sampling.
    AssignedImagePtr assigned = seen.frame.assigned;
    std::vector<ClaimedLocation> ambiguous = ambiguousLocations(*assigned);
    QString rules;
    if (ambiguous.empty() && assigned->profile.centerRegion != CenterRegion::None) {
        Profile profile = assigned->profile;
        profile.centerRegion = CenterRegion::None;
        assigned = std::make_shared<const AssignedImage>(
            assignImage(assigned->imageId, assigned->transform.imageSize, assigned->labels, profile));
        ambiguous = ambiguousLocations(*assigned);
        rules = Words::tr("Without centre sampling") + QStringLiteral(": ");
    }
    const ClaimedLocation *example = exampleOf(*assigned, ambiguous);
    if (!example) {
        FigurePanel panel = picturePanel(seen.picture, {});
        panel.caption = Words::tr("No location of this image is ambiguous.");
        return panel;
    }
    std::vector<Box> boxes;  // the winner's last, so that it lies on top
    QStringList losers;
    for (size_t i = 0; i < example->claims; ++i) {
        const int label = assigned->assignment.claims[example->firstClaim + i].box;
        if (label == example->winner)
            continue;
        boxes.push_back(assigned->labels[static_cast<size_t>(label)].box);
        losers += labelName(seen, label);
    }
    boxes.push_back(assigned->labels[static_cast<size_t>(example->winner)].box);
    const QPointF at = locationInImage(*assigned, example->at);
    FigurePanel panel =
        picturePanel(seen.picture, [boxes, at](QPainter &painter, const View &view, const FigurePage &page) {
            painter.setRenderHint(QPainter::Antialiasing);
            painter.setFont(inPixels(page));
            for (size_t i = 0; i < boxes.size(); ++i) {
                const bool winner = i + 1 == boxes.size();
                const QColor colour = classColor(winner ? 0 : 1 + static_cast<int>(i));
                const QRectF shown = boxSeen(view, boxes[i]);
                drawBox(painter, shown, colour, (winner ? 3 : 2) * page.ratio, !winner);
                drawDistances(painter, view.toScreen(at), shown, colour, page.ratio, false,
                              (static_cast<double>(i) - static_cast<double>(boxes.size() - 1) / 2) * 6 * page.ratio);
            }
            drawLocation(painter, view.toScreen(at), classColor(0), page.ratio);
        });
    panel.caption =
        rules + Words::tr("A location of %1 in %2 boxes: it learns the smallest, %3 (solid), and not %4 (dashed)")
                    .arg(levelWord(*assigned, example->at))
                    .arg(example->claims)
                    .arg(labelName(seen, example->winner), losers.join(QStringLiteral(", ")));
    return panel;
}

}  // namespace

Figure ambiguityFigure(const SeenImagePtr &image)
{
    const SeenImage &seen = *image;
    if (!seen.frame.assigned || seen.frame.assigned->labels.empty())
        throw UserError(
            message("core", "The image {0} has no labels to draw this figure from.").with(seen.frame.imageId));
    Figure figure;
    figure.title = Words::tr("%1: what a location learns, and ambiguous locations").arg(fileName(seen.frame.imageId));
    figure.note = noteOf(seen);
    figure.panels = {distancesPanel(seen), ambiguousPanel(seen)};
    return figure;
}

}  // namespace fcoscope
