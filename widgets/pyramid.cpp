// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pyramid.h"

#include <QPainter>

namespace fcoscope {

namespace {

// Reads pixels of RGB32 or RGB888: the only place where the two formats differ.
struct Rows {
    const uchar *bits;
    qsizetype bytesPerLine;
    int bytes;  // per pixel

    explicit Rows(const QImage &image)
        : bits(image.constBits()), bytesPerLine(image.bytesPerLine()),
          bytes(image.format() == QImage::Format_RGB888 ? 3 : 4)
    {
    }
    QRgb at(int x, int y) const
    {
        const uchar *p = bits + y * bytesPerLine + qsizetype(x) * bytes;
        return bytes == 3 ? qRgb(p[0], p[1], p[2]) : *reinterpret_cast<const QRgb *>(p) | 0xff000000u;
    }
};

// Mean of four colours, channel by channel: red and blue are summed in one number, green in another.
QRgb meanOfFour(QRgb a, QRgb b, QRgb c, QRgb d)
{
    const uint mask = 0x00ff00ff;
    const uint redBlue = (a & mask) + (b & mask) + (c & mask) + (d & mask) + 0x00020002;
    const uint green = ((a >> 8) & 0xff) + ((b >> 8) & 0xff) + ((c >> 8) & 0xff) + ((d >> 8) & 0xff) + 2;
    return 0xff000000u | ((redBlue >> 2) & mask) | ((green >> 2) << 8);
}

QImage halved(const QImage &image, const std::atomic<bool> *stop)
{
    const int width = (image.width() + 1) / 2, height = (image.height() + 1) / 2;
    QImage half(width, height, QImage::Format_RGB32);
    if (half.isNull())
        return {};
    const Rows rows(image);
    for (int y = 0; y < height; ++y) {
        if (stop && *stop)
            return {};
        const int y0 = 2 * y, y1 = std::min(2 * y + 1, image.height() - 1);
        auto *out = reinterpret_cast<QRgb *>(half.scanLine(y));
        const int whole = image.width() / 2;
        for (int x = 0; x < whole; ++x)
            out[x] = meanOfFour(rows.at(2 * x, y0), rows.at(2 * x + 1, y0), rows.at(2 * x, y1), rows.at(2 * x + 1, y1));
        if (whole < width)
            out[whole] = meanOfFour(rows.at(2 * whole, y0), rows.at(2 * whole, y0), rows.at(2 * whole, y1),
                                    rows.at(2 * whole, y1));
    }
    return half;
}

// Nearest neighbour: the image pixel under the middle of each screen pixel. `scale` is screen pixels per source pixel.
void renderNearest(QImage &screen, const QImage &source, const View &view, double scale)
{
    const QPoint origin = view.origin();
    const auto edge = [](double value, int limit) {
        return std::clamp(static_cast<int>(std::lround(value)), 0, limit);
    };
    const int left = edge(origin.x(), screen.width()),
              right = edge(origin.x() + view.image.width() * view.zoom, screen.width());
    const int top = edge(origin.y(), screen.height()),
              bottom = edge(origin.y() + view.image.height() * view.zoom, screen.height());
    std::vector<int> column(static_cast<size_t>(std::max(0, right - left)));
    for (int x = left; x < right; ++x)
        column[static_cast<size_t>(x - left)] =
            std::clamp(static_cast<int>((x + 0.5 - origin.x()) / scale), 0, source.width() - 1);
    const Rows rows(source);
    for (int y = top, before = -1; y < bottom; ++y) {
        const int row = std::clamp(static_cast<int>((y + 0.5 - origin.y()) / scale), 0, source.height() - 1);
        auto *out = reinterpret_cast<QRgb *>(screen.scanLine(y)) + left;
        if (row == before)
            std::copy_n(reinterpret_cast<const QRgb *>(screen.constScanLine(y - 1)) + left, right - left, out);
        else
            for (size_t i = 0; i < column.size(); ++i)
                out[i] = rows.at(column[i], row);
        before = row;
    }
}

void renderSmooth(QImage &screen, const QImage &source, const View &view, double shrunk)
{
    // Only what is seen, with one source pixel around it for the interpolation at the edge.
    const QRectF seen = view.seen();
    QRectF part(seen.x() / shrunk, seen.y() / shrunk, seen.width() / shrunk, seen.height() / shrunk);
    const QRect whole = part.toAlignedRect().adjusted(-1, -1, 1, 1).intersected(source.rect());
    const double scale = view.zoom * shrunk;
    QPainter painter(&screen);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    // An odd size was rounded up when halving: the half pixel beyond the border is cut off.
    painter.setClipRect(QRectF(view.origin(), QSizeF(view.image) * view.zoom).toRect());
    painter.translate(view.origin());
    painter.scale(scale, scale);
    painter.drawImage(whole, source, whole);
}

}  // namespace

QImage forScreen(const QImage &image)
{
    if (image.isNull() || image.format() == QImage::Format_RGB32 || image.format() == QImage::Format_RGB888)
        return image;
    if (!image.hasAlphaChannel())
        return image.convertToFormat(QImage::Format_RGB32);
    QImage opaque(image.size(), QImage::Format_RGB32);
    opaque.fill(Qt::white);
    QPainter painter(&opaque);
    painter.drawImage(0, 0, image);
    return opaque;
}

std::vector<QImage> halvedImages(const QImage &full, const std::atomic<bool> *stop)
{
    std::vector<QImage> halves;
    const QImage *last = &full;
    while (std::max(last->width(), last->height()) > 512) {
        QImage half = halved(*last, stop);
        if (half.isNull())
            break;
        halves.push_back(std::move(half));
        last = &halves.back();
    }
    return halves;
}

QImage renderView(const QImage &full, const std::vector<QImage> &halves, const View &view, const QColor &ground)
{
    QImage screen(view.screen().expandedTo({1, 1}), QImage::Format_RGB32);
    screen.fill(ground);
    if (full.isNull() || view.seen().isEmpty())
        return screen;
    if (view.zoom >= 4 || view.zoom == 1) {
        renderNearest(screen, full, view, view.zoom);
        return screen;
    }
    // The smallest level that is still at least as fine as the screen.
    const int wanted = std::max(0, static_cast<int>(std::floor(std::log2(1 / view.zoom) + 1e-9)));
    const int largest =
        std::max(0, static_cast<int>(std::ceil(std::log2(std::max(1, std::max(full.width(), full.height())) / 512.0))));
    const int level = std::min(wanted, static_cast<int>(halves.size()));
    const QImage &source = level == 0 ? full : halves[static_cast<size_t>(level) - 1];
    const double shrunk = std::exp2(level);
    if (level < std::min(wanted, largest))
        renderNearest(screen, source, view, view.zoom * shrunk);  // for the moment until the halves are made
    else
        renderSmooth(screen, source, view, shrunk);
    return screen;
}

}  // namespace fcoscope
