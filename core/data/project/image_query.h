// SPDX-License-Identifier: GPL-3.0-or-later
// Which images of a set are listed, and in what order: by name, class, status, number of boxes. A plain walk over the
// set: a million boxes take less than 100 ms (docs/benchmarks.md).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/data/label_set.h"

namespace fcoscope {

struct ImageQuery {
    enum class Sort { Listed, Name, Boxes, Status, Score };  ///< Score: of the least sure box, those without one last
    std::string name{};                    ///< part of the path, A … Z without regard to case; "" any
    std::vector<Key> classes{};            ///< a box of one of them; empty: any
    std::vector<ReviewStatus> statuses{};  ///< one of them; empty: any
    std::optional<size_t> least{};         ///< number of boxes, of those classes where classes are named
    std::optional<size_t> most{};          ///< likewise; 0 with classes: images without one of them
    Sort sort = Sort::Listed;
    bool descending = false;

    bool operator==(const ImageQuery &) const = default;
};

/// Positions in set.images, in the order asked for; equal ones stay as they are listed.
std::vector<size_t> matching(const LabelSet &set, const ImageQuery &query);

/// The next image after `from` (−1: from the start) for which nobody has said anything yet, in the order of `listed`;
/// wraps round, up to `from` itself; −1: none. A step of −1 looks backwards.
int nextUnreviewed(const LabelSet &set, std::span<const size_t> listed, int from, int step);

/// What the class manager and the filter show.
struct ClassCount {
    size_t boxes = 0, images = 0;
};
std::vector<ClassCount> countClasses(const LabelSet &set);  ///< one for each of set.classes

}  // namespace fcoscope
