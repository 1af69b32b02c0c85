// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/csv_table.h"

#include <algorithm>

namespace fcoscope {
namespace {

char separatorOf(std::string_view text)
{
    size_t counts[3] = {};
    constexpr std::string_view separators = ",;\t";
    bool quoted = false;
    for (const char c : text.substr(0, size_t(1) << 16)) {
        if (c == '"')
            quoted = !quoted;
        else if (c == '\n' && !quoted)
            break;
        else if (const size_t which = separators.find(c); which != std::string_view::npos && !quoted)
            ++counts[which];
    }
    return separators[static_cast<size_t>(std::max_element(counts, counts + 3) - counts)];
}

}  // namespace

CsvReader::CsvReader(std::string_view text) : text_(text)
{
    if (text_.starts_with("\xEF\xBB\xBF"))
        text_.remove_prefix(3);
    separator_ = separatorOf(text_);
}

bool CsvReader::next(std::vector<std::string> &row)
{
    while (at_ < text_.size()) {
        rowLine_ = line_;
        readRow(row);
        if (std::any_of(row.begin(), row.end(), [](const std::string &field) { return !field.empty(); }))
            return true;
    }
    return false;
}

void CsvReader::readRow(std::vector<std::string> &row)
{
    row.assign(1, {});
    bool quoted = false, wasQuoted = false;
    const auto endField = [&] {
        if (!wasQuoted) {  // blanks around a plain field are no part of it
            std::string &field = row.back();
            field.erase(field.find_last_not_of(" \t\r") + 1);
            field.erase(0, field.find_first_not_of(" \t"));
        }
        wasQuoted = false;
    };
    for (; at_ < text_.size(); ++at_) {
        const char c = text_[at_];
        line_ += c == '\n';
        if (quoted) {
            if (c != '"')
                row.back() += c;
            else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"')
                row.back() += text_[++at_];
            else
                quoted = false;
        } else if (c == '"' && row.back().find_first_not_of(' ') == std::string::npos && !wasQuoted) {
            quoted = wasQuoted = true;
            row.back().clear();
        } else if (c == separator_) {
            endField();
            row.emplace_back();
        } else if (c == '\n') {
            ++at_;
            endField();
            return;
        } else if (!(wasQuoted && (c == '\r' || c == ' '))) {
            row.back() += c;
        }
    }
    unclosed_ = quoted;
    endField();
}

std::string csvField(std::string_view text)
{
    const bool plain =
        text.find_first_of(",;\t\"\r\n") == std::string_view::npos && !text.starts_with(' ') && !text.ends_with(' ');
    if (plain)
        return std::string(text);
    std::string quoted = "\"";
    for (const char c : text)
        quoted.append(c == '"' ? 2 : 1, c);
    return quoted + "\"";
}

}  // namespace fcoscope
