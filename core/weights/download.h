// SPDX-License-Identifier: GPL-3.0-or-later
// One file from the network, whole or not at all.
//
// What arrives is written to NAME.part beside the place it will have, is checked for its length and its SHA-256, and
// only then takes its name: whoever sees the file sees all of it. A download that breaks, is stopped or is killed goes
// on from there the next time, if the server still has the same file (it is asked with If-Range) and can send a rest;
// otherwise it begins anew. Two processes never write to one part.
//
// Addresses are https; http only to this very machine (tests, a mirror behind a tunnel), and nothing is redirected to
// anything else. Proxies are taken from the environment as curl does (https_proxy, all_proxy, no_proxy).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/base/run_context.h"

namespace fcoscope {

/// What is known of the file beforehand, and how much patience there is.
struct Expectations {
    uint64_t bytes = 0;                    ///< exactly; 0: not known
    std::string sha256;                    ///< all 64 digits or the first ones; "": not known
    uint64_t largest = uint64_t(4) << 30;  ///< whatever the server says
    int connectSeconds = 30;               ///< until the server answers at all
    int stallSeconds = 60;                 ///< without a byte, before it is given up
};

struct Downloaded {
    uint64_t bytes = 0;
    std::string sha256;        ///< of the file as it is now, 64 digits
    uint64_t resumedFrom = 0;  ///< so many bytes were here already
};

/// Throws UserError with one sentence that says why it did not come, or Stopped; both leave what has arrived for the
/// next time, unless it proved to be wrong. The folder of `to` must exist.
Downloaded download(const std::string &url, const std::filesystem::path &to, const Expectations &expected,
                    const RunContext &context);

}  // namespace fcoscope
