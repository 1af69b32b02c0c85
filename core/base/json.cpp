// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"

#include <cmath>
#include <cstdint>

#include "core/base/error.h"
#include "core/base/options.h"

namespace fcoscope {
namespace {

void appendUtf8(std::string &text, uint32_t code)
{
    const auto put = [&](uint32_t byte) { text += static_cast<char>(byte); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0 | code >> 6);
        put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        put(0xE0 | code >> 12);
        put(0x80 | (code >> 6 & 0x3F));
        put(0x80 | (code & 0x3F));
    } else {
        put(0xF0 | code >> 18);
        put(0x80 | (code >> 12 & 0x3F));
        put(0x80 | (code >> 6 & 0x3F));
        put(0x80 | (code & 0x3F));
    }
}

/// Length of the well-formed UTF-8 sequence at `i`, or 0 (Unicode 15, table 3-7).
size_t sequenceLength(std::string_view s, size_t i)
{
    const auto byte = [&](size_t k) { return k < s.size() ? static_cast<unsigned char>(s[k]) : 0u; };
    const auto tail = [&](size_t k, unsigned low = 0x80, unsigned high = 0xBF) {
        return byte(k) >= low && byte(k) <= high;
    };
    const unsigned lead = byte(i);
    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead <= 0xDF)
        return tail(i + 1) ? 2 : 0;
    if (lead >= 0xE0 && lead <= 0xEF)
        return tail(i + 1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF) && tail(i + 2) ? 3 : 0;
    if (lead >= 0xF0 && lead <= 0xF4)
        return tail(i + 1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF) && tail(i + 2) && tail(i + 3)
                   ? 4
                   : 0;
    return 0;
}

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    Json whole()
    {
        Json json = value(0);
        skipBlanks();
        if (at_ != text_.size())
            fail();
        return json;
    }

private:
    [[noreturn]] void fail() const { throw UserError(message("core", "not valid JSON at byte {0}").with(at_)); }
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void skipBlanks()
    {
        while (at_ < text_.size() &&
               (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
            ++at_;
    }
    void expect(std::string_view word)
    {
        if (text_.substr(at_, word.size()) != word)
            fail();
        at_ += word.size();
    }

    Json value(int depth)
    {
        if (depth > 32)
            fail();
        skipBlanks();
        Json json;
        switch (peek()) {
        case '{': return object(depth);
        case '[': return array(depth);
        case '"':
            json.kind = Json::Kind::String;
            json.text = string();
            return json;
        case 't': expect("true"); json.kind = Json::Kind::Boolean; json.number = 1; return json;
        case 'f': expect("false"); json.kind = Json::Kind::Boolean; return json;
        case 'n': expect("null"); return json;
        default: return number();
        }
    }

    Json object(int depth)
    {
        Json json;
        json.kind = Json::Kind::Object;
        expect("{");
        skipBlanks();
        while (peek() != '}') {
            if (!json.members.empty()) {
                expect(",");
                skipBlanks();
            }
            if (peek() != '"')
                fail();
            std::string name = string();
            skipBlanks();
            expect(":");
            json.members.push_back({std::move(name), value(depth + 1)});
            skipBlanks();
        }
        expect("}");
        return json;
    }

    Json array(int depth)
    {
        Json json;
        json.kind = Json::Kind::Array;
        expect("[");
        skipBlanks();
        while (peek() != ']') {
            if (!json.items.empty())
                expect(",");
            json.items.push_back(value(depth + 1));
            skipBlanks();
        }
        expect("]");
        return json;
    }

    Json number()
    {
        const size_t begin = at_;
        const auto digits = [&] {
            const size_t first = at_;
            while (peek() >= '0' && peek() <= '9')
                ++at_;
            return at_ - first;
        };
        if (peek() == '-')
            ++at_;
        const size_t first = at_;
        if (digits() == 0 || (text_[first] == '0' && at_ - first > 1))
            fail();
        if (peek() == '.') {
            ++at_;
            if (digits() == 0)
                fail();
        }
        if (peek() == 'e' || peek() == 'E') {
            ++at_;
            if (peek() == '+' || peek() == '-')
                ++at_;
            if (digits() == 0)
                fail();
        }
        Json json;
        json.kind = Json::Kind::Number;
        if (!parseNumber(std::string(text_.substr(begin, at_ - begin)), json.number) || !std::isfinite(json.number))
            fail();
        return json;
    }

    uint32_t fourHex()
    {
        uint32_t code = 0;
        for (int i = 0; i < 4; ++i, ++at_) {
            const char c = peek();
            if (c >= '0' && c <= '9')
                code = code * 16 + static_cast<uint32_t>(c - '0');
            else if ((c | 32) >= 'a' && (c | 32) <= 'f')
                code = code * 16 + static_cast<uint32_t>((c | 32) - 'a' + 10);
            else
                fail();
        }
        return code;
    }

    void escape(std::string &to)
    {
        const char c = peek();
        static constexpr std::string_view plain = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
        if (const size_t known = plain.find(c); c != '\0' && known != std::string_view::npos) {
            to += meant[known];
            ++at_;
            return;
        }
        expect("u");
        uint32_t code = fourHex();
        if (code >= 0xD800 && code <= 0xDBFF) {
            expect("\\u");
            const uint32_t low = fourHex();
            if (low < 0xDC00 || low > 0xDFFF)
                fail();
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        } else if (code >= 0xDC00 && code <= 0xDFFF) {
            fail();
        }
        appendUtf8(to, code);
    }

    std::string string()
    {
        std::string parsed;
        expect("\"");
        while (peek() != '"') {
            if (at_ >= text_.size() || static_cast<unsigned char>(peek()) < 0x20)
                fail();
            if (peek() == '\\') {
                ++at_;
                escape(parsed);
                continue;
            }
            const size_t length = sequenceLength(text_, at_);
            if (length == 0)
                fail();
            parsed += text_.substr(at_, length);
            at_ += length;
        }
        expect("\"");
        return parsed;
    }

    std::string_view text_;
    size_t at_ = 0;
};

}  // namespace

const Json *Json::find(std::string_view name) const
{
    for (const auto &[known, value] : members)
        if (known == name)
            return &value;
    return nullptr;
}

Json parseJson(std::string_view text) { return Parser(text).whole(); }

std::string jsonText(std::string_view text)
{
    static constexpr char hex[] = "0123456789abcdef";
    std::string quoted = "\"";
    for (size_t i = 0; i < text.size();) {
        const char c = text[i];
        const size_t length = sequenceLength(text, i);
        if (length == 0) {
            appendUtf8(quoted, 0xFFFD);
            ++i;
        } else if (c == '"' || c == '\\') {
            quoted += {'\\', c};
            ++i;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            quoted += "\\u00";
            quoted += hex[c >> 4 & 15];
            quoted += hex[c & 15];
            ++i;
        } else {
            quoted += text.substr(i, length);
            i += length;
        }
    }
    return quoted + "\"";
}

}  // namespace fcoscope
