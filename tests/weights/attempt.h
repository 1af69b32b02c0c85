// SPDX-License-Identifier: GPL-3.0-or-later
// One download and what came of it, and a test with a fresh server, folder and file each time.
#pragma once

#include <QDir>
#include <QFile>
#include <QJsonArray>

#include <functional>
#include <memory>
#include <vector>

#include "core/weights/download.h"
#include "tests/weights/local_server.h"

namespace fcoscope {

/// What came of a download.
struct Ending {
    enum class How { Done, Stopped, Failed } how = How::Failed;
    Downloaded file;
    QString sentence;  ///< Failed
    std::vector<Progress> progress;
};

Ending attempt(const QString &url, const QString &to, const Expectations &expected = {},
               const std::function<bool(const Progress &)> &stopAt = {});

QByteArray bytesOf(const QString &path);

/// Server, folder and file of one test function.
struct Scene {
    Scene();

    const QString name = QStringLiteral("a.pth");
    std::unique_ptr<LocalServer> server = std::make_unique<LocalServer>();  ///< it remembers which request is the first
    QTemporaryDir dir;
    QByteArray content;
    Expectations right;  ///< of `content`

    QString to() const { return dir.filePath(name); }
    QString part() const { return to() + QStringLiteral(".part"); }
    QStringList files() const { return QDir(dir.path()).entryList(QDir::Files | QDir::Hidden, QDir::Name); }
    Ending from(const QString &manner, const Expectations &expected = {}) const
    {
        return attempt(server->url(manner, name), to(), expected);
    }
    /// The Range header of the latest request for `manner`.
    QString lastRange(const QString &manner) const;
};

}  // namespace fcoscope
