// SPDX-License-Identifier: GPL-3.0-or-later
// Which images a list shows and in what order, and what a person has said about an image: the words in which the
// widgets ask. They filter nothing themselves; the window makes an ImageQuery of a ListFilter, member by member.
#pragma once

#include <QColor>
#include <QMetaType>
#include <QString>

#include <cstdint>
#include <optional>
#include <vector>

namespace fcoscope {

/// What is known of an image as a whole, in the order of ReviewStatus.
enum class ListStatus { New, Labelled, Verified, Empty };

struct ListFilter {
    enum class Sort { Listed, Name, Boxes, Status, Score };  ///< in the order of ImageQuery::Sort
    QString name;                      ///< part of the path, letters without regard to case; "": any
    std::vector<int64_t> classes;      ///< by key: a box of one of them; empty: any
    std::vector<ListStatus> statuses;  ///< one of them; empty: any
    std::optional<int> least, most;    ///< number of boxes (of those classes, where classes are named)
    Sort sort = Sort::Listed;
    bool descending = false;

    bool operator==(const ListFilter &) const = default;
    /// Whether it shows every image in the order they came.
    bool neutral() const { return *this == ListFilter{}; }
};

/// A class as the filter offers it.
struct FilterClass {
    int64_t key = 0;
    QString name;
    QColor colour;
    bool operator==(const FilterClass &) const = default;
};

}  // namespace fcoscope

Q_DECLARE_METATYPE(fcoscope::ListFilter)
