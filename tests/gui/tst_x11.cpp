// SPDX-License-Identifier: GPL-3.0-or-later
// Wheel and drag-and-drop as the window system delivers them: xdotool makes the events on a screen without a person.
#include <QDrag>
#include <QLabel>
#include <QMimeData>
#include <QMouseEvent>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>

#include <memory>

#include "app/gui/main_window.h"
#include "tests/session/fake_backend.h"
#include "widgets/canvas.h"

using namespace fcoscope;

namespace {

/// Stands for a file manager: a file can be dragged out of it.
class FileManager : public QLabel {
public:
    QString file;

protected:
    void mouseMoveEvent(QMouseEvent *event) override
    {
        if (!(event->buttons() & Qt::LeftButton))
            return;
        auto *drag = new QDrag(this);
        auto *dragged = new QMimeData;
        dragged->setUrls({QUrl::fromLocalFile(file)});
        drag->setMimeData(dragged);
        drag->exec(Qt::CopyAction);
    }
};

}  // namespace

class X11Test : public QObject {
    Q_OBJECT
    std::unique_ptr<FakeBackend> fake_;
    std::unique_ptr<QTemporaryDir> dir_;
    std::unique_ptr<QSettings> settings_;
    std::unique_ptr<Session> session_;
    std::unique_ptr<MainWindow> window_;

    Canvas &canvas() const { return *window_->findChild<Canvas *>(); }
    QPoint onScreen(QPointF image) const { return canvas().mapToGlobal(canvas().toWidget(image)).toPoint(); }

    /// Runs xdotool while the event loop goes on.
    static void xdotool(const QStringList &arguments)
    {
        QProcess tool;
        tool.start(QStringLiteral("xdotool"), arguments);
        QTRY_COMPARE(tool.state(), QProcess::NotRunning);
        QCOMPARE(tool.exitCode(), 0);
    }
    static QStringList to(QPoint point)
    {
        return {QStringLiteral("mousemove"), QStringLiteral("--sync"), QString::number(point.x()),
                QString::number(point.y())};
    }

private Q_SLOTS:
    void initTestCase() { QCOMPARE(QGuiApplication::platformName(), QStringLiteral("xcb")); }
    void init()
    {
        dir_ = std::make_unique<QTemporaryDir>();
        settings_ = std::make_unique<QSettings>(dir_->filePath(QStringLiteral("s.ini")), QSettings::IniFormat);
        fake_ = std::make_unique<FakeBackend>(8);
        session_ = std::make_unique<Session>(fake_->backend());
        window_ = std::make_unique<MainWindow>(*session_, *settings_);
        window_->setGeometry(0, 0, 1000, 800);
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
        session_->open({fake_->file(6), fake_->folder() + QStringLiteral("/small.safetensors")});
        QTRY_COMPARE(canvas().detections().size(), 6u);
    }
    void cleanup()
    {
        window_.reset();
        session_.reset();
    }

    void wheelZoomsAtTheCursor()
    {
        const double before = canvas().zoom();
        const QPointF point(200, 300);
        const QPoint cursor = onScreen(point);
        xdotool(to(cursor) + QStringList{QStringLiteral("click"), QStringLiteral("--repeat"), QStringLiteral("3"),
                                         QStringLiteral("4")});
        QTRY_VERIFY(canvas().zoom() > before * 1.2);
        QVERIFY((onScreen(point) - cursor).manhattanLength() <= 3);  // what was under the cursor still is
        xdotool({QStringLiteral("click"), QStringLiteral("--repeat"), QStringLiteral("9"), QStringLiteral("5")});
        QTRY_VERIFY(canvas().zoom() < before);
    }

    void middleDragPans()
    {
        canvas().zoomAt(canvas().rect().center(), 3);
        const QPoint from = canvas().mapToGlobal(canvas().rect().center());
        const QPointF grabbed = canvas().toImage(canvas().mapFromGlobal(QPointF(from)));
        xdotool(to(from) + QStringList{QStringLiteral("mousedown"), QStringLiteral("2")});
        xdotool(to(from + QPoint(40, -30)));
        xdotool(to(from + QPoint(80, -60)) + QStringList{QStringLiteral("mouseup"), QStringLiteral("2")});
        QTRY_VERIFY((onScreen(grabbed) - (from + QPoint(80, -60))).manhattanLength() <= 3);
    }

    void draggedFileOpens()
    {
        FileManager manager;
        manager.file = fake_->file(3);
        manager.setGeometry(1050, 100, 150, 150);
        manager.show();
        QVERIFY(QTest::qWaitForWindowExposed(&manager));
        const QPoint from = manager.mapToGlobal(QPoint(75, 75)),
                     target = canvas().mapToGlobal(canvas().rect().center());
        // In one go: while a file is being dragged, the drag has the event loop.
        QStringList gesture = to(from) + QStringList{QStringLiteral("mousedown"), QStringLiteral("1")};
        for (int step = 1; step <= 12; ++step)
            gesture += to(from + (target - from) * step / 12);
        xdotool(gesture + QStringList{QStringLiteral("mouseup"), QStringLiteral("1")});
        QTRY_COMPARE(canvas().imageId(), fake_->id(3));
        QTRY_COMPARE(canvas().detections().size(), 3u);
        QCOMPARE(session_->images().size(), 2u);
    }
};

QTEST_MAIN(X11Test)
#include "tst_x11.moc"
