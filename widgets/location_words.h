// SPDX-License-Identifier: GPL-3.0-or-later
// What there is to say about locations as rich text, for the inspector. Labels and detections are links ("label:3",
// "detection:0"); what would be too long stands behind a count that is a link as well ("more:…").
#pragma once

#include <QColor>
#include <QSet>
#include <QString>
#include <string>
#include <vector>

#include "core/rules/inspect.h"

namespace fcoscope {

struct LocationWords {
    Inspected inspected;
    const std::vector<std::string> *labelNames = nullptr, *modelNames = nullptr;
    QColor faint, strong, link;  ///< what fails, what is learnt, what can be activated; on the ground of the view
    QSet<QString> opened;        ///< which counts have been opened, by the part of their link after "more:"

    /// The location, what it learns and why nothing else, what it predicts and what became of that. `key` tells this
    /// report's counts from others'. `brief`: for a glance in passing, without links.
    QString reportHtml(const LocationReport &report, const QString &key, bool brief) const;
    /// "P4 · column 12, row 7 · (200, 120)"
    QString placeHtml(const LocationReport &report) const;

private:
    QString targetHtml(const LocationReport &report, const QString &key, bool brief) const;
    QString predictionHtml(const LocationReport &report, const QString &key, bool brief) const;
    QString candidateHtml(const Candidate &candidate, const LocationReport &report, bool brief) const;
    QString classHtml(const InspectedClass &its, bool brief) const;
    QString labelName(int label) const;
    QString linked(const QString &target, const QString &text, bool brief, const QColor &color) const;
    QString counted(const QString &text, const QString &key, bool brief) const;
};

}  // namespace fcoscope
