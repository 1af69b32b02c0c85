// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the Python scripts beside this file in the tests' own environment (.deps/venv).
#pragma once

#include <QString>
#include <QStringList>

/// Whether that environment is there, with torch.
bool pythonHasTorch();

/// Runs tests/checkpoint/`script` with `arguments`; "" or what went wrong.
QString runPython(const QString &script, const QStringList &arguments);
