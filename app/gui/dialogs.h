// SPDX-License-Identifier: GPL-3.0-or-later
// The window's few dialogs: they inform, none asks. Each is made for its parent, destroys itself when closed, and
// leaves the window usable.
#pragma once

#include <QString>

#include <vector>

#include "core/data/dataset.h"
#include "core/fcos/predictor.h"

class QDialog;
class QPalette;
class QWidget;

namespace fcoscope {

/// The name under which people know a model: its file's, or its folder's and step's.
QString modelName(const ModelInfo &info);
/// Everything a checkpoint says about itself, as rich text.
QString modelCardText(const ModelInfo &info, const QString &device, const QPalette &palette);

QDialog *showModelCard(QWidget *parent, const ModelInfo &info, const QString &device);
/// Entries of a data set that cannot be used, each with file and reason.
QDialog *showSkipped(QWidget *parent, const std::vector<Problem> &skipped);
QDialog *showAbout(QWidget *parent);

}  // namespace fcoscope
