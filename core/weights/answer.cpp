// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/weights/answer.h"

#include <charconv>

#include "core/base/text.h"

namespace fcoscope {
namespace {

std::string trimmed(std::string_view text)
{
    const size_t first = text.find_first_not_of(" \t\r\n"), last = text.find_last_not_of(" \t\r\n");
    return first == std::string_view::npos ? std::string() : std::string(text.substr(first, last - first + 1));
}

bool readNumber(std::string_view text, uint64_t &value)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
}

/// "bytes 100-199/200", or "bytes */200" where nothing is left to send.
void readContentRange(std::string_view text, Answer &answer)
{
    const size_t slash = text.find('/'), dash = text.find('-');
    if (!text.starts_with("bytes ") || slash == std::string_view::npos ||
        !readNumber(text.substr(slash + 1), answer.total))
        return;
    answer.ranged = text.substr(6, slash - 6) == "*" || (dash != std::string_view::npos && dash < slash &&
                                                         readNumber(text.substr(6, dash - 6), answer.from));
}

}  // namespace

void readHeader(std::string_view line, Answer &answer)
{
    if (line.starts_with("HTTP/"))
        answer = {};  // of a proxy before, or 100 Continue
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos)
        return;
    const std::string name = lowerCase(std::string(line.substr(0, colon))), value = trimmed(line.substr(colon + 1));
    if (name == "content-type")
        answer.type = lowerCase(value);
    else if (name == "etag")
        answer.etag = value;
    else if (name == "last-modified")
        answer.lastModified = value;
    else if (name == "content-range")
        readContentRange(value, answer);
}

bool isWebPage(const std::string &type, std::string_view head)
{
    if (head.starts_with("\xef\xbb\xbf"))
        head.remove_prefix(3);
    if (trimmed(head).starts_with('<'))
        return true;
    const bool weights = head.starts_with("PK") || head.starts_with('\x80');
    return !weights && (type.starts_with("text/html") || type.starts_with("application/xhtml"));
}

}  // namespace fcoscope
