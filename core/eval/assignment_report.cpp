// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/assignment_report.h"

#include <cmath>

#include "core/base/options.h"

namespace fcoscope {
namespace {

std::string shareJson(const Share &share)
{
    return share.whole > 0 ? jsonNumber(share.value()) : "null";
}

std::string recallJson(const Share &recall)
{
    return JsonObject()
        .add("labels", recall.whole)
        .add("recalled", recall.part)
        .raw("best_possible_recall", shareJson(recall))
        .text();
}

std::string levelJson(const LevelStatistics &level)
{
    JsonObject bySize;
    for (size_t bin = 0; bin < sizeBins; ++bin)
        bySize.add(sizeBinName(bin), level.positivesOfSize[bin]);
    return JsonObject()
        .add("level", levelLabel(level.stride))
        .add("stride", level.stride)
        .raw("range", jsonArray({jsonNumber(level.rangeLow), jsonNumber(level.rangeHigh)}))
        .add("locations", level.locations)
        .add("positives", level.positives)
        .raw("positives_by_size", bySize.text())
        .add("recalled", level.recall.part)
        .raw("best_possible_recall", shareJson(level.recall))
        .add("ambiguous", level.ambiguous)
        .add("ambiguous_across_classes", level.ambiguousAcrossClasses)
        .text();
}

std::string arrangementJson(const ArrangementStatistics &arrangement)
{
    JsonObject bySize;
    for (size_t bin = 0; bin < sizeBins; ++bin)
        bySize.raw(sizeBinName(bin), recallJson(arrangement.recallOfSize[bin]));
    std::vector<std::string> levels;
    for (const LevelStatistics &level : arrangement.levels)
        levels.push_back(levelJson(level));
    return JsonObject()
        .add("recalled", arrangement.recall.part)
        .raw("best_possible_recall", shareJson(arrangement.recall))
        .raw("by_size", bySize.text())
        .add("positives", arrangement.ambiguous.whole)
        .add("ambiguous", arrangement.ambiguous.part)
        .raw("ambiguous_share", shareJson(arrangement.ambiguous))
        .add("ambiguous_across_classes", arrangement.ambiguousAcrossClasses.part)
        .raw("ambiguous_across_classes_share", shareJson(arrangement.ambiguousAcrossClasses))
        .raw("levels", jsonArray(levels))
        .text();
}

std::string unlearnableJson(const AssignmentStatistics &s, const UnlearnableBox &box)
{
    std::vector<std::string> remedies;
    for (const Remedy &remedy : box.remedies) {
        JsonObject change;
        for (const auto &[option, value] : remedy.change)
            change.add(option, value);
        remedies.push_back(JsonObject().add("words", remedy.words.english()).raw("change", change.text()).text());
    }
    return JsonObject()
        .add("image", box.imageId)
        .add("label", box.label)
        .add("class", classNameOf(s, box.classIndex))
        .raw("box", jsonArray({jsonNumber(box.box.x1), jsonNumber(box.box.y1), jsonNumber(box.box.x2),
                               jsonNumber(box.box.y2)}))
        .add("verdict", verdictWord(box.verdict))
        .add("reason", box.reason.english())
        .raw("remedies", jsonArray(remedies))
        .text();
}

/// One cell: in quotes where it holds what would end it.
std::string cell(const std::string &value)
{
    if (value.find_first_of(",\"\r\n") == std::string::npos)
        return value;
    std::string quoted = "\"";
    for (const char c : value)
        quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + "\"";
}

std::string csvRow(const std::vector<std::string> &values)
{
    std::string line;
    for (size_t i = 0; i < values.size(); ++i)
        line += (i > 0 ? "," : "") + cell(values[i]);
    return line + "\r\n";
}

std::string shareCell(const Share &share)
{
    return share.whole > 0 ? numberText(share.value()) : "";
}

std::string levelsCsv(const AssignmentStatistics &s)
{
    std::string csv = csvRow({"arrangement", "level", "stride", "range_low", "range_high", "locations", "positives",
                              "positives_small", "positives_medium", "positives_large", "recalled", "labels",
                              "best_possible_recall", "ambiguous", "ambiguous_across_classes"});
    for (const auto &[arrangement, name] :
         {std::pair{&s.pyramid, "pyramid"}, std::pair{&s.singleLevel, "single_level"}})
        for (const LevelStatistics &l : arrangement->levels)
            csv += csvRow({name, levelLabel(l.stride), numberText(l.stride), numberText(l.rangeLow),
                           std::isfinite(l.rangeHigh) ? numberText(l.rangeHigh) : "", std::to_string(l.locations),
                           std::to_string(l.positives), std::to_string(l.positivesOfSize[0]),
                           std::to_string(l.positivesOfSize[1]), std::to_string(l.positivesOfSize[2]),
                           std::to_string(l.recall.part), std::to_string(l.recall.whole), shareCell(l.recall),
                           std::to_string(l.ambiguous), std::to_string(l.ambiguousAcrossClasses)});
    return csv;
}

std::string classesCsv(const AssignmentStatistics &s)
{
    std::string csv = csvRow({"class", "labels", "recalled", "best_possible_recall", "positives"});
    for (size_t c = 0; c < s.classes.size(); ++c) {
        const ClassStatistics &its = s.classes[c];
        csv += csvRow({classNameOf(s, static_cast<int>(c)), std::to_string(its.recall.whole),
                       std::to_string(its.recall.part), shareCell(its.recall), std::to_string(its.positives)});
    }
    return csv;
}

std::string pairsCsv(const AssignmentStatistics &s)
{
    std::string csv = csvRow({"first_class", "second_class", "locations", "learn_first", "learn_second"});
    for (const ClassPair &pair : s.pairs)
        csv += csvRow({classNameOf(s, pair.first), classNameOf(s, pair.second), std::to_string(pair.locations),
                       std::to_string(pair.learnFirst), std::to_string(pair.learnSecond)});
    return csv;
}

std::string unlearnableCsv(const AssignmentStatistics &s)
{
    std::string csv =
        csvRow({"image", "label", "class", "x1", "y1", "x2", "y2", "verdict", "reason", "remedy", "change"});
    for (const UnlearnableBox &box : s.unlearnable) {
        std::string flags;
        if (!box.remedies.empty())
            for (const auto &[option, value] : box.remedies.front().change)
                flags += (flags.empty() ? "--" : " --") + option + " " + value;
        csv += csvRow({box.imageId, std::to_string(box.label), classNameOf(s, box.classIndex), numberText(box.box.x1),
                       numberText(box.box.y1), numberText(box.box.x2), numberText(box.box.y2), verdictWord(box.verdict),
                       box.reason.english(), remedyText(box), flags});
    }
    return csv;
}

}  // namespace

JsonObject assignmentJson(const AssignmentStatistics &s)
{
    std::vector<std::string> classes, bins, pairs, unlearnable;
    for (size_t c = 0; c < s.classes.size(); ++c)
        classes.push_back(JsonObject()
                              .add("class", classNameOf(s, static_cast<int>(c)))
                              .add("labels", s.classes[c].recall.whole)
                              .add("recalled", s.classes[c].recall.part)
                              .raw("best_possible_recall", shareJson(s.classes[c].recall))
                              .add("positives", s.classes[c].positives)
                              .text());
    for (size_t bin = 0; bin < s.labelsByPositives.size(); ++bin)
        bins.push_back(JsonObject().add("from", positiveBinStarts[bin]).add("labels", s.labelsByPositives[bin]).text());
    for (const ClassPair &pair : s.pairs)
        pairs.push_back(
            JsonObject()
                .raw("classes", jsonTexts({classNameOf(s, pair.first), classNameOf(s, pair.second)}))
                .add("locations", pair.locations)
                .raw("learn", jsonArray({std::to_string(pair.learnFirst), std::to_string(pair.learnSecond)}))
                .text());
    for (const UnlearnableBox &box : s.unlearnable)
        unlearnable.push_back(unlearnableJson(s, box));
    JsonObject json;
    json.add("dataset", s.name).add("profile", s.profile.name).add("images", s.images).add("labels", s.labels);
    json.add("left_out", s.leftOut).raw("pyramid", arrangementJson(s.pyramid));
    json.raw("single_level", arrangementJson(s.singleLevel)).raw("classes", jsonArray(classes));
    json.raw("positives_per_label", jsonArray(bins)).raw("pairs", jsonArray(pairs));
    return json.raw("unlearnable", jsonArray(unlearnable));
}

std::vector<CsvFile> assignmentCsv(const AssignmentStatistics &s)
{
    return {{"levels.csv", levelsCsv(s)},
            {"classes.csv", classesCsv(s)},
            {"pairs.csv", pairsCsv(s)},
            {"unlearnable.csv", unlearnableCsv(s)}};
}

}  // namespace fcoscope
