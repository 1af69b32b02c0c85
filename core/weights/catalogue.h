// SPDX-License-Identifier: GPL-3.0-or-later
// The weights that others have published and FCOScope can read: what each file is, where it lies, under which terms it
// is given away, and how to tell that what came is what was published.
//
// None of these files is ours, and none ships with FCOScope. Names are those under which people know them: the
// publisher's own, without the digits of a hash. Files that need layers we do not have (deformable convolutions, DLA,
// VoVNet, MobileNet) are not listed.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/base/message.h"

namespace fcoscope {

/// The terms under which a publisher gives his files away.
struct WeightsTerms {
    const char *name;  ///< "BSD-3-Clause"
    const char *link;  ///< where the publisher keeps them
    /// Non-commercial: FCOScope fetches the file only for a person who has read `text` and said yes.
    bool mustBeAccepted;
    const char *text;      ///< the terms themselves, where they must be accepted; else ""
    Message (*inShort)();  ///< one or two sentences
};

struct PublishedWeights {
    enum class Kind { Detector, Backbone };

    const char *name;   ///< what people type
    const char *title;  ///< what it is, in the field's terms
    Kind kind;
    const char *publisher;  ///< whose code writes and reads the file
    double quality;         ///< published: box AP on COCO in per cent (Detector), ImageNet top-1 in per cent (Backbone)
    const char *url;
    uint64_t bytes;       ///< exactly; 0: not known
    uint64_t aboutBytes;  ///< as published in rounded figures, for people to choose by; 0: not known
    const char *sha256;   ///< all 64 digits, or the first 8 that the file's name carries, or "": not known
    const WeightsTerms *terms;
    const char *credit;  ///< whom to cite

    std::string fileName() const;  ///< the last part of the address
};

/// Detectors first, then backbones, each publisher's files together.
std::span<const PublishedWeights> weightsCatalogue();

/// The entry of that name, whatever its case, or null.
const PublishedWeights *findWeights(const std::string &name);

/// As findWeights, but throws UserError with the nearest known name.
const PublishedWeights &weightsNamed(const std::string &name);

extern const WeightsTerms torchvisionTerms, mmdetectionTerms, tianzhiTerms, adelaidetTerms;

}  // namespace fcoscope
