// SPDX-License-Identifier: GPL-3.0-or-later
// Tables with a line for each box. Private to core/data.
//
// Columns are known by their names, in any case and order:
//     image      filename, image, image_id, path, …; a path from the table's folder, or a name that only one image has
//     class      class, label, class_name, name, …
//     edges      xmin ymin xmax ymax or x1 y1 x2 y2; or x y w h; or bbox with "[x, y, w, h]" (Kaggle)
//     size       width, height of the image, which must be the image's
//     score, difficult, crowd (iscrowd, IsGroupOf), area, locked, status (new, labelled, verified, empty)
// Other columns survive in the box's extra. Edges with LabelName (Open Images) are fractions of the sides. A table
// without names is keras-retinanet's: path, x1, y1, x2, y2, class. An image whose line has neither edges nor class is
// there, without boxes: Empty, unless its status says something else.
//
// Written are image, width, height, class, x1, y1, x2, y2, score, difficult, crowd, status and a column for each extra
// field, as RFC 4180 wants it, numbers in their shortest exact form. Edges are ours, so those of labelImg and
// TensorFlow's tables: continuous. The table has no list of classes: they come by name.
#pragma once

#include <map>

#include "core/data/formats/format.h"

namespace fcoscope {

enum class CsvColumn {
    Image,
    Class,
    X1,
    Y1,
    X2,
    Y2,
    X,
    Y,
    W,
    H,
    Bbox,
    Width,
    Height,
    Score,
    Difficult,
    Crowd,
    Area,
    Locked,
    Status,
};
struct CsvColumns {
    std::map<CsvColumn, size_t> places;
    std::vector<std::string> names;  ///< of the header; none: keras-retinanet's six
    bool fractions = false;

    bool has(CsvColumn column) const { return places.contains(column); }
    /// "" where the row has none.
    const std::string &in(const std::vector<std::string> &row, CsvColumn column) const;
};
/// What the first row of a table says; none: it is no table of boxes.
std::optional<CsvColumns> csvColumnsOf(const std::vector<std::string> &firstRow);

}  // namespace fcoscope
