// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <unordered_map>

#include "core/base/error.h"
#include "core/base/json_writer.h"
#include "core/data/formats/coco.h"

namespace fcoscope {
namespace {

using Kind = ConversionNote::Kind;

std::string four(double a, double b, double c, double d)
{
    return "[" + jsonNumber(a) + ", " + jsonNumber(b) + ", " + jsonNumber(c) + ", " + jsonNumber(d) + "]";
}

/// One entry, field by field; fields of `extra` that it has already are listed as dropped.
class Entry {
public:
    explicit Entry(std::string &out) : out_(out) { out_ += '{'; }

    void raw(std::string_view key, std::string_view value)
    {
        out_ += first_ ? "\"" : ", \"";
        first_ = false;
        out_ += key;
        out_ += "\": ";
        out_ += value;
        keys_.push_back(key);
    }
    void number(std::string_view key, int64_t value) { raw(key, std::to_string(value)); }
    void real(std::string_view key, double value) { raw(key, jsonNumber(value)); }
    void text(std::string_view key, const std::string &value) { raw(key, jsonText(value)); }
    void extras(ConversionReport &report, const std::string &file, std::string_view extra)
    {
        const size_t own = keys_.size();
        for (const ExtraField &field : extraFields(extra))
            if (std::find(keys_.begin(), keys_.begin() + static_cast<std::ptrdiff_t>(own), field.key) ==
                keys_.begin() + static_cast<std::ptrdiff_t>(own))
                raw(field.key, field.value);
            else if (field.key != "score" && field.key != "ignore")  // those were taken into account
                note(
                    report, Kind::Dropped, file,
                    message("core", "The field \"{0}\" has another meaning in COCO; it was left out.").with(field.key));
    }
    void end() { out_ += '}'; }

private:
    std::string &out_;
    bool first_ = true;
    std::vector<std::string_view> keys_;
};

class CocoWriting {
public:
    CocoWriting(const WriteRequest &request, const RunContext &context, ConversionReport &report)
        : request_(request), context_(context), report_(report)
    {
    }

    std::string text()
    {
        out_ = "{\n";
        for (const ExtraField &field : extraFields(request_.set.extra))
            if (field.key != "images" && field.key != "annotations" && field.key != "categories")
                ((out_ += '"') += field.key) += "\": ", out_.append(field.value) += ",\n";
        writeClasses();
        writeImages();
        writeAnnotations();
        out_ += "}\n";
        return std::move(out_);
    }

private:
    void beginEntry(bool first) { out_ += first ? "\n  " : ",\n  "; }
    void writeClasses();
    void writeImages();
    void writeAnnotations();
    void writeBox(const std::string &file, const BoxEntry &box, int64_t id, int64_t imageId);

    const WriteRequest &request_;
    const RunContext &context_;
    ConversionReport &report_;
    std::string out_;
    std::vector<int64_t> imageIds_;
    struct Class {
        int64_t id;
        const std::string *name;
    };
    std::unordered_map<Key, Class> classes_;
};

void CocoWriting::writeClasses()
{
    const auto &classes = request_.set.classes;
    std::vector<int64_t> wanted;
    for (const ClassEntry &entry : classes)
        wanted.push_back(entry.formatId);
    const std::vector<int64_t> ids = idsOf(wanted, 1);
    const bool byId = std::is_sorted(ids.begin(), ids.end());
    out_ += "\"categories\": [";
    for (size_t i = 0; i < classes.size(); ++i) {
        beginEntry(i == 0);
        classes_.emplace(classes[i].key, Class{ids[i], &classes[i].name});
        Entry entry(out_);
        entry.number("id", ids[i]);
        entry.text("name", classes[i].name);
        if (!byId)
            entry.number("fcoscope_rank", static_cast<int64_t>(i));
        if (classes[i].colour != 0) {
            constexpr char hex[] = "0123456789abcdef";
            std::string colour = "#";
            for (int shift = 20; shift >= 0; shift -= 4)
                colour += hex[classes[i].colour >> shift & 15];
            entry.text("fcoscope_colour", colour);
        }
        entry.extras(report_, "", classes[i].extra);
        entry.end();
    }
    out_ += "\n],\n";
}

void CocoWriting::writeImages()
{
    std::vector<int64_t> wanted;
    for (const ImageEntry *image : request_.images)
        wanted.push_back(image->formatId);
    imageIds_ = idsOf(wanted, 1);
    out_ += "\"images\": [";
    for (size_t i = 0; i < request_.images.size(); ++i) {
        const ImageEntry &image = *request_.images[i];
        if (i % 1024 == 0 && context_.shouldStop())
            throw Stopped();
        beginEntry(i == 0);
        Entry entry(out_);
        entry.number("id", imageIds_[i]);
        entry.text("file_name", image.path);
        const Size size = sizeOrHeader(request_.set, image);
        if (size == Size{}) {
            note(report_, Kind::Dropped, image.path,
                 message("core", "The size of the image {0} cannot be read; it was written without one.")
                     .with(image.path));
        } else {
            entry.number("width", size.width);
            entry.number("height", size.height);
        }
        if (image.status != statusByBoxes(image))
            entry.text("fcoscope_status", nameOf(image.status));
        entry.extras(report_, image.path, image.extra);
        entry.end();
    }
    out_ += "\n],\n";
}

void CocoWriting::writeBox(const std::string &file, const BoxEntry &box, int64_t id, int64_t imageId)
{
    const Class &its = classes_.at(box.classKey);
    const std::string extra = extraForBox(report_, file, *its.name, box);
    const Box &b = box.box;
    Entry entry(out_);
    entry.number("id", id);
    entry.number("image_id", imageId);
    entry.number("category_id", its.id);
    const double width = exactLength(b.x1, b.x2), height = exactLength(b.y1, b.y2);
    entry.raw("bbox", four(b.x1, b.y1, width, height));
    if (b.x1 + width != b.x2 || b.y1 + height != b.y2)
        entry.raw("fcoscope_edges", four(b.x1, b.y1, b.x2, b.y2));
    entry.real("area", box.area >= 0 ? box.area : b.area());
    entry.number("iscrowd", box.crowd);
    const std::string_view ignore = extraField(extra, "ignore");
    if (!ignore.empty() && !box.difficult)
        entry.number("ignore", 0);
    else if (box.difficult && ignore.empty())
        entry.number("difficult", 1);
    if (box.score)
        entry.raw("score", scoreText(*box.score, extra));
    if (box.locked)
        entry.raw("fcoscope_locked", "true");
    entry.extras(report_, file, extra);
    entry.end();
}

void CocoWriting::writeAnnotations()
{
    out_ += "\"annotations\": [";
    int64_t id = 0;  // from 1: pycocotools never counts annotation 0 as found
    for (size_t i = 0; i < request_.images.size(); ++i) {
        const ImageEntry &image = *request_.images[i];
        if (i % 1024 == 0) {
            if (context_.shouldStop())
                throw Stopped();
            context_.report(static_cast<double>(i) / static_cast<double>(request_.images.size()),
                            message("core", "Writing labels"));
        }
        for (const BoxEntry &box : image.boxes) {
            beginEntry(id == 0);
            writeBox(image.path, box, ++id, imageIds_[i]);
        }
    }
    out_ += "\n]\n";
}

}  // namespace

void writeCoco(const WriteRequest &request, const RunContext &context, ConversionReport &report)
{
    std::error_code error;
    if (std::filesystem::is_directory(request.to, error))
        throw UserError(
            message("core", "{0} is a folder; COCO labels go to one file, as labels.json.").with(request.to.string()));
    request.put(request.to, CocoWriting(request, context, report).text());
    report.files.push_back(request.to);
}

}  // namespace fcoscope
