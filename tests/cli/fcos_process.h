// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the built fcos and keeps what it said.
#pragma once

#include <QByteArray>
#include <QJsonDocument>
#include <QProcess>
#include <QString>
#include <QStringList>

struct Said {
    int exitCode = -1;  ///< -1: it did not end by itself
    QByteArray out, err;

    QJsonDocument json() const;
    /// For QVERIFY2: everything, in case of failure.
    QByteArray all() const { return "exit code " + QByteArray::number(exitCode) + "\n" + out + "\n" + err; }
};

Said fcos(const QStringList &arguments, const QString &folder = {});
/// Starts it and does not wait.
void startFcos(QProcess &process, const QStringList &arguments, const QString &folder = {});
Said ended(QProcess &process);

QByteArray contents(const QString &path);
/// The lines of a .jsonl file that are whole and JSON objects.
QList<QJsonObject> jsonLines(const QString &path);
