// SPDX-License-Identifier: GPL-3.0-or-later
// The plot of curves under a real mouse and real keys: pixels, what is seen, what is said.
#include <QSignalSpy>

#include <cmath>
#include <random>

#include "widget_test.h"
#include "widgets/plot/curve_legend.h"
#include "widgets/plot/curve_plot.h"

using namespace fcoscope;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
const QColor red(200, 30, 30), blue(20, 60, 200);

std::vector<CurveLine> twoLines()
{
    return {{"a", "class", {}, red}, {"b", "box", {}, blue}};
}

int near(const QImage &image, const QRect &part, const QColor &colour)
{
    int found = 0;
    const QRect inside = part.intersected(image.rect());
    for (int y = inside.top(); y <= inside.bottom(); ++y)
        for (int x = inside.left(); x <= inside.right(); ++x) {
            const QColor pixel = image.pixelColor(x, y);
            found += std::abs(pixel.red() - colour.red()) + std::abs(pixel.green() - colour.green()) +
                         std::abs(pixel.blue() - colour.blue()) <
                     100;
        }
    return found;
}

}  // namespace

class CurvePlotTest : public QObject {
    Q_OBJECT
    std::unique_ptr<CurvePlot> plot_;

    QWidget *canvas() const { return plot_->childAt(plot_->rect().center()); }
    QPoint inCanvas(QPointF place) const { return canvas()->mapFrom(plot_.get(), place.toPoint()); }
    CurveLegendEntry *entry(const QString &name) const
    {
        for (CurveLegendEntry *each : plot_->findChildren<CurveLegendEntry *>())
            if (each->look().name == name)
                return each;
        return nullptr;
    }
    int inkAt(double step, double value, const QColor &colour, int reach = 3) const
    {
        const double ratio = plot_->devicePixelRatioF();
        const QPoint at = (plot_->placeOf(step, value) * ratio).toPoint();
        return near(shown(*plot_), QRect(at - QPoint(reach, reach), at + QPoint(reach, reach)), colour);
    }
    void fill(int points, double from = 1)
    {
        for (int i = 0; i < points; ++i) {
            plot_->append(0, from + i, 1 + std::sin(i / 10.0));
            plot_->append(1, from + i, 3);
        }
        plot_->follow();
    }
    bool sensible() const
    {
        const QRectF seen = plot_->seen();
        return std::isfinite(seen.left()) && std::isfinite(seen.top()) && seen.width() > 0 && seen.height() > 0 &&
               std::isfinite(seen.width()) && std::isfinite(seen.height());
    }

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init()
    {
        plot_ = std::make_unique<CurvePlot>();
        plot_->setTitle("Loss", "");
        plot_->setLines(twoLines());
        plot_->resize(600, 360);
        plot_->show();
        QVERIFY(QTest::qWaitForWindowExposed(plot_.get()));
    }
    void cleanup() { plot_.reset(); }

    void aLineStandsWhereItsNumbersSay()
    {
        fill(100);
        QVERIFY(inkAt(50, 3, blue) > 3);
        QVERIFY(inkAt(50, 1 + std::sin(4.9), red) > 3);
        QCOMPARE(inkAt(50, 2.6, blue), 0);
        const QRectF seen = plot_->seen();
        QVERIFY(seen.left() <= 1 && seen.right() >= 100 && seen.top() <= 0 && seen.bottom() >= 3);
        QVERIFY(seen.width() < 110 && seen.height() < 4.5);
    }

    void whatIsSeenFollowsTheNewestUntilSomebodyZooms()
    {
        fill(100);
        QVERIFY(plot_->following());
        for (int i = 101; i <= 400; ++i)
            plot_->append(1, i, 3);
        QTRY_VERIFY(plot_->seen().right() >= 400);
        const QPointF at = plot_->placeOf(200, 2);
        turnWheel(*canvas(), inCanvas(at), 120);
        QVERIFY(!plot_->following());
        const QRectF zoomed = plot_->seen();
        QVERIFY(zoomed.width() < 350);
        QVERIFY(std::abs(plot_->placeOf(200, 2).x() - at.x()) < 1.5);  // what is under the cursor stays
        for (int i = 401; i <= 500; ++i)
            plot_->append(1, i, 3);
        QTest::qWait(300);
        QCOMPARE(plot_->seen().right(), zoomed.right());
        QTest::mouseDClick(canvas(), Qt::LeftButton, {}, inCanvas(at));
        QVERIFY(plot_->following());
        QVERIFY(plot_->seen().right() >= 500);
        // Out as far as one likes: no further than all there is, and then it follows again.
        for (int i = 0; i < 5; ++i)
            turnWheel(*canvas(), inCanvas(at), 120);
        for (int i = 0; i < 30; ++i)
            turnWheel(*canvas(), inCanvas(at), -120);
        QVERIFY(plot_->seen().width() < 550);
        QVERIFY(plot_->following());
        for (int i = 0; i < 80; ++i)
            turnWheel(*canvas(), inCanvas(at), 120);
        QVERIFY(plot_->seen().width() >= 1.9);
    }

    void valuesZoomWithCtrlAndFitThemselvesOtherwise()
    {
        for (int i = 0; i < 1000; ++i)
            plot_->append(0, i, i < 500 ? 100 : 1 + 0.1 * (i % 2));
        plot_->follow();
        QVERIFY(plot_->seen().bottom() > 100);
        const QPointF at = plot_->placeOf(900, 50);
        for (int i = 0; i < 12; ++i)
            turnWheel(*canvas(), inCanvas(at), 120);
        QVERIFY2(plot_->seen().bottom() < 2, "only the second half is seen, and fitted");
        const QRectF before = plot_->seen();
        turnWheel(*canvas(), inCanvas(at), 120, Qt::ControlModifier);
        QVERIFY(plot_->seen().height() < before.height());
        QCOMPARE(plot_->seen().width(), before.width());
    }

    void aDragMoves()
    {
        fill(200);
        plot_->setSeen({50, 0.5, 60, 2});
        const QPointF at = plot_->placeOf(80, 1.5);
        QWidget *child = canvas();
        const QPoint from = inCanvas(at);
        QTest::mousePress(child, Qt::LeftButton, {}, from);
        for (int i = 1; i <= 5; ++i)
            moveMouse(*child, from + QPoint(-20 * i, 8 * i), Qt::LeftButton);
        QTest::mouseRelease(child, Qt::LeftButton, {}, from + QPoint(-100, 40));
        QVERIFY(distance(plot_->placeOf(80, 1.5), at + QPointF(-100, 40)) < 3);
        QVERIFY(std::abs(plot_->seen().width() - 60) < 1e-6);
    }

    void keysDoTheSame()
    {
        fill(200);
        plot_->setFocus();
        const QRectF all = plot_->seen();
        QTest::keyClick(plot_.get(), Qt::Key_Plus);
        const QRectF in = plot_->seen();
        QVERIFY(in.width() < all.width() && !plot_->following());
        QTest::keyClick(plot_.get(), Qt::Key_Right);
        QVERIFY(plot_->seen().left() > in.left());
        QTest::keyClick(plot_.get(), Qt::Key_Minus, Qt::ControlModifier);
        QVERIFY(plot_->seen().height() > in.height());
        QTest::keyClick(plot_.get(), Qt::Key_Home);
        QVERIFY(plot_->following());
        QVERIFY(std::abs(plot_->seen().width() - all.width()) < 1e-9);
    }

    void theCursorReadsOutAndIsShared()
    {
        fill(100);
        CurvePlot other;
        other.setLines(twoLines());
        for (int i = 1; i <= 10; ++i)
            other.append(0, 10 * i, i);
        connect(plot_.get(), &CurvePlot::cursorMoved, &other, qOverload<double>(&CurvePlot::setCursor));
        QTRY_COMPARE(entry("box")->value(), QString("3"));  // the newest, while there is no cursor
        const QPointF at = plot_->placeOf(42, 2);
        moveMouse(*canvas(), inCanvas(at), Qt::NoButton);
        QCOMPARE(plot_->cursorStep(), 42.0);
        QCOMPARE(other.cursorStep(), 42.0);
        QCOMPARE(entry("class")->value(), QLocale().toString(1 + std::sin(4.1), 'g', 4));
        QCOMPARE(other.findChildren<CurveLegendEntry *>().first()->value(), QString("4"));  // of step 40
        plot_->setFocus();
        QTest::keyClick(plot_.get(), Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(other.cursorStep(), 43.0);
        QTest::keyClick(plot_.get(), Qt::Key_Escape);
        QVERIFY(std::isnan(other.cursorStep()) && std::isnan(plot_->cursorStep()));
    }

    void linesAreSwitchedOffInTheLegend()
    {
        fill(100);
        QVERIFY(inkAt(50, 3, blue) > 3);
        CurveLegendEntry *box = entry("box");
        box->setFocus();
        QTest::keyClick(box, Qt::Key_Space);
        QVERIFY(!plot_->shown(1) && plot_->shown(0));
        QCOMPARE(inkAt(50, 3, blue), 0);
        QVERIFY(plot_->seen().bottom() < 3);  // what is left fits
        QTest::mouseClick(box, Qt::LeftButton);
        QVERIFY(plot_->shown(1));
        QVERIFY(inkAt(50, 3, blue) > 3);
    }

    void runsLieOverOneAnother()
    {
        auto lines = twoLines();
        for (CurveLine line : twoLines()) {
            line.run = "older";
            line.style = Qt::DashLine;
            lines.push_back(line);
        }
        fill(100);
        plot_->setLines(lines, "newest");
        QCOMPARE(plot_->curve(1).size(), size_t(100));  // what was there stays
        for (int i = 1; i < 150; ++i)
            plot_->append(3, i, 5);
        plot_->follow();
        QVERIFY(plot_->seen().right() >= 149);
        QVERIFY(plot_->seen().bottom() >= 5);
        plot_->cut(60);
        QCOMPARE(plot_->curve(1).size(), size_t(60));
        QCOMPARE(plot_->curve(3).size(), size_t(149));  // another run's
        QVERIFY(entry("newest") && entry("older"));
        QTest::mouseClick(entry("older"), Qt::LeftButton);
        QVERIFY(!plot_->shown(2) && !plot_->shown(3) && plot_->shown(0));
        QVERIFY(plot_->seen().bottom() < 5);
        // In another language they have other names and the same curves; what was off stays off.
        for (CurveLine &line : lines)
            line.name += "!";
        plot_->setLines(lines, "newest");
        QCOMPARE(plot_->curve(3).size(), size_t(149));
        QVERIFY(!plot_->shown(3));
        plot_->setLines(twoLines());
        QVERIFY(!entry("older"));
    }

    void noExtremeIsLost()
    {
        std::mt19937 random(3);
        for (int i = 0; i < 100000; ++i)
            plot_->append(0, i, i == 77777 ? 50 : i == 33333 ? -50 : double(random() % 1000) / 1000);
        plot_->follow();
        QVERIFY(plot_->pointsDrawn() <= 2 * 600);
        QVERIFY(plot_->seen().bottom() >= 50 && plot_->seen().top() <= -50);
        QVERIFY(inkAt(77777, 49, red) > 0);
        QVERIFY(inkAt(33333, -49, red) > 0);
        plot_->setSmoothing(0.9);
        QTRY_COMPARE(plot_->smoothed(0).size(), size_t(100000));
        plot_->follow();
        QVERIFY(plot_->pointsDrawn() <= 4 * 600);
        QVERIFY(plot_->seen().bottom() >= 50);
    }

    void aGapIsAGap()
    {
        for (int i = 0; i <= 100; ++i)
            plot_->append(0, i, i == 50 || i == 52 ? none : 2);
        plot_->append(1, 0, 0);
        plot_->follow();
        QVERIFY(inkAt(40, 2, red) > 0);
        QCOMPARE(inkAt(50, 2, red, 1), 0);
        QVERIFY(inkAt(45, 2, red) > 0);
        // Of two points in one column the last is none, and the next lies far away.
        plot_->clear();
        plot_->append(0, 0, 1);
        plot_->append(0, 1000, 1.5);
        plot_->append(0, 1000.1, 2);
        plot_->append(0, 1000.2, none);
        plot_->append(0, 2000, 2);
        plot_->follow();
        QCOMPARE(inkAt(1500, 2, red), 0);
        QVERIFY(inkAt(500, 1.25, red) > 0);
        QCOMPARE(plot_->curve(0).gaps(), size_t(1));
    }

    void smoothingKeepsUpWithWhatComes()
    {
        plot_->setSmoothing(0.9);
        fill(300);
        QTRY_COMPARE(plot_->smoothed(0).size(), size_t(300));
        plot_->cut(200);
        for (int i = 201; i <= 260; ++i)
            plot_->append(0, i, 1);
        QTRY_COMPARE(plot_->smoothed(0).size(), size_t(260));
        const Curve wanted = plot_->curve(0).smoothed(0.9);
        for (size_t i = 0; i < 260; ++i)
            QVERIFY(std::abs(plot_->smoothed(0).at(i).y - wanted.at(i).y) < 1e-9);
        plot_->setSmoothing(0);
        QCOMPARE(plot_->smoothed(0).size(), size_t(0));
    }

    void axesAreSensible_data()
    {
        QTest::addColumn<QList<double>>("values");
        QTest::addColumn<QString>("says");
        QTest::newRow("nothing") << QList<double>{} << "No points yet";
        QTest::newRow("one") << QList<double>{0.5} << "";
        QTest::newRow("no number") << QList<double>{none, none, none} << "None of 3";
        QTest::newRow("constant") << QList<double>{7, 7, 7} << "";
        QTest::newRow("zeros") << QList<double>{0, 0, 0} << "";
        QTest::newRow("tiny") << QList<double>{1e-12, 2e-12, 3e-12} << "";
        QTest::newRow("huge") << QList<double>{1e12, 2e12, -3e12} << "";
        QTest::newRow("all sizes") << QList<double>{1e-12, 1, 1e12} << "";
        QTest::newRow("nearly the same") << QList<double>{1, 1 + 1e-15, 1 - 1e-15} << "";
        QTest::newRow("the largest") << QList<double>{1.7e308, -1.7e308, 0} << "";
        QTest::newRow("no end") << QList<double>{HUGE_VAL, -HUGE_VAL, 1} << "";
        QTest::newRow("negative") << QList<double>{-1, -2} << "";
    }
    void axesAreSensible()
    {
        QFETCH(QList<double>, values);
        QFETCH(QString, says);
        plot_->setLines({{"a", "class", {}, red}});
        for (const bool logarithmic : {false, true}) {
            plot_->clear();
            plot_->setLogarithmic(logarithmic);
            for (int i = 0; i < values.size(); ++i)
                plot_->append(0, 10 + i, values[i]);
            plot_->follow();
            QVERIFY(sensible());
            QVERIFY(!plot_->grab().isNull());
            if (!logarithmic && !says.isEmpty())
                QTRY_VERIFY2(plot_->accessibleDescription().contains(says), qPrintable(plot_->accessibleDescription()));
            const QRectF seen = plot_->seen();
            for (int i = 0; i < values.size(); ++i)
                if (std::isfinite(values[i]) && std::abs(values[i]) < 1e200 && (!logarithmic || values[i] > 0))
                    QVERIFY(seen.top() < values[i] && values[i] < seen.bottom() && seen.left() < 10 + i &&
                            10 + i < seen.right());
            plot_->setFocus();
            for (const int key : {Qt::Key_Plus, Qt::Key_Minus, Qt::Key_Up, Qt::Key_Left})
                for (int i = 0; i < 30; ++i)
                    QTest::keyClick(plot_.get(), Qt::Key(key), i % 2 ? Qt::ControlModifier : Qt::NoModifier);
            QVERIFY(sensible());
            QVERIFY(!plot_->grab().isNull());
        }
    }

    void aLogarithmicScaleSpreadsDecades()
    {
        for (int i = 0; i <= 24; ++i)
            plot_->append(0, i, std::pow(10, i - 12));
        plot_->setLogarithmic(true);
        plot_->follow();
        const double low = plot_->placeOf(0, 1e-12).y(), high = plot_->placeOf(0, 1e12).y();
        QVERIFY(std::abs(plot_->placeOf(0, 1).y() - (low + high) / 2) < 1);
        QVERIFY(inkAt(12, 1, red) > 0);
        plot_->append(0, 25, -1);
        plot_->append(0, 26, 1);
        plot_->follow();
        QVERIFY(sensible() && plot_->seen().top() > 0);
    }

    void isDrawnAtMostFourTimesASecond()
    {
        struct Counter : QObject {
            int paints = 0;
            bool eventFilter(QObject *, QEvent *event) override
            {
                paints += event->type() == QEvent::Paint;
                return false;
            }
        } counter;
        fill(10);
        QCoreApplication::processEvents();
        canvas()->installEventFilter(&counter);
        QElapsedTimer clock;
        clock.start();
        int step = 11;
        while (clock.elapsed() < 1500) {
            plot_->append(0, step++, 1);
            QCoreApplication::processEvents();
        }
        QVERIFY2(counter.paints >= 1 && counter.paints <= 7, qPrintable(QString::number(counter.paints)));
    }

    void aWheelThatScrollsIsLetThrough()
    {
        fill(100);
        plot_->setWheelNeedsFocus(true);
        plot_->clearFocus();
        const QRectF before = plot_->seen();
        const QPointF at = plot_->placeOf(50, 2);
        turnWheel(*canvas(), inCanvas(at), 120);
        QCOMPARE(plot_->seen(), before);
        QTest::mouseClick(canvas(), Qt::LeftButton, {}, inCanvas(at));
        QVERIFY(plot_->hasFocus());
        turnWheel(*canvas(), inCanvas(at), 120);
        QVERIFY(plot_->seen().width() < before.width());
    }

    void followsThePaletteAndIsSaid()
    {
        fill(100);
        const QColor light = shown(*plot_).pixelColor(2, 2);
        applyTheme(ThemeChoice::Dark);
        QCoreApplication::processEvents();
        const QImage dark = shown(*plot_);
        QVERIFY(light.lightness() > 200 && dark.pixelColor(2, 2).lightness() < 80);
        applyTheme(ThemeChoice::Light);
        QCOMPARE(plot_->accessibleName(), QString("Loss"));
        QTRY_VERIFY(plot_->accessibleDescription().contains("box: 3 at step 100"));
        QVERIFY(entry("box")->accessibleName().contains("3"));
    }
};

QTEST_MAIN(CurvePlotTest)
#include "tst_curve_plot.moc"
