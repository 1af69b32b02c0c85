// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/checkpoint/pickle.h"

#include <algorithm>
#include <bit>

#include "core/fcos/checkpoint/pickle_reader.h"
#include "core/fcos/checkpoint/refusal.h"
#include "core/fcos/checkpoint/utf8.h"

namespace fcoscope {
namespace {

constexpr NodeId unset = UINT32_MAX;

/// Instructions that exist, and that no file of weights of protocol 2 or later needs.
struct Refused {
    uint8_t code;
    const char *name;
};
// clang-format off
constexpr Refused refused[] = {
    {'F', "FLOAT"}, {'I', "INT"}, {'L', "LONG"}, {'P', "PERSID"}, {'S', "STRING"}, {'V', "UNICODE"}, {'d', "DICT"},
    {'g', "GET"}, {'i', "INST"}, {'l', "LIST"}, {'o', "OBJ"}, {'p', "PUT"}, {0x82, "EXT1"}, {0x83, "EXT2"},
    {0x84, "EXT4"}, {0x97, "NEXT_BUFFER"}, {0x98, "READONLY_BUFFER"}};
// clang-format on

std::string hex(uint8_t byte)
{
    static constexpr char digits[] = "0123456789abcdef";
    return {'0', 'x', digits[byte >> 4], digits[byte & 15]};
}

}  // namespace

void PickleReader::refuse(const std::string &found) const
{
    throw contradictory(path(), found + " (instruction at byte " + std::to_string(start_) + ")");
}

NodeId PickleReader::make(NodeKind kind, uint64_t a, uint64_t b)
{
    if (tree_.nodes_.size() >= PickleLimits::nodes)
        refuse("its pickle holds more than " + std::to_string(PickleLimits::nodes) + " objects");
    PickleTree::Node node;
    node.kind = kind;
    node.a = a;
    node.b = b;
    tree_.nodes_.push_back(node);
    return static_cast<NodeId>(tree_.nodes_.size() - 1);
}

uint32_t PickleReader::nameIndex(const std::string &name)
{
    const auto [found, added] = known_.try_emplace(name, static_cast<uint32_t>(tree_.names_.size()));
    if (added) {
        if (tree_.names_.size() >= PickleLimits::names)
            refuse("its pickle names too many classes");
        tree_.names_.push_back(name);
    }
    return found->second;
}

NodeId PickleReader::makeNamed(NodeKind kind, uint32_t name)
{
    const NodeId node = make(kind);
    tree_.nodes_[node].count = name;
    return node;
}

void PickleReader::push(NodeId node)
{
    if (stack_.size() >= PickleLimits::stack)
        refuse("its pickle piles up more than " + std::to_string(PickleLimits::stack) + " objects");
    stack_.push_back(node);
}

NodeId &PickleReader::top()
{
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back()))
        refuse("its pickle takes an object where none is");
    return stack_.back();
}

NodeId PickleReader::pop()
{
    const NodeId node = top();
    stack_.pop_back();
    return node;
}

uint32_t PickleReader::last(uint32_t count)
{
    if (stack_.size() < (marks_.empty() ? 0 : marks_.back()) + size_t(count))
        refuse("its pickle takes an object where none is");
    return static_cast<uint32_t>(stack_.size() - count);
}

uint32_t PickleReader::mark()
{
    if (marks_.empty())
        refuse("its pickle closes a list that it never opened");
    const uint32_t first = marks_.back();
    marks_.pop_back();
    return first;
}

void PickleReader::append(NodeId to, NodeId child)
{
    PickleTree::Node &node = tree_.nodes_[to];
    if (tree_.references_.size() >= PickleLimits::references)
        refuse("the lists of its pickle have more than " + std::to_string(PickleLimits::references) + " entries");
    const auto added = static_cast<uint32_t>(tree_.references_.size());
    tree_.references_.push_back({child, 0});
    if (node.count++ == 0)
        node.a = added;
    else
        tree_.references_[node.b].next = added;
    node.b = added;
}

void PickleReader::appendFrom(NodeId to, uint32_t first)
{
    for (size_t i = first; i < stack_.size(); ++i)
        append(to, stack_[i]);
    stack_.resize(first);
}

void PickleReader::gather(NodeKind kind, uint32_t first)
{
    const NodeId node = make(kind);
    appendFrom(node, first);
    push(node);
}

PickleTree PickleReader::whole()
{
    start_ = in_.at();
    if (in_.byte() != 0x80)
        refuse("it does not begin like a pickle of protocol 2 or later");
    if (const uint8_t protocol = in_.byte(); protocol < 2 || protocol > 5)
        refuse("its pickle says protocol " + std::to_string(protocol) + ", and 2 to 5 are known");
    for (;;) {
        start_ = in_.at();
        const uint8_t code = in_.byte();
        if (code == '.')
            break;
        if (++operations_ > PickleLimits::operations)
            refuse("its pickle has more than " + std::to_string(PickleLimits::operations) + " instructions");
        step(code);
    }
    if (!marks_.empty() || stack_.size() != 1)
        refuse("its pickle ends with " + std::to_string(stack_.size()) + " objects instead of one");
    tree_.root = stack_.back();
    stack_ = {};
    memo_ = {};
    checkShape(tree_, path());
    return std::move(tree_);
}

void PickleReader::step(uint8_t code)
{
    if (stepValue(code) || stepContainer(code) || stepMemo(code))
        return;
    switch (code) {
    case 'c': return globalLine();
    case 0x93: return stackGlobal();
    case 'R': return reduce();
    case 0x81: return construct(false);
    case 0x92: return construct(true);
    case 'b': return build();
    case 'Q': return persistent();
    case 0x95:
        if (in_.number(8) > in_.left())
            refuse("its pickle announces a frame that is longer than the file");
        return;
    }
    for (const Refused &known : refused)
        if (known.code == code)
            refuse(std::string("its pickle uses the instruction ") + known.name);
    refuse(code == 0x80 ? "its pickle begins twice" : "the byte " + hex(code) + " is no instruction of a pickle");
}

bool PickleReader::stepValue(uint8_t code)
{
    switch (code) {
    case 'N': push(make(NodeKind::None)); return true;
    case 0x88: push(make(NodeKind::Bool, 1)); return true;
    case 0x89: push(make(NodeKind::Bool, 0)); return true;
    case 'J': bigNumber(4); return true;
    case 'K': push(make(NodeKind::Int, in_.number(1))); return true;
    case 'M': push(make(NodeKind::Int, in_.number(2))); return true;
    case 0x8a: bigNumber(in_.number(1)); return true;
    case 0x8b: bigNumber(in_.number(4)); return true;
    case 'G': {
        uint64_t bits = 0;  // the only number of a pickle that is big-endian
        for (int i = 0; i < 8; ++i)
            bits = bits << 8 | in_.byte();
        push(make(NodeKind::Real, bits));
        return true;
    }
    case 'T': string(NodeKind::OldText, 4); return true;
    case 'U': string(NodeKind::OldText, 1); return true;
    case 'X': string(NodeKind::Text, 4); return true;
    case 0x8c: string(NodeKind::Text, 1); return true;
    case 0x8d: string(NodeKind::Text, 8); return true;
    case 'B': string(NodeKind::Bytes, 4); return true;
    case 'C': string(NodeKind::Bytes, 1); return true;
    case 0x8e: string(NodeKind::Bytes, 8); return true;
    case 0x96: string(NodeKind::Bytes, 8); return true;
    }
    return false;
}

void PickleReader::string(NodeKind kind, int lengthBytes)
{
    const uint64_t length = in_.number(lengthBytes);
    if (length > in_.left())
        throw damaged(path(), "at byte " + std::to_string(start_) + " a text of " + std::to_string(length) +
                                  " bytes begins, and only " + std::to_string(in_.left()) + " follow");
    push(make(kind, in_.at(), length));
    if (kind == NodeKind::Text)
        checkText(length);
    else
        in_.skip(length);
}

void PickleReader::checkText(uint64_t length)
{
    if (length > PickleLimits::text)
        refuse("its pickle holds a text of " + std::to_string(length) + " bytes");
    Utf8Checker checker;
    while (length > 0) {
        const std::string_view piece = in_.view(std::min<uint64_t>(length, 4096));
        if (!checker.take(piece))
            refuse("a text in its pickle is not UTF-8");
        length -= piece.size();
    }
    if (!checker.complete())
        refuse("a text in its pickle is not UTF-8");
}

void PickleReader::bigNumber(uint64_t bytes)
{
    if (bytes > 255)
        refuse("its pickle holds a number of " + std::to_string(bytes) + " bytes");
    if (bytes > 8) {
        push(make(NodeKind::BigInt, in_.at(), bytes));
        return in_.skip(bytes);
    }
    uint64_t value = bytes == 0 ? 0 : in_.number(static_cast<int>(bytes));
    if (bytes > 0 && bytes < 8 && value >> (8 * bytes - 1) & 1)
        value |= ~uint64_t(0) << (8 * bytes);  // two's complement
    push(make(NodeKind::Int, value));
}

bool PickleReader::stepContainer(uint8_t code)
{
    switch (code) {
    case '(':
        if (marks_.size() >= PickleLimits::stack)
            refuse("its pickle opens too many lists");
        marks_.push_back(static_cast<uint32_t>(stack_.size()));
        return true;
    case ')': push(make(NodeKind::Tuple)); return true;
    case ']': push(make(NodeKind::List)); return true;
    case '}': push(make(NodeKind::Dict)); return true;
    case 0x8f: push(makeNamed(NodeKind::Opaque, nameIndex("builtins.set"))); return true;
    case 't': gather(NodeKind::Tuple, mark()); return true;
    case 0x85:
    case 0x86:
    case 0x87: gather(NodeKind::Tuple, last(code - 0x84u)); return true;
    case 'a': addTo(last(2) + 1, false, true); return true;
    case 'e': addTo(mark(), false, true); return true;
    case 0x90: addTo(mark(), false, false); return true;
    case 's': addTo(last(3) + 1, true, false); return true;
    case 'u': addTo(mark(), true, false); return true;
    case 0x91:
        stack_.resize(mark());
        push(makeNamed(NodeKind::Opaque, nameIndex("builtins.frozenset")));
        return true;
    }
    return false;
}

/// Everything on the stack from `first` on goes into the object below: keys and values into a dictionary, items into a
/// list. Other objects (sets, counters, …) are opaque, and so is what goes into them.
void PickleReader::addTo(uint32_t first, bool keys, bool items)
{
    if (first <= (marks_.empty() ? 0 : marks_.back()))
        refuse("its pickle takes an object where none is");
    const NodeId to = stack_[first - 1];
    if (tree_.kind(to) == NodeKind::Opaque)
        return stack_.resize(first);
    if (!(keys && tree_.isDict(to)) && !(items && tree_.kind(to) == NodeKind::List))
        refuse(keys ? "its pickle sets a key of what is no dictionary" : "its pickle appends to what is no list");
    if (keys && (stack_.size() - first) % 2 != 0)
        refuse("its pickle sets a key without a value");
    appendFrom(to, first);
}

bool PickleReader::stepMemo(uint8_t code)
{
    const auto put = [&](uint64_t index) {
        if (index >= PickleLimits::memo || index > operations_)
            refuse("its pickle remembers an object under the number " + std::to_string(index));
        if (memo_.size() <= index)
            memo_.resize(index + 1, unset);
        memo_[index] = top();
    };
    const auto get = [&](uint64_t index) {
        if (index >= memo_.size() || memo_[index] == unset)
            refuse("its pickle recalls the object " + std::to_string(index) + ", which it never remembered");
        push(memo_[index]);
    };
    switch (code) {
    case 'q': put(in_.number(1)); return true;
    case 'r': put(in_.number(4)); return true;
    case 0x94: put(memo_.size()); return true;
    case 'h': get(in_.number(1)); return true;
    case 'j': get(in_.number(4)); return true;
    case '0': pop(); return true;
    case '1': stack_.resize(mark()); return true;
    case '2': push(top()); return true;
    }
    return false;
}

std::string PickleReader::line()
{
    std::string text;
    for (uint8_t c = in_.byte(); c != '\n'; c = in_.byte()) {
        if (text.size() >= PickleLimits::nameLength || c <= ' ' || c > '~')
            refuse("its pickle names a class in odd or in more than 256 characters");
        text += static_cast<char>(c);
    }
    return text;
}

void PickleReader::globalLine()
{
    const std::string module = line();
    push(makeNamed(NodeKind::Global, nameIndex(module + "." + line())));
}

void PickleReader::stackGlobal()
{
    const NodeId name = pop(), module = pop();
    // The same two texts are asked for again and again; in the file they are read once.
    const auto [found, added] = paired_.try_emplace(uint64_t(module) << 32 | name, 0);
    if (added) {
        const std::string whole = shortText(module) + "." + shortText(name);
        if (std::any_of(whole.begin(), whole.end(), [](char c) { return c <= ' ' || c > '~'; }))
            refuse("its pickle names a class in odd characters");
        if (paired_.size() > PickleLimits::names)
            refuse("its pickle names too many classes");
        found->second = nameIndex(whole);
    }
    push(makeNamed(NodeKind::Global, found->second));
}

std::string PickleReader::shortText(NodeId node)
{
    if (!tree_.isText(node) || tree_.length(node) > PickleLimits::nameLength)
        refuse("its pickle names a class or a place by what is no short text");
    return in_.source().text(tree_.offset(node), tree_.length(node));
}

PickleTree readPickle(ByteCursor &cursor)
{
    return PickleReader(cursor).whole();
}

}  // namespace fcoscope
