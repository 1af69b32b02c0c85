// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures of what a test sees, for whoever wants to look: FCOSCOPE_SHOTS names a folder for them.
#pragma once

#include <QDir>
#include <QString>
#include <QWidget>

namespace fcoscope {

/// "" where nobody wants to look.
inline QString shotsFolder()
{
    return qEnvironmentVariable("FCOSCOPE_SHOTS");
}

inline void saveShot(QWidget &widget, const QString &name)
{
    if (const QString folder = shotsFolder(); !folder.isEmpty())
        widget.grab().save(QDir(folder).filePath(name + QStringLiteral(".png")));
}

}  // namespace fcoscope
