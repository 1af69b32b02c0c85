// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/job.h"

#include <algorithm>
#include <exception>
#include <new>

namespace fcoscope {

WorkThread::WorkThread() : thread_([this] { loop(); }) {}

WorkThread::~WorkThread()
{
    std::deque<Work> dropped;
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
        dropped.swap(waiting_);
    }
    changed_.notify_all();
    thread_.join();
}

void WorkThread::post(const void *owner, std::function<void()> work)
{
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back({owner, std::move(work)});
    }
    changed_.notify_all();
}

bool WorkThread::dropWaiting(const void *owner)
{
    std::deque<Work> kept, dropped;  // destroyed outside the lock: captured values may be large
    const std::lock_guard lock(mutex_);
    for (auto &work : waiting_)
        (work.owner == owner ? dropped : kept).push_back(std::move(work));
    waiting_.swap(kept);
    return !dropped.empty();
}

void WorkThread::waitFor(const void *owner)
{
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return running_ != owner; });
}

void WorkThread::loop()
{
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
        if (ending_)
            return;
        Work work = std::move(waiting_.front());
        waiting_.pop_front();
        running_ = work.owner;
        lock.unlock();
        work.call();
        work.call = {};  // what it captured goes before anyone who waits is told
        lock.lock();
        running_ = nullptr;
        changed_.notify_all();
    }
}

Message messageOfCurrentException()
{
    try {
        throw;
    } catch (const UserError &error) {
        return error.message();
    } catch (const std::bad_alloc &) {
        return message("core", "There is not enough memory for this. Close other programs or take a smaller image.");
    } catch (const std::exception &error) {
        return message("core", "Something went wrong inside FCOScope, please report it: {0}").with(error.what());
    } catch (...) {
        return message("core", "Something went wrong inside FCOScope, please report it: {0}").with("unknown exception");
    }
}

RunContext JobRun::context()
{
    return {[this] { return stop_.load(); }, [this](const Progress &progress) { noteProgress(progress); }};
}

void JobRun::noteProgress(const Progress &progress)
{
    {
        const std::lock_guard lock(mutex_);
        latest_ = progress;
        if (std::exchange(reported_, true))
            return;  // the window has not looked at the last one yet: it will see this one instead
    }
    report_();
}

Progress JobRun::takeProgress()
{
    const std::lock_guard lock(mutex_);
    reported_ = false;
    return latest_;
}

}  // namespace fcoscope
