// SPDX-License-Identifier: GPL-3.0-or-later
// The window as a person uses it: real mouse and key events, over a backend whose time the test controls.
#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QMenuBar>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTemporaryDir>
#include <QTest>
#include <QToolBar>
#include <QToolButton>

#include <unistd.h>

#include <atomic>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "demo_window.h"
#include "tests/pace.h"
#include "tests/session/fake_backend.h"
#include "widgets/canvas.h"
#include "widgets/detection_table.h"
#include "widgets/image_list.h"
#include "widgets/message_strip.h"
#include "widgets/theme.h"
#include "widgets/threshold_panel.h"

using namespace fcoscope;
using Stage = ImageStatus::Stage;

namespace {

/// Measures for how long the GUI thread answers nobody: another thread posts a beat and waits for its echo. Time in
/// which the thread was ready to run but other programs had the processors is taken off (Linux tells it), so that a
/// busy machine is no fault of ours.
class Heartbeat : public QObject {
public:
    Heartbeat() : schedule_("/proc/self/task/" + std::to_string(gettid()) + "/schedstat"), thread_([this] { beat(); })
    {
    }
    ~Heartbeat() override { end(); }
    /// The longest silence until now, in milliseconds.
    double end()
    {
        done_ = true;
        while (!finished_)
            QCoreApplication::processEvents();
        if (thread_.joinable())
            thread_.join();
        return longestMs_;
    }

private:
    double waitedForProcessorMs() const
    {
        double ran = 0, waited = 0;
        std::ifstream(schedule_) >> ran >> waited;  // nanoseconds
        return waited / 1e6;
    }
    void beat()
    {
        while (!done_) {
            echoed_ = false;
            const double waited = waitedForProcessorMs();
            const auto sent = std::chrono::steady_clock::now();
            QMetaObject::invokeMethod(
                this,
                [this] {
                    echo_ = std::chrono::steady_clock::now();
                    echoed_ = true;
                },
                Qt::QueuedConnection);
            while (!echoed_ && !done_)
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            if (!echoed_)
                break;
            const std::chrono::duration<double, std::milli> silence = echo_ - sent;
            longestMs_ = std::max(longestMs_.load(), silence.count() - (waitedForProcessorMs() - waited));
        }
        finished_ = true;
    }
    const std::string schedule_;
    std::atomic<bool> done_ = false, finished_ = false, echoed_ = false;
    std::chrono::steady_clock::time_point echo_;  // written before echoed_, read after it
    std::atomic<double> longestMs_ = 0;
    std::thread thread_;
};

}  // namespace

class MainWindowTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> dir_;
    std::unique_ptr<FakeBackend> fake_;
    std::unique_ptr<QSettings> settings_;
    std::unique_ptr<Session> session_;
    std::unique_ptr<MainWindow> window_;

    void make(int images)
    {
        fake_ = std::make_unique<FakeBackend>(images);
        session_ = std::make_unique<Session>(fake_->backend());
        window_ = std::make_unique<MainWindow>(*session_, *settings_);
        window_->resize(1280, 800);
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
    }
    template <typename Widget> Widget &part() const { return *window_->findChild<Widget *>(); }
    Canvas &canvas() const { return part<Canvas>(); }
    QString model() const { return fake_->folder() + QStringLiteral("/small.safetensors"); }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
    {
        QTest::keyClick(canvas().hasFocus() ? static_cast<QWidget *>(&canvas()) : window_.get(), key, modifiers);
    }
    /// The colour in the middle of a pixel of the image, as it stands on the screen.
    QColor colourAt(QPointF image) const
    {
        return canvas().grab().toImage().pixelColor(canvas().toWidget(image).toPoint());
    }
    QString label(const char *name) const { return window_->findChild<QLabel *>(QString::fromLatin1(name))->text(); }

private Q_SLOTS:
    void init()
    {
        dir_ = std::make_unique<QTemporaryDir>();
        settings_ = std::make_unique<QSettings>(dir_->filePath(QStringLiteral("s.ini")), QSettings::IniFormat);
        settings_->setValue(QStringLiteral("language"), QStringLiteral("en"));
    }
    void cleanup()
    {
        window_.reset();
        session_.reset();
        settings_.reset();
        applyTheme(ThemeChoice::System);
    }

    void openAndDetect()
    {
        make(10);
        QCOMPARE(canvas().state(), Canvas::State::Empty);
        session_->open({fake_->file(7), model()});
        QTRY_COMPARE(canvas().detections().size(), 7u);
        QCOMPARE(canvas().imageId(), fake_->id(7));
        // The picture itself: its colour where there is no box, and something else on the edge of the first box.
        const QColor ground = QColor::fromRgb(FakeBackend::colourOf(7));
        QCOMPARE(colourAt({400, 400}), ground);
        const Box box = FakeBackend::boxOf(3);
        QVERIFY(colourAt({(box.x1 + box.x2) / 2, box.y2}) != ground);
        // Table, list, status line and title say the same.
        QCOMPARE(part<DetectionTable>().model()->rowCount(), 7);
        QCOMPARE(part<ImageList>().stateOf(fake_->id(7)).detections, 7);
        QCOMPARE(label("imageSize"), QStringLiteral("640 × 480"));
        QVERIFY(label("found").startsWith(QStringLiteral("7 found")));
        QCOMPARE(window_->windowTitle(), QStringLiteral("img07.png"));
        QVERIFY(window_->findChild<QToolButton *>(QStringLiteral("model"))->text().startsWith(QStringLiteral("small")));
    }

    void sliderNeverRunsTheNetwork()
    {
        make(21);
        session_->open({fake_->file(20), model()});
        QTRY_COMPARE(canvas().detections().size(), 20u);
        const auto sliders = part<ThresholdPanel>().findChildren<QSlider *>();
        QVERIFY(!sliders.isEmpty());
        QSlider *score = sliders.first();
        // Drag the handle to the right with the mouse, in small steps.
        const QPoint from(score->width() * score->value() / score->maximum(), score->height() / 2);
        QTest::mousePress(score, Qt::LeftButton, {}, from);
        for (int x = from.x(); x < score->width() * 8 / 10; x += 4)
            QTest::mouseMove(score, {x, from.y()});
        QTest::mouseRelease(score, Qt::LeftButton, {}, {score->width() * 8 / 10, from.y()});
        const double threshold = part<ThresholdPanel>().options().scoreThreshold;
        QVERIFY2(threshold > 0.6 && threshold < 0.94, qPrintable(QString::number(threshold)));
        size_t expected = 0;
        while (expected < 20 && FakeBackend::scoreOf(static_cast<int>(expected)) > threshold)
            ++expected;
        QVERIFY(expected > 0 && expected < 20);
        QTRY_COMPARE(canvas().detections().size(), expected);
        QCOMPARE(part<DetectionTable>().model()->rowCount(), static_cast<int>(expected));
        QCOMPARE(fake_->runs.load(), 1);
        press(Qt::Key_R, Qt::ControlModifier);
        QTRY_COMPARE(canvas().detections().size(), 20u);
        QCOMPARE(fake_->runs.load(), 1);
    }

    void tableAndCanvasSelectEachOther()
    {
        make(10);
        session_->open({fake_->file(9), model()});
        QTRY_COMPARE(canvas().detections().size(), 9u);
        DetectionTable &table = part<DetectionTable>();
        const Box box = FakeBackend::boxOf(5);
        QTest::mouseClick(&canvas(), Qt::LeftButton, {},
                          canvas().toWidget({(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2}).toPoint());
        QCOMPARE(canvas().selected(), 5);
        QCOMPARE(table.selected(), 5);
        const QModelIndex row = table.model()->index(2, 1);
        QTest::mouseClick(table.viewport(), Qt::LeftButton, {}, table.visualRect(row).center());
        QVERIFY(table.selected() >= 0 && table.selected() != 5);
        QCOMPARE(canvas().selected(), table.selected());
        // A slider that leaves the selected one keeps it selected.
        const int kept = canvas().selected();
        DecodeOptions options = session_->decodeOptions();
        options.scoreThreshold = FakeBackend::scoreOf(kept) - 0.01;
        session_->setDecodeOptions(options);
        QTRY_COMPARE(canvas().detections().size(), static_cast<size_t>(kept) + 1);
        QCOMPARE(canvas().selected(), kept);
        QCOMPARE(table.selected(), kept);
    }

    void fastSwitching()
    {
        make(30);
        session_->open({fake_->folder(), model()});
        QTRY_COMPARE(session_->status(fake_->id(0)).stage, Stage::Detected);
        // At every moment: what is drawn belongs to the image that is current.
        int looks = 0;
        connect(session_.get(), &Session::changed, window_.get(), [&](const Change &) {
            if (canvas().state() != Canvas::State::Shown)
                return;
            ++looks;
            QCOMPARE(canvas().imageId(), session_->current());
            if (!canvas().detections().empty())
                QCOMPARE(canvas().detections().size(), static_cast<size_t>(FakeBackend::numberOf(session_->current())));
        });
        double silence = 0;
        for (int round = 0; round < 4; ++round) {
            Heartbeat heart;
            for (int i = 0; i < 29; ++i) {
                press(round % 2 == 0 ? Qt::Key_D : Qt::Key_A);
                for (int turn = 0; turn < 3; ++turn)
                    QCoreApplication::processEvents();
            }
            const int last = round % 2 == 0 ? 29 : 0;
            QTRY_COMPARE(session_->status(fake_->id(last)).stage, Stage::Detected);
            silence = std::max(silence, heart.end());
            QCOMPARE(session_->current(), fake_->id(last));
            QCOMPARE(canvas().detections().size(), static_cast<size_t>(last));
            QCOMPARE(colourAt({400, 400}), QColor::fromRgb(FakeBackend::colourOf(last)));
        }
        QVERIFY(looks > 30);
        qInfo("longest time in which the GUI thread did not answer: %.1f ms", silence);
        QVERIFY2(within(silence, 50), qPrintable(QString::number(silence)));
    }

    void aSlowNetworkDoesNotBlock()
    {
        make(10);
        session_->open({fake_->folder(), model()});
        QTRY_COMPARE(session_->status(fake_->id(0)).stage, Stage::Detected);
        fake_->network.setDeaf(true);
        fake_->network.hold();
        press(Qt::Key_D);
        QTRY_VERIFY(canvas().detecting());
        QCOMPARE(part<ImageList>().stateOf(fake_->id(1)).kind, ImageState::Kind::Detecting);
        // The network is in a stage that cannot be left; the window goes on to another image all the same.
        press(Qt::Key_D);
        press(Qt::Key_D);
        QTRY_COMPARE(canvas().imageId(), fake_->id(3));
        QTRY_COMPARE(canvas().state(), Canvas::State::Shown);
        QCOMPARE(colourAt({400, 400}), QColor::fromRgb(FakeBackend::colourOf(3)));
        QVERIFY(canvas().detections().empty());
        fake_->network.release();
        QTRY_COMPARE(canvas().detections().size(), 3u);
        QVERIFY(!canvas().detecting());
    }

    void unreadableFile()
    {
        make(3);
        fake_->unreadable = {1};
        session_->open({fake_->folder(), model()});
        QTRY_COMPARE(session_->status(fake_->id(0)).stage, Stage::Detected);
        MessageStrip &strip = part<MessageStrip>();
        QVERIFY(!strip.isVisible());
        press(Qt::Key_D);
        QTRY_COMPARE(canvas().state(), Canvas::State::Failed);
        QVERIFY(strip.isVisible());
        QCOMPARE(strip.text(), QStringLiteral("The image %1 is cut short.").arg(fake_->file(1)));
        QCOMPARE(part<ImageList>().stateOf(fake_->id(1)).kind, ImageState::Kind::Failed);
        // In the other language the same sentence, at once.
        window_->setLanguage(QStringLiteral("zh_CN"));
        QTRY_VERIFY(strip.text().contains(QStringLiteral("图像")) && strip.text().contains(fake_->file(1)));
        QVERIFY(part<ImageList>().stateOf(fake_->id(1)).reason.contains(QStringLiteral("图像")));
        press(Qt::Key_D);
        QTRY_COMPARE(canvas().detections().size(), 2u);
        QVERIFY(!strip.isVisible());
    }

    void withoutModel()
    {
        make(2);
        session_->open({fake_->file(1)});
        QTRY_COMPARE(canvas().state(), Canvas::State::Shown);
        QVERIFY(part<MessageStrip>().isVisible());
        QVERIFY(part<MessageStrip>().text().contains(QStringLiteral("No model")));
        session_->openModel(model().toStdString());
        QTRY_COMPARE(canvas().detections().size(), 1u);
        QVERIFY(!part<MessageStrip>().isVisible());
    }

    void closingWhileBusy()
    {
        make(4);
        fake_->network.hold();
        session_->open({fake_->file(3), model()});
        QTRY_VERIFY(canvas().detecting());
        bool wasBusyWhenHidden = false;
        QElapsedTimer clock;
        clock.start();
        window_->close();
        QVERIFY(!window_->isVisible());
        wasBusyWhenHidden = session_->detecting();
        QVERIFY(clock.elapsed() < 1000 * slower);
        QVERIFY(wasBusyWhenHidden);  // nothing was waited for before the window went
        window_.reset();
        session_.reset();  // stops the network, then returns
    }

    void dropOpens()
    {
        make(6);
        session_->openModel(model().toStdString());
        QTRY_VERIFY(session_->model());
        QMimeData files;
        files.setUrls({QUrl::fromLocalFile(fake_->file(5)), QUrl::fromLocalFile(fake_->file(2))});
        const QPoint place(200, 200);
        QDragEnterEvent enter(place, Qt::CopyAction, &files, Qt::LeftButton, {});
        QCoreApplication::sendEvent(&canvas(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(place, Qt::CopyAction, &files, Qt::LeftButton, {});
        QCoreApplication::sendEvent(&canvas(), &drop);
        QTRY_COMPARE(canvas().detections().size(), 5u);
        QCOMPARE(part<ImageList>().count(), 2);
    }

    void languageSwitchesAtOnce()
    {
        make(2);
        session_->open({fake_->file(1), model()});
        QTRY_COMPARE(canvas().detections().size(), 1u);
        const auto texts = [&] {
            QStringList all;
            for (QAction *action : window_->menuBar()->actions())
                all += action->text();
            for (auto *dock : window_->findChildren<QDockWidget *>())
                all += dock->windowTitle();
            for (auto *shown : window_->findChildren<QLabel *>())
                if (shown->isVisible())
                    all += shown->text();
            all.sort();  // what is made anew in the other language comes last
            return all.join(QLatin1Char('|'));
        };
        QTRY_VERIFY_WITH_TIMEOUT(settled(*session_, part<LensDocks>()), 30000);
        const QString english = texts();
        QVERIFY(english.contains(QStringLiteral("&File")) && english.contains(QStringLiteral("Thresholds")));
        window_->setLanguage(QStringLiteral("zh_CN"));
        QTRY_VERIFY(texts() != english);
        const QString chinese = texts();
        QVERIFY(chinese.contains(QStringLiteral("文件(&F)")) && chinese.contains(QStringLiteral("阈值")));
        QVERIFY2(!chinese.contains(QStringLiteral("Thresholds")), qPrintable(chinese));
        window_->setLanguage(QStringLiteral("en"));
        QTRY_COMPARE(texts(), english);
    }

    void themeFollowsAndIsRemembered()
    {
        make(1);
        for (QAction *action : window_->findChildren<QAction *>())
            if (action->text() == QLatin1String("&Dark"))
                action->trigger();
        QTRY_VERIFY(isDark(window_->palette()));
        QVERIFY(window_->grab().toImage().pixelColor(5, window_->height() - 3).lightness() < 100);
        // Another program start, without this one having been closed: nothing was lost.
        QSettings again(dir_->filePath(QStringLiteral("s.ini")), QSettings::IniFormat);
        settings_->sync();
        QCOMPARE(again.value(QStringLiteral("theme")).toString(), QStringLiteral("dark"));
    }

    void everythingOnTheKeyboard()
    {
        make(5);
        session_->open({fake_->folder(), model()});
        QTRY_COMPARE(session_->status(fake_->id(0)).stage, Stage::Detected);
        press(Qt::Key_PageDown);
        QCOMPARE(session_->current(), fake_->id(1));
        QTRY_COMPARE(canvas().state(), Canvas::State::Shown);  // there is nothing to zoom before
        press(Qt::Key_1, Qt::ControlModifier);
        QCOMPARE(canvas().zoom(), 1.0);
        press(Qt::Key_F);
        QVERIFY(canvas().fitted());
        press(Qt::Key_B);
        QVERIFY(!canvas().boxesShown());
        press(Qt::Key_B);
        QVERIFY(canvas().boxesShown());
        // In the filter letters are letters.
        press(Qt::Key_F, Qt::ControlModifier);
        auto *filter = part<ImageList>().findChild<QLineEdit *>();
        QVERIFY(filter);
        QTRY_VERIFY(filter->hasFocus() || !QGuiApplication::focusWindow());
        QTest::keyClicks(filter, QStringLiteral("03"));
        QCOMPARE(part<ImageList>().visible(), 1);
        QCOMPARE(session_->current(), fake_->id(1));
    }
};

QTEST_MAIN(MainWindowTest)
#include "tst_main_window.moc"
