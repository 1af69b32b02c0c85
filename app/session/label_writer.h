// SPDX-License-Identifier: GPL-3.0-or-later
// Writes a project file behind the window: what the GUI thread hands over is written in order on a thread of its own,
// and a write that fails stays at the head of the queue until it succeeds, so that nothing is skipped and nothing lost.
// A file that was taken away is put in its place again with all it held.
//
// The file is made when the first task that asks for it comes; tasks that only remember something (sizes, images found)
// wait for that.
#pragma once

#include <QObject>

#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>

#include "app/session/job.h"
#include "core/data/project/project_file.h"

namespace fcoscope {

class LabelWriter {
public:
    using Task = std::function<void(ProjectFile &)>;

    struct State {
        size_t edits = 0;      ///< that are not in the file yet
        bool failing = false;  ///< the task at the head has failed; retry() tries again
        Message failure;
        bool needsSet = false;  ///< the file has gone, and what it held: restart() with the labels of now
        bool madeFile = false;  ///< the file is there
    };

    /// `told` is called on the thread that made it, soon after the state has changed.
    explicit LabelWriter(std::function<void()> told);
    ~LabelWriter();  ///< close()

    /// `project` is open for writing; null: `file` is made of `initial` when the first edit comes, with `lock`.
    void open(std::filesystem::path file, std::shared_ptr<ProjectFile> project, std::shared_ptr<const LabelSet> initial,
              std::shared_ptr<ProjectLock> lock);
    enum class Kind { Edit, Note };
    void put(Kind kind, Task task);
    void retry();
    /// The file has gone: everything that waits is dropped, because `now` holds it, and the file is made anew of `now`.
    void restart(std::shared_ptr<const LabelSet> now);
    /// Waits until everything is written, or the head fails once more. True: nothing is left.
    bool finish();
    bool close();  ///< the same, then lets the file go

    State state() const;

private:
    struct Entry {
        Kind kind;
        Task task;
    };
    void wake();
    void work();
    void attempt(const Task &task);
    bool isGone() const;
    void noteFailure();
    void tell();

    QObject receiver_;  // where the worker's posts arrive; only its address is used there
    std::function<void()> told_;

    mutable std::mutex mutex_;
    std::deque<Entry> queue_;
    State state_;
    bool busy_ = false;
    std::filesystem::path file_;
    std::shared_ptr<ProjectFile> project_;  // the worker's, while it is busy
    std::shared_ptr<const LabelSet> initial_;
    bool unreadable_ = false;            ///< the worker's: the file has gone, and what it held
    std::shared_ptr<ProjectLock> lock_;  ///< until the file is made, which then holds it
    WorkThread thread_;
};

}  // namespace fcoscope
