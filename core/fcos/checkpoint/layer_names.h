// SPDX-License-Identifier: GPL-3.0-or-later
// Two languages of names for the layers of a network, as a table of patterns that is read in both directions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fcoscope {

/// What follows the dot after a layer's name.
enum class Leaf {
    Weight,  ///< weight
    Layer,   ///< weight, bias
    Norm,    ///< weight, bias, and in batch norm running_mean → mean, running_var → var, num_batches_tracked → nothing
    Scale,   ///< scale → the layer's own name
    Caffe,   ///< theirs end in _w, _b without a dot: weight, bias
    CaffeNorm,  ///< _s, _b: weight, bias of a norm without statistics
};

/// A layer, theirs and ours. <n> stands for a number, <3i+1> for three times that of <i> plus one. The first row that
/// fits is the one: so aliases follow the spelling that is written.
struct Row {
    std::string theirs, ours;
    Leaf leaf;
};
using Rows = std::vector<Row>;

/// Our name for the tensor that they call `name`: "" if it has no place in our network, nullopt if no row fits.
std::optional<std::string> fromTheirs(const Rows &rows, std::string_view name);
/// Their name for ours; nullopt if no row fits.
std::optional<std::string> toTheirs(const Rows &rows, std::string_view name);

}  // namespace fcoscope
