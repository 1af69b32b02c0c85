// SPDX-License-Identifier: GPL-3.0-or-later
#include <QLabel>
#include <QPainter>
#include <QSignalSpy>
#include <QSlider>
#include <QTableView>
#include <QToolButton>
#include <QTranslator>

#include "tests/widgets/widget_test.h"
#include "widgets/replay_panel.h"
#include "widgets/view.h"

using namespace fcoscope;

namespace {

TracedCandidate candidate(Box box, int classIndex, float score, int location, Fate fate, int by = -1, float overlap = 0)
{
    TracedCandidate c;
    c.pair = {score, score, 1, 1, location, classIndex};
    c.boxInImage = box;
    c.fate = fate;
    c.suppressedBy = by;
    c.overlap = overlap;
    return c;
}

// Two cells and their shadows: 0 removes 1 and 3, 2 removes nothing, 4 is one too many.
DecodeTrace small()
{
    DecodeTrace trace;
    trace.candidates = {candidate({20, 20, 80, 80}, 0, 0.95f, 12, Fate::Detected),
                        candidate({24, 22, 84, 82}, 0, 0.91f, 13, Fate::Suppressed, 0, 0.81f),
                        candidate({120, 30, 180, 90}, 1, 0.8f, 20, Fate::Detected),
                        candidate({16, 20, 76, 80}, 0, 0.7f, 11, Fate::Suppressed, 0, 0.875f),
                        candidate({100, 100, 160, 150}, 1, 0.6f, 40, Fate::Surplus)};
    trace.candidates[0].detection = 0;
    trace.candidates[2].detection = 1;
    trace.detections = {detectionAt({20, 20, 80, 80}, 0, 0.95f), detectionAt({120, 30, 180, 90}, 1, 0.8f)};
    return trace;
}

ReplaySource sourceOf(DecodeTrace trace, const ImageId &id = "a.png")
{
    ReplaySource source;
    source.imageId = id;
    source.trace = std::make_shared<const DecodeTrace>(std::move(trace));
    source.classNames = {"RBC", "WBC"};
    source.levels = {{8, 20}, {16, 10}};
    source.rules.threshold = 0.6;
    return source;
}

// 5,000 candidates, a fifth of which stays.
DecodeTrace large()
{
    DecodeTrace trace;
    for (int i = 0; i < 5000; ++i) {
        const bool stays = i < 10 || i % 5 == 0;
        const double x = i * 7 % 1200, y = i * 13 % 700;
        trace.candidates.push_back(candidate({x, y, x + 60, y + 50}, i % 20, 1 - i / 6000.0f, i,
                                             stays ? Fate::Detected : Fate::Suppressed, stays ? -1 : i / 5 * 5 % i,
                                             0.7f));
        if (!stays)
            trace.candidates.back().suppressedBy = i - i % 5;
    }
    return trace;
}

class Backwards : public QTranslator {
public:
    QString translate(const char *, const char *text, const char *, int) const override
    {
        return QStringLiteral("« ") + QString::fromUtf8(text) + QStringLiteral(" »");
    }
    bool isEmpty() const override { return false; }
};

template <typename Widget> Widget *named(QWidget &panel, const QString &name)
{
    for (auto *widget : panel.findChildren<Widget *>())
        if (widget->accessibleName() == name)
            return widget;
    return nullptr;
}

QImage painted(ReplayOverlay &overlay, double ratio = 1)
{
    const View view{{200, 160}, {400 / ratio, 320 / ratio}, ratio, 2, {100, 80}};
    QImage screen(400, 320, QImage::Format_RGB32);
    screen.fill(QColor(90, 90, 90));
    QPainter painter(&screen);
    overlay.paint(painter, view);
    return screen;
}

// How many runs of this colour there are along a row of pixels, left to right: 1 for a line, many for dashes.
int runs(const QImage &image, int y, int from, int to, const QColor &ground)
{
    int found = 0;
    bool inside = false;
    for (int x = from; x < to; ++x) {
        const bool now = image.pixelColor(x, y) != ground;
        found += now && !inside;
        inside = now;
    }
    return found;
}

}  // namespace

class TestReplayPanel : public QObject {
    Q_OBJECT

    std::unique_ptr<ReplayPanel> panel_;

    QTableView *table() { return panel_->findChild<QTableView *>(); }
    QString cell(int row, int column) { return table()->model()->index(row, column).data().toString(); }

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init()
    {
        panel_ = std::make_unique<ReplayPanel>();
        panel_->resize(280, 400);
        panel_->show();
        QVERIFY(QTest::qWaitForWindowExposed(panel_.get()));
        panel_->setTrace(sourceOf(small()));
        panel_->setFocus();
    }

    void keysStepThroughTheCandidates()
    {
        QCOMPARE(panel_->step(), 0);
        QCOMPARE(panel_->sentence(), QString("Candidates: 5, the best first. Each step judges one of them."));
        QTest::keyClick(panel_.get(), Qt::Key_Left);
        QCOMPARE(panel_->step(), 0);
        QTest::keyClick(panel_.get(), Qt::Key_Right);
        QCOMPARE(panel_->sentence(), QString("Step 1 of 5: RBC 0.95 from P4 (2, 1) stays."));
        QTest::keyClick(panel_.get(), Qt::Key_Right);
        QCOMPARE(panel_->sentence(),
                 QString("Step 2 of 5: RBC 0.91 from P4 (3, 1) goes: it overlaps RBC 0.95 by 0.81 > 0.60."));
        QTest::keyClick(panel_.get(), Qt::Key_End);
        QCOMPARE(panel_->step(), 5);
        QCOMPARE(panel_->sentence(),
                 QString("Step 5 of 5: WBC 0.60 from P4 (0, 4) goes: there are as many detections as asked for."));
        QTest::keyClick(panel_.get(), Qt::Key_Right);
        QCOMPARE(panel_->step(), 5);
        QTest::keyClick(panel_.get(), Qt::Key_Home);
        QCOMPARE(panel_->step(), 0);
        // The same wherever the focus is.
        QTest::keyClick(table(), Qt::Key_Right);
        QTest::keyClick(panel_->findChild<QSlider *>(), Qt::Key_Right);
        QTest::keyClick(named<QToolButton>(*panel_, "Play"), Qt::Key_Right);
        QCOMPARE(panel_->step(), 3);
    }

    void atLeastIsSaidWhereItIsTheTest()
    {
        ReplaySource source = sourceOf(small());
        source.rules.test = NmsTest::AtLeast;
        panel_->setTrace(source);
        panel_->setStep(2);
        QVERIFY(panel_->sentence().endsWith(QString::fromUtf8("by 0.81 ≥ 0.60.")));
    }

    void buttonsAndSliderStep()
    {
        QSignalSpy changed(panel_.get(), &ReplayPanel::overlayChanged);
        auto *back = named<QToolButton>(*panel_, "One step back");
        QVERIFY(!back->isEnabled());
        QTest::mouseClick(named<QToolButton>(*panel_, "One step forward"), Qt::LeftButton);
        QCOMPARE(panel_->step(), 1);
        QVERIFY(back->isEnabled());
        QTest::mouseClick(named<QToolButton>(*panel_, "After the last candidate"), Qt::LeftButton);
        QCOMPARE(panel_->step(), 5);
        QTest::mouseClick(back, Qt::LeftButton);
        QCOMPARE(panel_->step(), 4);
        QTest::mouseClick(named<QToolButton>(*panel_, "Before the first candidate"), Qt::LeftButton);
        QCOMPARE(panel_->step(), 0);
        auto *slider = panel_->findChild<QSlider *>();
        QCOMPARE(slider->maximum(), 5);
        QTest::keyClick(slider, Qt::Key_Up);
        QCOMPARE(panel_->step(), 1);
        QVERIFY(changed.count() >= 5);
    }

    void spacePlaysToTheEnd()
    {
        QTest::keyClick(panel_.get(), Qt::Key_Space);
        QVERIFY(panel_->playing());
        QTRY_COMPARE_WITH_TIMEOUT(panel_->step(), 2, 3000);
        QTest::keyClick(panel_.get(), Qt::Key_Space);
        QVERIFY(!panel_->playing());
        auto *play = named<QToolButton>(*panel_, "Play");
        QVERIFY(play);
        QTest::keyClick(play, Qt::Key_Space);
        QCOMPARE(play->accessibleName(), QString("Pause"));
        QTRY_COMPARE_WITH_TIMEOUT(panel_->step(), 5, 3000);
        QVERIFY(!panel_->playing());
        QTest::mouseClick(play, Qt::LeftButton);  // once more from the start
        QVERIFY(panel_->playing());
        QVERIFY(panel_->step() < 5);
        panel_->hide();
        QVERIFY(!panel_->playing());
    }

    void theTableCountsWhomEachSurvivorRemoved()
    {
        QCOMPARE(table()->model()->rowCount(), 0);
        panel_->setStep(2);
        QCOMPARE(table()->model()->rowCount(), 1);
        QCOMPARE(cell(0, 0), QString("RBC"));
        QCOMPARE(cell(0, 1), QString("0.950"));
        QCOMPARE(cell(0, 2), QString("1"));
        panel_->setStep(5);
        QCOMPARE(table()->model()->rowCount(), 2);
        QCOMPARE(cell(0, 2), QString("2"));
        QCOMPARE(cell(1, 2), QString("0"));
        panel_->setStep(1);
        QCOMPARE(table()->model()->rowCount(), 1);
        QCOMPARE(cell(0, 2), QString("0"));

        panel_->setStep(5);
        QSignalSpy activated(panel_.get(), &ReplayPanel::detectionActivated);
        const QRect second = table()->visualRect(table()->model()->index(1, 0));
        QTest::mouseClick(table()->viewport(), Qt::LeftButton, {}, second.center());
        QTest::keyClick(table(), Qt::Key_Return);
        QCOMPARE(activated.count(), 1);
        QCOMPARE(activated.last().at(0).toInt(), 1);
    }

    // Dash and width as well as colour: the ground is grey, so that a run of other pixels is a line.
    void theOverlayTellsBoxesApart_data()
    {
        QTest::addColumn<double>("ratio");
        QTest::newRow("1") << 1.0;
        QTest::newRow("2") << 2.0;
    }
    void theOverlayTellsBoxesApart()
    {
        QFETCH(double, ratio);
        const QColor ground(90, 90, 90), red = classColor(0);
        const auto paintedAt = [&](int step) {
            panel_->setStep(step);
            return painted(panel_->overlay(), ratio);
        };
        QCOMPARE(count(paintedAt(0), ground), 400 * 320);
        // It stays: a thick solid line. 40 … 160 across.
        QImage image = paintedAt(1);
        QCOMPARE(runs(image, 40, 50, 150, ground), 1);
        const int thick = count(image, QRect(100, 20, 1, 40), red);
        QVERIFY(thick >= 4 * ratio);
        // It goes: thick and dashed; who suppressed it is solid, with a white line around.
        image = paintedAt(2);
        QVERIFY(count(image, QRect(100, 20, 1, 22), Qt::white) >= 1);
        QVERIFY(image.pixelColor(100, 164) != ground);  // 22 · 2 + 120
        QVERIFY(count(image, QRect(60, 164, 100, 1), red) < 95);
        // The next: the first is a thinner solid line now, the second a dashed hairline.
        image = paintedAt(3);
        QCOMPARE(runs(image, 40, 50, 150, ground), 1);
        QVERIFY(count(image, QRect(100, 20, 1, 22), red) < thick);
        QVERIFY(runs(image, 163, 60, 150, ground) >= 4);
        // All have been looked at; with the second survivor chosen, nobody that it removed is there.
        image = paintedAt(5);
        QVERIFY(runs(image, 163, 60, 150, ground) >= 4);
        QTest::mouseClick(table()->viewport(), Qt::LeftButton, {},
                          table()->visualRect(table()->model()->index(1, 0)).center());
        QCOMPARE(runs(paintedAt(5), 163, 60, 150, ground), 0);
        QVERIFY(count(painted(panel_->overlay(), ratio), QRect(300, 50, 1, 12), Qt::white) >= 1);
    }

    void aNewTraceOfTheImageKeepsThePlace()
    {
        panel_->setStep(3);
        DecodeTrace fewer = small();
        fewer.candidates.erase(fewer.candidates.begin() + 1);
        fewer.candidates[2].suppressedBy = 0;
        panel_->setTrace(sourceOf(fewer));
        QCOMPARE(panel_->step(), 2);  // still at the WBC of 0.80
        QVERIFY(panel_->sentence().contains("WBC 0.80"));
        panel_->setTrace(sourceOf(small(), "b.png"));
        QCOMPARE(panel_->step(), 0);
        panel_->setStep(5);
        panel_->setTrace({});
        QCOMPARE(panel_->steps(), 0);
        QCOMPARE(panel_->sentence(), QString("There are no candidates: no score is above the threshold."));
        QTest::keyClick(panel_.get(), Qt::Key_Space);
        QTest::keyClick(panel_.get(), Qt::Key_Right);
        QVERIFY(!panel_->playing());
        QCOMPARE(panel_->step(), 0);
        panel_->setTrace(sourceOf({}));
        QCOMPARE(count(painted(panel_->overlay()), QColor(90, 90, 90)), 400 * 320);
    }

    void theLanguageChanges()
    {
        panel_->setStep(1);
        Backwards translator;
        QApplication::installTranslator(&translator);
        QCoreApplication::processEvents();
        const QString sentence = panel_->sentence();
        const QString header = table()->model()->headerData(0, Qt::Horizontal).toString();
        QVERIFY(named<QToolButton>(*panel_, QString::fromUtf8("« Play »")));
        QApplication::removeTranslator(&translator);
        QVERIFY(sentence.startsWith(QString::fromUtf8("« Step 1")));
        QCOMPARE(header, QString::fromUtf8("« Stays »"));
    }

    void fiveThousandCandidatesStayQuick()
    {
        const ReplaySource source = sourceOf(large());
        QVERIFY(timed("a trace of 5,000 candidates is shown", [&] { panel_->setTrace(source); }) < 50 * slower);
        QVERIFY(timed("to the end and back", [&] {
                    panel_->setStep(0);
                    panel_->setStep(5000);
                }) < 50 * slower);
        QVERIFY(timed("a step back", [&] { panel_->setStep(panel_->step() - 1); }) < 50 * slower);
        QVERIFY(timed("the panel is painted", [&] { panel_->grab(); }) < 50 * slower);
        QImage screen(1333, 800, QImage::Format_ARGB32_Premultiplied);
        const View view{{1333, 800}, {1333, 800}, 1, 1, {666.5, 400}};
        const double ms = timed("the overlay is painted at 1333 × 800", [&] {
            QPainter painter(&screen);
            panel_->overlay().paint(painter, view);
        });
        QVERIFY(ms < 50 * slower);
    }
};

QTEST_MAIN(TestReplayPanel)
#include "tst_replay_panel.moc"
