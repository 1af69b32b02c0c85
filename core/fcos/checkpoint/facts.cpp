// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/checkpoint/facts.h"

#include <algorithm>
#include <charconv>

namespace fcoscope {
namespace {

constexpr size_t mostFacts = 4096, mostFactBytes = 4 << 20, longestFact = 256 << 10, mostLeftOut = 1024,
                 mostClasses = 10'000, longestKey = 1024;
constexpr int deepest = 6;

struct Walk {
    const PickleTree &tree;
    const ByteSource &source;
    const TensorPlanner &planner;
    StatePlan &plan;
    size_t visits = 0;

    void put(const std::string &key, std::string value)
    {
        if (plan.metadata.size() >= mostFacts || plan.metadataBytes + key.size() + value.size() > mostFactBytes)
            return leaveOut(plan, key);
        plan.metadataBytes += key.size() + value.size();
        plan.metadata[key] = std::move(value);
    }

    void visit(const std::string &key, NodeId node, int depth)
    {
        if (++visits > mostFacts)
            return;
        switch (tree.kind(node)) {
        case NodeKind::None: return;
        case NodeKind::Bool: return put(key, tree.boolean(node) ? "true" : "false");
        case NodeKind::Int: return put(key, std::to_string(tree.integer(node)));
        case NodeKind::Real: {
            char text[40];
            const auto end = std::to_chars(text, text + sizeof text, tree.real(node)).ptr;
            return put(key, std::string(text, end));
        }
        case NodeKind::Text:
        case NodeKind::OldText:
            return tree.length(node) > longestFact ? leaveOut(plan, key)
                                                   : put(key, textOf(tree, node, source, longestFact));
        case NodeKind::Scalar:
            if (const auto number = planner.scalar(node))
                return put(key, *number);
            return leaveOut(plan, key);
        case NodeKind::Opaque: return leaveOut(plan, tree.name(node) + " in " + key);
        case NodeKind::Dict:
        case NodeKind::OrderedDict: return inside(key, node, depth);
        default: return leaveOut(plan, key);
        }
    }

    void inside(const std::string &key, NodeId dict, int depth)
    {
        if (depth >= deepest)
            return leaveOut(plan, key);
        const std::vector<NodeId> entries = tree.children(dict, 2 * mostFacts);
        for (size_t i = 0; i + 1 < entries.size(); i += 2)
            if (tree.isText(entries[i]) && tree.length(entries[i]) + key.size() < longestKey)
                visit(key + "." + textOf(tree, entries[i], source), entries[i + 1], depth + 1);
    }
};

}  // namespace

void leaveOut(StatePlan &plan, const std::string &what)
{
    if (plan.leftOut.size() < mostLeftOut)
        plan.leftOut.push_back(what);
}

void takeFacts(const PickleTree &tree, const ByteSource &source, const TensorPlanner &planner, const std::string &key,
               NodeId value, StatePlan &plan)
{
    // What a trainer needs to go on is thousands of numbers, and none of them says anything about the weights.
    for (const char *state : {"optim", "scheduler", "message_hub", "state_dict", "scaler"})
        if (key.find(state) != std::string::npos && !tree.isText(value))
            return leaveOut(plan, key);
    Walk{tree, source, planner, plan}.visit(key, value, 0);
}

std::optional<NodeId> findKey(const PickleTree &tree, const ByteSource &source, NodeId dict, std::string_view key)
{
    if (!tree.isDict(dict))
        return std::nullopt;
    const std::vector<NodeId> entries = tree.children(dict);
    for (size_t i = 0; i + 1 < entries.size(); i += 2)
        if (tree.isText(entries[i]) && tree.length(entries[i]) == key.size() &&
            source.text(tree.offset(entries[i]), key.size()) == key)
            return entries[i + 1];
    return std::nullopt;
}

std::vector<std::string> classNamesIn(const PickleTree &tree, const ByteSource &source, NodeId meta)
{
    std::vector<NodeId> places{meta};
    if (const auto set = findKey(tree, source, meta, "dataset_meta"))
        places.push_back(*set);
    for (const NodeId place : places)
        for (const char *key : {"CLASSES", "classes"}) {
            const auto found = findKey(tree, source, place, key);
            if (!found)
                continue;
            const auto isName = [&](NodeId name) { return tree.isText(name) && tree.length(name) <= longestKey; };
            if (isName(*found))
                return {textOf(tree, *found, source)};
            if (!tree.isSequence(*found) || tree.count(*found) > mostClasses)
                continue;
            std::vector<std::string> names;
            for (const NodeId name : tree.children(*found))
                if (isName(name))
                    names.push_back(textOf(tree, name, source));
            if (!names.empty() && names.size() == tree.count(*found))
                return names;
        }
    return {};
}

}  // namespace fcoscope
