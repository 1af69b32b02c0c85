// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of this folder share: made-up detections, pixels of a widget, wheel turns.
#pragma once

#include <QApplication>
#include <QStyleFactory>
#include <QWheelEvent>
#include <QWidget>
#include <QtTest>

#include "core/base/values.h"
#include "widgets/theme.h"

namespace fcoscope {

inline Detection detectionAt(Box box, int classIndex, float score, int level = 0, int location = 0)
{
    Detection d;
    d.box = box;
    d.classIndex = classIndex;
    d.score = score;
    d.classProbability = score;
    d.centerness = 0.5f;
    d.level = level;
    d.location = location;
    return d;
}

/// What the widget shows, in screen pixels.
inline QImage shown(QWidget &widget)
{
    QImage image = widget.grab().toImage().convertToFormat(QImage::Format_RGB32);
    image.setDevicePixelRatio(1);
    return image;
}

inline void turnWheel(QWidget &widget, QPointF at, int delta, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
{
    QWheelEvent event(at, widget.mapToGlobal(at), {}, {0, delta}, Qt::NoButton, modifiers, Qt::NoScrollPhase, false);
    QApplication::sendEvent(&widget, &event);
}

inline void moveMouse(QWidget &widget, QPointF at, Qt::MouseButtons buttons)
{
    QMouseEvent event(QEvent::MouseMove, at, widget.mapToGlobal(at), Qt::NoButton, buttons, Qt::NoModifier);
    QApplication::sendEvent(&widget, &event);
}

/// How many pixels of `part` are exactly of this colour.
inline int count(const QImage &image, const QRect &part, const QColor &color)
{
    int found = 0;
    const QRect inside = part.intersected(image.rect());
    for (int y = inside.top(); y <= inside.bottom(); ++y)
        for (int x = inside.left(); x <= inside.right(); ++x)
            found += (image.pixel(x, y) & 0xffffff) == (color.rgb() & 0xffffff);
    return found;
}
inline int count(const QImage &image, const QColor &color) { return count(image, image.rect(), color); }

inline void prepareApplication()
{
    QApplication::setStyle(QStyleFactory::create("Fusion"));
    applyTheme(ThemeChoice::Light);
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
}

}  // namespace fcoscope
