// SPDX-License-Identifier: GPL-3.0-or-later
#include "fcos_process.h"

#include <QFile>
#include <QJsonObject>

QJsonDocument Said::json() const
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(out, &error);
    return error.error == QJsonParseError::NoError ? document : QJsonDocument();
}

void startFcos(QProcess &process, const QStringList &arguments, const QString &folder)
{
    if (!folder.isEmpty())
        process.setWorkingDirectory(folder);
    process.start(QStringLiteral(FCOS_PROGRAM), arguments);
}

Said ended(QProcess &process)
{
    Said said;
    if (!process.waitForFinished(120000))
        return said;
    said.exitCode = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    said.out = process.readAllStandardOutput();
    said.err = process.readAllStandardError();
    return said;
}

Said fcos(const QStringList &arguments, const QString &folder)
{
    QProcess process;
    startFcos(process, arguments, folder);
    return ended(process);
}

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QList<QJsonObject> jsonLines(const QString &path)
{
    QList<QJsonObject> objects;
    const QByteArray bytes = contents(path);
    for (const QByteArray &line : bytes.left(bytes.lastIndexOf('\n') + 1).split('\n'))
        if (const QJsonDocument document = QJsonDocument::fromJson(line); document.isObject())
            objects.append(document.object());
    return objects;
}
