// SPDX-License-Identifier: GPL-3.0-or-later
#include "peak.h"

#include <cstdio>
#include <cstdlib>
#include <memory>

#include <sanitizer/allocator_interface.h>

#include "core/base/error.h"

using namespace fcoscope;

namespace {

size_t used = 0, peak = 0;
bool counting = false;

void allocated(const volatile void *, size_t bytes)
{
    if (!counting)
        return;
    used += bytes;
    peak = used > peak ? used : peak;
}

void freed(const volatile void *pointer)
{
    if (!counting)
        return;
    const size_t bytes = __sanitizer_get_allocated_size(const_cast<const void *>(pointer));
    used -= bytes < used ? bytes : used;
}

void promise(bool kept, const char *what)
{
    if (kept)
        return;
    std::fprintf(stderr, "broken promise: %s\n", what);
    std::abort();
}

void look(const StatePlan &plan, const ByteSource &source)
{
    std::vector<std::unique_ptr<char[]>> storages;
    uint64_t total = 0;
    for (const PlannedStorage &storage : plan.storages) {
        promise(storage.offset <= source.size() && storage.length <= source.size() - storage.offset,
                "storage in the file");
        total += storage.bytes;
        promise(total <= source.size(), "storages do not overlap");
        storages.emplace_back(new char[storage.bytes]);
        readStorage(source, storage, storages.back().get());
    }
    for (const PlannedTensor &tensor : plan.tensors) {
        promise(tensor.storage < storages.size() && tensor.shape.size() == tensor.strides.size(), "shape and strides");
        uint64_t last = tensor.offset;
        for (size_t i = 0; i < tensor.shape.size(); ++i)
            last += static_cast<uint64_t>(tensor.shape[i] - (tensor.shape[i] > 0)) *
                    static_cast<uint64_t>(tensor.strides[i]);
        const uint64_t bytes = factsOf(tensor.type).bytes;
        promise(tensor.count() == 0 || (last + 1) * bytes <= plan.storages[tensor.storage].bytes,
                "tensor in its storage");
        // AddressSanitizer watches these two.
        if (tensor.count() > 0) {
            [[maybe_unused]] volatile char first = storages[tensor.storage][tensor.offset * bytes],
                                           end = storages[tensor.storage][(last + 1) * bytes - 1];
        }
    }
}

}  // namespace

int readAndCheck(const uint8_t *data, size_t size, StatePlan (*plan)(const ByteSource &))
{
    static const int hooks = __sanitizer_install_malloc_and_free_hooks(allocated, freed);
    promise(hooks != 0, "memory is counted");
    used = peak = 0;
    counting = true;
    try {
        const MemoryBytes source({reinterpret_cast<const char *>(data), size});
        look(plan(source), source);
    } catch (const UserError &) {
    }
    counting = false;
    promise(peak <= size + (size_t(64) << 20), "memory within the file's size and 64 MB");
    return 0;
}
