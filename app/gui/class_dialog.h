// SPDX-License-Identifier: GPL-3.0-or-later
// Which class: a field that completes the names that are known and takes a new one.
#pragma once

#include <QWidget>

#include <optional>
#include <string>
#include <vector>

namespace fcoscope {

/// Nothing: the person gave up. The name is not empty, and blanks at its ends are gone.
std::optional<std::string> askForClassName(QWidget *parent, const std::vector<std::string> &known,
                                           const std::string &now = {});

}  // namespace fcoscope
