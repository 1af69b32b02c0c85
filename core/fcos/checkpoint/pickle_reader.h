// SPDX-License-Identifier: GPL-3.0-or-later
// The stack machine behind readPickle.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "core/fcos/checkpoint/pickle.h"

namespace fcoscope {

class PickleReader {
public:
    explicit PickleReader(ByteCursor &cursor) : in_(cursor) {}
    PickleTree whole();

private:
    // pickle.cpp: the instructions
    void step(uint8_t code);
    bool stepValue(uint8_t code);
    bool stepContainer(uint8_t code);
    bool stepMemo(uint8_t code);
    void string(NodeKind kind, int lengthBytes);
    void checkText(uint64_t length);
    void bigNumber(uint64_t bytes);
    void globalLine();
    void stackGlobal();
    std::string line();
    std::string shortText(NodeId node);

    // pickle_calls.cpp: what would be calls
    void reduce();
    void construct(bool keywords);
    void build();
    void persistent();
    void called(const std::string &name, NodeId arguments);
    bool calledTorch(const std::string &name, NodeId arguments);
    bool calledNumpy(const std::string &name, NodeId arguments);
    void orderedDict(NodeId arguments);
    void wrap(NodeKind kind, NodeId child);
    void opaque(const std::string &name);

    [[noreturn]] void refuse(const std::string &found) const;
    const std::filesystem::path &path() const { return in_.source().path(); }

    NodeId make(NodeKind kind, uint64_t a = 0, uint64_t b = 0);
    uint32_t nameIndex(const std::string &name);
    NodeId makeNamed(NodeKind kind, uint32_t name);
    void push(NodeId node);
    NodeId pop();
    NodeId &top();
    uint32_t mark();                ///< takes the last mark away; where on the stack it stood
    uint32_t last(uint32_t count);  ///< where on the stack the last objects begin
    void append(NodeId to, NodeId child);
    void appendFrom(NodeId to, uint32_t first);  ///< everything on the stack from there
    void gather(NodeKind kind, uint32_t first);  ///< the same into a new node
    void addTo(uint32_t first, bool keys, bool items);

    ByteCursor &in_;
    PickleTree tree_;
    std::vector<NodeId> stack_;
    std::vector<uint32_t> marks_;
    std::vector<NodeId> memo_;
    std::unordered_map<std::string, uint32_t> known_;  // names, and where they stand in the tree's table
    std::unordered_map<uint64_t, uint32_t> paired_;    // the same for two texts on the stack
    NodeId storageText_ = UINT32_MAX;
    uint64_t operations_ = 0;
    uint64_t start_ = 0;  // of the instruction in the file
};

/// Refuses a tree that contains itself, is deeper than the limit, or would be too large if nothing in it were shared.
void checkShape(const PickleTree &tree, const std::filesystem::path &path);

}  // namespace fcoscope
