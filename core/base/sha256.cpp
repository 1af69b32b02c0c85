// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/sha256.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "core/base/file.h"

namespace fcoscope {
namespace {

/// The standard's constants are fractional parts of square and cube roots of primes; these are its tables.
constexpr std::array<uint32_t, 64> k{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

using State = std::array<uint32_t, 8>;

void digestBlock(State &state, const unsigned char *block)
{
    std::array<uint32_t, 64> w;
    for (size_t i = 0; i < 16; ++i)
        w[i] = uint32_t(block[4 * i]) << 24 | uint32_t(block[4 * i + 1]) << 16 | uint32_t(block[4 * i + 2]) << 8 |
               block[4 * i + 3];
    for (size_t i = 16; i < 64; ++i) {
        const uint32_t s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
        const uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    auto [a, b, c, d, e, f, g, h] = state;
    for (size_t i = 0; i < 64; ++i) {
        const uint32_t s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25), choice = (e & f) ^ (~e & g);
        const uint32_t s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22),
                       majority = (a & b) ^ (a & c) ^ (b & c);
        const uint32_t first = h + s1 + choice + k[i] + w[i], second = s0 + majority;
        h = g, g = f, f = e, e = d + first, d = c, c = b, b = a, a = first + second;
    }
    const State added{a, b, c, d, e, f, g, h};
    for (size_t i = 0; i < 8; ++i)
        state[i] += added[i];
}

}  // namespace

void Sha256::add(std::string_view bytes)
{
    bytes_ += bytes.size();
    const auto digestAll = [this](std::string_view whole) {
        for (size_t at = 0; at < whole.size(); at += 64)
            digestBlock(state_, reinterpret_cast<const unsigned char *>(whole.data()) + at);
    };
    if (!rest_.empty()) {
        const size_t taken = std::min(64 - rest_.size(), bytes.size());
        rest_ += bytes.substr(0, taken);
        bytes.remove_prefix(taken);
        if (rest_.size() < 64)
            return;
        digestAll(rest_);
    }
    const size_t whole = bytes.size() / 64 * 64;
    digestAll(bytes.substr(0, whole));
    rest_ = bytes.substr(whole);
}

std::string Sha256::digits()
{
    // A one bit, zeros, and the length in bits as 64 bits big-endian.
    const uint64_t bits = bytes_ * 8;
    std::string tail = "\x80";
    tail.resize((rest_.size() < 56 ? 56 : 120) - rest_.size(), '\0');
    for (int shift = 56; shift >= 0; shift -= 8)
        tail += static_cast<char>(bits >> shift);
    add(tail);

    std::string digits;
    for (const uint32_t word : state_)
        for (int shift = 28; shift >= 0; shift -= 4)
            digits += "0123456789abcdef"[word >> shift & 15];
    return digits;
}

std::string sha256(std::string_view bytes)
{
    Sha256 sum;
    sum.add(bytes);
    return sum.digits();
}

std::string sha256OfFile(const std::filesystem::path &path)
{
    const OpenFile file(path);
    std::vector<char> piece(std::min<uint64_t>(file.bytes(), uint64_t(1) << 20));
    Sha256 sum;
    for (uint64_t at = 0; at < file.bytes();) {
        const uint64_t count = file.readSome(at, piece.data(), piece.size());
        if (count == 0)
            break;
        sum.add({piece.data(), count});
        at += count;
    }
    return sum.digits();
}

}  // namespace fcoscope
