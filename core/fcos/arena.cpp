// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/arena.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace fcoscope {
namespace {

constexpr size_t alignment = 64;         // of every block, as LibTorch's own
constexpr size_t pieceSize = 32u << 20;  // the least that is asked of the kernel
constexpr size_t hugePage = 2u << 20;
constexpr int runsBeforeShrinking = 16;

size_t roundedUp(size_t bytes, size_t to)
{
    return (bytes + to - 1) / to * to;
}

/// One stretch of memory and the blocks in it.
struct Piece {
    char *start = nullptr;
    size_t size = 0, used = 0;
    std::map<size_t, size_t> free;    // offset → length, never two that touch
    std::map<size_t, size_t> blocks;  // offset → length
    bool orphaned = false;            // its arena is gone or wants it no more

    bool contains(const void *p) const { return p >= start && p < start + size; }
};

Piece *newPiece(size_t atLeast)
{
    const size_t size = roundedUp(std::max(atLeast, pieceSize), hugePage);
    void *start = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        return nullptr;
#ifdef MADV_HUGEPAGE
    ::madvise(start, size, MADV_HUGEPAGE);  // a few hundred faults and TLB entries instead of tens of thousands
#endif
    auto *piece = new Piece;
    piece->start = static_cast<char *>(start);
    piece->size = size;
    piece->free[0] = size;
    return piece;
}

/// Best fit: a run asks for the same sizes in the same order, so the same holes are found each time.
void *take(Piece &piece, size_t bytes)
{
    auto best = piece.free.end();
    for (auto hole = piece.free.begin(); hole != piece.free.end(); ++hole)
        if (hole->second >= bytes && (best == piece.free.end() || hole->second < best->second))
            best = hole;
    if (best == piece.free.end())
        return nullptr;
    const size_t offset = best->first, rest = best->second - bytes;
    piece.free.erase(best);
    if (rest > 0)
        piece.free[offset + bytes] = rest;
    piece.blocks[offset] = bytes;
    piece.used += bytes;
    return piece.start + offset;
}

void giveBack(Piece &piece, const void *block)
{
    const auto found = piece.blocks.find(static_cast<size_t>(static_cast<const char *>(block) - piece.start));
    size_t offset = found->first, length = found->second;
    piece.used -= length;
    piece.blocks.erase(found);
    const auto after = piece.free.lower_bound(offset);
    if (after != piece.free.begin())
        if (const auto before = std::prev(after); before->first + before->second == offset) {
            offset = before->first;
            length += before->second;
            piece.free.erase(before);
        }
    if (const auto next = piece.free.find(offset + length); next != piece.free.end()) {
        length += next->second;
        piece.free.erase(next);
    }
    piece.free[offset] = length;
}

/// All pieces of all arenas by their address: a block is given back by its address alone, from any thread, at any time,
/// even after its arena. Never destroyed, because tensors may outlive every static object.
struct Registry {
    std::mutex mutex;
    std::map<const char *, Piece *> pieces;
};
Registry &registry()
{
    static auto *everything = new Registry;
    return *everything;
}

/// The registry must be locked.
void drop(Piece *piece)
{
    registry().pieces.erase(piece->start);
    ::munmap(piece->start, piece->size);
    delete piece;
}

c10::Allocator *plainAllocator = nullptr;

}  // namespace

struct Arena::State {
    std::vector<Piece *> pieces;
    size_t peak = 0;  // of the present run
    int smallRuns = 0;

    size_t bytes() const
    {
        size_t sum = 0;
        for (const Piece *piece : pieces)
            sum += piece->size;
        return sum;
    }

    void *allocate(size_t bytes)
    {
        void *block = nullptr;
        for (Piece *piece : pieces)
            if (!block)
                block = take(*piece, bytes);
        if (!block) {
            Piece *added = newPiece(bytes);
            if (!added)
                return nullptr;
            registry().pieces[added->start] = added;
            pieces.push_back(added);
            block = take(*added, bytes);
        }
        size_t inUse = 0;
        for (const Piece *piece : pieces)
            inUse += piece->used;
        peak = std::max(peak, inUse);
        return block;
    }

    /// Lets go of every piece; those with blocks in them stay until the last of these is given back.
    void release()
    {
        for (Piece *piece : pieces)
            if (piece->blocks.empty())
                drop(piece);
            else
                piece->orphaned = true;
        pieces.clear();
        smallRuns = 0;
    }

    void endRun()
    {
        const size_t held = bytes();
        smallRuns = peak < held / 2 ? smallRuns + 1 : 0;
        peak = 0;
        const bool empty = std::all_of(pieces.begin(), pieces.end(), [](Piece *p) { return p->blocks.empty(); });
        if (empty && smallRuns >= runsBeforeShrinking)
            return release();
        if (!empty || pieces.size() < 2)
            return;
        release();
        if (Piece *whole = newPiece(held)) {
            registry().pieces[whole->start] = whole;
            pieces.push_back(whole);
        }
    }
};

namespace {

void freeBlock(void *block)
{
    if (!block)
        return;
    {
        const std::scoped_lock lock(registry().mutex);
        auto piece = registry().pieces.upper_bound(static_cast<const char *>(block));
        if (piece != registry().pieces.begin() && std::prev(piece)->second->contains(block)) {
            Piece *owner = std::prev(piece)->second;
            giveBack(*owner, block);
            if (owner->orphaned && owner->blocks.empty())
                drop(owner);
            return;
        }
    }
    plainAllocator->raw_deallocate(block);
}

}  // namespace

/// What LibTorch asks for the memory of tensors on the CPU.
class ArenaAllocator final : public c10::Allocator {
public:
    c10::DataPtr allocate(size_t bytes) override
    {
        if (active && bytes > 0) {
            const std::scoped_lock lock(registry().mutex);
            if (void *block = active->allocate(roundedUp(bytes, alignment)))
                return {block, block, &freeBlock, c10::DeviceType::CPU};
        }
        return plainAllocator->allocate(bytes);
    }
    c10::DeleterFnPtr raw_deleter() const override { return &freeBlock; }
    void copy_data(void *to, const void *from, size_t bytes) const override { default_copy_data(to, from, bytes); }

    static thread_local Arena::State *active;  ///< of the thread that runs a network
};

thread_local Arena::State *ArenaAllocator::active = nullptr;

Arena::Arena() : state_(std::make_unique<State>()) {}
Arena::~Arena()
{
    release();
}

void Arena::release()
{
    const std::scoped_lock lock(registry().mutex);
    state_->release();
}

size_t Arena::bytes() const
{
    const std::scoped_lock lock(registry().mutex);
    return state_->bytes();
}

size_t Arena::blocksInUse() const
{
    const std::scoped_lock lock(registry().mutex);
    size_t blocks = 0;
    for (const Piece *piece : state_->pieces)
        blocks += piece->blocks.size();
    return blocks;
}

Arena::Use::Use(Arena &arena) : outer_(std::exchange(ArenaAllocator::active, arena.state_.get())) {}

Arena::Use::~Use()
{
    const std::scoped_lock lock(registry().mutex);
    std::exchange(ArenaAllocator::active, outer_)->endRun();
}

Arena::Pause::Pause() : outer_(std::exchange(ArenaAllocator::active, nullptr)) {}
Arena::Pause::~Pause()
{
    ArenaAllocator::active = outer_;
}

void installArenas()
{
    static const bool installed = [] {
        static auto *allocator = new ArenaAllocator;  // tensors of static objects are freed through it at exit
        plainAllocator = c10::GetCPUAllocator();
        c10::SetCPUAllocator(allocator);
        return true;
    }();
    (void)installed;
}

}  // namespace fcoscope
