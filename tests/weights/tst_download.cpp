// SPDX-License-Identifier: GPL-3.0-or-later
// Downloads that come whole, break and go on, are stopped, and meet each other.
#include <QTest>

#include <algorithm>
#include <atomic>
#include <thread>

#include "tests/weights/attempt.h"

using namespace fcoscope;

class DownloadTest : public QObject {
    Q_OBJECT

    std::unique_ptr<Scene> s_;

private Q_SLOTS:
    void init()
    {
        s_ = std::make_unique<Scene>();
        if (!s_->server->started())
            QSKIP("python3 is needed for the local server");
    }
    void cleanup() { s_.reset(); }

    void whole()
    {
        for (const Expectations &expected : {Expectations(), s_->right}) {
            const Ending ending = s_->from(QStringLiteral("good"), expected);
            QVERIFY2(ending.how == Ending::How::Done, qPrintable(ending.sentence));
            QCOMPARE(bytesOf(s_->to()), s_->content);
            QCOMPARE(ending.file.bytes, s_->right.bytes);
            QCOMPARE(ending.file.sha256, s_->right.sha256);
            QCOMPARE(s_->files(), QStringList{s_->name});  // no part is left
            QVERIFY(QFile::remove(s_->to()));
        }
        Expectations prefix;
        prefix.sha256 = s_->right.sha256.substr(0, 8);
        QVERIFY(s_->from(QStringLiteral("good"), prefix).how == Ending::How::Done);
    }

    void slowTellsItsProgress()
    {
        s_->server->release(s_->name);
        const Ending ending = s_->from(QStringLiteral("slow"), s_->right);
        QVERIFY2(ending.how == Ending::How::Done, qPrintable(ending.sentence));
        QCOMPARE(bytesOf(s_->to()), s_->content);
        std::vector<double> fractions;
        for (const Progress &p : ending.progress)
            if (p.what.text == "{0}: {1} of {2}")
                fractions.push_back(p.fraction);
        QVERIFY(fractions.size() >= 3);
        QVERIFY(std::is_sorted(fractions.begin(), fractions.end()));
        QVERIFY(fractions.front() < 0.9 && fractions.back() <= 1);
    }

    void breaksAndGoesOn_data()
    {
        QTest::addColumn<QString>("manner");
        QTest::addColumn<bool>("resumes");
        QTest::addColumn<bool>("known");  // size and hash are known beforehand
        QTest::newRow("half-way") << "half" << true << true;
        QTest::newRow("weak tag, date") << "dated" << true << false;
        QTest::newRow("no ranges") << "norange" << false << false;
        QTest::newRow("another file since") << "changed" << false << false;
        QTest::newRow("another file, If-Range not understood") << "careless" << false << false;
        QTest::newRow("another file under the same tag") << "sly" << false << true;
    }
    void breaksAndGoesOn()
    {
        QFETCH(QString, manner);
        QFETCH(bool, resumes);
        QFETCH(bool, known);
        const Ending first = s_->from(manner, known ? s_->right : Expectations());
        QVERIFY(first.how == Ending::How::Failed);
        QCOMPARE(first.sentence,
                 QStringLiteral("The connection to 127.0.0.1 broke after 0.5 MB of 1.0 MB; the next attempt "
                                "goes on from there."));
        QVERIFY(!QFile::exists(s_->to()));
        const qint64 here = QFile(s_->part()).size();
        QCOMPARE(here, s_->content.size() / 2);

        const Ending second = s_->from(manner, known ? s_->right : Expectations());
        QVERIFY2(second.how == Ending::How::Done, qPrintable(second.sentence));
        QCOMPARE(bytesOf(s_->to()), s_->content);
        QCOMPARE(second.file.resumedFrom, resumes ? static_cast<uint64_t>(here) : 0);
        QCOMPARE(s_->files(), QStringList{s_->name});
        if (resumes)
            QCOMPARE(s_->lastRange(manner), QStringLiteral("bytes=%1-").arg(here));
    }

    void stopKeepsThePart()
    {
        const QString url = s_->server->url(QStringLiteral("gated"), s_->name);
        const Ending stopped = attempt(url, s_->to(), s_->right, [](const Progress &p) { return p.fraction > 0; });
        QVERIFY2(stopped.how == Ending::How::Stopped, qPrintable(stopped.sentence));
        const qint64 here = QFile(s_->part()).size();
        QVERIFY(here > 0 && here < s_->content.size());
        QVERIFY(!QFile::exists(s_->to()));
        s_->server->release(s_->name);
        const Ending second =
            attempt(url.left(url.lastIndexOf(QLatin1String("/"))) + "/" + s_->name, s_->to(), s_->right);
        QVERIFY2(second.how == Ending::How::Done, qPrintable(second.sentence));
        QCOMPARE(second.file.resumedFrom, static_cast<uint64_t>(here));
        QCOMPARE(bytesOf(s_->to()), s_->content);
        QCOMPARE(s_->lastRange(QStringLiteral("gated")), QStringLiteral("bytes=%1-").arg(here));
    }

    void stopBeforeTheFirstByteLeavesNothing()
    {
        const Ending stopped = attempt(s_->server->url(QStringLiteral("good"), s_->name), s_->to(), s_->right,
                                       [](const Progress &) { return true; });
        QVERIFY(stopped.how == Ending::How::Stopped);
        QVERIFY2(!QFile::exists(s_->to()), qPrintable(s_->files().join(QLatin1Char(' '))));
    }

    void aWholePartNeedsNoMoreBytes()
    {
        // Killed between the last byte and the new name: the server has nothing left to send.
        QVERIFY(s_->from(QStringLiteral("half")).how == Ending::How::Failed);
        QFile file(s_->part());
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(s_->content) == s_->content.size());
        file.close();
        const Ending ending = s_->from(QStringLiteral("half"), {});
        QVERIFY2(ending.how == Ending::How::Done, qPrintable(ending.sentence));
        QCOMPARE(ending.file.resumedFrom, s_->right.bytes);
        QCOMPARE(bytesOf(s_->to()), s_->content);
    }

    void aDamagedPartIsFetchedAgain()
    {
        QVERIFY(s_->from(QStringLiteral("half"), s_->right).how == Ending::How::Failed);
        QFile file(s_->part());
        QVERIFY(file.open(QIODevice::ReadWrite) && file.seek(1000) && file.write("zero") == 4);
        file.close();
        const Ending ending = s_->from(QStringLiteral("half"), s_->right);
        QVERIFY2(ending.how == Ending::How::Done, qPrintable(ending.sentence));
        QCOMPARE(ending.file.resumedFrom, uint64_t(0));
        QCOMPARE(bytesOf(s_->to()), s_->content);
    }
    void withoutLengthOrWithTheWrongType()
    {
        for (const char *manner : {"lengthless", "htmltype", "redirect"}) {
            const Ending ending = s_->from(QLatin1String(manner), s_->right);
            QVERIFY2(ending.how == Ending::How::Done, qPrintable(ending.sentence));
            QCOMPARE(bytesOf(s_->to()), s_->content);
            QVERIFY(QFile::remove(s_->to()));
        }
        // Smaller than what is looked at first.
        s_->content = s_->server->put(s_->name, 20);
        QVERIFY(s_->from(QStringLiteral("good")).how == Ending::How::Done);
        QCOMPARE(bytesOf(s_->to()), s_->content);
    }

    void twoAtOnce()
    {
        Ending slow;
        std::atomic<bool> begun = false;
        std::thread first([&] {
            slow =
                attempt(s_->server->url(QStringLiteral("slow"), s_->name), s_->to(), s_->right, [&](const Progress &p) {
                    begun = begun || p.fraction > 0;
                    return false;
                });
        });
        while (!begun)
            std::this_thread::yield();
        const Ending second = attempt(s_->server->url(QStringLiteral("good"), s_->name), s_->to(), s_->right);
        s_->server->release(s_->name);
        first.join();
        QCOMPARE(second.sentence, QStringLiteral("Another FCOScope is getting a.pth at this moment."));
        QVERIFY2(slow.how == Ending::How::Done, qPrintable(slow.sentence));
        QCOMPARE(bytesOf(s_->to()), s_->content);
    }

    void manyAtOnceEndWithOneWholeFile()
    {
        std::vector<Ending> endings(6);
        std::vector<std::thread> threads;
        for (Ending &ending : endings)
            threads.emplace_back(
                [&] { ending = attempt(s_->server->url(QStringLiteral("good"), s_->name), s_->to(), s_->right); });
        for (std::thread &thread : threads)
            thread.join();
        int done = 0;
        for (const Ending &ending : endings) {
            done += ending.how == Ending::How::Done;
            QVERIFY2(ending.how == Ending::How::Done ||
                         ending.sentence == QStringLiteral("Another FCOScope is getting a.pth at this moment."),
                     qPrintable(ending.sentence));
        }
        QVERIFY(done >= 1);
        QCOMPARE(bytesOf(s_->to()), s_->content);
        QCOMPARE(s_->files(), QStringList{s_->name});
    }
};

QTEST_GUILESS_MAIN(DownloadTest)
#include "tst_download.moc"
