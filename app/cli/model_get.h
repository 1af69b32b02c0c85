// SPDX-License-Identifier: GPL-3.0-or-later
// fcos model get: lists the published weights, or fetches some of them. A part of `fcos model`.
#pragma once

#include "app/cli/verbs.h"

namespace fcoscope {

int modelGetVerb(const Arguments &arguments, Console &console);

}  // namespace fcoscope
