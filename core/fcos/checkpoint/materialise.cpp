// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/checkpoint/materialise.h"

#include <algorithm>
#include <stdexcept>

#include "core/base/error.h"

namespace fcoscope {
namespace {

constexpr std::pair<ElementType, at::ScalarType> types[] = {  // in the order of ElementType
    {ElementType::Float64, at::kDouble},       {ElementType::Float32, at::kFloat},
    {ElementType::Float16, at::kHalf},         {ElementType::BFloat16, at::kBFloat16},
    {ElementType::Int64, at::kLong},           {ElementType::Int32, at::kInt},
    {ElementType::Int16, at::kShort},          {ElementType::Int8, at::kChar},
    {ElementType::UInt8, at::kByte},           {ElementType::Bool, at::kBool},
    {ElementType::Complex64, at::kComplexFloat}, {ElementType::Complex128, at::kComplexDouble},
    {ElementType::UInt16, at::kUInt16},        {ElementType::UInt32, at::kUInt32},
    {ElementType::UInt64, at::kUInt64},        {ElementType::Float8E4M3, at::kFloat8_e4m3fn},
    {ElementType::Float8E5M2, at::kFloat8_e5m2},
};

at::Tensor bytesOf(const ByteSource &source, const PlannedStorage &storage)
{
    at::Tensor bytes;
    try {
        bytes = at::empty({static_cast<int64_t>(storage.bytes)}, at::kByte);
    } catch (const std::exception &) {
        throw UserError(message("core", "There is too little memory for the weights in {0}: {1} of them alone needs {2} bytes.")
                            .with(source.path().string(), storage.name, storage.bytes));
    }
    readStorage(source, storage, static_cast<char *>(bytes.data_ptr()));
    return bytes;
}

/// A truth value is 0 or 1; whatever else the file says would be undefined behaviour wherever it is used.
void checkTruth(const at::Tensor &bytes, const ByteSource &source, const std::string &name)
{
    const auto *begin = static_cast<const uint8_t *>(bytes.data_ptr());
    if (std::any_of(begin, begin + bytes.numel(), [](uint8_t byte) { return byte > 1; }))
        throw UserError(message("core", "The file {0} is damaged: the truth values of {1} are not all 0 or 1; get it again "
                                        "from where it came from.")
                            .with(source.path().string(), name));
}

}  // namespace

at::ScalarType scalarType(ElementType type) { return types[static_cast<size_t>(type)].second; }

ElementType elementType(at::ScalarType type)
{
    for (const auto &[ours, theirs] : types)
        if (theirs == type)
            return ours;
    throw std::invalid_argument("tensors of this type are in no file");
}

std::vector<std::pair<std::string, at::Tensor>> materialise(const StatePlan &plan, const ByteSource &source, bool headerOnly)
{
    std::vector<at::Tensor> storages(plan.storages.size());
    std::vector<bool> truthful(plan.storages.size());
    std::vector<std::pair<std::string, at::Tensor>> tensors;
    for (const PlannedTensor &planned : plan.tensors) {
        const at::TensorOptions options(scalarType(planned.type));
        if (headerOnly) {
            tensors.emplace_back(planned.name, at::empty(planned.shape, options.device(at::kMeta)));
            continue;
        }
        at::Tensor &bytes = storages[planned.storage];
        if (!bytes.defined())
            bytes = bytesOf(source, plan.storages[planned.storage]);
        if (planned.type == ElementType::Bool && !truthful[planned.storage]) {
            checkTruth(bytes, source, planned.name);
            truthful[planned.storage] = true;
        }
        at::Tensor tensor = at::empty({0}, options);
        tensor.set_(bytes.storage(), static_cast<int64_t>(planned.offset), planned.shape, planned.strides);
        tensors.emplace_back(planned.name, std::move(tensor));
    }
    return tensors;
}

}  // namespace fcoscope
