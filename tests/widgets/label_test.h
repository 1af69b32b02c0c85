// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of the labels' widgets share: an owner of boxes that does what the tool tells it, and a canvas on
// which a hand works at points of the image.
#pragma once

#include <QSignalSpy>

#include "tests/widgets/widget_test.h"
#include "widgets/canvas_overlay.h"
#include "widgets/labels/label_tool.h"

namespace fcoscope {

inline CanvasBox canvasBox(int64_t key, Box box, int classIndex = 0)
{
    CanvasBox made;
    made.key = key;
    made.label.box = box;
    made.label.classIndex = classIndex;
    made.label.area = 17;  // as a file may say
    return made;
}

inline std::vector<CanvasClass> cellClasses()
{
    return {{QStringLiteral("RBC"), QColor(0xe6, 0x9f, 0x00)},
            {QStringLiteral("WBC"), QColor(0x56, 0xb4, 0xe9)},
            {QStringLiteral("Platelets"), QColor(0x00, 0x9e, 0x73)}};
}

/// 20,000 boxes in rows on an image of 4000 × 2500.
inline std::vector<CanvasBox> twentyThousand()
{
    std::vector<CanvasBox> boxes;
    for (int i = 0; i < 20000; ++i) {
        const double x = 20.0 * (i % 200), y = 25.0 * (i / 200);
        boxes.push_back(canvasBox(i + 1, {x + 2, y + 2, x + 14 + i % 5, y + 16 + i % 7}, i % 3));
    }
    return boxes;
}

inline bool near(const Box &a, const Box &b, double tolerance = 1e-6)
{
    return std::abs(a.x1 - b.x1) <= tolerance && std::abs(a.y1 - b.y1) <= tolerance &&
           std::abs(a.x2 - b.x2) <= tolerance && std::abs(a.y2 - b.y2) <= tolerance;
}

/// A canvas with the tool, and whoever owns the labels: makes an edit of what it is told and gives the boxes back.
class LabelsOnCanvas : public CanvasInWindow {
protected:
    /// One that has a smaller one on it, and one apart.
    static std::vector<CanvasBox> three()
    {
        return {canvasBox(1, {40, 40, 240, 240}, 0), canvasBox(2, {80, 80, 160, 140}, 1),
                canvasBox(3, {280, 100, 360, 180}, 2)};
    }

    void openLabels(std::vector<CanvasBox> boxes, Size image = {400, 300})
    {
        openCanvas();
        tool_ = std::make_unique<LabelTool>();
        QObject::connect(tool_.get(), &LabelTool::repaintNeeded, canvas_.get(), qOverload<>(&QWidget::update));
        QObject::connect(tool_.get(), &LabelTool::moved, tool_.get(), [this](const std::vector<BoxAt> &moved) {
            for (const BoxAt &one : moved)
                for (CanvasBox &box : boxes_)
                    if (box.key == one.key)
                        box.label.box = one.box;
            tool_->setBoxes(id_, boxes_, image_);
        });
        QObject::connect(tool_.get(), &LabelTool::drawn, tool_.get(), [this](const Box &box, int classIndex) {
            boxes_.push_back(canvasBox(static_cast<int64_t>(100 + boxes_.size()), box, classIndex));
            tool_->setBoxes(id_, boxes_, image_);
        });
        boxes_ = std::move(boxes);
        image_ = image;
        QVERIFY(canvas_->setImage(id_, plain(image.width, image.height, QColor(90, 90, 90))));
        canvas_->setTool(tool_.get());
        tool_->setClasses(cellClasses());
        tool_->setBoxes(id_, boxes_, image_);
    }
    void closeLabels()
    {
        if (canvas_)
            canvas_->setTool(nullptr);
        canvas_.reset();
        tool_.reset();
    }

    QPoint at(QPointF image) const { return canvas_->toWidget(image).toPoint(); }
    /// Where a hand that aims at an image point really is: events come at whole logical pixels.
    QPointF hit(QPointF image) const { return canvas_->toImage(at(image)); }

    void press(QPointF image, Qt::KeyboardModifiers keys = {})
    {
        QTest::mousePress(canvas_.get(), Qt::LeftButton, keys, at(image));
    }
    void moveTo(QPointF image, Qt::KeyboardModifiers keys = {}, Qt::MouseButtons buttons = Qt::LeftButton)
    {
        const QPointF place = at(image);
        QMouseEvent event(QEvent::MouseMove, place, canvas_->mapToGlobal(place), Qt::NoButton, buttons, keys);
        QApplication::sendEvent(canvas_.get(), &event);
    }
    void release(QPointF image, Qt::KeyboardModifiers keys = {})
    {
        QTest::mouseRelease(canvas_.get(), Qt::LeftButton, keys, at(image));
    }
    void drag(QPointF from, QPointF to, Qt::KeyboardModifiers keys = {})
    {
        press(from, keys);
        moveTo((from + to) / 2, keys);
        moveTo(to, keys);
        release(to, keys);
    }
    void click(QPointF image, Qt::KeyboardModifiers keys = {})
    {
        press(image, keys);
        release(image, keys);
    }
    /// The second press of a double click, and its release.
    void doubleClick(QPointF image)
    {
        QTest::mouseDClick(canvas_.get(), Qt::LeftButton, {}, at(image));
        release(image);
    }
    void key(Qt::Key which, Qt::KeyboardModifiers keys = {}) { QTest::keyClick(canvas_.get(), which, keys); }

    Box box(int64_t key) const
    {
        for (const CanvasBox &one : boxes_)
            if (one.key == key)
                return one.label.box;
        return {};
    }
    Box shownBox(int64_t key) const
    {
        for (const CanvasBox &one : tool_->boxes())
            if (one.key == key)
                return one.label.box;
        return {};
    }

    const ImageId id_ = "a.png";
    std::unique_ptr<LabelTool> tool_;
    std::vector<CanvasBox> boxes_;
    Size image_;
};

using Keys = std::vector<int64_t>;

}  // namespace fcoscope
