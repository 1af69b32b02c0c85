// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/figure_recipes.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>

#include "app/gui/figure_parts.h"
#include "core/base/error.h"
#include "widgets/box_painter.h"
#include "widgets/layer_painter.h"
#include "widgets/legend.h"
#include "widgets/plot/score_plot.h"
#include "widgets/theme.h"
#include "widgets/translate.h"

namespace fcoscope {
namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(Figures)
};

QColor onScreen(Colour colour)
{
    return {colour.r, colour.g, colour.b};
}

// --- Centerness

/// The formula at every pixel of `place` (screen pixels), `detail` pixels per unit.
QImage centernessImage(const Box &box, const QRectF &place, double detail, ColourScale colours, double opacity)
{
    const QSize size(std::max(1, qRound(place.width() * detail)), std::max(1, qRound(place.height() * detail)));
    QImage image(size, QImage::Format_ARGB32);
    for (int y = 0; y < size.height(); ++y)
        for (int x = 0; x < size.width(); ++x) {
            const double inX = box.x1 + (x + 0.5) / size.width() * box.width(),
                         inY = box.y1 + (y + 0.5) / size.height() * box.height();
            QColor colour = onScreen(colourAt(colours, double(centerness(distancesTo(box, inX, inY)))));
            colour.setAlphaF(static_cast<float>(opacity));
            image.setPixelColor(x, y, colour);
        }
    return image;
}

FigureLegend centernessLegend(ColourScale colours)
{
    FigureLegend legend;
    constexpr double line = 22, bar = 16;
    legend.size = [](double width, const QFont &) { return QSizeF(std::min(width, 260.0), 2 * line + bar + 6); };
    legend.paint = [colours](const FigurePage &page) {
        QPainter &painter = page.painter;
        const QRectF place(page.place.topLeft(), QSizeF(std::min(page.place.width(), 260.0), page.place.height()));
        QFont font = page.font;
        font.setPixelSize(qRound(font.pixelSize() * 0.85));
        painter.setFont(font);
        painter.setPen(page.colours.color(QPalette::WindowText));
        painter.drawText(QRectF(place.topLeft(), QSizeF(place.width(), line)), Qt::AlignLeft | Qt::AlignVCenter,
                         Words::tr("Centerness, target"));
        constexpr int steps = 64;
        painter.setRenderHint(QPainter::Antialiasing, false);
        for (int i = 0; i < steps; ++i)
            painter.fillRect(
                QRectF(place.left() + place.width() * i / steps, place.top() + line, place.width() / steps + 0.5, bar),
                onScreen(colourAt(colours, (i + 0.5) / steps)));
        painter.setRenderHint(QPainter::Antialiasing);
        const QRectF numbers(place.left(), place.top() + line + bar + 2, place.width(), line);
        for (const auto &[text, flag] : {std::pair{0.0, Qt::AlignLeft}, {0.5, Qt::AlignHCenter}, {1.0, Qt::AlignRight}})
            painter.drawText(numbers, flag | Qt::AlignTop, QLocale().toString(text));
    };
    return legend;
}

FigureLegend lensLegend(const SeenImagePtr &image)
{
    // What is missing stands below the picture, the transform above it.
    const auto frame = std::make_shared<LensFrame>(image->frame);
    std::erase_if(frame->layers, [](const LayerView &layer) { return !layer.missing.text.empty(); });
    frame->transform = {};
    FigureLegend legend;
    if (frame->layers.empty())
        return legend;
    const auto smaller = [](QFont font) {
        font.setPixelSize(qRound(font.pixelSize() * 0.85));
        return font;
    };
    legend.size = [frame, smaller](double width, const QFont &font) {
        return legendSize(*frame, legendStyle(smaller(font), lightPalette()), width);
    };
    legend.paint = [frame, smaller](const FigurePage &page) {
        page.painter.setRenderHint(QPainter::Antialiasing);
        paintLegend(page.painter, page.place, *frame, legendStyle(smaller(page.font), page.colours));
    };
    return legend;
}

}  // namespace

Figure layersFigure(const SeenImagePtr &image, bool detections,
                    const std::function<void(QPainter &, const View &)> &over)
{
    const SeenImage &seen = *image;
    Figure figure;
    QStringList titles;
    QStringList missing;
    for (const LayerView &layer : seen.frame.layers) {
        titles += translated(titleOf(layer.layer.kind));
        if (!layer.missing.text.empty())
            missing += translated(layer.missing);
    }
    missing.removeDuplicates();
    figure.title = fileName(seen.frame.imageId);
    if (!titles.isEmpty())
        figure.title += QStringLiteral(": ") + titles.join(QStringLiteral(", "));
    figure.note = noteOf(seen);
    FigurePanel panel = picturePanel(
        seen.picture, [image, detections, over](QPainter &painter, const View &view, const FigurePage &page) {
            LensStyle style;
            style.font = page.font;
            style.classNames = image->classNames;
            style.dark = isDark(page.colours);
            paintLens(painter, view, image->frame, style);
            if (detections)
                paintBoxes(painter, view, image->detections, image->classNames, {page.font, true, -1});
            if (over)
                over(painter, view);
        });
    panel.caption = missing.join(QLatin1Char(' '));
    figure.panels.push_back(std::move(panel));
    figure.legend = lensLegend(image);
    return figure;
}

Figure centernessFigure(const SeenImagePtr &image, int label, ColourScale colours, double opacity)
{
    const SeenImage &seen = *image;
    if (!seen.frame.assigned || seen.frame.assigned->labels.empty())
        throw UserError(
            message("core", "The image {0} has no labels to draw this figure from.").with(seen.frame.imageId));
    const std::vector<Label> &labels = seen.frame.assigned->labels;
    if (label >= static_cast<int>(labels.size()))
        throw UserError(message("core", "There is no label {0} in the image {1}: its labels are 0 to {2}.")
                            .with(label, seen.frame.imageId, labels.size() - 1));
    if (label < 0)
        label = static_cast<int>(
            std::max_element(labels.begin(), labels.end(),
                             [](const Label &a, const Label &b) { return a.box.area() < b.box.area(); }) -
            labels.begin());
    const Box box = labels[static_cast<size_t>(label)].box;
    const QPointF at(box.x1 + 0.66 * box.width(), box.y1 + 0.4 * box.height());
    Figure figure;
    figure.title = Words::tr("%1: centerness of %2").arg(fileName(seen.frame.imageId), labelName(seen, label));
    figure.note = Words::tr("centerness = √(min(l, r) / max(l, r) · min(t, b) / max(t, b)); at the marked location %1")
                      .arg(QLocale().toString(double(centerness(distancesTo(box, at.x(), at.y()))), 'f', 2));
    figure.panels.push_back(picturePanel(
        seen.picture, [box, at, colours, opacity](QPainter &painter, const View &view, const FigurePage &page) {
            const QRectF shown = boxSeen(view, box);
            painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
            painter.drawImage(shown, centernessImage(box, shown, page.paper ? page.detail : 1, colours, opacity));
            painter.setRenderHint(QPainter::Antialiasing);
            painter.setFont(inPixels(page));
            drawBox(painter, shown, Qt::white, 2 * page.ratio, false);
            drawDistances(painter, view.toScreen(at), shown, Qt::white, page.ratio, true);
            drawLocation(painter, view.toScreen(at), Qt::black, page.ratio);
        }));
    figure.legend = centernessLegend(colours);
    return figure;
}

Figure scoreFigure(const ScorePlot &shown)
{
    const auto plot = std::make_shared<ScorePlot>();  // one of its own: the shown one may go first
    plot->setRoots(shown.roots());
    plot->setData(shown.data(), {});
    for (const auto side : {ScorePlot::Side::WithoutCenterness, ScorePlot::Side::WithCenterness})
        plot->setSeen(side, shown.seen(side));
    Figure figure;
    figure.title =
        Words::tr("Score against IoU, over %1 images").arg(QLocale().toString(qulonglong(shown.data().images.size())));
    figure.note =
        Words::tr("Every candidate above the score threshold, before NMS; IoU with the best label of its class");
    FigurePanel panel;
    panel.paint = [plot](const FigurePage &page) {
        plot->setFont(page.font);
        plot->paint(page.painter, page.place, page.colours);
    };
    figure.panels.push_back(std::move(panel));
    figure.ofWidgets = true;
    return figure;
}

Figure scoreFigure(const ScoreOverlap &data, bool roots)
{
    ScorePlot plot;
    plot.setRoots(roots);
    plot.setData(data, {});
    return scoreFigure(plot);
}

}  // namespace fcoscope
