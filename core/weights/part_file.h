// SPDX-License-Identifier: GPL-3.0-or-later
// The file that a download is written to until it is whole, and what is remembered of where it came from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/run_context.h"

namespace fcoscope {

/// NAME.part, open and locked against every other process and thread; NAME.part.from beside it says which address and
/// which version of its file the bytes are of.
class PartFile {
public:
    /// Throws UserError if another download has it, or if the folder cannot be written.
    explicit PartFile(const std::filesystem::path &to);
    ~PartFile();
    PartFile(const PartFile &) = delete;
    PartFile &operator=(const PartFile &) = delete;

    uint64_t bytes() const { return bytes_; }

    /// The version (ETag or date) under which `url` gave the bytes that are here; nothing if they are of another
    /// address or of no known version, so that they cannot be continued.
    std::optional<std::string> versionFrom(const std::string &url) const;

    void startAnew(const std::string &url, const std::string &version);  ///< drops what is here
    void append(std::string_view bytes);
    std::string sha256(const RunContext &context) const;  ///< throws Stopped
    void moveIntoPlace();                                 ///< once, last
    void remove();                                        ///< it proved to be wrong

private:
    std::filesystem::path fromFile() const;

    const std::filesystem::path to_, path_;
    int fd_ = -1;
    uint64_t bytes_ = 0;
    bool moved_ = false;
};

}  // namespace fcoscope
