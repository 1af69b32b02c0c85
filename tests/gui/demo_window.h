// SPDX-License-Identifier: GPL-3.0-or-later
// The window as a person has it who starts anew, with the network that is real and settings of its own.
#pragma once

#include <QDir>
#include <QFile>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

#include "app/gui/lens_docks.h"
#include "app/gui/main_window.h"
#include "widgets/canvas.h"

namespace fcoscope {

/// Something in resources/ of the sources.
inline QString resource(const char *name)
{
    return QStringLiteral(FCOSCOPE_SOURCE_DIR "/resources/") + QString::fromLatin1(name);
}

/// The current image is shown and everything has been said about it.
inline bool settled(const Session &session, const LensDocks &docks)
{
    return !session.opening() && !session.modelLoading() && session.picture() && !session.detecting() &&
           (session.findings() || !session.model()) && docks.frame() && docks.atRest();
}

struct DemoWindow {
    QTemporaryDir dir;
    QSettings settings{dir.filePath(QStringLiteral("s.ini")), QSettings::IniFormat};
    Session session{coreBackend("cpu")};
    MainWindow window{session, inEnglish(settings)};
    Canvas &canvas = *window.findChild<Canvas *>();
    LensDocks &docks = *window.findChild<LensDocks *>();

    /// False where the window does not come to be seen.
    bool show(QSize size)
    {
        window.resize(size);
        window.show();
        return QTest::qWaitForWindowExposed(&window);
    }
    /// The model that ships, and a copy of the images: whoever edits makes a project beside them.
    void openDemo() { session.open({resource("models/default.safetensors"), demoFolder()}); }
    QString demoFolder()
    {
        const QString copy = dir.filePath(QStringLiteral("demo"));
        if (QDir().mkdir(copy))
            for (const QFileInfo &file : QDir(resource("demo")).entryInfoList(QDir::Files))
                QFile::copy(file.filePath(), copy + QLatin1Char('/') + file.fileName());
        return copy;
    }
    bool settled() const { return fcoscope::settled(session, docks); }

private:
    /// Whatever the machine speaks.
    static QSettings &inEnglish(QSettings &settings)
    {
        settings.setValue(QStringLiteral("language"), QStringLiteral("en"));
        return settings;
    }
};

/// A window for each test function, of 1500 × 950 in light colours, and a hand at its picture.
class WithDemoWindow {
protected:
    void makeWindow()
    {
        demo_ = std::make_unique<DemoWindow>();
        session_ = &demo_->session;
        window_ = &demo_->window;
        canvas_ = &demo_->canvas;
        window_->setTheme(QStringLiteral("light"));
        QVERIFY(demo_->show({1500, 950}));
    }
    void open(const QStringList &paths)
    {
        session_->open(paths);
        QTRY_VERIFY_WITH_TIMEOUT(demo_->settled(), 60000);
    }
    template <typename Widget> Widget &the() const { return *window_->findChild<Widget *>(); }
    void key(int key, Qt::KeyboardModifiers modifiers = {}) { QTest::keyClick(canvas_, Qt::Key(key), modifiers); }
    QPoint at(double x, double y) const { return canvas_->toWidget({x, y}).toPoint(); }
    QPoint middleOf(const Box &box) const { return at((box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2); }

    std::unique_ptr<DemoWindow> demo_;
    Session *session_ = nullptr;
    MainWindow *window_ = nullptr;
    Canvas *canvas_ = nullptr;
};

}  // namespace fcoscope
