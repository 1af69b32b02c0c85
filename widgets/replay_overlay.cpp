// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/replay_overlay.h"

#include <QPainter>
#include <algorithm>
#include <set>

#include "widgets/box_painter.h"
#include "widgets/strokes.h"
#include "widgets/theme.h"
#include "widgets/view.h"

namespace fcoscope {

namespace {

constexpr size_t mostDashed = 1500;  // boxes; beyond that many a picture of dashes tells nothing any more

// A frame of `width` screen pixels, its outer edge `grown` pixels outside the box.
void frame(QPainter &painter, const QRect &box, int grown, int width, const QColor &color)
{
    fillFrame(painter, box.adjusted(-grown, -grown, grown, grown), width, color);
}

}  // namespace

std::vector<Survivor> survivorsOf(const DecodeTrace &trace)
{
    const int count = static_cast<int>(trace.candidates.size());
    std::vector<std::vector<int>> removed(trace.candidates.size());
    for (int i = 0; i < count; ++i) {
        const TracedCandidate &candidate = trace.candidates[static_cast<size_t>(i)];
        if (candidate.fate == Fate::Suppressed && candidate.suppressedBy >= 0 && candidate.suppressedBy < count)
            removed[static_cast<size_t>(candidate.suppressedBy)].push_back(i);
    }
    std::vector<Survivor> survivors;
    for (int i = 0; i < count; ++i) {
        const size_t at = static_cast<size_t>(i);
        if (trace.candidates[at].fate == Fate::Detected || !removed[at].empty())
            survivors.push_back({i, std::move(removed[at])});
    }
    return survivors;
}

void ReplayOverlay::setTrace(DecodeTracePtr trace)
{
    trace_ = std::move(trace);
    survivors_ = trace_ ? survivorsOf(*trace_) : std::vector<Survivor>();
    step_ = 0;
    chosen_ = -1;
}

void ReplayOverlay::setChosen(int candidate)
{
    chosen_ = candidate;
}

void ReplayOverlay::paint(QPainter &painter, const View &view)
{
    if (!trace_ || step_ <= 0)
        return;
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setBrush(Qt::NoBrush);
    paintRemoved(painter, view);
    paintKept(painter, view);
    paintCurrent(painter, view);
}

// The latest ones first, because they are what a person has just seen go. Candidates that lie on the same pixels of the
// screen, as those of neighbouring locations often do, are one box.
void ReplayOverlay::paintRemoved(QPainter &painter, const View &view) const
{
    const QRectF seen = view.seen();
    std::set<std::array<int, 5>> painted;
    for (int i = std::min(step_, static_cast<int>(trace_->candidates.size())) - 1;
         i >= 0 && painted.size() < mostDashed; --i) {
        const TracedCandidate &candidate = trace_->candidates[static_cast<size_t>(i)];
        if (candidate.fate != Fate::Suppressed || (chosen_ >= 0 && candidate.suppressedBy != chosen_) ||
            !inView(candidate.boxInImage, seen))
            continue;
        const QRect box = boxOnScreen(candidate.boxInImage, view);
        const int classIndex = candidate.pair.classIndex;
        if (!painted.insert({box.x(), box.y(), box.width(), box.height(), classIndex}).second)
            continue;
        QColor color = classColor(classIndex);
        color.setAlpha(chosen_ >= 0 ? 255 : 130);
        QPen pen(color, 0);
        pen.setDashPattern({4.0 * view.ratio, 4.0 * view.ratio});
        painter.setPen(pen);
        painter.drawRect(box.adjusted(0, 0, -1, -1));
    }
}

void ReplayOverlay::paintKept(QPainter &painter, const View &view) const
{
    const QRectF seen = view.seen();
    const int line = view.pixels(2), hair = view.pixels(1);
    for (const Survivor &survivor : survivors_) {
        if (survivor.candidate >= step_)
            break;
        const TracedCandidate &candidate = trace_->candidates[static_cast<size_t>(survivor.candidate)];
        if (!inView(candidate.boxInImage, seen))
            continue;
        const QRect box = boxOnScreen(candidate.boxInImage, view);
        if (survivor.candidate == chosen_)
            frame(painter, box, line + hair, line, Qt::white);
        frame(painter, box, hair, line, classColor(candidate.pair.classIndex));
    }
}

void ReplayOverlay::paintCurrent(QPainter &painter, const View &view) const
{
    const size_t at = static_cast<size_t>(step_ - 1);
    if (at >= trace_->candidates.size())
        return;
    const TracedCandidate &current = trace_->candidates[at];
    const int hair = view.pixels(1), line = view.pixels(2), thick = view.pixels(4);
    if (current.suppressedBy >= 0 && static_cast<size_t>(current.suppressedBy) < trace_->candidates.size()) {
        const TracedCandidate &better = trace_->candidates[static_cast<size_t>(current.suppressedBy)];
        const QRect box = boxOnScreen(better.boxInImage, view);
        frame(painter, box, line + hair, line, Qt::white);
        frame(painter, box, hair, line, classColor(better.pair.classIndex));
    }
    if (!current.boxInImage.hasArea())
        return;
    const QRect box = boxOnScreen(current.boxInImage, view);
    QColor fill = classColor(current.pair.classIndex);
    fill.setAlpha(40);
    painter.fillRect(box, fill);
    fill.setAlpha(255);
    if (current.fate == Fate::Detected) {
        frame(painter, box, thick / 2 + hair, thick + 2 * hair, QColor(0, 0, 0, 140));
        frame(painter, box, thick / 2, thick, fill);
    } else {  // it goes: thick, but dashed as it will be from the next step on
        QPen pen(fill, thick);
        pen.setDashPattern({2, 1.5});
        pen.setCapStyle(Qt::FlatCap);
        pen.setJoinStyle(Qt::MiterJoin);
        painter.setPen(QPen(QColor(0, 0, 0, 140), thick + 2 * hair, Qt::SolidLine, Qt::FlatCap, Qt::MiterJoin));
        painter.drawRect(box);
        painter.setPen(pen);
        painter.drawRect(box);
    }
}

}  // namespace fcoscope
