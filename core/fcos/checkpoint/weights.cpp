// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/checkpoint/weights.h"

#include <algorithm>
#include <set>

#include "core/fcos/checkpoint/facts.h"
#include "core/fcos/checkpoint/refusal.h"

namespace fcoscope {
namespace {

/// Where trainers put them, the best first: what SimpleAICV averaged (and evaluates), and what it trained; mmdetection;
/// the FCOS authors and detectron2; pycls; Caffe2.
constexpr const char *wrappers[] = {
    "ema_model_state_dict", "model_state_dict", "state_dict", "model", "model_state", "blobs"};
constexpr uint64_t longestName = 1024;

struct Entry {
    std::string name;
    NodeId node;
};

class Search {
public:
    Search(const PickleTree &tree, const ByteSource &source, StatePlan &plan, const TensorPlanner::Place &place)
        : tree_(tree), source_(source), plan_(plan), planner_(tree, source, plan, place)
    {
    }

    void run()
    {
        if (!tree_.isDict(tree_.root))
            refuseRoot();
        const NodeId weights = choose();
        for (const Entry &entry : withoutAverages(tensorsOf(weights)))
            planner_.add(entry.name, entry.node);
        dropWrapperPrefixes(plan_.tensors);
        if (weights != tree_.root)
            takeRest();
    }

private:
    bool holdsTensors(NodeId dict) const
    {
        if (!tree_.isDict(dict))
            return false;
        const std::vector<NodeId> entries = tree_.children(dict);
        for (size_t i = 1; i < entries.size(); i += 2)
            if (planner_.isTensor(entries[i]))
                return true;
        return false;
    }

    NodeId choose()
    {
        for (const char *wrapper : wrappers)
            if (const auto inside = findKey(tree_, source_, tree_.root, wrapper); inside && holdsTensors(*inside)) {
                plan_.wrapper = wrapper;
                return *inside;
            }
        for (const char *wrapper : wrappers)
            if (const auto inside = findKey(tree_, source_, tree_.root, wrapper);
                inside && tree_.kind(*inside) == NodeKind::Opaque)
                refuseObject(*inside);
        if (!holdsTensors(tree_.root))
            throw unsupported(source_.path(), "it holds no tensors under names, but " + keysOf(tree_.root));
        return tree_.root;
    }

    std::vector<Entry> tensorsOf(NodeId dict)
    {
        std::vector<Entry> found;
        std::set<std::string> seen;
        const std::vector<NodeId> entries = tree_.children(dict);
        for (size_t i = 0; i + 1 < entries.size(); i += 2) {
            const NodeId key = entries[i], value = entries[i + 1];
            const bool named = tree_.isText(key) && tree_.length(key) <= longestName;
            if (!planner_.isTensor(value)) {
                if (tree_.kind(value) == NodeKind::Opaque && tree_.name(value).starts_with("torch._utils._rebuild_"))
                    throw unsupported(source_.path(),
                                      "a tensor in it is sparse, quantised or of another special kind (" +
                                          tree_.name(value) + ")");
                if (plan_.leftOut.size() < 1024)
                    leaveOut(plan_, named ? textOf(tree_, key, source_) : "a key that is no name");
                continue;
            }
            if (!named)
                throw contradictory(source_.path(), "a tensor stands under a key that is no name");
            std::string name = textOf(tree_, key, source_);
            if (!seen.insert(name).second)
                throw contradictory(source_.path(), "two tensors are named " + shown(name));
            found.push_back({std::move(name), value});
        }
        return found;
    }

    /// mmdetection keeps a second copy of the weights as "ema_backbone_conv1_weight" beside "backbone.conv1.weight",
    /// and exchanges the two before it saves: the plain names hold what it evaluates.
    std::vector<Entry> withoutAverages(std::vector<Entry> entries)
    {
        std::set<std::string> copies;
        for (const Entry &entry : entries) {
            std::string copy = "ema_" + entry.name;
            std::replace(copy.begin(), copy.end(), '.', '_');
            copies.insert(copy);
        }
        const size_t all = entries.size();
        std::erase_if(entries, [&](const Entry &entry) { return copies.contains(entry.name); });
        if (entries.size() < all)
            leaveOut(plan_, "ema_* (the second copy of " + std::to_string(all - entries.size()) + " weights)");
        return entries;
    }

    void takeRest()
    {
        const std::vector<NodeId> entries = tree_.children(tree_.root);
        for (size_t i = 0; i + 1 < entries.size(); i += 2) {
            if (!tree_.isText(entries[i]) || tree_.length(entries[i]) > longestName)
                continue;
            const std::string key = textOf(tree_, entries[i], source_);
            if (key == plan_.wrapper)
                continue;
            if (key == "meta")
                plan_.classNames = classNamesIn(tree_, source_, entries[i + 1]);
            if (holdsTensors(entries[i + 1]))
                leaveOut(plan_, key);
            else
                takeFacts(tree_, source_, planner_, key, entries[i + 1], plan_);
        }
    }

    std::string keysOf(NodeId dict) const
    {
        std::string keys;
        const std::vector<NodeId> entries = tree_.children(dict, 16);
        for (size_t i = 0; i + 1 < entries.size(); i += 2)
            if (tree_.isText(entries[i]) && tree_.length(entries[i]) <= longestName)
                keys += (keys.empty() ? "" : ", ") + shown(textOf(tree_, entries[i], source_));
        return keys.empty() ? "nothing that has one" : keys;
    }

    [[noreturn]] void refuseObject(NodeId object) const
    {
        throw unsupported(source_.path(), "it holds an object of the program that wrote it (" +
                                              shown(tree_.name(object)) + ") instead of weights alone");
    }

    [[noreturn]] void refuseRoot() const
    {
        const NodeKind kind = tree_.kind(tree_.root);
        if (kind == NodeKind::Opaque || kind == NodeKind::Global)
            refuseObject(tree_.root);
        throw unsupported(source_.path(), planner_.isTensor(tree_.root)  ? "it holds one tensor without a name"
                                          : tree_.isSequence(tree_.root) ? "it holds a list instead of a dictionary"
                                                                         : "it holds a value instead of a dictionary");
    }

    const PickleTree &tree_;
    const ByteSource &source_;
    StatePlan &plan_;
    TensorPlanner planner_;
};

}  // namespace

void takeWeights(const PickleTree &tree, const ByteSource &source, StatePlan &plan, const TensorPlanner::Place &place)
{
    Search(tree, source, plan, place).run();
}

void dropWrapperPrefixes(std::vector<PlannedTensor> &tensors)
{
    for (const std::string prefix : {"module.", "_orig_mod.", "module.", "_orig_mod."}) {
        const bool all =
            !tensors.empty() && std::all_of(tensors.begin(), tensors.end(), [&](const PlannedTensor &tensor) {
                return tensor.name.size() > prefix.size() && tensor.name.starts_with(prefix);
            });
        for (PlannedTensor &tensor : tensors)
            if (all)
                tensor.name.erase(0, prefix.size());
    }
}

}  // namespace fcoscope
