// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/conversion_report.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <unordered_map>

#include "core/base/json_writer.h"

namespace fcoscope {
namespace {

using Kind = ConversionNote::Kind;

int rankOf(Kind kind)
{
    return kind == Kind::Dropped ? 0 : kind == Kind::Changed ? 1 : 2;
}

std::string counted(size_t count, const char *one, const char *many)
{
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

/// A sentence that stands in a report, once or many times.
struct Sentence {
    std::string text, firstFile;
    size_t times = 0;
    std::set<std::string> files;
};

std::vector<Sentence> sentencesOf(const NoteGroup &group)
{
    std::vector<Sentence> sentences;
    std::unordered_map<std::string, size_t> places;
    for (const ConversionNote *note : group.notes) {
        const std::string text = note->what.english();
        const auto [place, isNew] = places.try_emplace(text, sentences.size());
        if (isNew)
            sentences.push_back({text, note->file, 0, {}});
        Sentence &sentence = sentences[place->second];
        ++sentence.times;
        sentence.files.insert(note->file);
    }
    return sentences;
}

std::string textOf(const Sentence &sentence)
{
    std::string text = sentence.text;
    if (sentence.files.size() == 1 && !sentence.firstFile.empty())
        text = sentence.firstFile + ": " + text;
    if (sentence.times > 1)
        text += " (" + std::to_string(sentence.times) + " times" +
                (sentence.files.size() > 1 ? ", in " + std::to_string(sentence.files.size()) + " images" : "") + ")";
    return text;
}

}  // namespace

const char *nameOf(Kind kind)
{
    return kind == Kind::Dropped ? "dropped" : kind == Kind::Changed ? "changed" : "left out";
}

std::vector<NoteGroup> groupedNotes(const ConversionReport &report)
{
    std::map<std::pair<int, std::string>, size_t> places;  // the sentence before it is filled in
    std::vector<NoteGroup> groups;
    for (const ConversionNote &note : report.notes) {
        const auto [place, isNew] = places.try_emplace({rankOf(note.kind), note.what.text}, groups.size());
        if (isNew)
            groups.push_back({note.kind, {}});
        groups[place->second].notes.push_back(&note);
    }
    std::stable_sort(groups.begin(), groups.end(), [](const NoteGroup &a, const NoteGroup &b) {
        return rankOf(a.kind) != rankOf(b.kind) ? rankOf(a.kind) < rankOf(b.kind) : a.notes.size() > b.notes.size();
    });
    return groups;
}

std::string reportText(const ConversionReport &report, size_t most)
{
    std::string text = counted(report.images, "image", "images") + ", " + counted(report.boxes, "box", "boxes") + ", " +
                       counted(report.classes, "class", "classes") + "\n";
    for (const NoteGroup &group : groupedNotes(report)) {
        text += std::string(nameOf(group.kind)) + " (" + std::to_string(group.notes.size()) + "):\n";
        const std::vector<Sentence> sentences = sentencesOf(group);
        for (size_t i = 0; i < sentences.size() && i < most; ++i)
            text += "  " + textOf(sentences[i]) + "\n";
        if (sentences.size() > most)
            text += "  … and " + std::to_string(sentences.size() - most) + " more like these\n";
    }
    return text;
}

std::string reportJson(const ConversionReport &report)
{
    std::vector<std::string> notes, files;
    for (const ConversionNote &note : report.notes)
        notes.push_back(
            JsonObject().add("kind", nameOf(note.kind)).add("file", note.file).add("what", note.what.english()).text());
    for (const auto &file : report.files)
        files.push_back(file.string());
    return JsonObject()
        .add("images", static_cast<int64_t>(report.images))
        .add("boxes", static_cast<int64_t>(report.boxes))
        .add("classes", static_cast<int64_t>(report.classes))
        .add("imagesLeftOut", static_cast<int64_t>(report.imagesLeftOut))
        .add("boxesLeftOut", static_cast<int64_t>(report.boxesLeftOut))
        .add("lossless", report.lossless())
        .raw("files", jsonTexts(files))
        .raw("notes", jsonArray(notes))
        .text();
}

void append(ConversionReport &report, ConversionReport &&more)
{
    report.images += more.images;
    report.boxes += more.boxes;
    report.classes = std::max(report.classes, more.classes);
    report.imagesLeftOut += more.imagesLeftOut;
    report.boxesLeftOut += more.boxesLeftOut;
    std::move(more.notes.begin(), more.notes.end(), std::back_inserter(report.notes));
    std::move(more.files.begin(), more.files.end(), std::back_inserter(report.files));
}

}  // namespace fcoscope
