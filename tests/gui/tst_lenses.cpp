// SPDX-License-Identifier: GPL-3.0-or-later
// The lenses in the window, with the model and the demo project that ship: keys and mouse as a person uses them, and
// what is then seen or told. FCOSCOPE_SHOTS names a folder for pictures of the window, for whoever wants to look.
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QDockWidget>
#include <QElapsedTimer>
#include <QGuiApplication>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "core/eval/assignment_statistics.h"
#include "demo_window.h"
#include "shots.h"
#include "tests/pace.h"
#include "widgets/assignment_panel.h"
#include "widgets/layers_panel.h"
#include "widgets/location_inspector.h"
#include "widgets/message_strip.h"
#include "widgets/replay_panel.h"
#include "widgets/score_panel.h"
#include "widgets/what_if_panel.h"

using namespace fcoscope;

class LensesTest : public QObject, private WithDemoWindow {
    Q_OBJECT

    LensDocks *docks_ = nullptr;

    void open(const QStringList &paths)
    {
        makeWindow();
        docks_ = &demo_->docks;
        WithDemoWindow::open(paths);
    }
    void openDemo() { open({resource("models/default.safetensors"), resource("demo")}); }
    bool settled() const { return demo_->settled(); }
    const LensFrame &frame() const { return *docks_->frame(); }
    QImage seen() const { return canvas_->grab().toImage(); }
    bool shows(LayerKind kind) const
    {
        return std::any_of(frame().layers.begin(), frame().layers.end(),
                           [kind](const LayerView &view) { return view.layer.kind == kind; });
    }
    void shot(const char *name) const
    {
        QCoreApplication::processEvents();
        saveShot(*window_, QString::fromLatin1(name));
    }

private Q_SLOTS:
    void cleanup() { demo_.reset(); }

    void keysShowLayers()
    {
        openDemo();
        key(Qt::Key_B);  // without detections
        QImage before = seen();
        for (const auto &[code, modifiers, kind] : {std::tuple{Qt::Key_L, Qt::NoModifier, LayerKind::Labels},
                                                    {Qt::Key_S, Qt::NoModifier, LayerKind::Assignment},
                                                    {Qt::Key_C, Qt::NoModifier, LayerKind::CenternessTarget},
                                                    {Qt::Key_C, Qt::ShiftModifier, LayerKind::CenternessPredicted},
                                                    {Qt::Key_P, Qt::NoModifier, LayerKind::ClassProbability},
                                                    {Qt::Key_P, Qt::ShiftModifier, LayerKind::Score},
                                                    {Qt::Key_G, Qt::NoModifier, LayerKind::StrideGrid}}) {
            key(code, modifiers);
            QTRY_VERIFY(settled() && shows(kind));
            QVERIFY2(seen() != before, nameOf(kind));
            shot(nameOf(kind));
            key(code, modifiers);
            QTRY_VERIFY(settled() && !shows(kind));
            QCOMPARE(seen(), before);
        }
    }

    void panelAndKeysAgree()
    {
        openDemo();
        key(Qt::Key_L, Qt::ControlModifier | Qt::ShiftModifier);
        LayersPanel &panel = the<LayersPanel>();
        QVERIFY(panel.isVisible());
        key(Qt::Key_S);
        const auto isOn = [](const Layer &layer) { return layer.kind == LayerKind::Assignment && layer.visible; };
        QVERIFY(std::any_of(panel.layers().begin(), panel.layers().end(), isOn));
        std::vector<Layer> layers = panel.layers();
        for (Layer &layer : layers)
            layer.visible = false;
        Q_EMIT panel.changed(layers);  // as the list does when a box is unticked
        QTRY_VERIFY(settled() && !shows(LayerKind::Assignment));
        key(Qt::Key_S);
        QTRY_VERIFY(settled() && shows(LayerKind::Assignment));
        shot("layers-panel");
    }

    void oneLevelAtATime()
    {
        openDemo();
        key(Qt::Key_S);
        QTRY_VERIFY(settled() && shows(LayerKind::Assignment));
        const QImage all = seen();
        key(Qt::Key_4, Qt::AltModifier);
        QTRY_VERIFY(settled() && frame().layers[0].layer.level == 1);
        QVERIFY(seen() != all);
        key(Qt::Key_0, Qt::AltModifier);
        QTRY_VERIFY(settled() && frame().layers[0].layer.level == -1);
        QCOMPARE(seen(), all);
    }

    void clickPinsALocation()
    {
        openDemo();
        LocationInspector &inspector = the<LocationInspector>();
        key(Qt::Key_I, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(inspector.isVisible());
        const QImage before = seen();
        const Box box = frame().assigned->labels.at(0).box;
        QTest::mouseClick(canvas_, Qt::LeftButton, {}, middleOf(box));
        QCOMPARE(inspector.pins(), 1u);
        QVERIFY(seen() != before);
        QVERIFY(inspector.text().contains(QStringLiteral("P3")));
        QVERIFY(inspector.text().contains(QStringLiteral("positive"), Qt::CaseInsensitive));
        shot("inspector");
        key(Qt::Key_X, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(QGuiApplication::clipboard()->text(), inspector.text());

        // Another image takes the pins away.
        key(Qt::Key_D);
        QTRY_VERIFY(settled() && session_->current() == session_->images().at(1));
        QCOMPARE(inspector.pins(), 0u);
    }

    void whatIfFollows()
    {
        openDemo();
        const int positives = frame().counts.positives;
        key(Qt::Key_W, Qt::ControlModifier | Qt::ShiftModifier);
        WhatIfPanel &panel = the<WhatIfPanel>();
        QVERIFY(panel.isVisible());
        const auto choose = [&panel](const char *among, int move) {
            for (QComboBox *box : panel.findChildren<QComboBox *>())
                if (box->findText(QString::fromLatin1(among)) >= 0)
                    QTest::keyClick(box, Qt::Key(move));
        };
        choose("chebyshev", Qt::Key_Home);  // of the centre regions the first: none
        QCOMPARE(panel.whatIf().profile.centerRegion, CenterRegion::None);
        QTRY_VERIFY(settled() && frame().counts.positives > positives);
        shot("what-if");
        // Detections follow the score rule, too, and the network stays where it is.
        const RawOutputsPtr raw = session_->findings()->raw;
        const float score = session_->findings()->detections.at(0).score;
        choose("product", Qt::Key_End);
        QCOMPARE(panel.whatIf().profile.scoreRule, ScoreRule::Product);
        QTRY_VERIFY(settled() && session_->findings()->detections.at(0).score < score);
        QCOMPARE(session_->findings()->raw, raw);
    }

    void positivesFollowABoxThatIsDrawnAndMoved()
    {
        openDemo();
        const size_t labels = frame().assigned->labels.size();
        key(Qt::Key_W, Qt::ShiftModifier);
        QVERIFY(canvas_->tool());
        QTRY_VERIFY(settled());
        const Size image = session_->picture()->image.size;
        const QPoint from = at(1, image.height - 60), to = at(45, image.height - 12);
        QTest::mousePress(canvas_, Qt::LeftButton, {}, from);
        QTest::mouseMove(canvas_, (from + to) / 2);
        QTest::mouseMove(canvas_, to);
        QTRY_VERIFY(settled() && frame().assigned->labels.size() == labels + 1);  // while the button is still down
        QTest::mouseRelease(canvas_, Qt::LeftButton, {}, to);
        QTRY_VERIFY(settled());
        shot("drawn-box");
        QVERIFY(frame().counts.positivesOfLabel.back() > 0);
        const Box drawn = frame().assigned->labels.back().box;
        key(Qt::Key_Right, Qt::ShiftModifier);
        QTRY_COMPARE(frame().assigned->labels.back().box.x1, drawn.x1 + 10);
        key(Qt::Key_W, Qt::AltModifier);  // restore
        QTRY_COMPARE(frame().assigned->labels.size(), labels);
        key(Qt::Key_W, Qt::ShiftModifier);
        QVERIFY(!session_->labels().canUndo());  // nobody's labels were touched
    }

    void replayLiesOverThePicture()
    {
        openDemo();
        const QImage before = seen();
        key(Qt::Key_R, Qt::ControlModifier | Qt::ShiftModifier);
        ReplayPanel &replay = the<ReplayPanel>();
        QVERIFY(replay.isVisible());
        QVERIFY(replay.steps() >= static_cast<int>(session_->findings()->detections.size()));
        QTest::keyClick(&replay, Qt::Key_End);
        QCOMPARE(replay.step(), replay.steps());
        const QImage last = seen();
        QVERIFY(last != before);
        QTest::keyClick(&replay, Qt::Key_Home);
        QTest::keyClick(&replay, Qt::Key_Right);
        QCOMPARE(replay.step(), 1);
        QVERIFY(!replay.sentence().isEmpty());
        shot("replay");
        QVERIFY(seen() != last);
        key(Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);  // another panel comes to the front
        QTRY_COMPARE(seen(), before);
    }

    void wholeDataSet()
    {
        openDemo();
        key(Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
        AssignmentPanel &panel = the<AssignmentPanel>();
        Q_EMIT panel.startRequested();
        QTRY_VERIFY(panel.statistics());
        QCOMPARE(panel.statistics()->images, 12);
        QVERIFY(panel.statistics()->pyramid.recall.value() > 0.9);
        shot("study");
        // A row of its table opens the image at the box.
        const DatasetImage image = session_->labels().dataset()->images.at(7);
        Q_EMIT panel.boxActivated(image.file, image.labels.at(0).box);
        QTRY_VERIFY(settled() && session_->current() == session_->images().at(7));
        const QRectF view(canvas_->toImage({0, 0}), canvas_->toImage(QPointF(canvas_->width(), canvas_->height())));
        QVERIFY(view.contains(QPointF(image.labels.at(0).box.x1, image.labels.at(0).box.y1)));
    }

    void scoresAgainstOverlaps()
    {
        openDemo();
        key(Qt::Key_E, Qt::ControlModifier | Qt::ShiftModifier);
        ScorePanel &panel = the<ScorePanel>();
        Q_EMIT panel.startRequested();
        QTRY_VERIFY_WITH_TIMEOUT(!panel.plot().data().points.empty(), 60000);
        QCOMPARE(panel.plot().data().images.size(), 12u);
        shot("scores");
        const ScoreOverlap &data = panel.plot().data();
        int elsewhere = 0;
        while (data.points.at(size_t(elsewhere)).image != 5)
            ++elsewhere;
        Q_EMIT panel.pointActivated(elsewhere);
        QTRY_VERIFY(settled() && session_->current() == session_->images().at(5));
    }

    // A picture with 20,000 labels, and one smaller than a single stride.
    void manyLabelsAndATinyImage()
    {
        QTemporaryDir dir;
        QImage(1333, 800, QImage::Format_RGB32).save(dir.filePath(QStringLiteral("many.png")));
        QImage(3, 2, QImage::Format_RGB32).save(dir.filePath(QStringLiteral("tiny.png")));
        QByteArray labels = R"({"id":1,"image_id":2,"category_id":1,"bbox":[0,0,3,2]})";
        for (int i = 1; i < 20001; ++i)
            labels += QStringLiteral(R"(,{"id":%1,"image_id":1,"category_id":1,"bbox":[%2,%3,%4,%5]})")
                          .arg(i + 1)
                          .arg(i * 37 % 1270)
                          .arg(i * 53 % 740)
                          .arg(5 + i % 50)
                          .arg(5 + i % 47)
                          .toUtf8();
        QFile file(dir.filePath(QStringLiteral("instances.json")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(R"({"images":[{"id":1,"file_name":"many.png","width":1333,"height":800},)"
                   R"({"id":2,"file_name":"tiny.png","width":3,"height":2}],)"
                   R"("categories":[{"id":1,"name":"RBC"}],"annotations":[)" +
                   labels + "]}");
        file.close();
        open({resource("models/default.safetensors"), dir.path()});
        QCOMPARE(frame().counts.labels, 20000);
        std::vector<Layer> layers = standardLayers();
        for (Layer &layer : layers)
            layer.visible = layer.kind != LayerKind::Activation;
        Q_EMIT the<LayersPanel>().changed(layers);
        QTRY_VERIFY_WITH_TIMEOUT(settled() && shows(LayerKind::Ambiguity), 30000);
        QElapsedTimer clock;
        clock.start();
        canvas_->zoomIn();
        (void)seen();
        qInfo("20,000 labels: every layer painted in %lld ms", clock.elapsed());
        clock.restart();
        QTest::mouseMove(canvas_, canvas_->rect().center());
        QTest::mouseClick(canvas_, Qt::LeftButton, {}, canvas_->rect().center());
        QCoreApplication::processEvents();
        qInfo("20,000 labels: a location inspected in %lld ms", clock.elapsed());
        QVERIFY2(clock.elapsed() < 3000 * slower, "far off");

        session_->setCurrent(session_->images().at(1));
        QTRY_VERIFY_WITH_TIMEOUT(settled(), 30000);
        QCOMPARE(frame().imageId, session_->images().at(1));
        QCOMPARE(frame().counts.labels, 1);
        QVERIFY(!seen().isNull());
    }

    void everyLayerWithWhateverThereIs_data()
    {
        QTest::addColumn<QStringList>("paths");
        QTest::newRow("labels and model") << QStringList{resource("models/default.safetensors"), resource("demo")};
        QTest::newRow("labels, no model") << QStringList{resource("demo")};
        QTest::newRow("model, no labels")
            << QStringList{resource("models/default.safetensors"), resource("demo/03.jpg")};
        QTest::newRow("neither") << QStringList{resource("demo/03.jpg")};
    }
    void everyLayerWithWhateverThereIs()
    {
        QFETCH(QStringList, paths);
        open(paths);
        std::vector<Layer> layers = standardLayers();
        for (Layer &layer : layers)
            layer.visible = true;
        Q_EMIT the<LayersPanel>().changed(layers);
        QTRY_VERIFY_WITH_TIMEOUT(settled() && frame().layers.size() == layers.size(), 30000);
        for (const LayerView &view : frame().layers)  // something to see, or a sentence
            QVERIFY2(!isHeatMap(view.layer.kind) || view.map.empty() != view.missing.text.empty(),
                     nameOf(view.layer.kind));
        QTest::mouseMove(canvas_, canvas_->rect().center());
        QTest::mouseClick(canvas_, Qt::LeftButton, {}, canvas_->rect().center());
        shot(QTest::currentDataTag());
        window_->setTheme(QStringLiteral("dark"));
        window_->setLanguage(QStringLiteral("zh_CN"));
        key(Qt::Key_L, Qt::ControlModifier | Qt::ShiftModifier);
        shot((QByteArray(QTest::currentDataTag()) + ", dark, Chinese").constData());
        QVERIFY(!seen().isNull());
        QCOMPARE(the<MessageStrip>().kind() == MessageStrip::Kind::Error, false);
    }
};

QTEST_MAIN(LensesTest)
#include "tst_lenses.moc"
