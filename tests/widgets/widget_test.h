// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of this folder share: made-up detections, parts and pixels of a widget, wheel turns, a canvas in a
// window.
#pragma once

#include <QApplication>
#include <QStyleFactory>
#include <QWheelEvent>
#include <QWidget>
#include <QtTest>
#include <cmath>
#include <ctime>
#include <functional>
#include <memory>

#include "core/base/values.h"
#include "tests/pace.h"
#include "widgets/canvas.h"
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

/// The part of `whole` that a screen reader calls so; null if there is none.
template <typename Part> Part *partNamed(const QWidget &whole, const QString &accessibleName)
{
    for (Part *part : whole.findChildren<Part *>())
        if (part->accessibleName() == accessibleName)
            return part;
    return nullptr;
}

/// The part that is seen with this text on it; null if there is none.
template <typename Part> Part *partSaying(const QWidget &whole, const QString &text)
{
    for (Part *part : whole.findChildren<Part *>())
        if (part->isVisible() && part->text() == text)
            return part;
    return nullptr;
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
inline int count(const QImage &image, const QColor &color)
{
    return count(image, image.rect(), color);
}

inline QImage plain(int width, int height, const QColor &color)
{
    QImage image(width, height, QImage::Format_RGB888);
    image.fill(color);
    return image;
}

inline double distance(QPointF a, QPointF b)
{
    return std::hypot(a.x() - b.x(), a.y() - b.y());
}

/// What `work` costs, in milliseconds of the processor: the least of three times, told in the test's log. On a machine
/// that has other things to do, a clock on the wall measures those.
inline double timed(const char *what, const std::function<void()> &work)
{
    double least = 1e9;
    for (int i = 0; i < 3; ++i) {
        const std::clock_t before = std::clock();
        work();
        least = std::min(least, 1000.0 * static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC);
    }
    qInfo("%s: %.2f ms", what, least);
    return least;
}

inline void prepareApplication()
{
    QApplication::setStyle(QStyleFactory::create("Fusion"));
    applyTheme(ThemeChoice::Light);
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
}

/// A canvas of 600 × 400 on the screen, a new one for each test function.
class CanvasInWindow {
protected:
    void openCanvas()
    {
        canvas_ = std::make_unique<Canvas>();
        canvas_->resize(600, 400);
        canvas_->show();
        QVERIFY(QTest::qWaitForWindowExposed(canvas_.get()));
        canvas_->setFocus();
    }
    double ratio() const { return canvas_->devicePixelRatioF(); }
    QPointF middle() const { return canvas_->rect().toRectF().center(); }
    QPoint onScreen(QPointF image) const { return (canvas_->toWidget(image) * ratio()).toPoint(); }

    /// Three nested boxes and one apart, on a dark grey picture of 400 × 300.
    std::vector<Detection> nested() const
    {
        return {detectionAt({50, 50, 250, 250}, 0, 0.9f, 2, 1), detectionAt({100, 100, 150, 150}, 1, 0.8f, 0, 2),
                detectionAt({80, 80, 200, 200}, 2, 0.7f, 1, 3), detectionAt({300, 100, 360, 160}, 1, 0.6f, 0, 4)};
    }
    void showNested()
    {
        QVERIFY(canvas_->setImage("a.png", plain(400, 300, QColor(40, 40, 40))));
        QVERIFY(canvas_->setDetections("a.png", nested(), {"cell", "dot", "blob"}));
    }

    std::unique_ptr<Canvas> canvas_;
};

}  // namespace fcoscope
