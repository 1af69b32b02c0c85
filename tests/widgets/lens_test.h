// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of the lenses' pictures share: small assigned images, views, frames, and which pixels changed.
#pragma once

#include <QImage>
#include <QPainter>

#include "core/rules/layers.h"
#include "core/rules/profile.h"
#include "tests/widgets/widget_test.h"
#include "widgets/layer_painter.h"

namespace fcoscope {

inline const QColor ground(90, 96, 90);

inline Label labelAt(Box box, int classIndex = 0)
{
    Label label;
    label.box = box;
    label.classIndex = classIndex;
    return label;
}

/// A profile under which an image of that size goes into the network as it is.
inline Profile profileFor(Size image, const std::string &name = "mm-base")
{
    Profile profile = profileNamed(name);
    profile.shortSide = std::min(image.width, image.height);
    profile.longSide = std::max(image.width, image.height);
    return profile;
}

inline AssignedImagePtr assignedTo(Size image, const std::vector<Label> &labels, const Profile &profile)
{
    return std::make_shared<AssignedImage>(assignImage("a", image, labels, profile));
}
inline AssignedImagePtr assignedTo(Size image, const std::vector<Label> &labels)
{
    return assignedTo(image, labels, profileFor(image));
}

inline Layer visibleLayer(LayerKind kind, int level = -1)
{
    Layer layer;
    layer.kind = kind;
    layer.visible = true;
    layer.level = level;
    return layer;
}

inline LensFrame frameOf(AssignedImagePtr assigned, const std::vector<Layer> &layers, RawOutputsPtr raw = nullptr)
{
    LensInput input;
    input.imageId = "a";
    input.modelProfile = assigned ? assigned->profile : Profile{};
    input.assigned = std::move(assigned);
    input.raw = std::move(raw);
    return makeLensFrame(input, layers);
}

/// A heat map's layer, from values made by hand.
inline LayerView heatOf(LocationMap map, int level = -1)
{
    LayerView view;
    view.layer = visibleLayer(LayerKind::Score, level);
    view.map = std::move(map);
    return view;
}

/// The whole image on a screen of just its size.
inline View viewOf(Size image, double zoom = 1, double ratio = 1)
{
    View view;
    view.image = QSize(image.width, image.height);
    view.ratio = ratio;
    view.zoom = zoom;
    view.widget = QSizeF(image.width * zoom / ratio, image.height * zoom / ratio);
    view.centre = QPointF(image.width / 2.0, image.height / 2.0);
    return view;
}

inline QImage painted(const LensFrame &frame, const View &view, bool names = false)
{
    QImage screen(view.screen(), QImage::Format_ARGB32_Premultiplied);
    screen.fill(ground);
    QPainter painter(&screen);
    LensStyle style;
    style.names = names;
    style.classNames = {"cell", "dot"};
    paintLens(painter, view, frame, style);
    painter.end();
    return screen;
}

inline bool touched(const QImage &screen, int x, int y)
{
    return screen.pixel(x, y) != ground.rgb();
}

struct Touched {
    QRect box;
    int pixels = 0;
};
inline Touched touchedIn(const QImage &screen, const QRect &part)
{
    Touched found;
    for (int y = part.top(); y <= part.bottom(); ++y)
        for (int x = part.left(); x <= part.right(); ++x)
            if (touched(screen, x, y)) {
                found.box |= QRect(x, y, 1, 1);
                ++found.pixels;
            }
    return found;
}
inline Touched touchedIn(const QImage &screen)
{
    return touchedIn(screen, screen.rect());
}

}  // namespace fcoscope
