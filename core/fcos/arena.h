// SPDX-License-Identifier: GPL-3.0-or-later
// Memory that one run of the network after another uses again. A run asks for a few hundred megabytes, block by block,
// and gives them all back; from the allocator of the C library each block of the widest layers would come from the
// kernel and be filled by page faults every time, on a worker thread even with mallopt (measured: up to 2.5 times).
//
// An arena is filled from the outside by nobody: while an Arena::Use lives, the tensors that its thread makes come from
// it. What does not fit is added as another piece of memory; when a run has left nothing behind, the pieces become one
// that is large enough for all of it. So in steady state a run makes no page fault, whatever sizes alternate.
#pragma once

#include <cstddef>
#include <memory>

namespace fcoscope {

class Arena {
    struct State;

public:
    Arena();
    /// Gives the memory back, except for pieces in which a block still lives: those go with their last block.
    ~Arena();
    Arena(const Arena &) = delete;
    Arena &operator=(const Arena &) = delete;

    /// Gives back what no block uses. The next run starts afresh.
    void release();
    size_t bytes() const;  ///< held, used or not
    size_t blocksInUse() const;

    /// From now to its end the tensors this thread makes come from the arena. The end makes one piece out of several,
    /// and gives back an arena that sixteen runs in a row have used less than half of.
    class Use {
    public:
        explicit Use(Arena &arena);
        ~Use();
        Use(const Use &) = delete;
        Use &operator=(const Use &) = delete;

    private:
        State *outer_;
    };

    /// Inside a Use: from now to its end this thread's tensors come from LibTorch's allocator again, because they are
    /// to outlive the run.
    class Pause {
    public:
        Pause();
        ~Pause();
        Pause(const Pause &) = delete;
        Pause &operator=(const Pause &) = delete;

    private:
        State *outer_;
    };

private:
    friend class ArenaAllocator;
    std::unique_ptr<State> state_;
};

/// Makes LibTorch ask arenas for the memory of tensors on the CPU, where one is in use, and its own allocator
/// everywhere else. Until it is called arenas are idle. Done once, by configureEngine().
void installArenas();

}  // namespace fcoscope
