// SPDX-License-Identifier: GPL-3.0-or-later
// A core operation off the GUI thread, and the only way to run one.
//
// A WorkThread does one piece of work after the other on a thread of its own. A Job starts operations on it, and the
// newest start wins: it stops the one before, which then delivers nothing. The newest start delivers exactly one of
// done, stopped or failed, later, on the thread that owns the Job (the window's). Nothing that belongs to the window is
// touched on the worker: what travels are values, the worker posts them and never waits. Destroying a Job stops its
// operation and waits until it has left the worker, so an operation can never outlive what it was started for.
//
//     Job<Image> reading(thread);
//     reading.start([path](const RunContext &context) { return readImage(path, context); },
//                   [this](Outcome<Image> image) { ... });
#pragma once

#include <QObject>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "core/base/error.h"
#include "core/base/run_context.h"

namespace fcoscope {

class WorkThread {
public:
    WorkThread();
    ~WorkThread();  ///< drops what is waiting and waits for what is running
    WorkThread(const WorkThread &) = delete;
    WorkThread &operator=(const WorkThread &) = delete;

    /// Queues `work` for `owner`. It must not throw.
    void post(const void *owner, std::function<void()> work);
    /// Takes back what waits for `owner`; true if there was anything.
    bool dropWaiting(const void *owner);
    /// Returns when nothing of `owner` is running, its captured values destroyed.
    void waitFor(const void *owner);

private:
    struct Work {
        const void *owner = nullptr;
        std::function<void()> call;
    };
    void loop();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Work> waiting_;
    const void *running_ = nullptr;
    bool ending_ = false;
    std::thread thread_;  // last: it uses all of the above
};

enum class Ended { Done, Stopped, Failed };

/// What an operation came to: a result, nothing because it was asked to stop, or a sentence that says why it failed.
template <typename Result> struct Outcome {
    Ended how = Ended::Stopped;
    std::optional<Result> result;
    Message failure;
};

/// The sentence for whatever is being thrown at the moment; for use inside catch (...).
Message messageOfCurrentException();

/// What the window and the worker share of one started operation.
class JobRun {
public:
    /// `report` is called on the worker, at most once until the next takeProgress().
    explicit JobRun(std::function<void()> report) : report_(std::move(report)) {}
    RunContext context();  ///< refers to this object
    void stop() { stop_ = true; }
    Progress takeProgress();

private:
    void noteProgress(const Progress &progress);

    std::atomic<bool> stop_ = false;
    std::function<void()> report_;
    std::mutex mutex_;
    Progress latest_;
    bool reported_ = false;
};

template <typename Result> class Job {
public:
    using Operation = std::function<Result(const RunContext &)>;
    using Ending = std::function<void(Outcome<Result>)>;
    using OnProgress = std::function<void(const Progress &)>;

    explicit Job(WorkThread &thread) : thread_(thread) {}
    ~Job()
    {
        abandon();
        thread_.waitFor(this);
    }
    Job(const Job &) = delete;
    Job &operator=(const Job &) = delete;

    /// Runs `operation` on the worker; the operation that was started before it, if any, is superseded. `ending` and
    /// `progress` are called on this thread, from its event loop.
    void start(Operation operation, Ending ending, OnProgress progress = {})
    {
        abandon();
        const uint64_t number = newest_;
        ending_ = std::move(ending);
        progress_ = std::move(progress);
        run_ = std::make_shared<JobRun>([this, number] {
            QMetaObject::invokeMethod(
                &receiver_, [this, number] { tellProgress(number); }, Qt::QueuedConnection);
        });
        thread_.post(this, [this, number, run = run_, operation = std::move(operation)] {
            deliver(number, attempt(operation, run->context()));
        });
    }

    /// Asks the operation to stop. It still ends as whatever it comes to: stopped, or done if it was just finishing.
    void stop()
    {
        if (!run_)
            return;
        run_->stop();
        if (thread_.dropWaiting(this))
            deliver(newest_, {});
    }

    /// Asks the operation to stop; nothing of it will be delivered.
    void abandon()
    {
        ++newest_;
        if (run_)
            run_->stop();
        run_.reset();
        thread_.dropWaiting(this);
    }

    /// True from start() until the ending is delivered.
    bool running() const { return run_ != nullptr; }

private:
    static Outcome<Result> attempt(const Operation &operation, const RunContext &context)
    {
        Outcome<Result> outcome;
        try {
            if (context.shouldStop())
                return outcome;
            outcome.result = operation(context);
            outcome.how = Ended::Done;
        } catch (const Stopped &) {
            outcome.how = Ended::Stopped;
        } catch (...) {
            outcome.how = Ended::Failed;
            outcome.failure = messageOfCurrentException();
        }
        return outcome;
    }

    /// Called on either thread. A delivery that is still in the event queue dies with receiver_.
    void deliver(uint64_t number, Outcome<Result> outcome)
    {
        auto travelling = std::make_shared<Outcome<Result>>(std::move(outcome));
        QMetaObject::invokeMethod(
            &receiver_,
            [this, number, travelling] {
                if (number != newest_)
                    return;
                // Everything is let go first: the ending may start the next operation, or destroy this job.
                const Ending ending = std::exchange(ending_, {});
                progress_ = {};
                run_.reset();
                ++newest_;
                ending(std::move(*travelling));
            },
            Qt::QueuedConnection);
    }

    void tellProgress(uint64_t number)
    {
        if (number == newest_ && progress_)
            progress_(run_->takeProgress());
    }

    WorkThread &thread_;
    QObject receiver_;     // where the worker's posts arrive; only its address is used there
    uint64_t newest_ = 0;  // the number of the start whose ending is awaited
    std::shared_ptr<JobRun> run_;
    Ending ending_;
    OnProgress progress_;
};

}  // namespace fcoscope
