// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/level_choice.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/rules/what_if.h"

namespace fcoscope {

Profile reducedTo(const std::vector<double> &strides, Profile all)
{
    for (size_t i = all.strides.size(); i-- > 0;)
        if (std::find(strides.begin(), strides.end(), all.strides[i]) == strides.end())
            all = withoutLevel(all, i);
    return all;
}

bool comesFrom(const Profile &profile, const Profile &all)
{
    try {
        const Profile reduced = reducedTo(profile.strides, all);
        return reduced.strides == profile.strides && reduced.rangeLimits == profile.rangeLimits;
    } catch (const UserError &) {
        return false;
    }
}

}  // namespace fcoscope
