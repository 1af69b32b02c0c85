// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rules/decode.h"

#include "core/rules/decode_walk.h"

namespace fcoscope {

std::vector<Detection> decode(const RawOutputs &raw, const Profile &profile, const DecodeOptions &options)
{
    Forgetful nobody;
    return DecodeWalk(raw, profile, options, nobody).run();
}

}  // namespace fcoscope
