// SPDX-License-Identifier: GPL-3.0-or-later
// Random numbers that depend on their key and on nothing else: not on the standard library, the machine or the thread.
// A stream is keyed by up to three numbers, such as (seed, epoch, sample). The generator is SplitMix64
// (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
#pragma once

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace fcoscope {

class Random {
public:
    explicit Random(uint64_t a, uint64_t b = 0, uint64_t c = 0)
    {
        // Each key is mixed through the generator, so that neighbouring keys give unrelated streams.
        state_ = a;
        state_ = next() ^ b;
        state_ = next() ^ c;
        next();
    }

    uint64_t next()
    {
        uint64_t z = (state_ += 0x9E3779B97F4A7C15ull);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
        return z ^ (z >> 31);
    }
    /// Uniform in [0, 1).
    double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    bool chance(double probability) { return uniform() < probability; }
    /// A whole number in [0, count).
    int below(int count) { return static_cast<int>(uniform() * count); }
    /// Normal with mean 0 and deviation 1 (Box and Muller).
    double normal()
    {
        const double radius = std::sqrt(-2 * std::log(1 - uniform()));
        return radius * std::cos(2 * 3.14159265358979323846 * uniform());
    }
    /// 0 … count-1 in random order.
    std::vector<int> permutation(int count)
    {
        std::vector<int> order(static_cast<size_t>(count));
        for (int i = 0; i < count; ++i)
            order[static_cast<size_t>(i)] = i;
        for (int i = count - 1; i > 0; --i)
            std::swap(order[static_cast<size_t>(i)], order[static_cast<size_t>(below(i + 1))]);
        return order;
    }

private:
    uint64_t state_ = 0;
};

}  // namespace fcoscope
