// SPDX-License-Identifier: GPL-3.0-or-later
// Runs of a tiny network on drawn smears, which end in a second or two, made as the window makes them: run.toml and
// dataset.json in a folder, and then `fcos train --run FOLDER`.
#pragma once

#include <QByteArray>
#include <QString>

#include <filesystem>
#include <functional>

#include "core/runs/snapshot.h"
#include "core/runs/train_request.h"

/// `count` smears with their labels, drawn into `folder`.
fcoscope::Dataset drawnSmears(const QString &folder, int count);

/// Eight samples an epoch, two a step; a checkpoint every third step, a validation every second epoch.
fcoscope::TrainRequest tinyRequest(int epochs);

/// Writes the two files. The images are trained on, and measured on if `validate`.
void writeTinyRun(const QString &folder, const fcoscope::Dataset &data, const fcoscope::TrainRequest &request,
                  bool validate = true);

/// Everything of a run that going on must not change: the bytes of both checkpoints, `last` and `best`; empty if one is
/// missing.
QByteArray checkpointsOf(const QString &run);
