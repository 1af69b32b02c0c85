// SPDX-License-Identifier: GPL-3.0-or-later
// What a program of ours said when it was run as a process, and what it left in files.
#pragma once

#include <QByteArray>
#include <QFile>
#include <QJsonDocument>
#include <QProcess>
#include <QString>

struct Said {
    int exitCode = -1;  ///< -1: it did not end by itself
    QByteArray out, err;

    /// Null where it said anything but one JSON document.
    QJsonDocument json() const
    {
        QJsonParseError error;
        const QJsonDocument document = QJsonDocument::fromJson(out, &error);
        return error.error == QJsonParseError::NoError ? document : QJsonDocument();
    }
    /// For QVERIFY2: everything, in case of failure.
    QByteArray all() const { return "exit code " + QByteArray::number(exitCode) + "\n" + out + "\n" + err; }
};

/// Waits for a process that was started.
inline Said ended(QProcess &process)
{
    Said said;
    if (!process.waitForFinished(120000))
        return said;
    said.exitCode = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    said.out = process.readAllStandardOutput();
    said.err = process.readAllStandardError();
    return said;
}

inline QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}
