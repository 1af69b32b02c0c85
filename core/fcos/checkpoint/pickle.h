// SPDX-License-Identifier: GPL-3.0-or-later
// Reads Python's pickles without running them.
//
// A pickle is a program for a small stack machine, and two of its instructions call any function of any module. This
// machine has the stack, and no functions: what Python would call becomes an inert node. Only a handful of names mean
// anything (dictionaries, tensors and arrays as PyTorch and NumPy write them); every other is Opaque, named and empty.
// What it takes in memory and time is bounded before it is taken: see PickleLimits.
//
// Strings stay where they are: a node says at which offset, so that arrays of a hundred megabytes inside a pickle cost
// nothing until they are wanted.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "core/fcos/checkpoint/byte_source.h"

namespace fcoscope {

/// What no file of weights comes near. One node takes 24 bytes, one reference to a node 8.
struct PickleLimits {
    static constexpr uint64_t operations = 10'000'000;
    static constexpr uint32_t nodes = 1 << 20;
    static constexpr uint32_t references = 1 << 20;  ///< entries of lists, tuples and dictionaries together
    static constexpr uint32_t memo = 1 << 20;
    static constexpr uint32_t stack = 1 << 18;
    static constexpr uint64_t expanded = 1 << 20;  ///< nodes as if nothing were shared
    static constexpr int depth = 256;
    static constexpr size_t nameLength = 256;  ///< of a module, of a class
    static constexpr size_t names = 1 << 14;
    static constexpr uint64_t text = 1 << 30;  ///< bytes of one text; those of a sparse file cost it nothing
};

using NodeId = uint32_t;

enum class NodeKind : uint8_t {
    None,
    Bool,
    Int,
    Real,
    BigInt,   ///< more than eight bytes: its bytes lie in the file
    Text,     ///< UTF-8
    OldText,  ///< a string of Python 2: bytes, or text in Latin-1
    Bytes,
    Latin1,  ///< bytes that Python wrote as text: one character for each
    List,
    Tuple,
    Dict,
    OrderedDict,
    Global,   ///< the name of a class or function
    Opaque,   ///< what came of calling a name that means nothing here
    Storage,  ///< where PyTorch's bytes are; its child is the tuple that says so
    Tensor,
    TypedTensor,  ///< child: the arguments of _rebuild_tensor(_v2), of _rebuild_tensor_v3
    Dtype,        ///< NumPy's; children: its arguments and, once it was built, its state
    Array,        ///< NumPy's; child: the state it was built with
    FlatArray,    ///< NumPy's, protocol 5; child: the arguments of _frombuffer
    Scalar,       ///< NumPy's; child: the arguments
};

class PickleTree {
public:
    NodeId root = 0;

    NodeKind kind(NodeId node) const { return nodes_[node].kind; }
    bool isDict(NodeId node) const { return kind(node) == NodeKind::Dict || kind(node) == NodeKind::OrderedDict; }
    bool isText(NodeId node) const { return kind(node) == NodeKind::Text || kind(node) == NodeKind::OldText; }
    bool isSequence(NodeId node) const { return kind(node) == NodeKind::List || kind(node) == NodeKind::Tuple; }

    bool boolean(NodeId node) const { return nodes_[node].a != 0; }
    int64_t integer(NodeId node) const { return static_cast<int64_t>(nodes_[node].a); }  ///< Int, Bool
    double real(NodeId node) const;
    uint64_t offset(NodeId node) const { return nodes_[node].a; }  ///< of strings and bytes, in the source
    uint64_t length(NodeId node) const { return nodes_[node].b; }
    const std::string &name(NodeId node) const
    {
        return names_[nodes_[node].count];
    }  ///< Global, Opaque: "module.name"

    /// Children: a dictionary's are key, value, key, value, …
    uint32_t count(NodeId node) const { return nodes_[node].count; }
    std::vector<NodeId> children(NodeId node) const;
    /// The first children, at most `most`, without copying all the rest.
    std::vector<NodeId> children(NodeId node, uint32_t most) const;

    /// Every storage that was named, also outside what the root holds.
    std::vector<NodeId> storages() const;

private:
    friend class PickleReader;
    friend void checkShape(const PickleTree &tree, const std::filesystem::path &path);
    struct Node {
        NodeKind kind = NodeKind::None;
        uint32_t count = 0;
        uint64_t a = 0, b = 0;  // value; offset and length; first and last reference
    };
    struct Reference {
        NodeId node;
        uint32_t next;  // the next reference of the same list, none after the last
    };
    static bool hasChildren(NodeKind kind);

    std::deque<Node> nodes_;
    std::deque<Reference> references_;
    std::vector<std::string> names_;
};

/// Reads one pickle from the cursor on, which then stands behind its STOP. Throws UserError for everything that is not
/// a pickle of protocol 2 to 5 within the limits.
PickleTree readPickle(ByteCursor &cursor);

/// Texts of the tree, which stay in the source: at most `longest` bytes, else a UserError. A Python 2 string comes as
/// UTF-8.
std::string textOf(const PickleTree &tree, NodeId node, const ByteSource &source, uint64_t longest = 64 << 10);

}  // namespace fcoscope
