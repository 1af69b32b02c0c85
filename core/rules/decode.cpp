// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rules/decode.h"

#include <limits>

#include "core/rules/decode_walk.h"

namespace fcoscope {

std::vector<Detection> decode(const RawOutputs &raw, const Profile &profile, const DecodeOptions &options)
{
    Forgetful nobody;
    return DecodeWalk(raw, profile, options, nobody).run();
}

Box predictedBox(const RawOutputs &raw, const Profile &profile, int level, int location)
{
    const double nowhere = std::numeric_limits<double>::quiet_NaN();
    if (!reachAt(raw, level, location).isNumber())
        return {nowhere, nowhere, nowhere, nowhere};
    const Level at = levelsFor(profile, raw.transform.paddedSize).at(static_cast<size_t>(level));
    return boxAfterNms(boxForNms(raw, profile, at, level, location), raw, profile);
}

}  // namespace fcoscope
