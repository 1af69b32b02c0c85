// SPDX-License-Identifier: GPL-3.0-or-later
// A picture of the window itself, for the documentation: taken when everything that was opened has come to rest.
#pragma once

#include <QString>

class QWidget;

namespace fcoscope {

class Session;

/// Runs the event loop until nothing is being opened, read or detected, then writes `window` to `file` and answers the
/// exit code of the program: 0, or 2 if something failed or the file cannot be written (a sentence is printed).
int takeScreenshot(QWidget &window, Session &session, const QString &file);

}  // namespace fcoscope
