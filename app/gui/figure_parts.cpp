// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/figure_parts.h"

#include <QCoreApplication>
#include <QPainterPath>
#include <QPen>

#include <cmath>

#include "widgets/translate.h"

namespace fcoscope {
namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(Figures)
};

/// A line that is seen on any photograph: coloured on a dark one.
void strokeSeen(QPainter &painter, const QPainterPath &path, const QPen &pen)
{
    QPen under(QColor(10, 12, 16, 190), pen.widthF() * 2.2);
    under.setJoinStyle(Qt::MiterJoin);
    painter.strokePath(path, under);
    painter.strokePath(path, pen);
}

/// An arrow from a location to a side of its box, with the side's letter at its middle.
void drawArm(QPainter &painter, QPointF from, QPointF to, const QColor &colour, double unit, const QString &letter)
{
    const QPointF way = to - from;
    const double length = std::hypot(way.x(), way.y());
    if (length < 2 * unit)
        return;
    const QPointF along = way / length, across(-along.y(), along.x());
    const double head = std::min(9 * unit, length / 2);
    QPainterPath shaft(from);
    shaft.lineTo(to - along * head);
    strokeSeen(painter, shaft, QPen(colour, 1.8 * unit));
    QPainterPath tip(to);
    tip.lineTo(to - along * head + across * head * 0.45);
    tip.lineTo(to - along * head - across * head * 0.45);
    tip.closeSubpath();
    strokeSeen(painter, tip, QPen(colour, unit));
    painter.fillPath(tip, colour);
    if (letter.isEmpty() || length < 24 * unit)
        return;
    const QFontMetricsF metrics(painter.font());
    const double side = metrics.height() * 1.15;
    QRectF plate(QPointF(), QSizeF(side, side));
    plate.moveCenter(from + way / 2);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(10, 12, 16, 220));
    painter.drawEllipse(plate);
    painter.setPen(Qt::white);
    painter.drawText(plate, Qt::AlignCenter, letter);
}

}  // namespace

QString labelName(const SeenImage &seen, int label)
{
    return classNameIn(seen.classNames, seen.frame.assigned->labels[static_cast<size_t>(label)].classIndex);
}

QString noteOf(const SeenImage &seen)
{
    QStringList parts;
    if (!seen.frame.transform.text.empty())
        parts += translated(seen.frame.transform);
    if (seen.frame.assigned)
        parts += Words::tr("profile %1").arg(QString::fromStdString(seen.frame.assigned->profile.name));
    if (seen.frame.detectionsStandIn)
        parts += Words::tr("detections stand in for labels");
    return parts.join(QStringLiteral("; "));
}

QFont inPixels(const FigurePage &page)
{
    QFont font = page.font;
    font.setPixelSize(std::max(8, qRound(page.font.pixelSize() * 0.9 * page.ratio)));
    return font;
}

void drawBox(QPainter &painter, const QRectF &box, const QColor &colour, double width, bool dashed)
{
    QPainterPath path;
    path.addRect(box);
    QPen pen(colour, width, Qt::SolidLine, Qt::FlatCap, Qt::MiterJoin);
    if (dashed)
        pen.setDashPattern({5, 3});
    strokeSeen(painter, path, pen);
}

void drawDistances(QPainter &painter, QPointF at, const QRectF &box, const QColor &colour, double unit, bool letters,
                   double shift)
{
    const auto letter = [letters](const char *one) { return letters ? QString::fromLatin1(one) : QString(); };
    const QPointF p = at + QPointF(shift, shift);
    drawArm(painter, {at.x(), p.y()}, {box.left(), p.y()}, colour, unit, letter("l"));
    drawArm(painter, {p.x(), at.y()}, {p.x(), box.top()}, colour, unit, letter("t"));
    drawArm(painter, {at.x(), p.y()}, {box.right(), p.y()}, colour, unit, letter("r"));
    drawArm(painter, {p.x(), at.y()}, {p.x(), box.bottom()}, colour, unit, letter("b"));
}

void drawLocation(QPainter &painter, QPointF at, const QColor &colour, double unit)
{
    painter.setPen(QPen(Qt::black, 1.5 * unit));
    painter.setBrush(Qt::white);
    painter.drawEllipse(at, 6 * unit, 6 * unit);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    painter.drawEllipse(at, 3.5 * unit, 3.5 * unit);
}

QRectF boxSeen(const View &view, const Box &box)
{
    return QRectF(view.toScreen({box.x1, box.y1}), view.toScreen({box.x2, box.y2}));
}

}  // namespace fcoscope
