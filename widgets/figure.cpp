// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figure.h"

#include <QBuffer>
#include <QFile>
#include <QFileInfo>
#include <QPdfWriter>
#include <QSvgGenerator>

#include <cmath>

#include "core/base/error.h"
#include "core/base/file.h"
#include "widgets/pyramid.h"
#include "widgets/theme.h"

namespace fcoscope {
namespace {

constexpr double margin = 18, gap = 14;                 // logical px: round the figure, between its parts
constexpr int smallestSide = 100, largestSide = 20000;  // px
constexpr double mostPixels = 100e6;                    // 400 MB of memory
constexpr int dotsPerInch = 96;                         // a logical pixel of the desktop's

QFont sized(const QFont &base, double factor, bool bold = false)
{
    QFont font = base;
    font.setPixelSize(qRound(15 * factor));  // a page is no screen: its type does not follow the desktop's size
    font.setBold(bold);
    return font;
}

QRectF fitting(const QSizeF &shape, const QRectF &place)
{
    if (shape.isEmpty())
        return place;
    const double zoom = std::min(place.width() / shape.width(), place.height() / shape.height());
    // Whole pixels, so that the picture's border is sharp; in the middle across, at the top.
    const double width = std::max(1.0, std::floor(shape.width() * zoom)),
                 height = std::max(1.0, std::floor(shape.height() * zoom));
    return {std::round(place.center().x() - width / 2), std::round(place.top()), width, height};
}

/// How high a text is when it may be `width` wide: words go to the next line, nothing is cut.
double heightOf(const QString &text, const QFont &font, double width)
{
    return text.isEmpty()
               ? 0
               : std::ceil(QFontMetricsF(font).boundingRect(QRectF(0, 0, width, 1e6), Qt::TextWordWrap, text).height());
}

/// Where everything goes.
struct Layout {
    QRectF title, note, legend;
    std::vector<QRectF> panels, captions;
};

Layout laidOut(const Figure &figure, const FigureLook &look, const QFont &font)
{
    Layout layout;
    QRectF rest = QRectF(QPointF(), QSizeF(look.size)).adjusted(margin, margin, -margin, -margin);
    const auto line = [&](const QString &text, const QFont &of, double below) {
        const double height = heightOf(text, of, rest.width());
        const QRectF place(rest.left(), rest.top(), rest.width(), height);
        rest.setTop(rest.top() + (text.isEmpty() ? 0 : height + below));
        return place;
    };
    layout.title = line(figure.title, sized(font, 1.25, true), 2);
    layout.note = line(figure.note, sized(font, 0.85), 0);
    if (!figure.title.isEmpty() || !figure.note.isEmpty())
        rest.setTop(rest.top() + gap / 2);

    const auto count = static_cast<double>(std::max<size_t>(1, figure.panels.size()));
    const auto columnIn = [&](double width) { return std::max(1.0, (width - gap * (count - 1)) / count); };
    const auto captionHeight = [&](double column) {
        double height = 0;
        for (const FigurePanel &panel : figure.panels)
            if (!panel.caption.isEmpty())
                height = std::max(height, heightOf(panel.caption, sized(font, 0.9), column) + 6);
        return height;
    };
    if (look.legend && figure.legend.size) {
        // Beside the picture where the page is wide, below it where it is high: where the picture stays larger.
        const QSizeF shape = figure.panels.empty() ? QSizeF() : figure.panels.front().shape;
        const auto whole = [](const QSizeF &size) { return QSizeF(std::ceil(size.width()), std::ceil(size.height())); };
        const QSizeF beside = whole(figure.legend.size(std::min(280.0, rest.width() * 0.3), font));
        const QSizeF below = whole(figure.legend.size(rest.width(), font));
        const auto zoom = [&](double width, double height) {
            return shape.isEmpty() ? std::min(width, height)
                                   : std::min(columnIn(width) / shape.width(),
                                              (height - captionHeight(columnIn(width))) / shape.height());
        };
        if (zoom(rest.width() - beside.width() - gap, rest.height()) >=
            zoom(rest.width(), rest.height() - below.height() - gap)) {
            layout.legend = {rest.right() - beside.width(), rest.top(), beside.width(), beside.height()};
            rest.setRight(layout.legend.left() - gap);
        } else {
            layout.legend = {rest.left(), rest.bottom() - below.height(), rest.width(), below.height()};
            rest.setBottom(layout.legend.top() - gap);
        }
    }
    const double width = columnIn(rest.width()), captions = captionHeight(width);
    double lowest = rest.top();
    for (size_t i = 0; i < figure.panels.size(); ++i) {
        const QRectF column(rest.left() + static_cast<double>(i) * (width + gap), rest.top(), width, rest.height());
        layout.panels.push_back(fitting(figure.panels[i].shape, column.adjusted(0, 0, 0, -captions)));
        layout.captions.emplace_back(column.left(), layout.panels.back().bottom() + 6, width, captions);
        lowest = std::max(lowest, layout.captions.back().bottom());
    }
    if (layout.legend.top() > rest.bottom())  // below: close to the picture
        layout.legend.moveTop(std::min(layout.legend.top(), std::ceil(lowest + gap)));
    return layout;
}

/// Paints over what panels may have painted beside their places: SVG as Qt writes it knows no clipping.
void coverAround(QPainter &painter, const QSize &size, const std::vector<QRectF> &places, const QColor &ground)
{
    double left = 0;
    for (const QRectF &place : places) {
        painter.fillRect(QRectF(left, 0, place.left() - left, size.height()), ground);
        painter.fillRect(QRectF(place.left(), 0, place.width(), place.top()), ground);
        painter.fillRect(QRectF(place.left(), place.bottom(), place.width(), size.height() - place.bottom()), ground);
        left = place.right();
    }
    painter.fillRect(QRectF(left, 0, size.width() - left, size.height()), ground);
}

void paintFigure(QPainter &painter, const Figure &figure, const FigureLook &look, bool paper)
{
    const QPalette colours = look.dark ? darkPalette() : lightPalette();
    const QColor ground = look.dark ? colours.color(QPalette::Window) : QColor(Qt::white);
    const QFont font = sized(look.font, 1);
    const Layout layout = laidOut(figure, look, font);
    const auto page = [&](const QRectF &place) {
        FigurePage made{painter, place, paper ? 1 : look.scale, look.scale, paper, colours, font};
        made.colours.setColor(QPalette::Window, ground);
        return made;
    };
    painter.fillRect(QRectF(QPointF(), QSizeF(look.size)), ground);
    for (size_t i = 0; i < figure.panels.size(); ++i) {
        painter.save();
        painter.setClipRect(layout.panels[i]);
        figure.panels[i].paint(page(layout.panels[i]));
        painter.restore();
    }
    coverAround(painter, look.size, layout.panels, ground);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(colours.color(QPalette::WindowText));
    const auto write = [&](const QRectF &place, const QString &text, const QFont &of, int flags) {
        painter.setFont(of);
        painter.drawText(place, flags | Qt::TextWordWrap, text);
    };
    write(layout.title, figure.title, sized(font, 1.25, true), Qt::AlignLeft);
    write(layout.note, figure.note, sized(font, 0.85), Qt::AlignLeft);
    for (size_t i = 0; i < figure.panels.size(); ++i)
        write(layout.captions[i], figure.panels[i].caption, sized(font, 0.9), Qt::AlignHCenter);
    if (look.legend && figure.legend.paint) {
        painter.save();
        figure.legend.paint(page(layout.legend));
        painter.restore();
    }
}

QString endingOf(const QString &file)
{
    return QFileInfo(file).suffix().toLower();
}

QByteArray svgOf(const Figure &figure, const FigureLook &look)
{
    QBuffer buffer;
    QSvgGenerator svg;
    svg.setOutputDevice(&buffer);
    svg.setResolution(dotsPerInch);
    svg.setSize(look.size);
    svg.setViewBox(QRect(QPoint(), look.size));
    svg.setTitle(figure.title.toHtmlEscaped());  // Qt writes it as it is
    svg.setDescription(figure.note.toHtmlEscaped());
    QPainter painter(&svg);
    paintFigure(painter, figure, look, true);
    painter.end();
    return buffer.data();
}

QByteArray pdfOf(const Figure &figure, const FigureLook &look)
{
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter pdf(&buffer);
    pdf.setResolution(dotsPerInch);
    pdf.setPageMargins({});
    pdf.setPageSize(QPageSize(QSizeF(look.size) * 72 / dotsPerInch, QPageSize::Point, {}, QPageSize::ExactMatch));
    pdf.setTitle(figure.title);
    pdf.setCreator(QStringLiteral("FCOScope"));
    QPainter painter(&pdf);
    painter.setRenderHint(QPainter::LosslessImageRendering);
    paintFigure(painter, figure, look, true);
    painter.end();
    return buffer.data();
}

QByteArray pngOf(const Figure &figure, const FigureLook &look)
{
    QBuffer buffer;
    const QImage image = figureImage(figure, look);
    if (!image.save(&buffer, "PNG"))
        return {};
    return buffer.data();
}

}  // namespace

FigurePanel picturePanel(const QImage &picture, std::function<void(QPainter &, const View &, const FigurePage &)> over)
{
    FigurePanel panel;
    panel.shape = picture.size();
    panel.paint = [picture = forScreen(picture), over = std::move(over)](const FigurePage &page) {
        QPainter &painter = page.painter;
        View view;
        view.image = picture.size();
        view.widget = page.place.size();
        view.ratio = page.ratio;
        view.centre = QPointF(view.image.width() / 2.0, view.image.height() / 2.0);
        view.zoom = std::max(view.screen().width() / double(std::max(1, view.image.width())),
                             view.screen().height() / double(std::max(1, view.image.height())));
        if (page.paper) {
            painter.translate(page.place.topLeft());
            const QSize wanted = (page.place.size() * page.detail).toSize();
            const bool smaller = wanted.width() < picture.width();
            painter.setRenderHint(QPainter::SmoothPixmapTransform);
            painter.drawImage(QRectF(QPointF(), page.place.size()),
                              smaller ? picture.scaled(wanted, Qt::IgnoreAspectRatio, Qt::SmoothTransformation)
                                      : picture);
        } else {
            // In pixels from here, on whole ones.
            painter.setWorldTransform(QTransform::fromTranslate(std::round(page.place.left() * page.ratio),
                                                                std::round(page.place.top() * page.ratio)));
            painter.drawImage(QPoint(),
                              renderView(picture, halvedImages(picture), view, page.colours.color(QPalette::Window)));
        }
        if (over)
            over(painter, view, page);
    };
    return panel;
}

QSize trimmedSize(const Figure &figure, const FigureLook &look)
{
    const Layout layout = laidOut(figure, look, sized(look.font, 1));
    double lowest = std::max({layout.title.bottom(), layout.note.bottom(), layout.legend.bottom()});
    for (size_t i = 0; i < layout.panels.size(); ++i)
        lowest = std::max(lowest,
                          figure.panels[i].caption.isEmpty() ? layout.panels[i].bottom() : layout.captions[i].bottom());
    const int height = static_cast<int>(std::ceil(lowest + margin));
    return {look.size.width(), std::clamp(height, smallestSide, look.size.height())};
}

QImage figureImage(const Figure &figure, const FigureLook &look)
{
    QImage image((QSizeF(look.size) * look.scale).toSize(), QImage::Format_RGB32);
    if (image.isNull())
        throw std::bad_alloc();
    QPainter painter(&image);
    painter.scale(look.scale, look.scale);
    paintFigure(painter, figure, look, false);
    painter.end();
    image.setDotsPerMeterX(qRound(dotsPerInch * look.scale / 0.0254));  // printed as large as it was laid out
    image.setDotsPerMeterY(image.dotsPerMeterX());
    return image;
}

void checkFigure(const FigureLook &look, const QString &file)
{
    const QString ending = endingOf(file);
    if (ending != QLatin1String("png") && ending != QLatin1String("svg") && ending != QLatin1String("pdf"))
        throw UserError(message("core", "The figure {0} must end in .png, .svg or .pdf.").with(file.toStdString()));
    const auto wrong = [](double side) { return !(side >= smallestSide && side <= largestSide); };
    const QSizeF pixels = QSizeF(look.size) * look.scale;
    if (wrong(look.size.width()) || wrong(look.size.height()) || pixels.width() > largestSide ||
        pixels.height() > largestSide || !(pixels.width() * pixels.height() <= mostPixels) || !(look.scale >= 0.1))
        throw UserError(
            message("core", "A figure of {0} × {1} px at scale {2} cannot be made: its sides must be {3} to {4} "
                            "px and its area at most {5} megapixels.")
                .with(look.size.width(), look.size.height(), look.scale, smallestSide, largestSide, mostPixels / 1e6));
}

void writeFigure(const Figure &figure, const FigureLook &look, const QString &file)
{
    checkFigure(look, file);
    const QString ending = endingOf(file);
    const QByteArray bytes = ending == QLatin1String("svg")   ? svgOf(figure, look)
                             : ending == QLatin1String("pdf") ? pdfOf(figure, look)
                                                              : pngOf(figure, look);
    writeFile(QFile::encodeName(file).toStdString(), {bytes.constData(), static_cast<size_t>(bytes.size())});
}

}  // namespace fcoscope
