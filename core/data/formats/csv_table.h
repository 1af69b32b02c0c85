// SPDX-License-Identifier: GPL-3.0-or-later
// Tables of text: RFC 4180, and what spreadsheets make of it. Private to core/data.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fcoscope {

/// Reads row after row: quotes, separators and line ends in quotes, CRLF, a byte order mark; the separator is the one
/// of , ; and tab that the first row has most of. Rows without any text are passed over.
class CsvReader {
public:
    explicit CsvReader(std::string_view text);

    /// False at the end.
    bool next(std::vector<std::string> &row);
    size_t line() const { return rowLine_; }  ///< that the row begins in, from 1
    char separator() const { return separator_; }
    bool unclosedQuote() const { return unclosed_; }  ///< the last row ended with the text, inside a quote

private:
    void readRow(std::vector<std::string> &row);

    std::string_view text_;
    size_t at_ = 0, line_ = 1, rowLine_ = 1;
    char separator_ = ',';
    bool unclosed_ = false;
};

/// In quotes where it has to be.
std::string csvField(std::string_view text);

}  // namespace fcoscope
