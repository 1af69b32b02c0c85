// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/training/model_comparison_words.h"

#include <QLocale>
#include <QStringList>
#include <algorithm>
#include <cmath>

namespace fcoscope {

namespace {

constexpr double seen = 0.0005;  // half of the last place that is shown
constexpr double lost = 0.05;    // AP by which a class must fall to be named
constexpr size_t mostNamed = 3;

QString verdictWords(const ComparedModels &c, ModelVerdict verdict)
{
    const QString before = apText(c.apBefore, QString()), after = apText(c.apAfter, QString());
    switch (verdict) {
    case ModelVerdict::Unknown:
        return ModelComparison::tr(
            "Nothing could be measured: the images have no label of a class that the models know.");
    case ModelVerdict::OnlyNew:
        return ModelComparison::tr("The old model knows none of the classes here; the new one has AP %1.").arg(after);
    case ModelVerdict::Equal:
        return ModelComparison::tr("Both models are equally good: AP %1.").arg(after);
    case ModelVerdict::Better:
        return std::abs(c.apAfter - c.apBefore) < seen
                   ? ModelComparison::tr("The new model is slightly better, with the same AP %1.").arg(after)
                   : ModelComparison::tr("The new model is better: AP %1 instead of %2.").arg(after, before);
    case ModelVerdict::Worse:
        return std::abs(c.apAfter - c.apBefore) < seen
                   ? ModelComparison::tr("The new model is slightly worse, with the same AP %1.").arg(after)
                   : ModelComparison::tr("The new model is worse: AP %1 instead of %2.").arg(after, before);
    }
    return {};
}

// Where AP and the images say different things, that is said.
QString imageWords(const ComparedModels &c, ModelVerdict verdict)
{
    if (c.images < 2)
        return {};
    const QLocale locale;
    const QString counts = ModelComparison::tr("It does better on %1 of %2 images and worse on %3.")
                               .arg(locale.toString(c.better), locale.toString(c.images), locale.toString(c.worse));
    const bool against = (verdict == ModelVerdict::Better && c.worse > c.better) ||
                         (verdict == ModelVerdict::Worse && c.better > c.worse);
    return against ? ModelComparison::tr("The images disagree with AP: %1").arg(counts) : counts;
}

QString trustWords(const ComparedModels &c)
{
    if (c.images == 1)
        return ModelComparison::tr("One image says little: measured on another, the figures could turn round.");
    if (c.images < fewImages)
        return ModelComparison::tr("%1 images say little: measured on others, the figures could turn round.")
            .arg(QLocale().toString(c.images));
    if (c.better + c.worse == 0)
        return {};
    const double perCent = 100 * chanceOfSigns(c.better, c.worse);
    if (perCent < 1)
        return ModelComparison::tr("Two equally good models would differ on so many in fewer than 1 of 100 cases.");
    return ModelComparison::tr("Two equally good models would differ on so many in %1 of 100 cases.")
        .arg(QLocale().toString(static_cast<int>(std::lround(perCent))));
}

QString lossWords(const ComparedModels &c)
{
    std::vector<const ComparedClass *> losers;
    for (const ComparedClass &each : c.classes)
        if (each.before >= 0 && each.after >= 0 && each.after <= each.before - lost)
            losers.push_back(&each);
    if (losers.empty())
        return {};
    std::stable_sort(losers.begin(), losers.end(), [](const ComparedClass *a, const ComparedClass *b) {
        return a->after - a->before < b->after - b->before;
    });
    QStringList names;
    for (size_t i = 0; i < std::min(mostNamed, losers.size()); ++i)
        names += QString::fromStdString(losers[i]->name);
    const QString joined = names.join(ModelComparison::tr(", "));
    const int more = static_cast<int>(losers.size()) - static_cast<int>(names.size());
    return more == 0 ? ModelComparison::tr("It lost what the old one knew of: %1.").arg(joined)
                     : ModelComparison::tr("It lost what the old one knew of: %1 and %2 more.")
                           .arg(joined, QLocale().toString(more));
}

}  // namespace

ModelVerdict modelVerdict(const ComparedModels &c)
{
    if (c.apAfter < 0)
        return c.apBefore < 0 ? ModelVerdict::Unknown : ModelVerdict::Worse;
    if (c.apBefore < 0)
        return ModelVerdict::OnlyNew;
    const double by = c.apAfter - c.apBefore;
    if (std::abs(by) >= seen)
        return by > 0 ? ModelVerdict::Better : ModelVerdict::Worse;
    return c.better > c.worse ? ModelVerdict::Better : c.better < c.worse ? ModelVerdict::Worse : ModelVerdict::Equal;
}

QString judgement(const ComparedModels &compared)
{
    const ModelVerdict verdict = modelVerdict(compared);
    QStringList sentences{verdictWords(compared, verdict)};
    if (verdict != ModelVerdict::Unknown && compared.images > 0) {
        if (verdict != ModelVerdict::OnlyNew)
            sentences += imageWords(compared, verdict);
        sentences += trustWords(compared);
        sentences += lossWords(compared);
    }
    sentences.removeAll(QString());
    return sentences.join('\n');  // "on 1. 4 images" would be read as a number
}

double chanceOfSigns(int better, int worse)
{
    const int n = better + worse;
    if (n <= 0)
        return 1;
    double tail = 0;
    for (int k = std::max(better, worse); k <= n; ++k)  // binomial coefficients by logarithms: n may be thousands
        tail += std::exp(std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0) - n * std::log(2.0));
    return std::min(1.0, 2 * tail);
}

QString apText(double ap, const QString &missing)
{
    return ap < 0 || !std::isfinite(ap) ? missing : QLocale().toString(ap, 'f', 3);
}

QString apDifference(double before, double after)
{
    if (before < 0 || after < 0 || !std::isfinite(after - before))
        return QStringLiteral("–");
    const double by = after - before;
    if (std::abs(by) < seen)
        return QStringLiteral("=");
    return (by > 0 ? QStringLiteral("▲ +") : QStringLiteral("▼ \u2212")) + QLocale().toString(std::abs(by), 'f', 3);
}

}  // namespace fcoscope
