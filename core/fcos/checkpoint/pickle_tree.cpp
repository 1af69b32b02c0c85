// SPDX-License-Identifier: GPL-3.0-or-later
#include <bit>

#include "core/fcos/checkpoint/pickle_reader.h"
#include "core/fcos/checkpoint/refusal.h"

namespace fcoscope {

double PickleTree::real(NodeId node) const
{
    return std::bit_cast<double>(nodes_[node].a);
}

bool PickleTree::hasChildren(NodeKind kind)
{
    switch (kind) {
    case NodeKind::List:
    case NodeKind::Tuple:
    case NodeKind::Dict:
    case NodeKind::OrderedDict:
    case NodeKind::Storage:
    case NodeKind::Tensor:
    case NodeKind::TypedTensor:
    case NodeKind::Dtype:
    case NodeKind::Array:
    case NodeKind::FlatArray:
    case NodeKind::Scalar: return true;
    default: return false;
    }
}

std::vector<NodeId> PickleTree::children(NodeId node, uint32_t most) const
{
    const Node &parent = nodes_[node];
    const uint32_t wanted = hasChildren(parent.kind) ? std::min(parent.count, most) : 0;
    std::vector<NodeId> found;
    found.reserve(wanted);
    for (auto at = static_cast<uint32_t>(parent.a); found.size() < wanted; at = references_[at].next)
        found.push_back(references_[at].node);
    return found;
}

std::vector<NodeId> PickleTree::children(NodeId node) const
{
    return children(node, UINT32_MAX);
}

std::vector<NodeId> PickleTree::storages() const
{
    std::vector<NodeId> found;
    NodeId node = 0;
    for (const Node &each : nodes_) {
        if (each.kind == NodeKind::Storage)
            found.push_back(node);
        ++node;
    }
    return found;
}

// A walk that keeps its own stack, no deeper than the limit allows: the tree may be a million lists inside each other.
void checkShape(const PickleTree &tree, const std::filesystem::path &path)
{
    struct Seen {
        uint32_t expanded = 0;  // 0: not seen yet; with height 0: being walked
        uint16_t height = 0;
    };
    struct Frame {
        NodeId node;
        uint32_t at, left;
        uint64_t expanded;
        uint16_t height;
    };
    std::vector<Seen> seen(tree.nodes_.size());
    std::vector<Frame> frames;
    const auto enter = [&](NodeId node) {
        const PickleTree::Node &entered = tree.nodes_[node];
        seen[node].expanded = 1;
        frames.push_back(
            {node, static_cast<uint32_t>(entered.a), PickleTree::hasChildren(entered.kind) ? entered.count : 0, 1, 1});
    };
    enter(tree.root);
    while (!frames.empty()) {
        Frame &frame = frames.back();
        if (frame.left == 0) {
            seen[frame.node] = {static_cast<uint32_t>(frame.expanded), frame.height};
            const Frame done = frame;
            frames.pop_back();
            if (!frames.empty()) {
                frames.back().expanded += done.expanded;
                frames.back().height = std::max<uint16_t>(frames.back().height, done.height + 1);
            }
        } else {
            const PickleTree::Reference &reference = tree.references_[frame.at];
            frame.at = reference.next;
            --frame.left;
            const Seen &child = seen[reference.node];
            if (child.height > 0) {
                frame.expanded += child.expanded;
                frame.height = std::max<uint16_t>(frame.height, child.height + 1);
            } else if (child.expanded > 0) {
                throw contradictory(path, "an object in its pickle contains itself");
            } else {
                enter(reference.node);
            }
        }
        if (!frames.empty() && frames.back().expanded > PickleLimits::expanded)
            throw contradictory(path, "its pickle unfolds to more than a million objects");
        if (!frames.empty() && frames.size() + frames.back().height > PickleLimits::depth)
            throw contradictory(path, "the objects of its pickle lie more than " + std::to_string(PickleLimits::depth) +
                                          " deep inside each other");
    }
}

std::string textOf(const PickleTree &tree, NodeId node, const ByteSource &source, uint64_t longest)
{
    if (tree.length(node) > longest)
        throw contradictory(source.path(), "a name in its pickle has " + std::to_string(tree.length(node)) + " bytes");
    std::string text = source.text(tree.offset(node), tree.length(node));
    if (tree.kind(node) != NodeKind::OldText)
        return text;
    std::string converted;
    for (const char c : text) {
        const auto byte = static_cast<uint8_t>(c);
        if (byte >= 0x80) {
            converted += static_cast<char>(0xC0 | byte >> 6);
            converted += static_cast<char>(0x80 | (byte & 0x3F));
        } else {
            converted += c;
        }
    }
    return converted;
}

}  // namespace fcoscope
