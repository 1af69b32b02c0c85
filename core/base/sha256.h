// SPDX-License-Identifier: GPL-3.0-or-later
// SHA-256 (FIPS 180-4), to say which files a run was trained on and whether a download is the file that was published,
// in a form that sha256sum can check.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace fcoscope {

/// Of bytes that come in pieces: a file larger than memory should be asked to hold.
class Sha256 {
public:
    void add(std::string_view bytes);
    /// 64 hexadecimal digits of everything added. Call it once, last.
    std::string digits();

private:
    std::array<uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                   0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::string rest_;  ///< less than a block
    uint64_t bytes_ = 0;
};

/// 64 hexadecimal digits.
std::string sha256(std::string_view bytes);

/// Of a file's bytes, read in pieces. Throws UserError if it cannot be read.
std::string sha256OfFile(const std::filesystem::path &path);

}  // namespace fcoscope
