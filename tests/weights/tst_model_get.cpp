// SPDX-License-Identifier: GPL-3.0-or-later
// fcos model get, as a person or a script meets it.
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QTest>

#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>

#include "core/weights/catalogue.h"
#include "tests/cli/fcos_process.h"
#include "tests/weights/local_server.h"

using namespace fcoscope;

namespace {

/// Runs fcos on a terminal of its own and types `answer` when it asks. All it says is in `out`.
Said onTerminal(const QStringList &arguments, const QByteArray &question, const QByteArray &answer)
{
    std::vector<std::string> words{FCOS_PROGRAM};
    for (const QString &argument : arguments)
        words.push_back(argument.toStdString());
    std::vector<char *> argv;
    for (std::string &word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);

    int terminal = -1;
    const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child == 0) {
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    Said said;
    bool answered = false;
    char block[4096];
    for (ssize_t got; (got = ::read(terminal, block, sizeof block)) > 0;) {
        said.out.append(block, got);
        if (!answered && said.out.contains(question)) {
            answered = true;
            if (::write(terminal, answer.constData(), static_cast<size_t>(answer.size())) != answer.size())
                break;
        }
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ::close(terminal);
    said.exitCode = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return said;
}

}  // namespace

class ModelGetTest : public QObject {
    Q_OBJECT

    std::unique_ptr<LocalServer> server_;
    std::unique_ptr<QTemporaryDir> data_;

    QString place(const QString &file) const { return data_->filePath(QStringLiteral("fcoscope/weights/") + file); }
    QStringList from(const QString &manner, const QString &name) const
    {
        return {"model", "get", name, "--from", server_->url(manner)};
    }

private Q_SLOTS:
    void init()
    {
        for (const char *variable : {"http_proxy", "all_proxy", "FCOSCOPE_WEIGHTS_FROM"})
            qunsetenv(variable);
        server_ = std::make_unique<LocalServer>();
        if (!server_->started())
            QSKIP("python3 is needed for the local server");
        data_ = std::make_unique<QTemporaryDir>();
        qputenv("XDG_DATA_HOME", QFile::encodeName(data_->path()));
    }

    void lists()
    {
        const Said text = fcos({"model", "get"});
        QCOMPARE(text.exitCode, 0);
        const Said json = fcos({"model", "get", "--json"});
        const QJsonArray entries = json.json()["weights"].toArray();
        QCOMPARE(static_cast<size_t>(entries.size()), weightsCatalogue().size());
        for (const QJsonValue &entry : entries) {
            QVERIFY2(text.out.contains(entry["name"].toString().toUtf8()), text.all());
            QCOMPARE(entry["file"].toString(), QString());
        }
        QVERIFY(fcos({"model", "--help"}).out.contains("fcos model get [NAME]"));
    }

    void whatBindsIsShownAndAccepted()
    {
        const QByteArray content = server_->put(QStringLiteral("FCOS_R_50_1x.pth"));
        const QStringList arguments = from(QStringLiteral("good"), QStringLiteral("fcos_r_50_1x"));
        const Said silent = fcos(arguments);  // nobody sits before it
        QCOMPARE(silent.exitCode, 2);
        QVERIFY2(silent.err.contains("AdelaiDet for non-commercial purposes"), silent.all());
        QVERIFY2(!silent.err.contains("\\x0A"), silent.all());
        QVERIFY2(silent.err.contains("--accept-terms") && silent.out.isEmpty(), silent.all());
        QVERIFY(!QFile::exists(place(QStringLiteral("FCOS_R_50_1x.pth"))));
        QCOMPARE(server_->asked(QStringLiteral("good"), QStringLiteral("FCOS_R_50_1x.pth")), 0);

        const Said accepted = fcos(arguments + QStringList{"--accept-terms"});
        QVERIFY2(accepted.exitCode == 0, accepted.all());
        QVERIFY2(accepted.err.contains("AdelaiDet for non-commercial purposes"), accepted.all());
        QCOMPARE(QString::fromUtf8(accepted.out), place(QStringLiteral("FCOS_R_50_1x.pth")) + QLatin1Char('\n'));
        QCOMPARE(contents(place(QStringLiteral("FCOS_R_50_1x.pth"))), content);

        server_.reset();  // here already: no network, no question
        const Said again = fcos(arguments.mid(0, 3));
        QVERIFY2(again.exitCode == 0, again.all());
        QVERIFY2(again.err.contains("FCOS_R_50_1x is here already."), again.all());
        QCOMPARE(again.out, accepted.out);
        QVERIFY(fcos({"model", "get"}).out.contains("here"));
    }

    void onATerminalItAsks()
    {
        server_->put(QStringLiteral("FCOS_R_50_FPN_1x.pth"));
        const QStringList arguments = from(QStringLiteral("good"), QStringLiteral("FCOS_R_50_FPN_1x"));
        const Said refused = onTerminal(arguments, "Type yes:", "no\n");
        QVERIFY2(refused.exitCode == 2, refused.all());
        QVERIFY2(refused.out.contains("FCOS for non-commercial purposes") &&
                     refused.out.contains("The terms were not accepted, so nothing was fetched."),
                 refused.all());
        QVERIFY(!QFile::exists(place(QStringLiteral("FCOS_R_50_FPN_1x.pth"))));
        const Said stopped = onTerminal(arguments, "Type yes:", "\x03");  // Ctrl-C
        QVERIFY2(stopped.exitCode == 130 && stopped.out.contains("fcos: stopped."), stopped.all());
        const Said accepted = onTerminal(arguments, "Type yes:", "yes\n");
        QVERIFY2(accepted.exitCode == 0, accepted.all());
        QVERIFY(QFile::exists(place(QStringLiteral("FCOS_R_50_FPN_1x.pth"))));
    }

    void controlCKeepsWhatHasArrived()
    {
        const QString file = QStringLiteral("FCOS_MS_R_50_2x.pth");
        const QByteArray content = server_->put(file);
        const QStringList arguments =
            from(QStringLiteral("gated"), QStringLiteral("FCOS_MS_R_50_2x")) + QStringList{"--accept-terms"};
        QProcess process;
        startFcos(process, arguments);
        QTRY_VERIFY_WITH_TIMEOUT(QFile(place(file) + QStringLiteral(".part")).size() == 100000, 20000);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        const Said stopped = ended(process);
        QVERIFY2(stopped.exitCode == 130, stopped.all());
        QVERIFY2(stopped.err.contains("fcos: stopped.") && stopped.out.isEmpty(), stopped.all());
        QVERIFY(!QFile::exists(place(file)));

        const Said second = fcos(arguments);
        QVERIFY2(second.exitCode == 0, second.all());
        QCOMPARE(contents(place(file)), content);
        const QJsonArray requests = server_->log()[QLatin1String("web")].toArray();
        QCOMPARE(requests.last()[QLatin1String("range")].toString(), QStringLiteral("bytes=100000-"));
    }

    void failuresAreOneSentence_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("words");
        QTest::newRow("unknown name") << QStringList{"model", "get", "resnet5"}
                                      << QByteArray("did you mean \"resnet50\"?");
        QTest::newRow("not http here") << QStringList{"model", "get", "resnet18", "--from", "http://mirror.example/"}
                                       << QByteArray("is not an https address");
        for (const QStringList &verb : {QStringList{"model", "info"}, QStringList{"export"}})
            QTest::newRow(qPrintable("not here, " + verb.last()))
                << verb + QStringList{"resnet50"} + (verb.size() == 1 ? QStringList{"out.pth"} : QStringList())
                << QByteArray("fcos model get resnet50 fetches them.");
        QTest::newRow("not here, trained from") << QStringList{"train", ".", "--start-from", "resnet50"}
                                                << QByteArray("fcos model get resnet50 fetches them.");
        QTest::newRow("not here, used") << QStringList{"detect", "x.png", "--weights", "resnet50"}
                                        << QByteArray("fcos model get resnet50 fetches them.");
    }
    void failuresAreOneSentence()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, words);
        const Said said = fcos(arguments);
        QVERIFY2(said.exitCode == 2, said.all());
        QVERIFY2(said.err.contains(words), said.all());
        QVERIFY2(said.err.count('\n') == 1 && said.out.isEmpty(), said.all());
    }

    void aFileThatIsNotThePublishedOne()
    {
        server_->put(QStringLiteral("resnet34-b627a593.pth"));
        const Said said = fcos(from(QStringLiteral("good"), QStringLiteral("resnet34")));
        QVERIFY2(said.exitCode == 2 && said.err.contains("not b627a593"), said.all());
        QCOMPARE(QDir(place({})).entryList(QDir::Files | QDir::Hidden), QStringList());
    }

    void noRoom()
    {
        // A disk of one megabyte, where this machine lets us make one.
        server_->put(QStringLiteral("FCOS_R_50_1x.pth"), 3000000);
        const auto onSmallDisk = [&](const QString &manner) {
            QProcess process;
            process.start(QStringLiteral("unshare"),
                          {"-Urm", "sh", "-c",
                           "mount -t tmpfs -o size=1m none \"$XDG_DATA_HOME\" || exit 77; exec \"$@\"", "sh",
                           QStringLiteral(FCOS_PROGRAM), "model", "get", "FCOS_R_50_1x", "--accept-terms", "--from",
                           server_->url(manner)});
            return ended(process);
        };
        const Said told = onSmallDisk(QStringLiteral("good"));
        if (told.exitCode == 77 || told.exitCode == 1 || told.exitCode == -1)
            QSKIP("no file system can be mounted here");
        QVERIFY2(told.exitCode == 2 && told.err.contains("The download needs 3.0 MB more in "), told.all());
        const Said found = onSmallDisk(QStringLiteral("lengthless"));
        QVERIFY2(found.exitCode == 2 && found.err.contains("No space left on device"), found.all());
    }
};

QTEST_GUILESS_MAIN(ModelGetTest)
#include "tst_model_get.moc"
