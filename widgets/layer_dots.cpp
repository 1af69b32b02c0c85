// SPDX-License-Identifier: GPL-3.0-or-later
// Marks at locations: which box each of them learns, and where boxes contend for one. With more locations than pixels
// marks that would lie on marks are left out; a mark that stands alone is never.
#include <array>
#include <cmath>
#include <set>

#include "widgets/layer_parts.h"
#include "widgets/level_place.h"

namespace fcoscope {

namespace {

/// Which places of the screen carry a mark already.
class TakenSpots {
public:
    TakenSpots(QSize screen, double spot)
        : spot_(spot), columns_(static_cast<int>(screen.width() / spot) + 1),
          taken_(static_cast<size_t>(columns_) * static_cast<size_t>(screen.height() / spot + 1), false)
    {
    }
    /// Takes the spot at `at` unless it is taken or not on the screen; marks beyond its border always pass.
    bool take(QPointF at)
    {
        const int x = static_cast<int>(std::floor(at.x() / spot_)), y = static_cast<int>(std::floor(at.y() / spot_));
        if (x < 0 || y < 0 || x >= columns_)
            return true;
        const size_t i = static_cast<size_t>(y) * static_cast<size_t>(columns_) + static_cast<size_t>(x);
        if (i >= taken_.size())
            return true;
        const bool free = !taken_[i];
        taken_[i] = true;
        return free;
    }

private:
    double spot_;
    int columns_;
    std::vector<bool> taken_;
};

bool levelShows(const Layer &layer, size_t level)
{
    return layer.level < 0 || layer.level == static_cast<int>(level);
}

/// The spacing of the finest level that is shown, or 0.
double finestSpacing(const LensCanvas &canvas, const Layer &layer)
{
    const AssignedImage &assigned = *canvas.frame.assigned;
    for (size_t l = 0; l < assigned.levels.size(); ++l)
        if (levelShows(layer, l))
            return LevelPlace(assigned.levels[l], assigned.transform, canvas.view).spacing();
    return 0;
}

/// Those of the assignment map, kept from one paint to the next.
KeptMarks &assignmentMarks()
{
    static thread_local KeptMarks kept;
    return kept;
}

/// The locations of one level that learn nothing.
void paintUnlearnt(const LensCanvas &canvas, size_t l, bool alone)
{
    const AssignedImage &assigned = *canvas.frame.assigned;
    const LevelPlace place(assigned.levels[l], assigned.transform, canvas.view);
    const double unit = canvas.unit, spacing = place.spacing();
    if (!(spacing > 0))
        return;
    static const std::vector<Verdict> unknown;
    const std::vector<Verdict> &verdicts = l < canvas.frame.verdicts.size() ? canvas.frame.verdicts[l] : unknown;
    // Where they would run together: every n-th in a row and every n-th row, and paler; the sooner with other levels
    // between them.
    const int step = std::max(1, static_cast<int>(std::ceil((alone ? 7.5 : 11.5) * unit / spacing)));
    const double radius =
        std::clamp(0.22 * spacing * step, 1.4 * unit, 2.4 * unit + 0.4 * unit * static_cast<double>(l));
    const double opacity = std::clamp(spacing * step / (26 * unit), 0.35, 0.8);
    const auto made = [&](double which, auto make) -> const Mark & {
        return assignmentMarks().of({which, radius, unit, opacity}, [&] {
            Mark mark = make();
            mark.fade(opacity);
            return mark;
        });
    };
    const Mark &negative = made(0, [&] { return negativeMark(unit); }),
               &cross = made(1, [&] { return outsideCentreMark(radius, unit); }),
               &circle = made(2, [&] { return outsideRangeMark(radius, unit); });
    const QSize screen = canvas.view.screen();
    const auto columns = place.columns.within(0, screen.width(), 4 * unit),
               rows = place.rows.within(0, screen.height(), 4 * unit);
    const auto firstOf = [step](int first) { return (first + step - 1) / step * step; };
    for (int row = firstOf(rows.first); row < rows.last; row += step)
        for (int column = firstOf(columns.first); column < columns.last; column += step) {
            const auto i =
                static_cast<size_t>(row) * static_cast<size_t>(place.columns.count) + static_cast<size_t>(column);
            const Verdict verdict = i < verdicts.size() ? verdicts[i] : Verdict::OutsideBox;
            if (verdict == Verdict::Positive)
                continue;
            const Mark &mark = verdict == Verdict::OutsideRange          ? circle
                               : verdict == Verdict::OutsideCenterRegion ? cross
                                                                         : negative;
            canvas.put(mark, {place.columns.at(column), place.rows.at(row)});
        }
}

/// The positives of one level, [first, last) of the assignment's.
void paintPositives(const LensCanvas &canvas, const Layer &layer, size_t l, size_t first, size_t last)
{
    const AssignedImage &assigned = *canvas.frame.assigned;
    const LevelPlace place(assigned.levels[l], assigned.transform, canvas.view);
    const DotShape shape =
        dotShape(place.spacing(), finestSpacing(canvas, layer), layer.level < 0 ? static_cast<int>(l) : 0, canvas.unit);
    const QRectF screen = QRectF(QPointF(), QSizeF(canvas.view.screen())).adjusted(-12, -12, 12, 12);
    TakenSpots taken(canvas.view.screen(), std::max(1.0, shape.radius));
    const bool crowded = place.spacing() < shape.radius;
    for (size_t i = first; i < last; ++i) {
        const Positive &positive = assigned.assignment.positives[i];
        const QPointF at = place.at(positive.location);
        if (!screen.contains(at) || (crowded && !taken.take(at)))
            continue;
        const QColor colour = canvas.colourOf(positive.box);
        canvas.put(
            assignmentMarks().of({double(colour.rgb()), shape.radius, double(shape.rings), shape.unit, shape.outline},
                                 [&] { return positiveMark(colour, shape); }),
            at);
    }
}

const Mark &ambiguousMarkOf(const LensCanvas &canvas, const ClaimedLocation &at, double radius)
{
    static thread_local KeptMarks kept;
    kept.tidy();
    AmbiguityShape shape{canvas.colourOf(at.winner), {}, at.acrossClasses, at.tie, radius, canvas.unit};
    // Each colour once and in one order, so that a crowd makes hundreds of looks and not hundreds of thousands.
    constexpr size_t mostSegments = 4;
    std::set<QRgb> losers;
    const auto &claims = canvas.frame.assigned->assignment.claims;
    for (size_t i = at.firstClaim; i < at.firstClaim + at.claims && losers.size() < mostSegments; ++i)
        if (claims[i].box != at.winner)
            losers.insert(canvas.colourOf(claims[i].box).rgb());
    KeptMarks::Look look{double(shape.winner.rgb()), double(at.acrossClasses), double(at.tie), radius, canvas.unit};
    for (const QRgb loser : losers) {
        shape.losers.push_back(QColor(loser));
        look.push_back(loser);
    }
    return kept.of(look, [&] { return ambiguousMark(shape); });
}

}  // namespace

DotShape dotShape(double spacing, double finest, int rings, double unit)
{
    DotShape shape;
    shape.unit = unit;
    const double smaller = finest > 0 ? std::min(finest, spacing) : spacing;
    shape.radius = std::clamp(0.3 * smaller, std::clamp(0.38 * smaller, 0.75, 1.1 * unit),
                              (rings > 0 || finest < spacing ? 3.2 : 4.5) * unit);
    shape.outline = std::min(0.75 * unit, 0.15 * smaller);
    // Rings stay within their cell.
    const int room = static_cast<int>((0.47 * spacing - shape.radius) / (ringGap * unit));
    shape.rings = std::clamp(room, 0, rings);
    return shape;
}

double ambiguityRadius(double spacing, double unit)
{
    return std::clamp(0.42 * spacing, 3 * unit, 8 * unit);
}

void paintAssignment(const LensCanvas &canvas, const Layer &layer)
{
    assignmentMarks().tidy();
    static thread_local StampSheet sheet;
    sheet.begin(canvas.view.screen());
    LensCanvas onSheet = canvas;
    onSheet.sheet = canvas.stamps ? &sheet : nullptr;
    const AssignedImage &assigned = *canvas.frame.assigned;
    const std::vector<Positive> &positives = assigned.assignment.positives;
    for (size_t l = assigned.levels.size(); l-- > 0;)
        if (levelShows(layer, l))
            paintUnlearnt(onSheet, l, layer.level >= 0);
    size_t last = positives.size();
    for (size_t l = assigned.levels.size(); l-- > 0;) {  // the coarse ones below
        size_t first = last;
        while (first > 0 && positives[first - 1].level == static_cast<int>(l))
            --first;
        if (levelShows(layer, l))
            paintPositives(onSheet, layer, l, first, last);
        last = first;
    }
    if (canvas.stamps)
        sheet.flush(canvas.painter);
}

void paintAmbiguity(const LensCanvas &canvas, const Layer &layer)
{
    const AssignedImage &assigned = *canvas.frame.assigned;
    std::vector<LevelPlace> places;
    for (const Level &level : assigned.levels)
        places.emplace_back(level, assigned.transform, canvas.view);
    const QRectF screen = QRectF(QPointF(), QSizeF(canvas.view.screen())).adjusted(-20, -20, 20, 20);
    // Same class and different class each have their own spots: neither hides the other.
    std::array<TakenSpots, 2> taken{TakenSpots(canvas.view.screen(), 2.5 * canvas.unit),
                                    TakenSpots(canvas.view.screen(), 2.5 * canvas.unit)};
    for (const bool acrossClasses : {false, true})
        for (auto at = canvas.frame.ambiguous.rbegin(); at != canvas.frame.ambiguous.rend(); ++at) {
            const auto l = static_cast<size_t>(at->at.level);
            if (at->acrossClasses != acrossClasses || l >= places.size() || !levelShows(layer, l))
                continue;
            const QPointF centre = places[l].at(at->at.location);
            if (!screen.contains(centre) || !taken[acrossClasses].take(centre))
                continue;
            canvas.put(ambiguousMarkOf(canvas, *at, ambiguityRadius(places[l].spacing(), canvas.unit)), centre);
        }
}

}  // namespace fcoscope
