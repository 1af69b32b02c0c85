// SPDX-License-Identifier: GPL-3.0-or-later
// What a server says of the bytes that it is about to send.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fcoscope {

/// What an answer says of itself.
struct Answer {
    long status = 0;
    std::string type, etag, lastModified;
    uint64_t from = 0, total = 0;  ///< where the body begins in the file, and the file's bytes; 0: not said
    bool ranged = false;           ///< Content-Range was understood

    /// What If-Range may ask for next time: a weak tag names no bytes.
    std::string version() const { return etag.starts_with('"') ? etag : lastModified; }
};

/// Takes one line of the answer's head.
void readHeader(std::string_view line, Answer &answer);

/// A sign-in page of a hotel, a page of conditions, an error in HTML: anything but weights. `head`: the first bytes.
bool isWebPage(const std::string &type, std::string_view head);

}  // namespace fcoscope
