// SPDX-License-Identifier: GPL-3.0-or-later
// Decoding written down as plainly as it can be: every pair is scored, everything is sorted, every box is compared with
// every better one. Slow, and the measure of core/rules/decode.h.
#pragma once

#include "core/base/values.h"
#include "core/rules/profile.h"

namespace fcoscope {

/// Everything that goes to NMS, in falling order of score, with its box in the frame of NMS.
std::vector<Detection> plainCandidates(const RawOutputs &raw, const Profile &profile, const DecodeOptions &options);

std::vector<Detection> plainDecode(const RawOutputs &raw, const Profile &profile, const DecodeOptions &options);

}  // namespace fcoscope
