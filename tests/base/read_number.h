// SPDX-License-Identifier: GPL-3.0-or-later
// How the programs that answer the Python references read their little-endian input.
#pragma once

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>

/// The int32 at `at`, which moves on behind it.
inline int32_t number(const std::string &bytes, size_t &at)
{
    int32_t value;
    if (bytes.size() - at < sizeof value)
        throw std::runtime_error("the input is cut short");
    std::memcpy(&value, bytes.data() + at, sizeof value);
    at += sizeof value;
    return value;
}
