// SPDX-License-Identifier: GPL-3.0-or-later
// Edits as the journal keeps them. Rows are arrays without names, because a merged class has a hundred thousand:
//
//     "boxes": [[image, box, class, x1, y1, x2, y2, flags, area, score or null, extra?], …]   or [image, box]: gone
//     "statuses": [[image, "labelled"], …]
//     "classes": [[class, name, rank, format id, colour, extra?], …]                            or [class]: gone
//     "refusals": [[refusal, image, class's name, x1, y1, x2, y2], …]                           or [refusal]: gone
//
// A text that is no UTF-8 (a class name out of somebody's file) is {"hex": "…"} of its bytes, so that it comes back as
// it was. Whole numbers are read as such: keys and ids do not pass through a double.
#include <charconv>
#include <cmath>
#include <limits>
#include <simdjson.h>

#include "core/base/error.h"
#include "core/base/json_writer.h"
#include "core/data/project/label_edit.h"

namespace fcoscope {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

enum Flag { Crowd = 1, Difficult = 2, Locked = 4 };

std::string textOf(const std::string &text)
{
    std::string quoted = jsonText(text);
    if (quoted.find("\xEF\xBF\xBD") == std::string::npos)  // what jsonText puts where it finds no UTF-8
        return quoted;
    static constexpr char digits[] = "0123456789abcdef";
    quoted = "{\"hex\":\"";
    for (const char c : text)
        quoted += {digits[c >> 4 & 15], digits[c & 15]};
    return quoted + "\"}";
}

/// With a point or an exponent where it is too large for a whole number of 64 bits.
std::string numberOf(double value)
{
    if (std::abs(value) < 1e15)
        return jsonNumber(value);
    char buffer[64];
    return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr};
}

/// A row of an array, and the array of rows.
class Row {
public:
    Row &number(int64_t value) { return raw(std::to_string(value)); }
    Row &real(double value) { return raw(numberOf(value)); }
    Row &text(const std::string &value) { return raw(textOf(value)); }
    Row &box(const Box &box) { return real(box.x1).real(box.y1).real(box.x2).real(box.y2); }
    Row &raw(const std::string &json)
    {
        text_ += (text_.empty() ? "" : ",") + json;
        return *this;
    }
    Row &extra(const std::string &extra) { return extra.empty() ? *this : text(extra); }
    std::string json() const { return "[" + text_ + "]"; }

private:
    std::string text_;
};

template <typename Changes, typename Write> std::string rowsOf(const Changes &changes, Write &&write)
{
    Row rows;
    for (const auto &change : changes) {
        Row row;
        write(row, change);
        rows.raw(row.json());
    }
    return rows.json();
}

void writeBox(Row &row, const BoxChange &change)
{
    row.number(change.image).number(change.box);
    if (!change.to)
        return;
    const BoxEntry &box = *change.to;
    row.number(box.classKey).box(box.box);
    row.number((box.crowd ? Crowd : 0) | (box.difficult ? Difficult : 0) | (box.locked ? Locked : 0)).real(box.area);
    row.raw(box.score ? numberOf(double(*box.score)) : "null").extra(box.extra);
}

void writeClass(Row &row, const ClassChange &change)
{
    row.number(change.key);
    if (change.to)
        row.text(change.to->name)
            .number(change.to->rank)
            .number(change.to->formatId)
            .number(change.to->colour)
            .extra(change.to->extra);
}

void writeRefusal(Row &row, const RefusalChange &change)
{
    row.number(change.key);
    if (change.to)
        row.number(change.to->imageKey).text(change.to->className).box(change.to->box);
}

// --- Back

[[noreturn]] void refuse(const char *what)
{
    throw UserError(message("core", "A journal entry is damaged: {0}.").with(what));
}

template <typename Value> Value demanded(simdjson::simdjson_result<Value> &&result, const char *what)
{
    Value value;
    if (std::move(result).get(value) != simdjson::SUCCESS)
        refuse(what);
    return value;
}

std::string parsedText(const element &json)
{
    std::string_view text;
    if (json.get(text) == simdjson::SUCCESS)
        return std::string(text);
    const std::string_view hex = demanded(json["hex"].get_string(), "a text is missing");
    std::string bytes(hex.size() / 2, '\0');
    for (size_t i = 0; i < bytes.size(); ++i) {
        unsigned byte = 0;
        const char *from = hex.data() + 2 * i;
        if (std::from_chars(from, from + 2, byte, 16).ptr != from + 2)
            refuse("a text is not well-formed");
        bytes[i] = static_cast<char>(byte);
    }
    if (hex.size() % 2 != 0)
        refuse("a text is not well-formed");
    return bytes;
}

/// Reads the values of one row in turn.
class Reader {
public:
    explicit Reader(const element &json)
        : array_(demanded(json.get_array(), "a row is no list")), at_(array_.begin()), left_(array_.size())
    {
    }
    size_t left() const { return left_; }
    element next()
    {
        if (left_ == 0)
            refuse("a row is too short");
        const element value = *at_;
        ++at_, --left_;
        return value;
    }
    int64_t number(int64_t least, int64_t most)
    {
        const int64_t value = demanded(next().get_int64(), "a whole number is missing");
        if (value < least || value > most)
            refuse("a number is out of range");
        return value;
    }
    Key key() { return number(1, std::numeric_limits<Key>::max() - 1); }
    double real() { return demanded(next().get_double(), "a number is missing"); }
    Box box()
    {
        Box box;
        box.x1 = real(), box.y1 = real(), box.x2 = real(), box.y2 = real();
        return box;
    }
    std::string extra() { return left_ > 0 ? parsedText(next()) : std::string(); }
    void end() const
    {
        if (left_ != 0)
            refuse("a row is too long");
    }

private:
    array array_;
    array::iterator at_;
    size_t left_;
};

template <typename Change, typename Read>
std::vector<Change> changesOf(const element &json, const char *name, Read &&read)
{
    std::vector<Change> changes;
    for (const element row : demanded(json[name].get_array(), "a list is missing")) {
        Reader reader(row);
        changes.push_back(read(reader));
        reader.end();
    }
    return changes;
}

std::optional<float> parsedScore(const element &json)
{
    if (json.is_null())
        return std::nullopt;
    const double score = demanded(json.get_double(), "a number is missing");
    if (!std::isfinite(static_cast<float>(score)))
        refuse("a number is out of range");
    return static_cast<float>(score);
}

BoxChange readBox(Reader &row)
{
    BoxChange change{row.key(), row.key(), {}};
    if (row.left() == 0)
        return change;
    BoxEntry box{change.box, row.key(), row.box(), {}, false, false, false, -1, {}};
    const int64_t flags = row.number(0, Crowd | Difficult | Locked);
    box.crowd = flags & Crowd, box.difficult = flags & Difficult, box.locked = flags & Locked;
    box.area = row.real();
    box.score = parsedScore(row.next());
    box.extra = row.extra();
    change.to = std::move(box);
    return change;
}

StatusChange readStatus(Reader &row)
{
    const Key image = row.key();
    const auto status = reviewStatusOf(demanded(row.next().get_string(), "a text is missing"));
    if (!status)
        refuse("a status is not known");
    return {image, *status};
}

ClassChange readClass(Reader &row)
{
    ClassChange change{row.key(), {}};
    if (row.left() == 0)
        return change;
    using Int = std::numeric_limits<int>;
    using Id = std::numeric_limits<int64_t>;
    ClassEntry entry{change.key, parsedText(row.next()), 0, 0, 0, {}};
    entry.rank = static_cast<int>(row.number(Int::min(), Int::max()));
    entry.formatId = row.number(Id::min(), Id::max());
    entry.colour = static_cast<uint32_t>(row.number(0, std::numeric_limits<uint32_t>::max()));
    entry.extra = row.extra();
    change.to = std::move(entry);
    return change;
}

using Names = std::unordered_map<Key, std::string>;

/// `names`: of the classes, where they are named by key.
RefusalChange readRefusal(Reader &row, const Names *names)
{
    RefusalChange change{row.key(), {}};
    if (row.left() == 0)
        return change;
    Refusal refusal;
    refusal.key = change.key;
    refusal.imageKey = row.key();
    if (!names) {
        refusal.className = parsedText(row.next());
    } else if (const auto name = names->find(row.key()); name != names->end()) {
        refusal.className = name->second;
    }
    refusal.box = row.box();
    change.to = std::move(refusal);
    return change;
}

}  // namespace

std::string jsonOf(const LabelEdit &edit)
{
    const auto writeStatus = [](Row &row, const StatusChange &change) {
        row.number(change.image).text(nameOf(change.to));
    };
    Row arguments;
    for (const std::string &argument : edit.words.arguments)
        arguments.text(argument);
    return JsonObject()
        .raw("text", textOf(edit.words.text))
        .raw("arguments", arguments.json())
        .raw("boxes", rowsOf(edit.boxes, writeBox))
        .raw("statuses", rowsOf(edit.statuses, writeStatus))
        .raw("classes", rowsOf(edit.classes, writeClass))
        .raw("refusals", rowsOf(edit.refusals, writeRefusal))
        .text();
}

static LabelEdit parsed(std::string_view json, const Names *names)
{
    simdjson::dom::parser parser;
    element whole;
    if (parser.parse(simdjson::padded_string(json)).get(whole) != simdjson::SUCCESS)
        refuse("it is not valid JSON");
    LabelEdit edit;
    edit.words.text = parsedText(demanded(whole["text"], "a text is missing"));
    for (const element argument : demanded(whole["arguments"].get_array(), "a list is missing"))
        edit.words.arguments.push_back(parsedText(argument));
    edit.boxes = changesOf<BoxChange>(whole, "boxes", readBox);
    edit.statuses = changesOf<StatusChange>(whole, "statuses", readStatus);
    edit.classes = changesOf<ClassChange>(whole, "classes", readClass);
    edit.refusals = changesOf<RefusalChange>(whole, "refusals", [&](Reader &row) { return readRefusal(row, names); });
    return edit;
}

LabelEdit parseEdit(std::string_view json)
{
    return parsed(json, nullptr);
}

LabelEdit parseFirstEdit(std::string_view json, const std::unordered_map<Key, std::string> &classNames)
{
    return parsed(json, &classNames);
}

}  // namespace fcoscope
