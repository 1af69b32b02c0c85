// SPDX-License-Identifier: GPL-3.0-or-later
// What figures of two models on the same images mean, in words; no widget.
#pragma once

#include <QCoreApplication>
#include <QString>

#include "widgets/training/model_comparison.h"

namespace fcoscope {

enum class ModelVerdict {
    Better,
    Equal,
    Worse,
    OnlyNew,  ///< the old model knows none of the classes
    Unknown,  ///< nothing was measured
};

/// By AP; where that is equal to what is shown of it, by the images.
ModelVerdict modelVerdict(const ComparedModels &compared);
/// Whether the figures speak for the new model.
inline bool speaksForNew(ModelVerdict verdict)
{
    return verdict == ModelVerdict::Better || verdict == ModelVerdict::OnlyNew;
}

constexpr int fewImages = 20;  ///< with fewer the figures are noise more than anything else

/// The verdict with its figures, what they rest on, and the classes that lost.
QString judgement(const ComparedModels &compared);

/// How probable it is that of two equally good models one does better on at least max(better, worse) of the images in
/// which they differ: the sign test, both sides. 1 where they differ in none.
double chanceOfSigns(int better, int worse);

/// An AP to three places; `missing` where it is negative.
QString apText(double ap, const QString &missing);
/// With sign and arrow, so that nobody has to see its colour: "▲ +0.103", "▼ −0.020", "="; "–" where one is missing.
QString apDifference(double before, double after);

}  // namespace fcoscope
