// SPDX-License-Identifier: GPL-3.0-or-later
// UTF-8 that arrives in pieces.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace fcoscope {

/// Whether texts are well-formed UTF-8 (Unicode 15, table 3-7: no surrogates, nothing longer than needed).
class Utf8Checker {
public:
    bool take(std::string_view piece);  ///< false: it cannot become well-formed any more
    bool complete() const { return left_ == 0; }

private:
    int left_ = 0;  // bytes that the character begun still needs, and between what the next must be
    uint8_t low_ = 0x80, high_ = 0xBF;
};

inline bool Utf8Checker::take(std::string_view piece)
{
    for (size_t i = 0; i < piece.size(); ++i) {
        // Arrays that were written as text are hundreds of megabytes of it: eight ASCII characters at once.
        if (uint64_t word = 0; left_ == 0 && i + 8 <= piece.size()) {
            std::memcpy(&word, piece.data() + i, 8);
            if ((word & 0x8080808080808080) == 0) {
                i += 7;
                continue;
            }
        }
        const auto byte = static_cast<uint8_t>(piece[i]);
        if (left_ > 0) {
            if (byte < low_ || byte > high_)
                return false;
            --left_;
            low_ = 0x80;
            high_ = 0xBF;
        } else if (byte >= 0x80) {
            if (byte < 0xC2 || byte > 0xF4)
                return false;
            left_ = byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : 1;
            low_ = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
            high_ = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
        }
    }
    return true;
}

}  // namespace fcoscope
