// SPDX-License-Identifier: GPL-3.0-or-later
// The publishers' terms. Where a person has to accept them they are quoted whole, in the publisher's own words, because
// it is these words that bind; what we say about them in short comes from us.
#include "core/weights/catalogue.h"

namespace fcoscope {
namespace {

// What both of the authors' LICENSE files say below their first line.
#define FCOS_AUTHORS_CONDITIONS                                                                                        \
    "Copyright (c) 2019 the authors\n"                                                                                 \
    "All rights reserved.\n\n"                                                                                         \
    "Redistribution and use in source and binary forms, with or without modification, are permitted provided that "    \
    "the following conditions are met:\n\n"                                                                            \
    "* Redistributions of source code must retain the above copyright notice, this list of conditions and the "        \
    "following disclaimer.\n\n"                                                                                        \
    "* Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the "     \
    "following disclaimer in the documentation and/or other materials provided with the distribution.\n\n"             \
    "THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS \"AS IS\" AND ANY EXPRESS OR IMPLIED "        \
    "WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A "          \
    "PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY "     \
    "DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, "      \
    "PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER "   \
    "CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR "  \
    "OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH "       \
    "DAMAGE.\n"

Message torchvisionInShort()
{
    return message("core", "Free to use, change and pass on with the copyright notice, for any purpose. What the "
                           "weights were trained on, COCO and ImageNet, has terms of its own.");
}

Message mmdetectionInShort()
{
    return message("core", "Free to use, change and pass on with the licence and the notices, for any purpose. What "
                           "the weights were trained on, COCO and ImageNet, has terms of its own.");
}

Message authorsInShort()
{
    return message("core", "Given away by the authors of FCOS for academic, non-commercial use. Ask them before any "
                           "commercial use.");
}

}  // namespace

const WeightsTerms torchvisionTerms{"BSD-3-Clause", "https://github.com/pytorch/vision/blob/main/LICENSE", false, "",
                                    torchvisionInShort};
const WeightsTerms mmdetectionTerms{"Apache-2.0", "https://github.com/open-mmlab/mmdetection/blob/main/LICENSE", false,
                                    "", mmdetectionInShort};
const WeightsTerms tianzhiTerms{"non-commercial", "https://github.com/tianzhi0549/FCOS/blob/master/LICENSE", true,
                                "FCOS for non-commercial purposes\n\n" FCOS_AUTHORS_CONDITIONS, authorsInShort};
const WeightsTerms adelaidetTerms{"non-commercial", "https://github.com/aim-uofa/AdelaiDet/blob/master/LICENSE", true,
                                  "AdelaiDet for non-commercial purposes\n\n" FCOS_AUTHORS_CONDITIONS, authorsInShort};

}  // namespace fcoscope
