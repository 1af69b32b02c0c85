// SPDX-License-Identifier: GPL-3.0-or-later
// Servers that lie, networks that do not work, disks that are full: nothing false is kept, and one sentence says why.
#include <QProcess>
#include <QStandardPaths>
#include <QTest>

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

#include "tests/weights/attempt.h"

using namespace fcoscope;

class RefusalsTest : public QObject {
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

    void refused_data()
    {
        QTest::addColumn<QString>("manner");
        QTest::addColumn<bool>("known");  // size and hash are known beforehand
        QTest::addColumn<QString>("sentence");
        QTest::newRow("html")
            << "html" << true
            << "127.0.0.1 answers with a web page instead of the file: perhaps the network wants you to "
               "sign in first.";
        QTest::newRow("html as a file") << "disguised" << false
                                        << "127.0.0.1 answers with a web page instead of the file";
        QTest::newRow("404") << "missing" << true << "The file is no longer at http://127.0.0.1";
        QTest::newRow("503") << "busy" << true << "127.0.0.1 is too busy at the moment (HTTP 503); try again later.";
        QTest::newRow("shorter than published")
            << "short" << true << "127.0.0.1 has a file of 999000 bytes where 1000000 were published";
        QTest::newRow("longer than published")
            << "long" << true << "127.0.0.1 has a file of 1001000 bytes where 1000000 were published";
        QTest::newRow("beyond any weights") << "huge" << false << "127.0.0.1 wants to send 1152921504606.8 MB";
        QTest::newRow("endless") << "endless" << true << "127.0.0.1 sends more than the 1000000 bytes of the file";
        QTest::newRow("empty") << "empty" << false << "127.0.0.1 sends an empty file.";
        QTest::newRow("to plain http elsewhere")
            << "away" << true
            << "127.0.0.1 sends the download on to http://weights.example/a.pth, which is not an https address";
        QTest::newRow("to a local file") << "elsewhere" << true
                                         << "127.0.0.1 sends the download on to file:///etc/passwd";
        QTest::newRow("in a circle") << "circle" << true << "127.0.0.1 sends the download in a circle";
    }

    void refused()
    {
        QFETCH(QString, manner);
        QFETCH(bool, known);
        QFETCH(QString, sentence);
        const Ending ending = s_->from(manner, known ? s_->right : Expectations());
        QVERIFY(ending.how == Ending::How::Failed);
        QVERIFY2(ending.sentence.startsWith(sentence), qPrintable(ending.sentence));
        QCOMPARE(s_->files(), QStringList());
    }

    void longerThanWhatComes()
    {
        const Ending ending = s_->from(QStringLiteral("long"));
        QVERIFY(ending.how == Ending::How::Failed);
        QVERIFY2(ending.sentence.startsWith(QStringLiteral("The connection to 127.0.0.1 broke after 1.0 MB of 1.0 MB")),
                 qPrintable(ending.sentence));
        QVERIFY(!QFile::exists(s_->to()));
    }

    void wrongHash()
    {
        Expectations other = s_->right;
        other.sha256 = "00112233";
        const Ending ending = s_->from(QStringLiteral("good"), other);
        QCOMPARE(
            ending.sentence,
            QStringLiteral("What 127.0.0.1 sent is not the file that was published (its SHA-256 begins with %1, not "
                           "00112233); it was not kept.")
                .arg(QString::fromStdString(s_->right.sha256.substr(0, 8))));
        QCOMPARE(s_->files(), QStringList());
        // Cut short by a server that says so: only the hash can tell.
        Expectations hashOnly;
        hashOnly.sha256 = s_->right.sha256;
        QVERIFY(s_->from(QStringLiteral("short"), hashOnly)
                    .sentence.startsWith(QStringLiteral("What 127.0.0.1 sent is not")));
        QCOMPARE(s_->files(), QStringList());
    }

    void aPageLeavesThePartAlone()
    {
        QVERIFY(s_->from(QStringLiteral("half"), s_->right).how == Ending::How::Failed);
        const QByteArray here = bytesOf(s_->part());
        QVERIFY(s_->from(QStringLiteral("html"), s_->right).how == Ending::How::Failed);
        QVERIFY(s_->from(QStringLiteral("busy"), s_->right).how == Ending::How::Failed);
        QCOMPARE(bytesOf(s_->part()), here);
        QCOMPARE(s_->from(QStringLiteral("half"), s_->right).file.resumedFrom, static_cast<uint64_t>(here.size()));
    }

    void aStallEndsInWords()
    {
        Expectations impatient = s_->right;
        impatient.stallSeconds = 1;
        const Ending ending = s_->from(QStringLiteral("stall"), impatient);
        QCOMPARE(ending.sentence,
                 QStringLiteral("127.0.0.1 has sent nothing for 1 seconds; what has arrived is kept."));
        QCOMPARE(QFile(s_->part()).size(), s_->content.size() / 2);
    }

    void nobodyThere()
    {
        const int port = s_->server->port("web");
        s_->server.reset();
        const Ending refused = attempt(QStringLiteral("http://127.0.0.1:%1/good/a.pth").arg(port), s_->to());
        QVERIFY2(refused.sentence.startsWith(QStringLiteral("No connection to 127.0.0.1 can be made: ")),
                 qPrintable(refused.sentence));
        // ".invalid" is kept free of hosts for ever (RFC 2606).
        const Ending unknown = attempt(QStringLiteral("https://fcoscope.invalid/a.pth"), s_->to());
        QVERIFY2(unknown.sentence.startsWith(QStringLiteral("fcoscope.invalid cannot be found: ")),
                 qPrintable(unknown.sentence));
        QCOMPARE(s_->files(), QStringList());
    }

    void onlyHttps()
    {
        for (const char *url :
             {"http://weights.example/a.pth", "ftp://127.0.0.1/a.pth", "file:///etc/passwd", "a.pth", ""}) {
            const Ending ending = attempt(QLatin1String(url), s_->to());
            QVERIFY2(ending.sentence.contains(QStringLiteral("is not an https address")), qPrintable(ending.sentence));
        }
        QCOMPARE(s_->files(), QStringList());
    }

    void throughAProxy()
    {
        qputenv("http_proxy", QStringLiteral("http://127.0.0.1:%1").arg(s_->server->port("proxy")).toLatin1());
        const Ending ending = s_->from(QStringLiteral("good"), s_->right);
        qunsetenv("http_proxy");
        QVERIFY2(ending.how == Ending::How::Done, qPrintable(ending.sentence));
        QCOMPARE(bytesOf(s_->to()), s_->content);
        QCOMPARE(s_->server->log()[QLatin1String("proxy")].toArray(),
                 QJsonArray{QStringLiteral("GET ") + s_->server->url(QStringLiteral("good"), s_->name)});
    }

    void tlsThroughAProxyAndACertificateThatNobodyKnows()
    {
        const QString openssl = QStandardPaths::findExecutable(QStringLiteral("openssl"));
        if (openssl.isEmpty())
            QSKIP("openssl is needed to make a certificate");
        const QString certificate = s_->dir.filePath(QStringLiteral("c.pem")),
                      key = s_->dir.filePath(QStringLiteral("k.pem"));
        QCOMPARE(QProcess::execute(openssl, {"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                                             "/CN=localhost", "-keyout", key, "-out", certificate}),
                 0);
        LocalServer secure(certificate, key);
        QVERIFY(secure.started());
        secure.put(s_->name);
        const QString host = QStringLiteral("localhost:%1").arg(secure.port("tls"));
        qputenv("https_proxy", QStringLiteral("http://127.0.0.1:%1").arg(secure.port("proxy")).toLatin1());
        const Ending untrusted = attempt(QStringLiteral("https://%1/good/a.pth").arg(host), s_->to());
        const Ending forbidden = attempt(QStringLiteral("https://forbidden.example/a.pth"), s_->to());
        qunsetenv("https_proxy");
        QVERIFY2(untrusted.sentence.startsWith(
                     QStringLiteral("The connection to localhost is not trusted, so nothing was fetched: ")),
                 qPrintable(untrusted.sentence));
        QCOMPARE(forbidden.sentence, QStringLiteral("The proxy refuses a connection to forbidden.example (HTTP 403)."));
        QCOMPARE(secure.log()[QLatin1String("proxy")].toArray(),
                 (QJsonArray{QStringLiteral("CONNECT ") + host, QStringLiteral("CONNECT forbidden.example:443")}));
        QVERIFY(!QFile::exists(s_->to()));
    }

    void aFullDisk()
    {
        // A file may not grow beyond 300,000 bytes: writing fails as it does on a full disk.
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit before{};
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
        rlimit small{300000, before.rlim_max};
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
        const Ending ending = s_->from(QStringLiteral("good"), s_->right);
        ::setrlimit(RLIMIT_FSIZE, &before);
        QVERIFY2(ending.sentence.startsWith(QStringLiteral("The file %1 cannot be written: ").arg(s_->part())),
                 qPrintable(ending.sentence));
        QVERIFY(!QFile::exists(s_->to()));
        const Ending again = s_->from(QStringLiteral("good"), s_->right);  // there is room again
        QVERIFY2(again.how == Ending::How::Done, qPrintable(again.sentence));
        QCOMPARE(again.file.resumedFrom, uint64_t(300000));
        QCOMPARE(bytesOf(s_->to()), s_->content);
    }

    void aFolderThatCannotBeWritten()
    {
        // As root every folder can be written, except where there is no file system for it.
        const QString folder = ::geteuid() == 0 ? QStringLiteral("/proc/self/fdinfo") : s_->dir.path();
        QFile::setPermissions(s_->dir.path(), QFileDevice::ReadOwner | QFileDevice::ExeOwner);
        const Ending ending =
            attempt(s_->server->url(QStringLiteral("good"), s_->name), folder + QStringLiteral("/a.pth"));
        QFile::setPermissions(s_->dir.path(), QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ExeOwner);
        QVERIFY2(ending.sentence.startsWith(QStringLiteral("The file %1/a.pth.part cannot be written: ").arg(folder)),
                 qPrintable(ending.sentence));
        QCOMPARE(s_->server->asked(QStringLiteral("good"), s_->name), 0);
    }
};

QTEST_GUILESS_MAIN(RefusalsTest)
#include "tst_refusals.moc"
