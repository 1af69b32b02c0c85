// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/checkpoint/materialise.h"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "core/base/error.h"

namespace fcoscope {
namespace {

constexpr std::pair<ElementType, at::ScalarType> types[] = {
    // in the order of ElementType
    {ElementType::Float64, at::kDouble},
    {ElementType::Float32, at::kFloat},
    {ElementType::Float16, at::kHalf},
    {ElementType::BFloat16, at::kBFloat16},
    {ElementType::Int64, at::kLong},
    {ElementType::Int32, at::kInt},
    {ElementType::Int16, at::kShort},
    {ElementType::Int8, at::kChar},
    {ElementType::UInt8, at::kByte},
    {ElementType::Bool, at::kBool},
    {ElementType::Complex64, at::kComplexFloat},
    {ElementType::Complex128, at::kComplexDouble},
    {ElementType::UInt16, at::kUInt16},
    {ElementType::UInt32, at::kUInt32},
    {ElementType::UInt64, at::kUInt64},
    {ElementType::Float8E4M3, at::kFloat8_e4m3fn},
    {ElementType::Float8E5M2, at::kFloat8_e5m2},
};

/// Bytes that can still be had without taking them from other programs; everything where nobody says.
uint64_t availableMemory()
{
    std::ifstream facts("/proc/meminfo");
    for (std::string line; std::getline(facts, line);)
        if (uint64_t kilobytes = 0; std::sscanf(line.c_str(), "MemAvailable: %" SCNu64, &kilobytes) == 1)
            return kilobytes << 10;
    return UINT64_MAX;
}

uint64_t bytesWanted(const StatePlan &plan)
{
    std::vector<bool> wanted(plan.storages.size());
    for (const PlannedTensor &tensor : plan.tensors)
        wanted[tensor.storage] = true;
    uint64_t bytes = 0;
    for (size_t i = 0; i < wanted.size(); ++i)
        bytes += wanted[i] ? plan.storages[i].bytes : 0;
    return bytes;
}

at::Tensor bytesOf(const ByteSource &source, const PlannedStorage &storage)
{
    at::Tensor bytes = allocate({static_cast<int64_t>(storage.bytes)}, at::kByte, source.path());
    readStorage(source, storage, static_cast<char *>(bytes.data_ptr()));
    return bytes;
}

/// A truth value is 0 or 1; whatever else the file says would be undefined behaviour wherever it is used.
void checkTruth(const at::Tensor &bytes, const ByteSource &source, const std::string &name)
{
    const auto *begin = static_cast<const uint8_t *>(bytes.data_ptr());
    if (std::any_of(begin, begin + bytes.numel(), [](uint8_t byte) { return byte > 1; }))
        throw UserError(message("core",
                                "The file {0} is damaged: the truth values of {1} are not all 0 or 1; get it again "
                                "from where it came from.")
                            .with(source.path().string(), name));
}

}  // namespace

// A file with holes may be a thousand times as large as the memory, and memory that is promised is not there yet.
void requireMemory(uint64_t bytes, const std::filesystem::path &path)
{
    if (const uint64_t available = availableMemory(); bytes > available)
        throw UserError(
            message("core", "There is too little memory for the weights in {0}: they need {1} MB, and {2} MB are "
                            "free; close other programs.")
                .with(path.string(), bytes >> 20, available >> 20));
}

at::Tensor allocate(at::IntArrayRef shape, at::ScalarType type, const std::filesystem::path &path)
try {
    return at::empty(shape, type);
} catch (const std::exception &) {  // c10::Error, where the system says no
    throw UserError(message("core", "The file {0} cannot be read: {1}.").with(path.string(), std::strerror(ENOMEM)));
}

at::ScalarType scalarType(ElementType type)
{
    return types[static_cast<size_t>(type)].second;
}

ElementType elementType(at::ScalarType type)
{
    for (const auto &[ours, theirs] : types)
        if (theirs == type)
            return ours;
    throw std::invalid_argument("tensors of this type are in no file");
}

std::vector<std::pair<std::string, at::Tensor>> materialise(const StatePlan &plan, const ByteSource &source,
                                                            bool headerOnly)
{
    if (!headerOnly)
        requireMemory(bytesWanted(plan), source.path());
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
