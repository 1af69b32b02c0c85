// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/base/options.h"
#include "core/base/text.h"
#include "core/eval/assignment_report.h"

namespace fcoscope {
namespace {

std::string text(int64_t number)
{
    return std::to_string(number);
}

/// "98.40 %", "–" where there is nothing to share.
std::string percent(const Share &share)
{
    if (share.whole == 0)
        return "–";
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.2f %%", share.value() * 100);
    return buffer;
}

/// Without control characters, so that a name cannot break a line.
std::string plain(const std::string &name)
{
    std::string shown;
    for (const char c : name)
        shown += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
    return shown;
}

size_t columnsOf(const std::string &utf8)
{
    return static_cast<size_t>(
        std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// Rows of cells in columns as wide as they need to be: the first to the left, numbers to the right.
class TextTable {
public:
    explicit TextTable(std::vector<std::string> head) { add(std::move(head)); }
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

    std::string str() const
    {
        std::vector<size_t> widths;
        for (const auto &row : rows_)
            for (size_t i = 0; i < row.size(); ++i) {
                widths.resize(std::max(widths.size(), i + 1));
                widths[i] = std::max(widths[i], columnsOf(row[i]));
            }
        std::string lines;
        for (const auto &row : rows_) {
            std::string line;
            for (size_t i = 0; i < row.size(); ++i) {
                const std::string blanks(widths[i] - columnsOf(row[i]), ' ');
                line += i == 0 ? "  " + row[i] + blanks : "  " + blanks + row[i];
            }
            lines += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
        }
        return lines;
    }

private:
    std::vector<std::vector<std::string>> rows_;
};

/// "P3–P7", "P4"
std::string levelsLabel(const ArrangementStatistics &arrangement)
{
    const auto &levels = arrangement.levels;
    if (levels.empty())
        return {};
    const std::string first = levelLabel(levels.front().stride);
    return levels.size() == 1 ? first : first + "–" + levelLabel(levels.back().stride);
}

std::string rangeText(const LevelStatistics &level)
{
    return numberText(level.rangeLow) + "–" + (std::isfinite(level.rangeHigh) ? numberText(level.rangeHigh) : "∞");
}

std::string headText(const AssignmentStatistics &s)
{
    std::string line = plain(s.name) + ": " + text(s.images) + " images, " + text(s.labels) + " labels";
    if (s.leftOut > 0)
        line += " (" + text(s.leftOut) + " more are not trained on: crowds, or outside the image)";
    return line + "\nprofile " + s.profile.name + ", shorter side " + text(s.profile.shortSide) +
           " px, longer at most " + text(s.profile.longSide) + " px\n";
}

std::string recallText(const AssignmentStatistics &s)
{
    TextTable table({"", "all", "small", "medium", "large"});
    std::vector<std::string> labels{"labels", text(s.pyramid.recall.whole)};
    for (const Share &share : s.pyramid.recallOfSize)
        labels.push_back(text(share.whole));
    table.add(labels);
    for (const auto &[arrangement, what] :
         {std::pair{&s.pyramid, "levels "}, std::pair{&s.singleLevel, "single level "}}) {
        std::vector<std::string> row{what + levelsLabel(*arrangement), percent(arrangement->recall)};
        for (const Share &share : arrangement->recallOfSize)
            row.push_back(percent(share));
        table.add(row);
    }
    return "\nBest possible recall: the share of labels that at least one location learns.\n"
           "Sizes as COCO's: small below 32² px², medium below 96² px², by the label's own area where there is one.\n" +
           table.str();
}

std::string ambiguityText(const AssignmentStatistics &s)
{
    TextTable table({"", "positives", "ambiguous", "of different classes"});
    for (const auto &[arrangement, what] :
         {std::pair{&s.pyramid, "levels "}, std::pair{&s.singleLevel, "single level "}})
        table.add({what + levelsLabel(*arrangement), text(arrangement->ambiguous.whole),
                   percent(arrangement->ambiguous), percent(arrangement->ambiguousAcrossClasses)});
    return "\nAmbiguous samples: the share of positive locations that two or more labels claim.\n" + table.str();
}

std::string levelText(const AssignmentStatistics &s)
{
    TextTable table({"level", "range", "locations", "positives", "small", "medium", "large", "recall alone",
                     "ambiguous", "of different classes"});
    for (const LevelStatistics &level : s.pyramid.levels) {
        std::vector<std::string> row{levelLabel(level.stride), rangeText(level), text(level.locations),
                                     text(level.positives)};
        for (const int64_t positives : level.positivesOfSize)
            row.push_back(text(positives));
        row.push_back(percent(level.recall));
        row.push_back(percent({level.ambiguous, level.positives}));
        row.push_back(percent({level.ambiguousAcrossClasses, level.positives}));
        table.add(row);
    }
    return "\nLevels: regression range in px of the network's input; positives, and those that learn a label of each "
           "size;\nrecall alone: the share of all labels that this level learns.\n" +
           table.str();
}

std::string histogramText(const AssignmentStatistics &s)
{
    TextTable table({"positives of a label", "labels", "share"});
    for (size_t bin = 0; bin < s.labelsByPositives.size(); ++bin)
        table.add(
            {positiveBinName(bin), text(s.labelsByPositives[bin]), percent({s.labelsByPositives[bin], s.labels})});
    return "\nHow many locations learn a label.\n" + table.str();
}

std::string classText(const AssignmentStatistics &s)
{
    TextTable table({"class", "labels", "recall", "positives"});
    for (size_t c = 0; c < s.classes.size(); ++c)
        if (s.classes[c].recall.whole > 0)
            table.add({plain(classNameOf(s, static_cast<int>(c))), text(s.classes[c].recall.whole),
                       percent(s.classes[c].recall), text(s.classes[c].positives)});
    return "\nClasses: best possible recall, and the locations that learn a label of the class.\n" + table.str();
}

std::string pairText(const AssignmentStatistics &s, size_t most)
{
    if (s.pairs.empty())
        return {};
    TextTable table({"classes", "locations", "learn the first", "the second"});
    for (size_t i = 0; i < std::min(most, s.pairs.size()); ++i) {
        const ClassPair &pair = s.pairs[i];
        table.add({plain(classNameOf(s, pair.first)) + " × " + plain(classNameOf(s, pair.second)), text(pair.locations),
                   text(pair.learnFirst), text(pair.learnSecond)});
    }
    std::string more;
    if (s.pairs.size() > most)
        more = "  and " + text(static_cast<int64_t>(s.pairs.size() - most)) + " more pairs\n";
    return "\nPairs of classes at ambiguous locations, and what is learnt there.\n" + table.str() + more;
}

std::string boxText(const Box &box)
{
    char buffer[128];
    std::snprintf(buffer, sizeof buffer, "(%.1f, %.1f, %.1f, %.1f)", box.x1, box.y1, box.x2, box.y2);
    return buffer;
}

std::string unlearnableText(const AssignmentStatistics &s, size_t most)
{
    std::string lines =
        "\nBoxes that no location can learn: " + text(static_cast<int64_t>(s.unlearnable.size())) + "\n";
    for (size_t i = 0; i < std::min(most, s.unlearnable.size()); ++i) {
        const UnlearnableBox &box = s.unlearnable[i];
        lines += "  " + plain(box.imageId) + ", label " + text(box.label) + ", " +
                 plain(classNameOf(s, box.classIndex)) + " " + boxText(box.box) + "\n    " + box.reason.english() +
                 "\n    Remedy: " + remedyText(box) + "\n";
    }
    if (s.unlearnable.size() > most)
        lines += "  and " + text(static_cast<int64_t>(s.unlearnable.size() - most)) + " more\n";
    return lines;
}

}  // namespace

std::string classNameOf(const AssignmentStatistics &statistics, int classIndex)
{
    return nameOfClass(statistics.classNames, classIndex);
}

std::string positiveBinName(size_t bin)
{
    const int first = positiveBinStarts.at(bin);
    if (bin + 1 == positiveBinStarts.size())
        return ">" + std::to_string(first - 1);
    const int last = positiveBinStarts[bin + 1] - 1;
    return first == last ? std::to_string(first) : std::to_string(first) + "–" + std::to_string(last);
}

std::string remedyText(const UnlearnableBox &box)
{
    std::string all;
    for (const Message &words : box.remedyWords())
        all += (all.empty() ? "" : " ") + words.english();
    return all;
}

std::string assignmentText(const AssignmentStatistics &s, const ReportOptions &options)
{
    return headText(s) + recallText(s) + ambiguityText(s) + levelText(s) + histogramText(s) + classText(s) +
           pairText(s, options.pairs) + unlearnableText(s, options.boxes);
}

}  // namespace fcoscope
