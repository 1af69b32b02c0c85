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

Profile withDecodingOf(const Profile &geometry, const Profile &decoding)
{
    Profile profile = geometry;
    profile.scoreRule = decoding.scoreRule;
    profile.classThreshold = decoding.classThreshold;
    profile.bestClassOnly = decoding.bestClassOnly;
    profile.rankRule = decoding.rankRule;
    profile.candidateScope = decoding.candidateScope;
    profile.wholePixelBoxes = decoding.wholePixelBoxes;
    profile.clipRule = decoding.clipRule;
    profile.nmsFrame = decoding.nmsFrame;
    profile.nmsScope = decoding.nmsScope;
    profile.nmsTest = decoding.nmsTest;
    profile.classShiftUpTo = decoding.classShiftUpTo;
    profile.dropEmptyBoxes = decoding.dropEmptyBoxes;
    profile.keepTies = decoding.keepTies;
    profile.decode = decoding.decode;
    return profile;
}

Box predictedBox(const RawOutputs &raw, const Profile &profile, int level, int location)
{
    const double nowhere = std::numeric_limits<double>::quiet_NaN();
    if (!reachAt(raw, level, location).isNumber())
        return {nowhere, nowhere, nowhere, nowhere};
    const Level at = levelsFor(profile, raw.transform.paddedSize).at(static_cast<size_t>(level));
    return boxAfterNms(boxForNms(raw, profile, at, level, location), raw, profile);
}

DecodeOptions evaluationDecode(const Profile &profile)
{
    DecodeOptions options = profile.decode;
    // Where the codebase asks for the class probability alone, weak scores are part of its result.
    options.scoreThreshold = profile.classThreshold > 0 ? 0 : evaluationScoreThreshold;
    return options;
}

}  // namespace fcoscope
