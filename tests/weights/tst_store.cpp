// SPDX-License-Identifier: GPL-3.0-or-later
// Where weights are kept, what is here, and what a name means.
#include <QDir>
#include <QFile>
#include <QTest>

#include <unistd.h>

#include <memory>

#include "core/base/error.h"
#include "core/weights/store.h"
#include "tests/weights/local_server.h"

using namespace fcoscope;

class StoreTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> data_;

    static QString failureOf(const std::function<void()> &call)
    {
        try {
            call();
        } catch (const UserError &error) {
            return QString::fromUtf8(error.what());
        }
        return {};
    }
    QString place(const char *file) const
    {
        return data_->filePath(QStringLiteral("fcoscope/weights/") + QLatin1String(file));
    }

private Q_SLOTS:
    void init()
    {
        for (const char *variable : {"http_proxy", "all_proxy", "FCOSCOPE_WEIGHTS_FROM"})
            qunsetenv(variable);
        data_ = std::make_unique<QTemporaryDir>();
        qputenv("XDG_DATA_HOME", QFile::encodeName(data_->path()));
    }

    void folder()
    {
        QCOMPARE(QString::fromStdString(weightsFolder()), data_->filePath(QStringLiteral("fcoscope/weights")));
        qputenv("HOME", "/home/somebody");
        for (const char *unusable : {"", "relative/path"}) {
            qputenv("XDG_DATA_HOME", unusable);
            QCOMPARE(weightsFolder().string(), std::string("/home/somebody/.local/share/fcoscope/weights"));
        }
        qputenv("HOME", "");
        QVERIFY(failureOf([] { weightsFolder(); }).contains(QStringLiteral("XDG_DATA_HOME")));
    }

    void gettingMakesItUsableWithoutANetwork()
    {
        auto server = std::make_unique<LocalServer>();
        if (!server->started())
            QSKIP("python3 is needed for the local server");
        // No hash of these is known, so any file stands for them.
        const PublishedWeights &entry = weightsNamed("FCOS_R_50_1x");
        const QByteArray content = server->put(QStringLiteral("FCOS_R_50_1x.pth"));
        QVERIFY(weightsHere(entry).empty());
        QCOMPARE(
            failureOf([] { weightsMeant("fcos_r_50_1x"); }),
            QStringLiteral("The weights FCOS_R_50_1x are not here yet; fcos model get FCOS_R_50_1x fetches them."));

        GetOptions options{(server->url(QStringLiteral("good")) + QLatin1Char('/')).toStdString(), false, 60};
        QCOMPARE(failureOf([&] { getWeights(entry, options, {}); }),
                 QStringLiteral("FCOS_R_50_1x is given away under terms that have to be accepted first."));
        QCOMPARE(server->asked(QStringLiteral("good"), QStringLiteral("FCOS_R_50_1x.pth")), 0);
        options.termsAccepted = true;
        QCOMPARE(QString::fromStdString(getWeights(entry, options, {})), place("FCOS_R_50_1x.pth"));
        server.reset();

        QCOMPARE(QString::fromStdString(weightsMeant("fcos_r_50_1x")), place("FCOS_R_50_1x.pth"));
        QCOMPARE(QString::fromStdString(getWeights(entry, {}, {})), place("FCOS_R_50_1x.pth"));  // nobody is asked
        QFile file(place("FCOS_R_50_1x.pth"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), content);
    }

    void theEnvironmentNamesAMirror()
    {
        LocalServer server;
        if (!server.started())
            QSKIP("python3 is needed for the local server");
        qputenv("FCOSCOPE_WEIGHTS_FROM", server.url(QStringLiteral("good")).toLatin1());
        server.put(QStringLiteral("resnext101_32x8d-8ba56ff5.pth"));
        const QString failure = failureOf([] { getWeights(weightsNamed("resnext101_32x8d"), {}, {}); });
        QVERIFY2(failure.contains(QStringLiteral("not 8ba56ff5")), qPrintable(failure));  // the catalogue's hash counts
        QCOMPARE(QDir(place("")).entryList(QDir::Files | QDir::Hidden), QStringList());
    }

    void aFileOfAnotherSizeIsNotIt()
    {
        QVERIFY(QDir().mkpath(place("")));
        QFile file(place("resnet18-f37072fd.pth"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.resize(1000));
        QVERIFY(weightsHere(weightsNamed("resnet18")).empty());
        QVERIFY(file.resize(46830571));
        QCOMPARE(QString::fromStdString(weightsHere(weightsNamed("resnet18"))), file.fileName());
    }

    void aFileOfThatNameComesFirst()
    {
        const QString before = QDir::currentPath();
        QVERIFY(QDir::setCurrent(data_->path()));
        QFile file(QStringLiteral("resnet50"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(weightsMeant("resnet50").string(), std::string("resnet50"));
        QVERIFY(file.remove());
        QVERIFY(!failureOf([] { weightsMeant("resnet50"); }).isEmpty());
        QCOMPARE(weightsMeant("runs/mine").string(), std::string("runs/mine"));
        QDir::setCurrent(before);
    }

    void aFolderThatCannotBeMade()
    {
        QFile file(data_->filePath(QStringLiteral("fcoscope")));
        QVERIFY(file.open(QIODevice::WriteOnly));  // a file where the folder should be
        const QString failure = failureOf([] { getWeights(weightsNamed("resnet18"), {}, {}); });
        QVERIFY2(failure.startsWith(
                     QStringLiteral("The folder %1 cannot be made: ").arg(data_->filePath("fcoscope/weights"))),
                 qPrintable(failure));
    }
};

QTEST_GUILESS_MAIN(StoreTest)
#include "tst_store.moc"
