// SPDX-License-Identifier: GPL-3.0-or-later
// The window as a person has it who starts anew, with the network that is real and settings of its own.
#pragma once

#include <QDir>
#include <QFile>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include "app/gui/lens_docks.h"
#include "app/gui/main_window.h"
#include "widgets/canvas.h"

namespace fcoscope {

/// Something in resources/ of the sources.
inline QString resource(const char *name)
{
    return QStringLiteral(FCOSCOPE_SOURCE_DIR "/resources/") + QString::fromLatin1(name);
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
    /// The current image is shown and everything has been said about it.
    bool settled() const
    {
        return !session.opening() && !session.modelLoading() && session.picture() && !session.detecting() &&
               (session.findings() || !session.model()) && docks.frame() && docks.atRest();
    }

private:
    /// Whatever the machine speaks.
    static QSettings &inEnglish(QSettings &settings)
    {
        settings.setValue(QStringLiteral("language"), QStringLiteral("en"));
        return settings;
    }
};

}  // namespace fcoscope
