// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/checkpoint/pickled_tensors.h"

#include <algorithm>
#include <cstring>

#include "core/fcos/checkpoint/refusal.h"

namespace fcoscope {
namespace {

constexpr uint64_t mostTensors = 1 << 16, mostElements = uint64_t(1) << 31, mostExpandedBytes = 16 << 20;
constexpr size_t mostDimensions = 8;

bool isNatural(const PickleTree &tree, NodeId node)
{
    return tree.kind(node) == NodeKind::Int && tree.integer(node) >= 0;
}

}  // namespace

uint64_t PlannedTensor::count() const
{
    uint64_t product = 1;
    for (const int64_t extent : shape)
        product *= static_cast<uint64_t>(extent);
    return product;
}

StorageClaim readStorageClaim(const PickleTree &tree, NodeId storage, const ByteSource &source)
{
    const auto wrong = [&](const std::string &found) {
        return contradictory(source.path(), "a tensor's storage " + found);
    };
    if (tree.kind(storage) != NodeKind::Storage)
        throw wrong("is none");
    // 'storage', class, key, device, count and, before PyTorch 1.6, what part of it is meant
    const std::vector<NodeId> parts = tree.children(tree.children(storage)[0], 7);
    if (parts.size() < 5 || parts.size() > 6 || tree.kind(parts[1]) != NodeKind::Global || !tree.isText(parts[2]) ||
        !isNatural(tree, parts[4]))
        throw wrong("is described in another way than PyTorch does");
    StorageClaim claim;
    claim.key = textOf(tree, parts[2], source, 64);
    claim.count = claim.viewCount = static_cast<uint64_t>(tree.integer(parts[4]));
    const std::string type = tree.name(parts[1]);
    uint64_t elementBytes = 1;
    if (type != "torch.storage.UntypedStorage" && type != "torch.UntypedStorage") {
        const ElementTypeFacts *facts =
            type.starts_with("torch.") ? findElementType(&ElementTypeFacts::storage, type.substr(type.rfind('.') + 1))
                                       : nullptr;
        if (!facts)
            throw unsupported(source.path(), "a tensor has the type " + shown(type));
        claim.type = facts->type;
        elementBytes = facts->bytes;
    }
    if (__builtin_mul_overflow(claim.count, elementBytes, &claim.bytes) || claim.bytes > source.size())
        throw contradictory(source.path(), "a tensor's storage says that it has " + std::to_string(claim.count) +
                                               " elements, and the whole file has " + std::to_string(source.size()) +
                                               " bytes");
    if (parts.size() == 6 && tree.kind(parts[5]) != NodeKind::None) {
        const std::vector<NodeId> view = tree.children(parts[5], 4);
        if (tree.kind(parts[5]) != NodeKind::Tuple || view.size() != 3 || !isNatural(tree, view[1]) ||
            !isNatural(tree, view[2]))
            throw wrong("is described in another way than PyTorch does");
        claim.viewOffset = static_cast<uint64_t>(tree.integer(view[1]));
        claim.viewCount = static_cast<uint64_t>(tree.integer(view[2]));
        if (claim.viewOffset > claim.count || claim.viewCount > claim.count - claim.viewOffset)
            throw wrong("is a part of another that is smaller");
    }
    return claim;
}

void TensorPlanner::refuse(const std::string &name, const std::string &found) const
{
    throw contradictory(source_.path(), "the tensor " + shown(name) + " " + found);
}

bool TensorPlanner::isTensor(NodeId node) const
{
    switch (tree_.kind(node)) {
    case NodeKind::Tensor:
    case NodeKind::TypedTensor: return true;
    case NodeKind::Array:
        return tree_.count(node) == 1 && tree_.count(tree_.children(node)[0]) == 5 &&
               dtype(tree_.children(tree_.children(node)[0])[2]).facts;
    case NodeKind::FlatArray:
        return tree_.count(tree_.children(node)[0]) == 4 && dtype(tree_.children(tree_.children(node)[0])[1]).facts;
    default: return false;
    }
}

void TensorPlanner::add(const std::string &name, NodeId node)
{
    if (plan_.tensors.size() >= mostTensors)
        throw contradictory(source_.path(), "it holds more than " + std::to_string(mostTensors) + " tensors");
    if (tree_.kind(node) == NodeKind::Tensor || tree_.kind(node) == NodeKind::TypedTensor)
        addTorch(name, node);
    else
        addArray(name, node);
}

std::vector<int64_t> TensorPlanner::extents(NodeId tuple, const std::string &name) const
{
    std::vector<int64_t> values;
    if (tree_.kind(tuple) != NodeKind::Tuple || tree_.count(tuple) > mostDimensions)
        refuse(name, "has no shape, or more than " + std::to_string(mostDimensions) + " dimensions");
    for (const NodeId value : tree_.children(tuple)) {
        if (!isNatural(tree_, value))
            refuse(name, "has a size or a stride that is no natural number");
        values.push_back(tree_.integer(value));
    }
    return values;
}

void TensorPlanner::addTorch(const std::string &name, NodeId node)
{
    const NodeId arguments = tree_.children(node)[0];
    const bool typed = tree_.kind(node) == NodeKind::TypedTensor;
    // storage, offset, size, stride, requires_grad, hooks; then v2: metadata; v3: type, metadata
    const std::vector<NodeId> given = tree_.children(arguments, 9);
    if (given.size() < (typed ? 7 : 4) || given.size() > (typed ? 8 : 7) || !isNatural(tree_, given[1]))
        refuse(name, "is described in another way than PyTorch does");
    if (const size_t extra = typed ? 7 : 6; given.size() > extra && tree_.kind(given[extra]) != NodeKind::None &&
                                            !(tree_.isDict(given[extra]) && tree_.count(given[extra]) == 0))
        throw unsupported(source_.path(), "the tensor " + shown(name) + " is conjugated or negated lazily");
    const StorageClaim claim = readStorageClaim(tree_, given[0], source_);
    PlannedTensor tensor;
    tensor.name = name;
    if (typed) {
        const std::string type = tree_.kind(given[6]) == NodeKind::Global ? tree_.name(given[6]) : "";
        const ElementTypeFacts *facts =
            type.starts_with("torch.") ? findElementType(&ElementTypeFacts::name, type.substr(6)) : nullptr;
        if (!facts)
            throw unsupported(source_.path(), "the tensor " + shown(name) + " has the type " + shown(type));
        tensor.type = facts->type;
    } else if (!claim.type) {
        refuse(name, "has no type");
    } else {
        tensor.type = *claim.type;
    }
    if (claim.type && *claim.type != tensor.type)
        refuse(name, "has two types");
    uint64_t room = claim.viewCount;  // in elements
    if (!claim.type) {
        if (room % factsOf(tensor.type).bytes != 0)
            refuse(name, "has a storage that ends inside an element");
        room /= factsOf(tensor.type).bytes;
    }
    tensor.offset = static_cast<uint64_t>(tree_.integer(given[1]));
    if (tensor.offset > room)
        refuse(name, "begins outside its storage");
    tensor.shape = extents(given[2], name);
    tensor.strides = extents(given[3], name);
    if (tensor.shape.size() != tensor.strides.size())
        refuse(name, "has " + std::to_string(tensor.shape.size()) + " sizes and " +
                         std::to_string(tensor.strides.size()) + " strides");
    tensor.storage = storageOf(claim);
    finish(std::move(tensor), room);
    plan_.tensors.back().offset += claim.viewOffset;
}

uint32_t TensorPlanner::storageOf(const StorageClaim &claim)
{
    if (const auto known = storages_.find(claim.key); known != storages_.end()) {
        if (known->second.type != claim.type || known->second.count != claim.count)
            throw contradictory(source_.path(), "the storage " + shown(claim.key) + " has two types or two sizes");
        return known->second.index;
    }
    const auto index = static_cast<uint32_t>(plan_.storages.size());
    plan_.storages.push_back(place_(claim));
    storages_[claim.key] = {index, claim.type, claim.count};
    return index;
}

/// Adds the tensor if all of it lies inside its storage of `room` elements.
void TensorPlanner::finish(PlannedTensor tensor, uint64_t room)
{
    uint64_t count = 1, last = tensor.offset;
    bool empty = false;
    for (const int64_t extent : tensor.shape)
        empty = empty || extent == 0;
    for (size_t i = 0; i < tensor.shape.size(); ++i) {
        const auto extent = static_cast<uint64_t>(tensor.shape[i]), stride = static_cast<uint64_t>(tensor.strides[i]);
        uint64_t reach = 0;
        if (extent > mostElements || (!empty && __builtin_mul_overflow(count, extent, &count)) || count > mostElements)
            refuse(tensor.name, "has more than " + std::to_string(mostElements) + " elements");
        if (stride > uint64_t(1) << 40 || (!empty && (__builtin_mul_overflow(extent - 1, stride, &reach) ||
                                                      __builtin_add_overflow(last, reach, &last))))
            refuse(tensor.name, "reaches outside its storage");
    }
    if (!empty && last >= room)
        refuse(tensor.name, "needs element " + std::to_string(last) + " of a storage that has " + std::to_string(room));
    const uint64_t bytes = empty ? 0 : count * factsOf(tensor.type).bytes;
    viewedBytes_ += bytes;
    if (count > room)
        expandedBytes_ += bytes;
    if (expandedBytes_ > mostExpandedBytes || viewedBytes_ / 8 > source_.size() + mostExpandedBytes)
        refuse(tensor.name, "repeats few numbers so often that it is far larger than the file");
    plan_.tensors.push_back(std::move(tensor));
}

/// NumPy's type: its arguments ('f4', …), and perhaps a state (version, byte order, …).
TensorPlanner::DtypeClaim TensorPlanner::dtype(NodeId node) const
{
    if (tree_.kind(node) != NodeKind::Dtype)
        return {};
    const std::vector<NodeId> parts = tree_.children(node);
    const std::vector<NodeId> arguments = tree_.children(parts[0], 1);
    if (arguments.empty() || !tree_.isText(arguments[0]) || tree_.length(arguments[0]) > 4)
        return {};
    DtypeClaim claim{findElementType(&ElementTypeFacts::numpy, textOf(tree_, arguments[0], source_)), false};
    if (parts.size() > 1) {
        const std::vector<NodeId> state = tree_.children(parts[1], 2);
        claim.swapped = state.size() == 2 && tree_.isText(state[1]) && tree_.length(state[1]) == 1 &&
                        textOf(tree_, state[1], source_) == ">";
    }
    return claim;
}

void TensorPlanner::addArray(const std::string &name, NodeId node)
{
    // Array's state: version, shape, type, Fortran order?, bytes. FlatArray's arguments: bytes, type, shape, order.
    const bool flat = tree_.kind(node) == NodeKind::FlatArray;
    const std::vector<NodeId> parts = tree_.children(tree_.children(node)[0]);
    const NodeId shape = flat ? parts[2] : parts[1], bytes = flat ? parts[0] : parts[4], order = parts[3];
    const DtypeClaim type = dtype(flat ? parts[1] : parts[2]);
    if (type.swapped)
        throw unsupported(source_.path(), "the array " + shown(name) + " is big-endian");
    if (flat ? !tree_.isText(order) || tree_.length(order) != 1 : tree_.kind(order) != NodeKind::Bool)
        refuse(name, "is described in another way than NumPy does");
    const bool columns = flat ? textOf(tree_, order, source_) == "F" : tree_.boolean(order);
    PlannedTensor tensor;
    tensor.name = name;
    tensor.type = type.facts->type;
    tensor.shape = extents(shape, name);
    tensor.strides.resize(tensor.shape.size());
    uint64_t count = 1, step = 1;  // step: as if no extent were 0
    for (size_t i = 0; i < tensor.shape.size(); ++i) {
        const size_t axis = columns ? i : tensor.shape.size() - 1 - i;
        const auto extent = static_cast<uint64_t>(tensor.shape[axis]);
        tensor.strides[axis] = static_cast<int64_t>(step);
        if (extent > mostElements || __builtin_mul_overflow(step, std::max<uint64_t>(extent, 1), &step) ||
            step > mostElements)
            refuse(name, "has more than " + std::to_string(mostElements) + " elements");
        count *= extent;
    }
    tensor.storage = storageOfBytes(bytes, count * type.facts->bytes, name);
    finish(std::move(tensor), count);
}

uint32_t TensorPlanner::storageOfBytes(NodeId bytes, uint64_t wanted, const std::string &name)
{
    const NodeKind kind = tree_.kind(bytes);
    if (kind != NodeKind::Bytes && kind != NodeKind::OldText && kind != NodeKind::Latin1)
        refuse(name, "has no bytes");
    const uint64_t length = tree_.length(bytes);
    // As characters of UTF-8, bytes from 128 on take two.
    const bool latin1 = kind == NodeKind::Latin1;
    if (latin1 ? wanted > length || length > 2 * wanted : wanted != length)
        refuse(name, "needs " + std::to_string(wanted) + " bytes and has " + std::to_string(length));
    // Empty ones all lie at the same place.
    const uint64_t key = length == 0 ? UINT64_MAX : tree_.offset(bytes);
    if (const auto known = byteStorages_.find(key); known != byteStorages_.end()) {
        if (plan_.storages[known->second].bytes != wanted || plan_.storages[known->second].latin1 != latin1)
            refuse(name, "has the bytes of another with another size");
        return known->second;
    }
    const auto index = static_cast<uint32_t>(plan_.storages.size());
    plan_.storages.push_back({tree_.offset(bytes), length, wanted, latin1, {}, name});
    byteStorages_[key] = index;
    return index;
}

std::optional<std::string> TensorPlanner::scalar(NodeId node) const
{
    const std::vector<NodeId> parts = tree_.children(tree_.children(node)[0], 3);
    if (parts.size() != 2)
        return std::nullopt;
    const DtypeClaim type = dtype(parts[0]);
    const NodeKind kind = tree_.kind(parts[1]);
    if (!type.facts || type.swapped ||
        (kind != NodeKind::Bytes && kind != NodeKind::OldText && kind != NodeKind::Latin1) ||
        tree_.length(parts[1]) > 16)
        return std::nullopt;
    PlannedStorage storage{
        tree_.offset(parts[1]), tree_.length(parts[1]), type.facts->bytes, kind == NodeKind::Latin1, {}, ""};
    if (!storage.latin1 && storage.length != storage.bytes)
        return std::nullopt;
    char bytes[16] = {};
    readStorage(source_, storage, bytes);
    const auto as = [&](auto value) {
        std::memcpy(&value, bytes, sizeof value);
        return value;
    };
    switch (type.facts->type) {
    case ElementType::Float64: return std::to_string(as(0.0));
    case ElementType::Float32: return std::to_string(as(0.0F));
    case ElementType::Int64: return std::to_string(as(int64_t(0)));
    case ElementType::Int32: return std::to_string(as(int32_t(0)));
    default: return std::nullopt;
    }
}

}  // namespace fcoscope
