// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/picture_look.h"

#include <algorithm>
#include <cmath>

namespace fcoscope {

std::array<uint8_t, 256> lookTable(const PictureLook &look)
{
    std::array<uint8_t, 256> table{};
    const double slope = std::pow(4.0, look.contrast / 100.0), exponent = 1 / std::clamp(look.gamma, 0.01, 100.0);
    for (size_t i = 0; i < table.size(); ++i) {
        double value = double(look.inverted ? 255 - i : i) / 255;
        value = std::pow(value, exponent);
        value = (value - 0.5) * slope + 0.5 + look.brightness / 100.0;
        table[i] = static_cast<uint8_t>(std::lround(255 * std::clamp(value, 0.0, 1.0)));
    }
    return table;
}

void applyLook(QImage &image, const QRect &part, const PictureLook &look)
{
    if (look.neutral())
        return;
    const std::array<uint8_t, 256> table = lookTable(look);
    const QRect inside = part.intersected(image.rect());
    for (int y = inside.top(); y <= inside.bottom(); ++y) {
        auto *pixel = reinterpret_cast<QRgb *>(image.scanLine(y)) + inside.left();
        for (const QRgb *const end = pixel + inside.width(); pixel < end; ++pixel)
            *pixel = 0xff000000u | uint(table[*pixel >> 16 & 0xff]) << 16 | uint(table[*pixel >> 8 & 0xff]) << 8 |
                     table[*pixel & 0xff];
    }
}

}  // namespace fcoscope
