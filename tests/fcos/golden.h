// SPDX-License-Identifier: GPL-3.0-or-later
// Golden files, and what comparing with them takes: tests/golden/README.md.
#pragma once

#include <QTest>

#include "core/fcos/losses.h"
#include "core/fcos/safetensors.h"

namespace fcoscope {

std::filesystem::path golden(const std::string &file);

/// Largest difference relative to the largest value; 1e9 for different shapes.
double relativeError(const at::Tensor &ours, const at::Tensor &theirs);

#define AGREES(ours, theirs, tolerance)                                                                                \
    do {                                                                                                               \
        const double error = relativeError(ours, theirs);                                                              \
        QVERIFY2(error < (tolerance), qPrintable(QStringLiteral(#ours " differs by %1").arg(error)));                  \
    } while (false)

double scalar(const Safetensors &file, const std::string &name);
std::vector<Box> boxesOf(const at::Tensor &rows);
std::vector<int> classesOf(const at::Tensor &labels, int first = 0);

/// The formula's input, [1, 3, height, width]: 4u − 2 (SimpleAICV: u).
at::Tensor formulaInput(int64_t height, int64_t width, double scale = 4, double offset = -2);

/// Lets every weight have a gradient, those of frozen norms, too, but no statistics.
void wantGradients(const NamedTensors &names);

}  // namespace fcoscope
