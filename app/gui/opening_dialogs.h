// SPDX-License-Identifier: GPL-3.0-or-later
// Asking for files. Each remembers the folder for the next time and answers nothing if the person cancels.
#pragma once

#include <QStringList>

class QSettings;
class QWidget;

namespace fcoscope {

QStringList askForImages(QWidget *parent, QSettings &settings);
/// Labels to be brought into what is open: a file, or any file of a folder of them.
QString askForLabels(QWidget *parent, QSettings &settings);
QStringList askForFolder(QWidget *parent, QSettings &settings);
/// Where a report goes: a name ending in .json or .csv.
QString askForReport(QWidget *parent, QSettings &settings);
QString askForModel(QWidget *parent, QSettings &settings);

}  // namespace fcoscope
