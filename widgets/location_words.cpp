// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/location_words.h"

#include <QLocale>
#include <algorithm>

#include "widgets/detection_table.h"
#include "widgets/location_inspector.h"
#include "widgets/translate.h"

namespace fcoscope {

namespace {

constexpr size_t mostListed = 25;  // candidates; nobody reads more, and 20,000 must stay quick
constexpr size_t mostInBrief = 3;

QString coloured(const QString &html, const QColor &color)
{
    return QStringLiteral("<span style=\"color:%1\">%2</span>").arg(color.name(), html);
}

QString line(const QString &html)
{
    return QStringLiteral("<p style=\"margin:1px 0 1px 12px\">%1</p>").arg(html);
}

QString number(double value, int decimals)
{
    return QLocale().toString(value, 'f', decimals);
}

// "l 23 · t 40 · r 31 · b 22"
QString sides(const Distances &d)
{
    return QStringLiteral("l&nbsp;%1 · t&nbsp;%2 · r&nbsp;%3 · b&nbsp;%4")
        .arg(number(d.left, 1), number(d.top, 1), number(d.right, 1), number(d.bottom, 1));
}

bool contains(const Candidate &candidate)
{
    return candidate.verdict != Verdict::OutsideBox && candidate.verdict != Verdict::NoArea;
}

// What matters most first: learnt, lost, then by how far the tests were passed.
std::vector<const Candidate *> sorted(const std::vector<Candidate> &candidates, bool inside)
{
    std::vector<const Candidate *> found;
    for (const Candidate &candidate : candidates)
        if (contains(candidate) == inside)
            found.push_back(&candidate);
    std::stable_sort(found.begin(), found.end(),
                     [](const Candidate *a, const Candidate *b) { return a->verdict > b->verdict; });
    return found;
}

}  // namespace

QString LocationWords::linked(const QString &target, const QString &text, bool brief, const QColor &color) const
{
    if (brief)
        return coloured(text, color);
    return QStringLiteral("<a href=\"%1\" style=\"color:%2\">%3</a>").arg(target, color.name(), text);
}

QString LocationWords::counted(const QString &text, const QString &key, bool brief) const
{
    return line(brief ? coloured(text, faint) : linked("more:" + key, text, false, link));
}

// Called by the number that the words of core call it by.
QString LocationWords::labelName(int label) const
{
    const AssignedImage &assigned = *inspected.assigned;
    const auto index = static_cast<size_t>(label);
    const int its = index < assigned.labels.size() ? assigned.labels[index].classIndex : -1;
    return LocationInspector::tr("Box %1 (%2)")
        .arg(QLocale().toString(labelNumber(assigned, label)), classNameIn(*labelNames, its).toHtmlEscaped());
}

QString LocationWords::placeHtml(const LocationReport &report) const
{
    const QLocale locale;
    return QStringLiteral("<b>%1</b> · %2 · (%3, %4)")
        .arg(
            levelName(report.level.stride),
            LocationInspector::tr("column %1, row %2").arg(locale.toString(report.column), locale.toString(report.row)),
            locale.toString(report.imageX, 'f', 0), locale.toString(report.imageY, 'f', 0));
}

QString LocationWords::reportHtml(const LocationReport &report, const QString &key, bool brief) const
{
    return QStringLiteral("<p style=\"margin:6px 0 1px 0\">%1</p>").arg(placeHtml(report)) +
           targetHtml(report, key, brief) + predictionHtml(report, key, brief);
}

// --- Target

QString LocationWords::candidateHtml(const Candidate &candidate, const LocationReport &report, bool brief) const
{
    const QString target = QStringLiteral("label:%1").arg(candidate.box);
    const QString verdict = translated(verdictText(candidate, report.level, *inspected.assigned)).toHtmlEscaped();
    const QString name = labelName(candidate.box);
    if (candidate.verdict == Verdict::Positive)
        return line(QStringLiteral("<img src=\"icon:check\" width=\"14\" height=\"14\"> <b>%1: %2</b>")
                        .arg(linked(target, name, brief, strong), coloured(verdict, strong)));
    return line(linked(target, name, brief, faint) + coloured(QStringLiteral(": ") + verdict, faint));
}

QString LocationWords::targetHtml(const LocationReport &report, const QString &key, bool brief) const
{
    if (report.candidates.empty())
        return {};
    const QLocale locale;
    QString html;
    const std::vector<const Candidate *> inside = sorted(report.candidates, true);
    const size_t most = brief ? mostInBrief : opened.contains(key + "/inside") ? inside.size() : mostListed;
    for (size_t i = 0; i < std::min(most, inside.size()); ++i)
        html += candidateHtml(*inside[i], report, brief);
    if (inside.size() > most)
        html +=
            counted(LocationInspector::tr("+ %1 more that contain it").arg(locale.toString(int(inside.size() - most))),
                    key + "/inside", brief);
    if (report.learns >= 0)
        html += line(LocationInspector::tr("Target: %1 px, centerness %2")
                         .arg(sides(report.target), number(report.centernessTarget, 2)));
    else if (!brief || inside.empty())
        html += line(coloured(LocationInspector::tr("Background: it learns no label"), faint));
    const size_t outside = report.candidates.size() - inside.size();
    if (outside == 0 || brief)
        return html;
    if (!opened.contains(key + "/outside"))
        return html +
               counted(
                   outside == 1
                       ? LocationInspector::tr("+ 1 label that does not contain it")
                       : LocationInspector::tr("+ %1 labels that do not contain it").arg(locale.toString(int(outside))),
                   key + "/outside", brief);
    const std::vector<const Candidate *> listed = sorted(report.candidates, false);
    for (size_t i = 0; i < std::min(mostListed, listed.size()); ++i)
        html += candidateHtml(*listed[i], report, brief);
    if (outside > mostListed)
        html += line(
            coloured(LocationInspector::tr("and %1 others").arg(locale.toString(int(outside - mostListed))), faint));
    return html + counted(LocationInspector::tr("Hide the labels that do not contain it"), key + "/outside", brief);
}

// --- Prediction

QString LocationWords::classHtml(const InspectedClass &its, bool brief) const
{
    const PairFate &fate = its.fate;
    const bool detected = fate.fate == Fate::Detected;
    const QString name = classNameIn(*modelNames, its.classIndex).toHtmlEscaped();
    QString html = QStringLiteral("%1 · p&nbsp;%2").arg(name, number(fate.p, 2));
    if (!inspected.trace || fate.fate != Fate::BelowThreshold)  // whose words name the score
        html += QStringLiteral(" · %1&nbsp;%2").arg(LocationInspector::tr("score"), number(fate.score, 2));
    if (detected)
        html = QStringLiteral("<b>%1</b>").arg(html);
    if (!inspected.trace)
        return line(html);
    const QString fateWords =
        translated(fateText(fate, *inspected.trace, inspected.options, *modelNames)).toHtmlEscaped();
    const auto &candidates = inspected.trace->candidates;
    int detection = -1;
    if (fate.candidate >= 0 && static_cast<size_t>(fate.candidate) < candidates.size()) {
        const TracedCandidate &candidate = candidates[static_cast<size_t>(fate.candidate)];
        detection = candidate.detection;
        if (candidate.suppressedBy >= 0 && static_cast<size_t>(candidate.suppressedBy) < candidates.size())
            detection = candidates[static_cast<size_t>(candidate.suppressedBy)].detection;
    }
    const QString target = QStringLiteral("detection:%1").arg(detection);
    html += QStringLiteral(": ");
    if (detected)
        return line(QStringLiteral("<img src=\"icon:check\" width=\"14\" height=\"14\"> ") + html +
                    (detection >= 0 ? linked(target, fateWords, brief, strong) : fateWords));
    return line(coloured(html, faint) +
                (detection >= 0 ? linked(target, fateWords, brief, brief ? faint : link) : coloured(fateWords, faint)));
}

QString LocationWords::predictionHtml(const LocationReport &report, const QString &key, bool brief) const
{
    if (!report.predicted)
        return {};
    QString html;
    if (!brief) {
        QString predicted = LocationInspector::tr("Predicts: %1 px").arg(sides(report.distances));
        if (report.hasCenterness)
            predicted +=
                QStringLiteral(", ") + LocationInspector::tr("centerness %1").arg(number(report.centerness, 2));
        if (report.learns >= 0)
            predicted += QStringLiteral(", ") +
                         LocationInspector::tr("IoU with its target %1").arg(number(report.overlapWithTarget, 2));
        html += line(predicted);
    }
    // The most probable class, the label's own, and whatever got further than the threshold.
    const QString own =
        report.learns < 0
            ? QString()
            : classNameIn(*labelNames, inspected.assigned->labels[static_cast<size_t>(report.learns)].classIndex);
    const bool all = opened.contains(key + "/classes");
    int hidden = 0;
    for (size_t i = 0; i < report.classes.size(); ++i) {
        const InspectedClass &its = report.classes[i];
        const bool matters =
            i == 0 || its.fate.fate != Fate::BelowThreshold || classNameIn(*modelNames, its.classIndex) == own;
        if (all || (brief ? i == 0 : matters))
            html += classHtml(its, brief);
        else
            ++hidden;
    }
    if (hidden > 0 && !brief)
        html += counted(hidden == 1
                            ? LocationInspector::tr("+ 1 class below the threshold")
                            : LocationInspector::tr("+ %1 classes below the threshold").arg(QLocale().toString(hidden)),
                        key + "/classes", brief);
    else if (all && !brief)
        html += counted(LocationInspector::tr("Hide the classes below the threshold"), key + "/classes", brief);
    return html;
}

}  // namespace fcoscope
