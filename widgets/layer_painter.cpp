// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/layer_painter.h"

#include <QFontMetricsF>
#include <QPaintEngine>
#include <cmath>
#include <map>

#include "widgets/box_painter.h"
#include "widgets/heat_painter.h"
#include "widgets/label_colours.h"
#include "widgets/layer_parts.h"
#include "widgets/level_place.h"
#include "widgets/strokes.h"
#include "widgets/theme.h"
#include "widgets/translate.h"

namespace fcoscope {

namespace {

constexpr size_t mostNames = 300;  // more cannot be read

/// Layers of marks and lines. They need labels, or at least the levels that come with them.
void paintMarks(const LensCanvas &canvas, const Layer &layer)
{
    if (layer.kind == LayerKind::Labels)
        paintLabels(canvas);
    else if (layer.kind == LayerKind::Assignment)
        paintAssignment(canvas, layer);
    else if (layer.kind == LayerKind::Ambiguity)
        paintAmbiguity(canvas, layer);
    else if (layer.kind == LayerKind::Regression)
        paintRegression(canvas, layer);
}

}  // namespace

void paintNote(QPainter &painter, QPointF at, const QString &text, const QColor &plate, double unit, bool centred)
{
    const QFontMetricsF metrics(painter.font());
    const double wide = std::ceil(metrics.horizontalAdvance(text) + 7 * unit), high = std::ceil(metrics.height());
    const QPointF corner(at.x() - (centred ? wide / 2 : 0), at.y() - high / 2);
    const auto draw = [&](QPainter &on, QPointF place) {
        const QRectF whole(place, QSizeF(wide, high));
        on.setRenderHint(QPainter::Antialiasing);
        on.setPen(QPen(QColor(12, 14, 18, 140), unit));
        on.setBrush(plate);
        on.drawRoundedRect(whole.adjusted(unit / 2, unit / 2, -unit / 2, -unit / 2), 2.5 * unit, 2.5 * unit);
        on.setPen(textColorOn(plate));
        on.drawText(whole, Qt::AlignCenter, text);
    };
    if (painter.paintEngine()->type() != QPaintEngine::Raster) {
        painter.save();
        draw(painter, corner);
        painter.restore();
        return;
    }
    // The same few names stand at a hundred boxes, and are the same while a picture is dragged.
    static thread_local std::map<QString, QImage> kept;
    QImage &image = kept[QStringLiteral("%1|%2|%3|%4").arg(plate.rgba()).arg(unit).arg(painter.font().key(), text)];
    if (image.isNull()) {
        image = QImage(static_cast<int>(wide), static_cast<int>(high), QImage::Format_ARGB32_Premultiplied);
        image.fill(Qt::transparent);
        QPainter own(&image);
        own.setFont(painter.font());
        draw(own, {0, 0});
    }
    painter.drawImage(corner.toPoint(), image);
    if (kept.size() > 500)
        kept.clear();
}

void paintLabels(const LensCanvas &canvas)
{
    QPainter &painter = canvas.painter;
    const QRectF seen(canvas.view.toImage({0, 0}),
                      canvas.view.toImage(QPointF(canvas.view.widget.width(), canvas.view.widget.height())));
    painter.setFont(screenFont(canvas.style.font, canvas.unit));
    const QFontMetricsF metrics(painter.font());
    const std::vector<Label> &labels = canvas.frame.assigned->labels;
    const int line = std::max(1, qRound(1.5 * canvas.unit)), hair = std::max(1, qRound(canvas.unit)),
              dash = std::max(3, qRound(5 * canvas.unit));
    std::vector<size_t> named;
    for (size_t i = 0; i < labels.size(); ++i) {
        if (!inView(labels[i].box, seen))
            continue;
        const QRect place = boxOnScreen(labels[i].box, canvas.view);
        strokeFrame(painter, place, canvas.view.screen(), {canvas.colours[i], line, dash, hair});
        if (canvas.style.names && named.size() < mostNames && place.height() > 2 * metrics.height() &&
            place.width() > 4 * metrics.averageCharWidth())
            named.push_back(i);
    }
    for (const size_t i : named) {
        const QRect place = boxOnScreen(labels[i].box, canvas.view);
        const QString name = classNameIn(canvas.style.classNames, labels[i].classIndex);
        const double wide = metrics.horizontalAdvance(name) + 10 * canvas.unit;
        if (wide < place.width())  // inside, under the upper edge: detections have their tags above it
            paintNote(painter,
                      QPointF(place.left() + 3 * canvas.unit, place.top() + 3 * canvas.unit + metrics.height() / 2),
                      name, canvas.colours[i], canvas.unit, false);
    }
}

namespace {

/// A training sample is a part of the image, or reaches beyond it: its border, dashed.
void paintCrop(const LensCanvas &canvas)
{
    const LensFrame &frame = canvas.frame;
    if (frame.layers.empty() || (!frame.assigned && !frame.raw))
        return;
    const ImageTransform &transform = frame.assigned ? frame.assigned->transform : frame.raw->transform;
    const Size image = transform.imageSize;
    if (!transform.crop.hasArea() || transform.crop == Box{0, 0, double(image.width), double(image.height)})
        return;
    const QColor line = canvas.style.dark ? QColor(240, 242, 246) : QColor(30, 33, 38);
    const int thin = std::max(1, qRound(canvas.unit));
    strokeFrame(canvas.painter, boxOnScreen(transform.crop, canvas.view), canvas.view.screen(),
                {line, thin, 3 * thin, thin});
}

}  // namespace

void paintLens(QPainter &painter, const View &view, const LensFrame &frame, const LensStyle &style)
{
    painter.save();
    LensCanvas canvas{painter, view, frame, style, {}, true, view.ratio};
    canvas.stamps = painter.paintEngine()->type() == QPaintEngine::Raster;
    if (frame.assigned)
        canvas.colours = labelColours(frame.assigned->labels);
    painter.setRenderHint(QPainter::Antialiasing, !canvas.stamps);
    for (const LayerView &layer : frame.layers) {
        if (!layer.missing.text.empty() || !layer.layer.visible || !(layer.layer.opacity > 0))
            continue;
        if (isHeatMap(layer.layer.kind)) {
            paintHeat(painter, view, layer);
            continue;
        }
        painter.save();
        painter.setOpacity(painter.opacity() * std::min(1.0, layer.layer.opacity));
        if (layer.layer.kind == LayerKind::StrideGrid)
            paintStrideGrid(canvas, layer.layer);
        else if (frame.assigned)
            paintMarks(canvas, layer.layer);
        painter.restore();
    }
    paintCrop(canvas);
    painter.restore();
}

}  // namespace fcoscope
