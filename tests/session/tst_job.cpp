// SPDX-License-Identifier: GPL-3.0-or-later
// Job under every ending, with latches where time matters.
#include <QTest>

#include <future>
#include <latch>
#include <stdexcept>
#include <string>
#include <vector>

#include "app/session/job.h"

using namespace fcoscope;

class JobTest : public QObject {
    Q_OBJECT

    WorkThread thread_;
    std::vector<std::string> told_;

    Job<int>::Ending note()
    {
        return [this](Outcome<int> outcome) {
            QCOMPARE(QThread::currentThread(), QCoreApplication::instance()->thread());
            switch (outcome.how) {
            case Ended::Done:
                told_.push_back("done " + std::to_string(*outcome.result));
                break;
            case Ended::Stopped:
                told_.push_back("stopped");
                break;
            case Ended::Failed:
                told_.push_back("failed: " + outcome.failure.english());
                break;
            }
        };
    }
    using Told = std::vector<std::string>;

    /// All that was posted until now has been delivered when this returns.
    void drain()
    {
        std::promise<void> reached;
        thread_.post(this, [&] { reached.set_value(); });
        reached.get_future().wait();
        thread_.waitFor(this);
        QCoreApplication::processEvents();
    }

private Q_SLOTS:
    void init() { told_.clear(); }

    void done()
    {
        Job<int> job(thread_);
        QThread *ran = nullptr;
        job.start(
            [&](const RunContext &) {
                ran = QThread::currentThread();
                return 7;
            },
            note());
        QVERIFY(job.running());
        QVERIFY(told_.empty());  // never from within start()
        QTRY_COMPARE(told_, Told{"done 7"});
        QVERIFY(!job.running());
        QVERIFY(ran != QCoreApplication::instance()->thread());
    }

    void failures()
    {
        Job<int> job(thread_);
        job.start(
            [](const RunContext &) -> int { throw UserError(message("core", "The file {0} is empty.").with("a")); },
            note());
        QTRY_COMPARE(told_, Told{"failed: The file a is empty."});
        job.start([](const RunContext &) -> int { throw std::runtime_error("internal"); }, note());
        QTRY_COMPARE(told_.size(), 2u);
        QVERIFY(QString::fromStdString(told_[1]).contains("please report it: internal"));
        job.start([](const RunContext &) -> int { throw 5; }, note());
        QTRY_COMPARE(told_.size(), 3u);
        QVERIFY(QString::fromStdString(told_[2]).startsWith("failed: "));
        job.start([](const RunContext &) -> int { throw std::bad_alloc(); }, note());
        QTRY_COMPARE(told_.size(), 4u);
        QVERIFY(QString::fromStdString(told_[3]).contains("memory"));
        // The thread has survived all of them.
        job.start([](const RunContext &) { return 1; }, note());
        QTRY_COMPARE(told_.size(), 5u);
        QCOMPARE(told_[4], std::string("done 1"));
    }

    void stopIsAResult()
    {
        Job<int> job(thread_);
        std::latch begun(1);
        job.start(
            [&](const RunContext &context) -> int {
                begun.count_down();
                while (!context.shouldStop())
                    std::this_thread::yield();
                throw Stopped{};
            },
            note());
        begun.wait();
        job.stop();
        QTRY_COMPARE(told_, Told{"stopped"});
        job.stop();  // nothing runs: nothing is told
        drain();
        QCOMPARE(told_, Told{"stopped"});
    }

    void stopBeforeItBegan()
    {
        Job<int> blocking(thread_), job(thread_);
        std::latch go(1);
        blocking.start([&](const RunContext &) { return go.wait(), 1; }, note());
        bool ran = false;
        job.start([&](const RunContext &) { return ran = true, 2; }, note());
        job.stop();
        QTRY_COMPARE(told_, Told{"stopped"});  // at once, although the worker is busy with something else
        go.count_down();
        QTRY_COMPARE(told_.size(), 2u);
        drain();
        QVERIFY(!ran);
    }

    void newestWins()
    {
        Job<int> job(thread_);
        std::latch begun(1), go(1);
        bool askedToStop = false;
        job.start(
            [&](const RunContext &context) {
                begun.count_down();
                go.wait();
                askedToStop = context.shouldStop();
                return 1;  // finished all the same: must not be told
            },
            note());
        begun.wait();
        int ran = 0;
        for (int i = 2; i <= 30; ++i)
            job.start([&ran, i](const RunContext &) { return ++ran, i; }, note());
        go.count_down();
        QTRY_COMPARE(told_, Told{"done 30"});
        drain();
        QCOMPARE(told_, Told{"done 30"});
        QVERIFY(askedToStop);
        QCOMPARE(ran, 1);  // those in between never ran
    }

    void resultInTheQueueIsSuperseded()
    {
        Job<int> job(thread_);
        job.start([](const RunContext &) { return 1; }, note());
        // Wait until 1 has been posted, without letting the event loop deliver it.
        std::promise<void> posted;
        thread_.post(this, [&] { posted.set_value(); });
        posted.get_future().wait();
        job.start([](const RunContext &) { return 2; }, note());
        QTRY_COMPARE(told_, Told{"done 2"});
        drain();
        QCOMPARE(told_, Told{"done 2"});
    }

    void abandonTellsNothing()
    {
        Job<int> job(thread_);
        job.start([](const RunContext &) { return 1; }, note());
        job.abandon();
        QVERIFY(!job.running());
        drain();
        QVERIFY(told_.empty());
    }

    void destructorStopsAndWaits()
    {
        std::latch begun(1);
        std::atomic<bool> left = false;
        struct Leaving {
            std::atomic<bool> &flag;
            ~Leaving() { flag = true; }
        };
        {
            Job<int> job(thread_);
            job.start(
                [&](const RunContext &context) {
                    const Leaving leaving{left};
                    begun.count_down();
                    while (!context.shouldStop())
                        std::this_thread::yield();
                    return 1;
                },
                note());
            begun.wait();
        }
        QVERIFY(left);
        drain();
        QVERIFY(told_.empty());
    }

    void endingMayStartAgainOrDestroy()
    {
        auto job = std::make_unique<Job<int>>(thread_);
        job->start([](const RunContext &) { return 1; },
                   [&](Outcome<int>) {
                       told_.push_back("first");
                       job->start([](const RunContext &) { return 2; },
                                  [&](Outcome<int>) {
                                      told_.push_back("second");
                                      job.reset();
                                  });
                   });
        QTRY_COMPARE(told_, (Told{"first", "second"}));
        QVERIFY(!job);
    }

    void progressIsThinnedOut()
    {
        Job<int> job(thread_);
        std::vector<double> seen;
        job.start(
            [](const RunContext &context) {
                for (int i = 1; i <= 1000; ++i)
                    context.report(i / 1000.0, message("core", "Reading"));
                return 1;
            },
            note(), [&](const Progress &progress) { seen.push_back(progress.fraction); });
        // The window was busy all the while: it sees the latest, once.
        std::promise<void> finished;
        thread_.post(this, [&] { finished.set_value(); });
        finished.get_future().wait();
        QTRY_COMPARE(told_, Told{"done 1"});
        QCOMPARE(seen, std::vector<double>{1.0});
    }

    void twoJobsShareOneThread()
    {
        Job<int> a(thread_), b(thread_);
        std::thread::id first, second;
        a.start([&](const RunContext &) { return first = std::this_thread::get_id(), 1; }, note());
        b.start([&](const RunContext &) { return second = std::this_thread::get_id(), 2; }, note());
        QTRY_COMPARE(told_, (Told{"done 1", "done 2"}));
        QVERIFY(first == second);
    }
};

QTEST_GUILESS_MAIN(JobTest)
#include "tst_job.moc"
