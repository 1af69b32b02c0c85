// SPDX-License-Identifier: GPL-3.0-or-later
// What can go wrong between here and a server, in sentences that people can act on.
#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <string>

#include "core/base/error.h"

namespace fcoscope {

/// "download.pytorch.org", for sentences.
std::string hostOf(const std::string &url);

/// Throws UserError unless `url` is https, or http to this very machine. `from`: who sent us there; "" if nobody.
void checkAddress(const std::string &url, const std::string &from);

/// Of an answer that is no file, by its HTTP status.
UserError statusFailure(const std::string &url, long status);

/// How far a transfer was when it failed.
struct TransferState {
    CURLcode code = CURLE_OK;
    std::string url;
    bool connected = false;
    long proxyStatus = 0;  ///< what a proxy answered to the wish for a tunnel; 0: no proxy, or it agreed
    uint64_t have = 0;     ///< bytes here, total 0: not known
    uint64_t total = 0;
    bool continues = false;  ///< the next attempt goes on from `have`
    int connectSeconds = 0, stallSeconds = 0;
    std::string detail;  ///< libcurl's own words
};
UserError transferFailure(const TransferState &state);

/// "129.6 MB"
std::string megabytes(uint64_t bytes);

}  // namespace fcoscope
