// SPDX-License-Identifier: GPL-3.0-or-later
#include "fcos_process.h"

#include <QJsonObject>

void startFcos(QProcess &process, const QStringList &arguments, const QString &folder)
{
    if (!folder.isEmpty())
        process.setWorkingDirectory(folder);
    process.start(QStringLiteral(FCOS_PROGRAM), arguments);
}

Said fcos(const QStringList &arguments, const QString &folder)
{
    QProcess process;
    startFcos(process, arguments, folder);
    return ended(process);
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
