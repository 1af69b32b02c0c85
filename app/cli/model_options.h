// SPDX-License-Identifier: GPL-3.0-or-later
// Which model a verb looks with, and on what device.
#pragma once

#include <string>

#include "core/fcos/predictor.h"

namespace fcoscope {

struct ModelOptions {
    std::string weights;  ///< a file, a folder, published weights that are here; empty: the one that ships
    std::string profile;  ///< which detector of its codebase the file holds; empty: what the file tells
    std::string device = "auto";
    int threads = 0;
};
void visit(OptionTable &table, ModelOptions &options);

/// The option that says which detector of its codebase a file holds.
void addProfile(OptionTable &table, std::string &profileName);

/// Throws UserError if there is no such model.
Predictor loadModel(const ModelOptions &options);

}  // namespace fcoscope
