// SPDX-License-Identifier: GPL-3.0-or-later
// First weights of a training from a model that was made for something else: a backbone alone, or a detector of other
// classes, of another form or another codebase.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/message.h"
#include "core/fcos/detector.h"

namespace fcoscope {

struct StartReport {
    std::vector<std::string> taken;         ///< tensors with the given values, by our names
    std::vector<std::string> fresh;         ///< tensors that keep the first values they had
    std::vector<std::string> left;          ///< tensors of the file that this network has no use for
    std::vector<std::string> knownClasses;  ///< classes whose rows of the class prediction were taken
    std::vector<Message> notes;             ///< the same for people, and what does not go together
};

/// Fills `detector`, which has its first weights, with everything of the model in `path` that means the same there.
/// Rows of the class prediction are taken for classes of the same name, whatever its capitals. Throws UserError naming
/// every tensor that is in the way if the backbone itself does not fit; nothing is half-loaded.
StartReport startFrom(Detector &detector, const std::vector<std::string> &classNames,
                      const std::filesystem::path &path);

}  // namespace fcoscope
