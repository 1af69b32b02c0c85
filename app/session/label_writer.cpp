// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/label_writer.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

namespace fcoscope {

LabelWriter::LabelWriter(std::function<void()> told) : told_(std::move(told)) {}

LabelWriter::~LabelWriter()
{
    close();
}

void LabelWriter::open(std::filesystem::path file, std::shared_ptr<ProjectFile> project,
                       std::shared_ptr<const LabelSet> initial, std::shared_ptr<ProjectLock> lock)
{
    close();
    const std::lock_guard guard(mutex_);
    file_ = std::move(file);
    state_ = {};
    state_.madeFile = project != nullptr;
    project_ = std::move(project);
    initial_ = std::move(initial);
    lock_ = std::move(lock);
}

void LabelWriter::put(Kind kind, Task task)
{
    {
        const std::lock_guard lock(mutex_);
        queue_.push_back({kind, std::move(task)});
        state_.edits += kind == Kind::Edit ? 1 : 0;
    }
    wake();
}

void LabelWriter::retry()
{
    {
        const std::lock_guard lock(mutex_);
        state_.failing = false;
    }
    wake();
}

void LabelWriter::restart(std::shared_ptr<const LabelSet> now)
{
    thread_.waitFor(this);
    {
        const std::lock_guard lock(mutex_);
        project_.reset();
        initial_ = std::move(now);
        queue_.clear();
        queue_.push_back({Kind::Edit, [](ProjectFile &) {}});
        state_ = {};
        state_.edits = 1;
    }
    wake();
}

bool LabelWriter::finish()
{
    retry();
    for (;;) {
        {
            const std::lock_guard lock(mutex_);
            if (!busy_)
                break;
        }
        thread_.waitFor(this);
    }
    const std::lock_guard lock(mutex_);
    return state_.edits == 0;
}

bool LabelWriter::close()
{
    const bool all = finish();
    const std::lock_guard lock(mutex_);
    queue_.clear();
    project_.reset();
    initial_.reset();
    lock_.reset();
    state_ = {};  // what was not written is given up, and nobody is to try it again
    return all;
}

LabelWriter::State LabelWriter::state() const
{
    const std::lock_guard lock(mutex_);
    return state_;
}

/// Sets the worker going if there is something that it can do.
void LabelWriter::wake()
{
    const std::lock_guard lock(mutex_);
    const bool makes = project_ || std::any_of(queue_.begin(), queue_.end(),
                                               [](const Entry &entry) { return entry.kind == Kind::Edit; });
    if (busy_ || queue_.empty() || !makes || state_.failing)
        return;
    busy_ = true;
    thread_.post(this, [this] { work(); });
}

void LabelWriter::work()
{
    for (;;) {
        Task task;
        {
            const std::lock_guard lock(mutex_);
            if (queue_.empty()) {
                busy_ = false;
                break;
            }
            task = queue_.front().task;
        }
        try {
            attempt(task);
        } catch (...) {
            noteFailure();
            break;
        }
        const std::lock_guard lock(mutex_);
        state_.edits -= queue_.front().kind == Kind::Edit ? 1 : 0;
        queue_.pop_front();
        state_.madeFile = true;
        state_.needsSet = false;
    }
    tell();
}

void LabelWriter::attempt(const Task &task)
{
    if (!project_) {
        project_ = std::make_shared<ProjectFile>(ProjectFile::create(file_, *initial_, {}, lock_));
        initial_.reset();
        lock_.reset();
    } else if (isGone() && !project_->restore()) {
        unreadable_ = true;
    }
    task(*project_);
}

/// The file alone, and for certain: a folder that has gone, or cannot be looked into now, may come back with it.
bool LabelWriter::isGone() const
{
    const std::filesystem::path &file = project_->file();  // without the links that may lead elsewhere by now
    struct stat facts {};
    std::error_code error;
    return ::stat(file.c_str(), &facts) != 0 && errno == ENOENT &&
           std::filesystem::is_directory(file.parent_path(), error);
}

void LabelWriter::noteFailure()
{
    const Message reason = messageOfCurrentException();
    const bool gone = std::exchange(unreadable_, false);
    const std::lock_guard lock(mutex_);
    state_.failing = true;
    state_.failure = reason;
    state_.needsSet = gone;
    busy_ = false;
}

void LabelWriter::tell()
{
    QMetaObject::invokeMethod(
        &receiver_, [this] { told_(); }, Qt::QueuedConnection);
}

}  // namespace fcoscope
