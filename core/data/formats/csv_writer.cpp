// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <unordered_set>

#include "core/base/json_writer.h"
#include "core/base/text.h"
#include "core/data/formats/csv.h"
#include "core/data/formats/csv_table.h"
#include "core/data/formats/labelme_folder.h"

namespace fcoscope {

void writeCsv(const WriteRequest &request, const RunContext &context, ConversionReport &report);

namespace {

constexpr size_t mostColumns = 200;

/// The fields that boxes have beyond ours, in the order they come in; as keys in an extra.
std::vector<std::string> extraColumns(const WriteRequest &request)
{
    std::vector<std::string> columns;
    std::unordered_set<std::string> known;
    for (const ImageEntry *image : request.images)
        for (const BoxEntry &box : image->boxes) {
            if (box.area >= 0 && known.insert("area").second)
                columns.emplace_back("area");
            if (box.locked && known.insert("locked").second)
                columns.emplace_back("locked");
            for (const ExtraField &field : extraFields(box.extra))
                if (field.key != rememberedBox && columns.size() < mostColumns &&
                    known.insert(std::string(field.key)).second)
                    columns.emplace_back(field.key);
        }
    return columns;
}

class Writer {
public:
    Writer(const WriteRequest &request, ConversionReport &report)
        : request_(request), report_(report), columns_(extraColumns(request))
    {
        text_ = "image,width,height,class,x1,y1,x2,y2,score,difficult,crowd,status";
        // A field of a name that means something else here would be read as that.
        std::erase_if(columns_, [&](const std::string &column) {
            const auto meaning = csvColumnsOf({"image", "x1", "y1", "x2", "y2", nameOf(column)});
            const bool taken = column != "area" && column != "locked" &&
                               (!meaning || meaning->places.size() > 5 || nameOf(column).empty());
            dropped_ += taken ? (dropped_.empty() ? "" : ", ") + column : "";
            return taken;
        });
        for (const std::string &column : columns_)
            text_ += "," + csvField(nameOf(column));
        text_ += "\r\n";
    }

    void add(const ImageEntry &image)
    {
        const Size size = sizeOrHeader(request_.set, image);
        const std::string path = labelmeImagePath(request_.set, image, request_.to);
        const std::string begin =
            csvField(path) +
            (size.width > 0 ? "," + std::to_string(size.width) + "," + std::to_string(size.height) : std::string(",,"));
        if (image.boxes.empty())
            text_ += begin + ",,,,,,,,," + nameOf(image.status) + std::string(columns_.size(), ',') + "\r\n";
        for (const BoxEntry &box : image.boxes) {
            const Box &b = box.box;
            text_ += begin + "," + csvField(request_.set.findClass(box.classKey)->name) + "," + jsonNumber(b.x1) + "," +
                     jsonNumber(b.y1) + "," + jsonNumber(b.x2) + "," + jsonNumber(b.y2) + "," +
                     (box.score ? jsonNumber(*box.score) : "") + (box.difficult ? ",1" : ",0") +
                     (box.crowd ? ",1," : ",0,") + nameOf(image.status);
            const std::string extra = extraForBox(report_, image.path, "box", box);
            for (const std::string &column : columns_)
                text_ += "," + csvField(cellOf(box, extra, column));
            text_ += "\r\n";
        }
        noteDroppedExtras(report_, image.path, image.path, image.extra);
    }

    const std::string &finish()
    {
        if (!dropped_.empty())
            note(report_, ConversionNote::Kind::Dropped, "",
                 message("core", "The table has no columns for these fields of boxes: {0}.").with(dropped_));
        return text_;
    }

private:
    static std::string nameOf(const std::string &key) { return extraText("\"" + key + "\""); }
    static const char *nameOf(ReviewStatus status) { return fcoscope::nameOf(status); }

    static std::string cellOf(const BoxEntry &box, const std::string &extra, const std::string &column)
    {
        if (column == "locked")
            return box.locked ? "1" : "0";
        if (column == "area" && box.area >= 0)
            return jsonNumber(box.area);
        return extraText(extraField(extra, column));
    }

    const WriteRequest &request_;
    ConversionReport &report_;
    std::vector<std::string> columns_;
    std::string dropped_, text_;
};

}  // namespace

void writeCsv(const WriteRequest &request, const RunContext &context, ConversionReport &report)
{
    Writer writer(request, report);
    for (const ImageEntry *image : request.images) {
        if (context.shouldStop())
            throw Stopped{};
        writer.add(*image);
    }
    request.put(request.to, writer.finish());
    report.files.push_back(request.to);
}

}  // namespace fcoscope
