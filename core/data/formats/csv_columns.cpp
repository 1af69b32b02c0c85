// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/base/options.h"
#include "core/base/text.h"
#include "core/data/formats/csv.h"

namespace fcoscope {
namespace {

using C = CsvColumn;

struct ColumnName {
    const char *name;
    CsvColumn column;
};
/// Of two columns that mean the same, the one whose name stands first here.
constexpr ColumnName columnNames[] = {
    {"image", C::Image},
    {"filename", C::Image},
    {"file_name", C::Image},
    {"image_path", C::Image},
    {"filepath", C::Image},
    {"path", C::Image},
    {"file", C::Image},
    {"image_name", C::Image},
    {"image_id", C::Image},
    {"imageid", C::Image},
    {"img", C::Image},
    {"class", C::Class},
    {"class_name", C::Class},
    {"label", C::Class},
    {"label_name", C::Class},
    {"labelname", C::Class},
    {"category", C::Class},
    {"name", C::Class},
    {"class_id", C::Class},
    {"x1", C::X1},
    {"xmin", C::X1},
    {"x_min", C::X1},
    {"left", C::X1},
    {"y1", C::Y1},
    {"ymin", C::Y1},
    {"y_min", C::Y1},
    {"top", C::Y1},
    {"x2", C::X2},
    {"xmax", C::X2},
    {"x_max", C::X2},
    {"right", C::X2},
    {"y2", C::Y2},
    {"ymax", C::Y2},
    {"y_max", C::Y2},
    {"bottom", C::Y2},
    {"x", C::X},
    {"bbox_x", C::X},
    {"y", C::Y},
    {"bbox_y", C::Y},
    {"w", C::W},
    {"bbox_width", C::W},
    {"box_width", C::W},
    {"bbox_w", C::W},
    {"h", C::H},
    {"bbox_height", C::H},
    {"box_height", C::H},
    {"bbox_h", C::H},
    {"bbox", C::Bbox},
    {"image_width", C::Width},
    {"img_width", C::Width},
    {"width", C::Width},
    {"image_height", C::Height},
    {"img_height", C::Height},
    {"height", C::Height},
    {"score", C::Score},
    {"confidence", C::Score},
    {"conf", C::Score},
    {"difficult", C::Difficult},
    {"crowd", C::Crowd},
    {"iscrowd", C::Crowd},
    {"isgroupof", C::Crowd},
    {"area", C::Area},
    {"locked", C::Locked},
    {"status", C::Status},
};

bool hasEdges(const CsvColumns &columns)
{
    const auto all = [&](std::initializer_list<C> wanted) {
        return std::all_of(wanted.begin(), wanted.end(), [&](C c) { return columns.has(c); });
    };
    return all({C::X1, C::Y1, C::X2, C::Y2}) || all({C::X, C::Y, C::W, C::H}) || columns.has(C::Bbox);
}

/// path, x1, y1, x2, y2, class without names, as keras-retinanet reads it.
bool isPlainRow(const std::vector<std::string> &row)
{
    if (row.size() != 6 || row[0].empty())
        return false;
    const bool without = std::all_of(row.begin() + 1, row.end(), [](const std::string &f) { return f.empty(); });
    double number = 0;
    return without || (!row[5].empty() && std::all_of(row.begin() + 1, row.begin() + 5, [&](const std::string &field) {
               return parseNumber(field, number);
           }));
}

}  // namespace

const std::string &CsvColumns::in(const std::vector<std::string> &row, CsvColumn column) const
{
    static const std::string none;
    const auto place = places.find(column);
    return place == places.end() || place->second >= row.size() ? none : row[place->second];
}

std::optional<CsvColumns> csvColumnsOf(const std::vector<std::string> &firstRow)
{
    CsvColumns columns;
    if (isPlainRow(firstRow)) {
        columns.places = {{C::Image, 0}, {C::X1, 1}, {C::Y1, 2}, {C::X2, 3}, {C::Y2, 4}, {C::Class, 5}};
        return columns;
    }
    for (const std::string &name : firstRow)
        columns.names.push_back(lowerCase(name));
    for (const auto &[name, column] : columnNames) {
        const auto place = std::find(columns.names.begin(), columns.names.end(), name);
        if (place != columns.names.end())
            columns.places.emplace(column, static_cast<size_t>(place - columns.names.begin()));
    }
    // x, y, width, height: then they are the box's own, and nothing says the image's.
    if (columns.has(C::X) && columns.has(C::Y) && !columns.has(C::X1) && !columns.has(C::W) && columns.has(C::Width) &&
        columns.has(C::Height)) {
        columns.places[C::W] = columns.places[C::Width], columns.places[C::H] = columns.places[C::Height];
        columns.places.erase(C::Width), columns.places.erase(C::Height);
    }
    columns.fractions = std::find(columns.names.begin(), columns.names.end(), "labelname") != columns.names.end();
    columns.names = firstRow;
    if (!columns.has(C::Image) || !hasEdges(columns))
        return std::nullopt;
    return columns;
}

}  // namespace fcoscope
