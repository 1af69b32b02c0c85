// SPDX-License-Identifier: GPL-3.0-or-later
// Downloads from servers that stop half-way, lie, change, redirect and stall: the file is whole and right or not there,
// and one sentence says why.
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QProcess>
#include <QStandardPaths>
#include <QTest>

#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <thread>
#include <vector>

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/weights/download.h"
#include "tests/weights/local_server.h"

using namespace fcoscope;

namespace {

const QString name = QStringLiteral("a.pth");

/// What came of a download.
struct Ending {
    enum class How { Done, Stopped, Failed } how = How::Failed;
    Downloaded file;
    QString sentence;  ///< Failed
    std::vector<Progress> progress;
};

Ending attempt(const QString &url, const QString &to, const Expectations &expected = {},
               const std::function<bool(const Progress &)> &stopAt = {})
{
    Ending ending;
    std::atomic<bool> stop = false;
    const RunContext context{[&] { return stop.load(); },
                             [&](const Progress &p) {
                                 ending.progress.push_back(p);
                                 stop = stop || (stopAt && stopAt(p));
                             }};
    try {
        ending.file = download(url.toStdString(), to.toStdString(), expected, context);
        ending.how = Ending::How::Done;
    } catch (const Stopped &) {
        ending.how = Ending::How::Stopped;
    } catch (const UserError &error) {
        ending.sentence = QString::fromUtf8(error.what());
    }
    return ending;
}

QByteArray bytesOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace

class DownloadTest : public QObject {
    Q_OBJECT

    std::unique_ptr<LocalServer> server_;
    std::unique_ptr<QTemporaryDir> dir_;
    QByteArray content_;
    Expectations right_;

    QString to() const { return dir_->filePath(name); }
    QString part() const { return to() + QStringLiteral(".part"); }
    QStringList files() const { return QDir(dir_->path()).entryList(QDir::Files | QDir::Hidden, QDir::Name); }
    Ending from(const QString &manner, const Expectations &expected = {}) const
    {
        return attempt(server_->url(manner, name), to(), expected);
    }
    /// The Range header of the latest request for `manner`.
    QString lastRange(const QString &manner) const
    {
        QString range = QStringLiteral("never asked");
        for (const QJsonValue &request : server_->log()[QLatin1String("web")].toArray())
            if (request[QLatin1String("path")].toString() == QStringLiteral("/%1/%2").arg(manner, name))
                range = request[QLatin1String("range")].toString();
        return range;
    }

private Q_SLOTS:
    void initTestCase()
    {
        for (const char *variable : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
            qunsetenv(variable);
        server_ = std::make_unique<LocalServer>();
        if (!server_->started())
            QSKIP("python3 is needed for the local server");
    }
    void init()
    {
        // A fresh server: it remembers which request is the first.
        server_ = std::make_unique<LocalServer>();
        dir_ = std::make_unique<QTemporaryDir>();
        content_ = server_->put(name);
        right_ = {};
        right_.bytes = static_cast<uint64_t>(content_.size());
        right_.sha256 = sha256(content_.toStdString());
    }
    void cleanup()
    {
        server_.reset();
        dir_.reset();
    }

    void whole()
    {
        for (const Expectations &expected : {Expectations(), right_}) {
            const Ending ending = from(QStringLiteral("good"), expected);
            QVERIFY2(ending.how == Ending::How::Done, qPrintable(ending.sentence));
            QCOMPARE(bytesOf(to()), content_);
            QCOMPARE(ending.file.bytes, right_.bytes);
            QCOMPARE(ending.file.sha256, right_.sha256);
            QCOMPARE(files(), QStringList{name});  // no part is left
            QVERIFY(QFile::remove(to()));
        }
        Expectations prefix;
        prefix.sha256 = right_.sha256.substr(0, 8);
        QVERIFY(from(QStringLiteral("good"), prefix).how == Ending::How::Done);
    }

    void slowTellsItsProgress()
    {
        server_->release(name);
        const Ending ending = from(QStringLiteral("slow"), right_);
        QVERIFY2(ending.how == Ending::How::Done, qPrintable(ending.sentence));
        QCOMPARE(bytesOf(to()), content_);
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
        QTest::newRow("half-way") << "half" << true;
        QTest::newRow("weak tag, date") << "dated" << true;
        QTest::newRow("no ranges") << "norange" << false;
        QTest::newRow("another file since") << "changed" << false;
        QTest::newRow("another file, If-Range not understood") << "careless" << false;
        QTest::newRow("another file under the same tag") << "sly" << false;
    }
    void breaksAndGoesOn()
    {
        QFETCH(QString, manner);
        QFETCH(bool, resumes);
        const Ending first = from(manner, right_);
        QVERIFY(first.how == Ending::How::Failed);
        QCOMPARE(first.sentence, QStringLiteral("The connection to 127.0.0.1 broke after 0.5 MB of 1.0 MB; the next attempt "
                                                "goes on from there."));
        QVERIFY(!QFile::exists(to()));
        const qint64 here = QFile(part()).size();
        QCOMPARE(here, content_.size() / 2);

        const Ending second = from(manner, right_);
        QVERIFY2(second.how == Ending::How::Done, qPrintable(second.sentence));
        QCOMPARE(bytesOf(to()), content_);
        QCOMPARE(second.file.resumedFrom, resumes ? static_cast<uint64_t>(here) : 0);
        QCOMPARE(files(), QStringList{name});
        if (resumes)
            QCOMPARE(lastRange(manner), QStringLiteral("bytes=%1-").arg(here));
    }

    void stopKeepsThePart()
    {
        const QString url = server_->url(QStringLiteral("gated"), name);
        const Ending stopped = attempt(url, to(), right_, [](const Progress &p) { return p.fraction > 0; });
        QVERIFY2(stopped.how == Ending::How::Stopped, qPrintable(stopped.sentence));
        const qint64 here = QFile(part()).size();
        QVERIFY(here > 0 && here < content_.size());
        QVERIFY(!QFile::exists(to()));
        server_->release(name);
        const Ending second = attempt(url.left(url.lastIndexOf(QLatin1String("/"))) + "/" + name, to(), right_);
        QVERIFY2(second.how == Ending::How::Done, qPrintable(second.sentence));
        QCOMPARE(second.file.resumedFrom, static_cast<uint64_t>(here));
        QCOMPARE(bytesOf(to()), content_);
        QCOMPARE(lastRange(QStringLiteral("gated")), QStringLiteral("bytes=%1-").arg(here));
    }

    void stopBeforeTheFirstByteLeavesNothing()
    {
        const Ending stopped = attempt(server_->url(QStringLiteral("good"), name), to(), right_,
                                       [](const Progress &) { return true; });
        QVERIFY(stopped.how == Ending::How::Stopped);
        QVERIFY2(!QFile::exists(to()), qPrintable(files().join(QLatin1Char(' '))));
    }

    void aWholePartNeedsNoMoreBytes()
    {
        // Killed between the last byte and the new name: the server has nothing left to send.
        QVERIFY(from(QStringLiteral("half")).how == Ending::How::Failed);
        QFile file(part());
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content_) == content_.size());
        file.close();
        const Ending ending = from(QStringLiteral("half"), {});
        QVERIFY2(ending.how == Ending::How::Done, qPrintable(ending.sentence));
        QCOMPARE(ending.file.resumedFrom, right_.bytes);
        QCOMPARE(bytesOf(to()), content_);
    }

    void aDamagedPartIsFetchedAgain()
    {
        QVERIFY(from(QStringLiteral("half"), right_).how == Ending::How::Failed);
        QFile file(part());
        QVERIFY(file.open(QIODevice::ReadWrite) && file.seek(1000) && file.write("zero") == 4);
        file.close();
        const Ending ending = from(QStringLiteral("half"), right_);
        QVERIFY2(ending.how == Ending::How::Done, qPrintable(ending.sentence));
        QCOMPARE(ending.file.resumedFrom, uint64_t(0));
        QCOMPARE(bytesOf(to()), content_);
    }

    void refused_data()
    {
        QTest::addColumn<QString>("manner");
        QTest::addColumn<bool>("known");  // size and hash are known beforehand
        QTest::addColumn<QString>("sentence");
        QTest::newRow("html") << "html" << true
                              << "127.0.0.1 answers with a web page instead of the file: perhaps the network wants you to "
                                 "sign in first.";
        QTest::newRow("html as a file") << "disguised" << false << "127.0.0.1 answers with a web page instead of the file";
        QTest::newRow("404") << "missing" << true << "The file is no longer at http://127.0.0.1";
        QTest::newRow("503") << "busy" << true << "127.0.0.1 is too busy at the moment (HTTP 503); try again later.";
        QTest::newRow("shorter than published") << "short" << true
                                                << "127.0.0.1 has a file of 999000 bytes where 1000000 were published";
        QTest::newRow("longer than published") << "long" << true
                                               << "127.0.0.1 has a file of 1001000 bytes where 1000000 were published";
        QTest::newRow("beyond any weights") << "huge" << false << "127.0.0.1 wants to send 1152921504606.8 MB";
        QTest::newRow("endless") << "endless" << true << "127.0.0.1 sends more than the 1000000 bytes of the file";
        QTest::newRow("empty") << "empty" << false << "127.0.0.1 sends an empty file.";
        QTest::newRow("to plain http elsewhere")
            << "away" << true
            << "127.0.0.1 sends the download on to http://weights.example/a.pth, which is not an https address";
        QTest::newRow("to a local file") << "elsewhere" << true << "127.0.0.1 sends the download on to file:///etc/passwd";
        QTest::newRow("in a circle") << "circle" << true << "127.0.0.1 sends the download in a circle";
    }
    void refused()
    {
        QFETCH(QString, manner);
        QFETCH(bool, known);
        QFETCH(QString, sentence);
        const Ending ending = from(manner, known ? right_ : Expectations());
        QVERIFY(ending.how == Ending::How::Failed);
        QVERIFY2(ending.sentence.startsWith(sentence), qPrintable(ending.sentence));
        QCOMPARE(files(), QStringList());
    }

    void longerThanWhatComes()
    {
        const Ending ending = from(QStringLiteral("long"));
        QVERIFY(ending.how == Ending::How::Failed);
        QVERIFY2(ending.sentence.startsWith(QStringLiteral("The connection to 127.0.0.1 broke after 1.0 MB of 1.0 MB")),
                 qPrintable(ending.sentence));
        QVERIFY(!QFile::exists(to()));
    }

    void wrongHash()
    {
        Expectations other = right_;
        other.sha256 = "00112233";
        const Ending ending = from(QStringLiteral("good"), other);
        QCOMPARE(ending.sentence,
                 QStringLiteral("What 127.0.0.1 sent is not the file that was published (its SHA-256 begins with %1, not "
                                "00112233); it was not kept.").arg(QString::fromStdString(right_.sha256.substr(0, 8))));
        QCOMPARE(files(), QStringList());
        // Cut short by a server that says so: only the hash can tell.
        Expectations hashOnly;
        hashOnly.sha256 = right_.sha256;
        QVERIFY(from(QStringLiteral("short"), hashOnly).sentence.startsWith(QStringLiteral("What 127.0.0.1 sent is not")));
        QCOMPARE(files(), QStringList());
    }

    void withoutLengthOrWithTheWrongType()
    {
        for (const char *manner : {"lengthless", "htmltype", "redirect"}) {
            const Ending ending = from(QLatin1String(manner), right_);
            QVERIFY2(ending.how == Ending::How::Done, qPrintable(ending.sentence));
            QCOMPARE(bytesOf(to()), content_);
            QVERIFY(QFile::remove(to()));
        }
        // Smaller than what is looked at first.
        content_ = server_->put(name, 20);
        QVERIFY(from(QStringLiteral("good")).how == Ending::How::Done);
        QCOMPARE(bytesOf(to()), content_);
    }

    void aPageLeavesThePartAlone()
    {
        QVERIFY(from(QStringLiteral("half"), right_).how == Ending::How::Failed);
        const QByteArray here = bytesOf(part());
        QVERIFY(from(QStringLiteral("html"), right_).how == Ending::How::Failed);
        QVERIFY(from(QStringLiteral("busy"), right_).how == Ending::How::Failed);
        QCOMPARE(bytesOf(part()), here);
        QCOMPARE(from(QStringLiteral("half"), right_).file.resumedFrom, static_cast<uint64_t>(here.size()));
    }

    void aStallEndsInWords()
    {
        Expectations impatient = right_;
        impatient.stallSeconds = 1;
        const Ending ending = from(QStringLiteral("stall"), impatient);
        QCOMPARE(ending.sentence,
                 QStringLiteral("127.0.0.1 has sent nothing for 1 seconds; what has arrived is kept."));
        QCOMPARE(QFile(part()).size(), content_.size() / 2);
    }

    void nobodyThere()
    {
        const int port = server_->port("web");
        server_.reset();
        const Ending refused = attempt(QStringLiteral("http://127.0.0.1:%1/good/a.pth").arg(port), to());
        QVERIFY2(refused.sentence.startsWith(QStringLiteral("No connection to 127.0.0.1 can be made: ")),
                 qPrintable(refused.sentence));
        // ".invalid" is kept free of hosts for ever (RFC 2606).
        const Ending unknown = attempt(QStringLiteral("https://fcoscope.invalid/a.pth"), to());
        QVERIFY2(unknown.sentence.startsWith(QStringLiteral("fcoscope.invalid cannot be found: ")),
                 qPrintable(unknown.sentence));
        QCOMPARE(files(), QStringList());
    }

    void onlyHttps()
    {
        for (const char *url : {"http://weights.example/a.pth", "ftp://127.0.0.1/a.pth", "file:///etc/passwd", "a.pth", ""}) {
            const Ending ending = attempt(QLatin1String(url), to());
            QVERIFY2(ending.sentence.contains(QStringLiteral("is not an https address")), qPrintable(ending.sentence));
        }
        QCOMPARE(files(), QStringList());
    }

    void throughAProxy()
    {
        qputenv("http_proxy", QStringLiteral("http://127.0.0.1:%1").arg(server_->port("proxy")).toLatin1());
        const Ending ending = from(QStringLiteral("good"), right_);
        qunsetenv("http_proxy");
        QVERIFY2(ending.how == Ending::How::Done, qPrintable(ending.sentence));
        QCOMPARE(bytesOf(to()), content_);
        QCOMPARE(server_->log()[QLatin1String("proxy")].toArray(),
                 QJsonArray{QStringLiteral("GET ") + server_->url(QStringLiteral("good"), name)});
    }

    void tlsThroughAProxyAndACertificateThatNobodyKnows()
    {
        const QString openssl = QStandardPaths::findExecutable(QStringLiteral("openssl"));
        if (openssl.isEmpty())
            QSKIP("openssl is needed to make a certificate");
        const QString certificate = dir_->filePath(QStringLiteral("c.pem")), key = dir_->filePath(QStringLiteral("k.pem"));
        QCOMPARE(QProcess::execute(openssl, {"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                                             "/CN=localhost", "-keyout", key, "-out", certificate}), 0);
        LocalServer secure(certificate, key);
        QVERIFY(secure.started());
        secure.put(name);
        const QString host = QStringLiteral("localhost:%1").arg(secure.port("tls"));
        qputenv("https_proxy", QStringLiteral("http://127.0.0.1:%1").arg(secure.port("proxy")).toLatin1());
        const Ending untrusted = attempt(QStringLiteral("https://%1/good/a.pth").arg(host), to());
        const Ending forbidden = attempt(QStringLiteral("https://forbidden.example/a.pth"), to());
        qunsetenv("https_proxy");
        QVERIFY2(untrusted.sentence.startsWith(
                     QStringLiteral("The connection to localhost is not trusted, so nothing was fetched: ")),
                 qPrintable(untrusted.sentence));
        QCOMPARE(forbidden.sentence, QStringLiteral("The proxy refuses a connection to forbidden.example (HTTP 403)."));
        QCOMPARE(secure.log()[QLatin1String("proxy")].toArray(),
                 (QJsonArray{QStringLiteral("CONNECT ") + host, QStringLiteral("CONNECT forbidden.example:443")}));
        QVERIFY(!QFile::exists(to()));
    }

    void aFullDisk()
    {
        // A file may not grow beyond 300,000 bytes: writing fails as it does on a full disk.
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit before{};
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
        rlimit small{300000, before.rlim_max};
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
        const Ending ending = from(QStringLiteral("good"), right_);
        ::setrlimit(RLIMIT_FSIZE, &before);
        QVERIFY2(ending.sentence.startsWith(QStringLiteral("The file %1 cannot be written: ").arg(part())),
                 qPrintable(ending.sentence));
        QVERIFY(!QFile::exists(to()));
        const Ending again = from(QStringLiteral("good"), right_);  // there is room again
        QVERIFY2(again.how == Ending::How::Done, qPrintable(again.sentence));
        QCOMPARE(again.file.resumedFrom, uint64_t(300000));
        QCOMPARE(bytesOf(to()), content_);
    }

    void twoAtOnce()
    {
        Ending slow;
        std::atomic<bool> begun = false;
        std::thread first([&] {
            slow = attempt(server_->url(QStringLiteral("slow"), name), to(), right_, [&](const Progress &p) {
                begun = begun || p.fraction > 0;
                return false;
            });
        });
        while (!begun)
            std::this_thread::yield();
        const Ending second = attempt(server_->url(QStringLiteral("good"), name), to(), right_);
        server_->release(name);
        first.join();
        QCOMPARE(second.sentence, QStringLiteral("Another FCOScope is getting a.pth at this moment."));
        QVERIFY2(slow.how == Ending::How::Done, qPrintable(slow.sentence));
        QCOMPARE(bytesOf(to()), content_);
    }

    void manyAtOnceEndWithOneWholeFile()
    {
        std::vector<Ending> endings(6);
        std::vector<std::thread> threads;
        for (Ending &ending : endings)
            threads.emplace_back([&] { ending = attempt(server_->url(QStringLiteral("good"), name), to(), right_); });
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
        QCOMPARE(bytesOf(to()), content_);
        QCOMPARE(files(), QStringList{name});
    }

    void aFolderThatCannotBeWritten()
    {
        // As root every folder can be written, except where there is no file system for it.
        const QString folder = ::geteuid() == 0 ? QStringLiteral("/proc/self/fdinfo") : dir_->path();
        QFile::setPermissions(dir_->path(), QFileDevice::ReadOwner | QFileDevice::ExeOwner);
        const Ending ending = attempt(server_->url(QStringLiteral("good"), name), folder + QStringLiteral("/a.pth"));
        QFile::setPermissions(dir_->path(), QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ExeOwner);
        QVERIFY2(ending.sentence.startsWith(QStringLiteral("The file %1/a.pth.part cannot be written: ").arg(folder)),
                 qPrintable(ending.sentence));
        QCOMPARE(server_->asked(QStringLiteral("good"), name), 0);
    }
};

QTEST_GUILESS_MAIN(DownloadTest)
#include "tst_download.moc"
