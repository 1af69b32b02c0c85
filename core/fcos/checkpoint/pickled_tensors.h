// SPDX-License-Identifier: GPL-3.0-or-later
// From the tensors and arrays of a pickle's tree to planned tensors, all of whose numbers have been checked.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "core/fcos/checkpoint/pickle.h"
#include "core/fcos/checkpoint/state_plan.h"

namespace fcoscope {

/// What a pickle says about one of PyTorch's storages.
struct StorageClaim {
    std::string key;                  ///< its name in the file
    std::optional<ElementType> type;  ///< none for untyped storages, which count bytes
    uint64_t count = 0;               ///< of elements, or of bytes
    uint64_t bytes = 0;
    uint64_t viewOffset = 0, viewCount = 0;  ///< of old views: the part of it that is meant, in elements
};
StorageClaim readStorageClaim(const PickleTree &tree, NodeId storage, const ByteSource &source);

class TensorPlanner {
public:
    /// `place` says where in the file the storage of a claim lies, or throws.
    using Place = std::function<PlannedStorage(const StorageClaim &)>;
    TensorPlanner(const PickleTree &tree, const ByteSource &source, StatePlan &plan, Place place)
        : tree_(tree), source_(source), plan_(plan), place_(std::move(place))
    {
    }

    /// Whether the node is a tensor or an array of numbers.
    bool isTensor(NodeId node) const;
    /// Adds it to the plan. Throws UserError if it is impossible.
    void add(const std::string &name, NodeId node);
    /// A number of NumPy's, as text; nullopt if it is none.
    std::optional<std::string> scalar(NodeId node) const;

private:
    struct Known {
        uint32_t index;
        std::optional<ElementType> type;
        uint64_t count;
    };
    struct DtypeClaim {
        const ElementTypeFacts *facts = nullptr;
        bool swapped = false;
    };

    void addTorch(const std::string &name, NodeId node);
    void addArray(const std::string &name, NodeId node);
    uint32_t storageOf(const StorageClaim &claim);
    uint32_t storageOfBytes(NodeId bytes, uint64_t wanted, const std::string &name);
    DtypeClaim dtype(NodeId node) const;
    std::vector<int64_t> extents(NodeId tuple, const std::string &what) const;
    void finish(PlannedTensor tensor, uint64_t storageCount);
    [[noreturn]] void refuse(const std::string &name, const std::string &found) const;

    const PickleTree &tree_;
    const ByteSource &source_;
    StatePlan &plan_;
    Place place_;
    std::map<std::string, Known> storages_;      // by key
    std::map<uint64_t, uint32_t> byteStorages_;  // by offset in the file
    uint64_t viewedBytes_ = 0, expandedBytes_ = 0;
};

}  // namespace fcoscope
