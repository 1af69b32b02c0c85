// SPDX-License-Identifier: GPL-3.0-or-later
// Folders of label files made on the spot, and what two sets that are to say the same differ in.
#pragma once

#include <clocale>
#include <locale>

#include "label_files.h"

namespace fcoscope {

inline bool says(const ConversionReport &report, const std::string &words)
{
    return std::any_of(report.notes.begin(), report.notes.end(),
                       [&](const ConversionNote &n) { return n.what.english().find(words) != std::string::npos; });
}

inline QString refusalOf(const fs::path &path, const FormatOptions &options = {})
{
    try {
        readLabels(path, options);
    } catch (const UserError &error) {
        return QString::fromStdString(error.what());
    }
    return {};
}

/// What a round trip is to keep, of every image by its file: one text each, numbers exact.
struct Sameness {
    bool scores = true, flags = true, verified = true, extras = true;
    bool newOnes = true;  ///< images without review count, too
};
inline std::map<std::string, std::string> sayingOf(const LabelSet &set, const Sameness &same = {})
{
    std::map<std::string, std::string> images;
    for (const ImageEntry &image : set.images) {
        if (image.status == ReviewStatus::New && !same.newOnes)
            continue;
        const bool verified = image.status == ReviewStatus::Verified && !same.verified;
        std::string text = verified ? image.boxes.empty() ? "empty" : "labelled" : nameOf(image.status);
        if (same.extras)
            text += " " + image.extra;
        for (const BoxEntry &box : image.boxes) {
            text += "\n" + set.findClass(box.classKey)->name;
            for (const double side : {box.box.x1, box.box.y1, box.box.x2, box.box.y2})
                text += " " + QByteArray::number(side, 'g', 17).toStdString();
            if (same.scores && box.score)
                text += " score " + std::to_string(*box.score);
            if (same.flags)
                text += std::string(box.difficult ? " difficult" : "") + (box.crowd ? " crowd" : "");
            if (same.extras)
                text += " " + box.extra;
        }
        images[fs::weakly_canonical(set.fileOf(image)).string()] = text;
    }
    return images;
}
/// The first image that two sets do not say the same of; "" if there is none.
inline QString difference(const LabelSet &a, const LabelSet &b, const Sameness &same = {})
{
    const auto first = sayingOf(a, same), second = sayingOf(b, same);
    for (const auto &[file, text] : first)
        if (const auto other = second.find(file); other == second.end())
            return QString::fromStdString(file + " is missing");
        else if (other->second != text)
            return QString::fromStdString(file + "\n" + text + "\n--- is now\n" + other->second);
    return first.size() == second.size() ? QString() : QString("there are more images");
}

inline const ImageEntry &imageNamed(const LabelSet &set, const std::string &end)
{
    for (const ImageEntry &image : set.images)
        if (image.path == end || image.path.ends_with("/" + end))
            return image;
    throw std::runtime_error("no image " + end);
}

inline ClassEntry classEntry(Key key, const std::string &name, int rank, int64_t formatId = -1)
{
    ClassEntry entry;
    entry.key = key, entry.name = name, entry.rank = rank, entry.formatId = formatId;
    return entry;
}
inline BoxEntry boxEntry(Key key, Key classKey, const Box &box)
{
    BoxEntry entry;
    entry.key = key, entry.classKey = classKey, entry.box = box;
    return entry;
}

/// "3,5" instead of "3.5" in streams, and in C where the machine has a German locale, as long as this lives.
class GermanNumbers {
public:
    GermanNumbers() : c_(std::setlocale(LC_ALL, nullptr))
    {
        cpp_ = std::locale::global(std::locale(std::locale::classic(), new Comma));
        std::setlocale(LC_ALL, "de_DE.UTF-8");
    }
    ~GermanNumbers()
    {
        std::locale::global(cpp_);
        std::setlocale(LC_ALL, c_.c_str());
    }

private:
    struct Comma : std::numpunct<char> {
        char do_decimal_point() const override { return ','; }
        char do_thousands_sep() const override { return '.'; }
        std::string do_grouping() const override { return "\3"; }
    };
    std::string c_;
    std::locale cpp_;
};

/// Three images of 100 × 80 in `root`: a.png with boxes of every kind of number, b.png empty, c.png without review.
inline LabelSet smallSet(const fs::path &root)
{
    for (const char *name : {"a.png", "b.png", "c.png"})
        putImage(root / name);
    LabelSet set;
    set.root = root;
    set.classes = {classEntry(1, "red, cell", 0), classEntry(2, "weiß", 1)};
    for (const char *name : {"a.png", "b.png", "c.png"}) {
        ImageEntry image;
        image.key = 10 + Key(set.images.size());
        image.path = name;
        image.size = {100, 80};
        image.formatId = -1;
        set.images.push_back(image);
    }
    set.images[0].status = ReviewStatus::Labelled;
    set.images[1].status = ReviewStatus::Empty;
    set.images[0].boxes = {boxEntry(20, 1, {10, 20, 30, 40}), boxEntry(21, 2, {1.0 / 3, 0.1, 99.7, 79.123456789}),
                           boxEntry(22, 1, {12.25, 3e-3, 55.55, 60.000000001})};
    set.nextKey = 30;
    return set;
}

class FormatFolder : protected DatasetFolder {
protected:
    LabelSet bccd() const { return readLabels(shared() / "datasets/bccd").set; }
    LabelSet cocoMini() const { return readLabels(shared() / "datasets/coco-mini").set; }
    bool hasShared() const
    {
        return fs::exists(shared() / "datasets/bccd") && fs::exists(shared() / "datasets/coco-mini");
    }
};

}  // namespace fcoscope
