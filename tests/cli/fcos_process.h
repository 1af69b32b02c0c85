// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the built fcos and keeps what it said.
#pragma once

#include <QJsonObject>
#include <QList>
#include <QStringList>

#include "said.h"

Said fcos(const QStringList &arguments, const QString &folder = {});
/// Starts it and does not wait.
void startFcos(QProcess &process, const QStringList &arguments, const QString &folder = {});

/// The lines of a .jsonl file that are whole and JSON objects.
QList<QJsonObject> jsonLines(const QString &path);
