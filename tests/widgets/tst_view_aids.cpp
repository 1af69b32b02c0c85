// SPDX-License-Identifier: GPL-3.0-or-later
// How the picture is shown, and the minimap.
#include <QCheckBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>

#include "tests/widgets/widget_test.h"
#include "widgets/labels/minimap.h"
#include "widgets/labels/view_aids.h"

using namespace fcoscope;

namespace {

/// The left half dark, the right half light.
QImage halves(int width, int height)
{
    QImage image = plain(width, height, QColor(60, 60, 60));
    for (int y = 0; y < height; ++y)
        for (int x = width / 2; x < width; ++x)
            image.setPixel(x, y, qRgb(180, 120, 60));
    return image;
}

}  // namespace

class TestViewAids : public QObject, private CanvasInWindow {
    Q_OBJECT

    QColor at(QPointF inImage) { return shown(*canvas_).pixelColor(onScreen(inImage)); }

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init() { openCanvas(); }
    void cleanup() { canvas_.reset(); }

    void tablesAreWhatTheySay()
    {
        for (int i = 0; i < 256; ++i)
            QCOMPARE(lookTable({})[size_t(i)], uint8_t(i));
        QCOMPARE(lookTable({0, 0, 1, true})[10], uint8_t(245));
        QCOMPARE(lookTable({20, 0, 1, false})[100], uint8_t(151));  // 100 + 51
        QCOMPARE(lookTable({0, 50, 1, false})[160], uint8_t(193));  // 127.5 + 2 · 32.5, rounded
        QCOMPARE(lookTable({0, 0, 2, false})[64], uint8_t(128));    // √(64/255) · 255
        QCOMPARE(lookTable({100, 0, 1, false})[0], uint8_t(255));
        QCOMPARE(lookTable({-100, 100, 4, true})[0], uint8_t(128 + 255 - 128));  // clipped, not wrapped round
    }

    void onlyThePictureChanges()
    {
        const QImage image = halves(400, 300);
        canvas_->setImage("a.png", image);
        canvas_->setDetections("a.png", {detectionAt({50, 50, 350, 250}, 0, 0.9f)}, {"cell"});
        const QImage before = shown(*canvas_);
        const QColor ground = before.pixelColor(2, 2), line = classColor(0);
        const int lines = count(before, line);
        QVERIFY(lines > 100);
        canvas_->setPictureLook({20, 0, 1, false});
        const QImage after = shown(*canvas_);
        QCOMPARE(after.pixelColor(onScreen({20, 20})), QColor(111, 111, 111));
        QCOMPARE(after.pixelColor(onScreen({380, 280})), QColor(231, 171, 111));
        QCOMPARE(after.pixelColor(2, 2), ground);
        QCOMPARE(count(after, line), lines);
        // Nothing around the picture is touched, nothing of it is left out: its outline is where it was.
        int outside = 0, inside = 0;
        const QRect place(onScreen({0, 0}), onScreen({400, 300}) - QPoint(1, 1));
        for (int y = 0; y < before.height(); ++y)
            for (int x = 0; x < before.width(); ++x)
                if (place.contains(x, y))
                    inside += before.pixel(x, y) != after.pixel(x, y);
                else
                    outside += before.pixel(x, y) != after.pixel(x, y);
        QCOMPARE(outside, 0);
        QVERIFY(inside > 0.9 * place.width() * place.height());
        QCOMPARE(image, halves(400, 300));  // what the network gets is another matter
        canvas_->setPictureLook({});
        QCOMPARE(shown(*canvas_), before);
        // The next image is shown the same way.
        canvas_->setPictureLook({0, 0, 1, true});
        canvas_->setImage("b.png", plain(400, 300, QColor(10, 20, 30)));
        QCOMPARE(at({200, 150}), QColor(245, 235, 225));
    }

    void panelSpeaksLive()
    {
        ViewAids panel;
        panel.resize(300, 260);
        panel.show();
        std::vector<PictureLook> told;
        connect(&panel, &ViewAids::lookChanged, this, [&](const PictureLook &look) { told.push_back(look); });
        const auto slider = [&](const QString &name) { return partNamed<QSlider>(panel, name); };
        auto *reset = panel.findChild<QPushButton *>();
        QVERIFY(!reset->isEnabled());
        QTest::keyClick(slider("Brightness"), Qt::Key_Right);
        QCOMPARE(told.back(), (PictureLook{1, 0, 1, false}));
        QTest::keyClick(slider("Contrast"), Qt::Key_PageDown);
        QCOMPARE(told.back(), (PictureLook{1, -10, 1, false}));
        QTest::keyClick(slider("Gamma"), Qt::Key_End);
        QCOMPARE(told.back().gamma, 4.0);
        QTest::keyClick(panel.findChild<QCheckBox *>(), Qt::Key_Space);
        QVERIFY(told.back().inverted);
        const size_t before = told.size();
        QTest::mouseClick(reset, Qt::LeftButton);
        QCOMPARE(told.size(), before + 1);
        QVERIFY(told.back().neutral());
        QVERIFY(!reset->isEnabled());
        panel.setLook({30, 20, 2, true});
        QCOMPARE(panel.look(), (PictureLook{30, 20, 2, true}));
        QSignalSpy wanted(&panel, &ViewAids::minimapWantedChanged);
        panel.setMinimapWanted(false);
        QCOMPARE(wanted.count(), 1);
    }

    void minimapComesWithTheZoom()
    {
        auto *map = new Minimap(canvas_.get());
        QVERIFY(!map->isVisible());
        canvas_->setImage("a.png", halves(400, 300));
        QVERIFY(!map->isVisible());  // everything is seen
        canvas_->zoomAt(middle(), 8);
        QVERIFY(map->isVisible());
        QVERIFY(canvas_->rect().contains(map->geometry()));
        QVERIFY(map->width() > map->height() && map->height() > 60);
        QImage seen = shown(*map);
        QVERIFY(count(seen, Qt::white) > 20);  // the frame
        QVERIFY(seen.pixelColor(seen.width() / 8, seen.height() / 8).lightness() <
                seen.pixelColor(seen.width() * 7 / 8, seen.height() / 8).lightness());
        map->setWanted(false);
        QVERIFY(!map->isVisible());
        map->setWanted(true);
        QVERIFY(map->isVisible());
        canvas_->zoomToFit();
        QVERIFY(!map->isVisible());
        canvas_->zoomAt(middle(), 8);
        canvas_->clear();
        QVERIFY(!map->isVisible());
        canvas_->setImage("a.png", halves(400, 300));
        canvas_->zoomAt(middle(), 8);
        canvas_->resize(100, 100);
        canvas_->setMinimumSize(10, 10);
        canvas_->resize(100, 100);
        QVERIFY(!map->isVisible());  // no room
    }

    void clickAndDragGoThere()
    {
        auto *map = new Minimap(canvas_.get());
        canvas_->setImage("a.png", halves(400, 300));
        canvas_->zoomAt(middle(), 8);
        QSignalSpy clicked(canvas_.get(), &Canvas::clicked), moved(canvas_.get(), &Canvas::viewChanged);
        const QPoint there(map->width() / 4, map->height() / 4);
        QTest::mousePress(map, Qt::LeftButton, {}, there);
        const double tolerance = 400.0 / map->width() + 1;
        QVERIFY(distance(canvas_->toImage(middle()), {100, 75}) < tolerance);
        QTest::mouseMove(map, QPoint(map->width() / 2, map->height() / 2));
        moveMouse(*map, {map->width() * 0.75, map->height() * 0.75}, Qt::LeftButton);
        QVERIFY(distance(canvas_->toImage(middle()), {300, 225}) < tolerance);
        QTest::mouseRelease(map, Qt::LeftButton, {}, there);
        QVERIFY(moved.count() >= 2);
        QCOMPARE(clicked.count(), 0);
        QCOMPARE(canvas_->zoom(), 8.0);
        turnWheel(*map, map->rect().toRectF().center(), 120);
        QVERIFY(canvas_->zoom() > 8);
    }

    void dotsSayWhereThingsAre()
    {
        auto *map = new Minimap(canvas_.get());
        canvas_->setImage("a.png", plain(400, 300, QColor(60, 60, 60)));
        canvas_->zoomAt(middle(), 8);
        const QColor colour(250, 0, 250);
        QCOMPARE(count(shown(*map), colour), 0);
        map->setDots({{{20, 20}, colour}, {{380, 150}, colour}});
        // Below the veil a dot is darker: the frame is moved over one.
        canvas_->centreOn({380, 150});
        QVERIFY(count(shown(*map), colour) >= 4);
        map->setDots({});
        canvas_->setDetections("a.png", {detectionAt({370, 140, 390, 160}, 3, 0.9f)}, {"a", "b", "c", "d"});
        QVERIFY(count(shown(*map), classColor(3)) >= 4);
        canvas_->setGhosts(true, {true});  // hidden on the canvas, hidden here
        QCOMPARE(count(shown(*map), classColor(3)), 0);
        canvas_->setGhosts(false, {});
        canvas_->setClassFilter(2);
        QCOMPARE(count(shown(*map), classColor(3)), 0);
        canvas_->setClassFilter(-1);
        const float nowhere = std::numeric_limits<float>::quiet_NaN();
        canvas_->setDetections("a.png", {detectionAt({nowhere, 1, nowhere, 2}, 3, 0.9f)}, {});
        QCOMPARE(count(shown(*map), classColor(3)), 0);
        std::vector<Minimap::Dot> many;
        for (int i = 0; i < 20000; ++i)
            many.push_back({{double(i % 400), double(i / 400 * 6)}, QColor::fromHsv(i % 360, 200, 200)});
        const double first = timed("minimap with 20,000 dots, painted anew", [&] {
            map->setDots(many);
            shown(*map);
        });
        const double again = timed("minimap with 20,000 dots, moved", [&] { shown(*map); });
        QVERIFY(first < 200 * slower && again < 20 * slower);
    }

    void lookCostsLittle()
    {
        canvas_->resize(1600, 1000);
        canvas_->setImage("a.png", halves(3000, 2000));
        QTRY_VERIFY(!canvas_->smallPicture().isNull());
        canvas_->zoomAt(middle(), 1.7);
        QImage screen(canvas_->size(), QImage::Format_RGB32);
        const auto frame = [&] {
            for (int i = 0; i < 10; ++i) {
                QTest::keyClick(canvas_.get(), i % 2 ? Qt::Key_Left : Qt::Key_Right);
                canvas_->render(&screen);
            }
        };
        const double plainMs = timed("ten frames of 1600 × 1000, as it is", frame);
        canvas_->setPictureLook({20, 30, 1.5, false});
        const double lookMs = timed("ten frames of 1600 × 1000, brighter", frame);
        QVERIFY2(lookMs - plainMs < 160 * slower, "60 frames a second leave 16 ms for each");
    }
};

QTEST_MAIN(TestViewAids)
#include "tst_view_aids.moc"
