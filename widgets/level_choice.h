// SPDX-License-Identifier: GPL-3.0-or-later
// Levels of a profile that are ticked on and off: what is left of a pyramid without some of its levels, and whether a
// profile's levels are what is left of another's.
#pragma once

#include <vector>

#include "core/rules/profile.h"

namespace fcoscope {

/// `all` without the levels whose strides are not among `strides`. Removed from the coarsest on, so that the same
/// levels always leave the same limits. Throws UserError where none would be left.
Profile reducedTo(const std::vector<double> &strides, Profile all);
/// Whether `profile` has the levels of `all`, or what reducedTo() leaves of them.
bool comesFrom(const Profile &profile, const Profile &all);

}  // namespace fcoscope
