// SPDX-License-Identifier: GPL-3.0-or-later
// A program that labels is killed (SIGKILL) at random moments, also between the project and a label file: the next
// start brings every label file in step, and asks nobody.
#include <QProcess>
#include <QSignalSpy>

#include <cstdio>
#include <random>

#include "app/session/session.h"
#include "core/data/project/edits.h"
#include "tests/data/dataset_files.h"

using namespace fcoscope;

namespace {

constexpr int kills = 25;
constexpr const char *asLabeller = "--label";

/// In the child: one edit after the other, each when the files of the one before are written, until it is killed.
int label(QCoreApplication &app, const QString &folder)
{
    Session session(coreBackend("cpu"));
    std::mt19937 random(std::random_device{}());
    QTimer next;
    int edits = 0;
    QObject::connect(&next, &QTimer::timeout, &next, [&] {
        LabelDocument &labels = session.labels();
        if (session.opening() || labels.file().empty() || !session.sidecars().atRest())
            return;
        if (edits++ > 0) {  // the one before is in the project
            std::puts(".");
            std::fflush(stdout);
        }
        const ImageEntry &image = labels.set().images.at(random() % labels.set().images.size());
        const double x = random() % 60, y = random() % 40;
        const NewBox box{labels.set().classes.at(0).key, {x, y, x + 20, y + 30}, {}, false, false};
        labels.apply(addBoxes(labels.set(), image, std::span(&box, 1), message("core", "Draw a box")));
        if (random() % 4 > 0)
            session.sidecars().writeDue();
    });
    session.open({folder});
    next.start(0);
    return app.exec();
}

}  // namespace

class SidecarKillsTest : public QObject, private DatasetFolder {
    Q_OBJECT

    int behind_ = 0, boxes_ = 0;

    /// Lets it label until it has told of so many edits, and a moment more.
    void killAfter(int edits, int moreUs)
    {
        QProcess child;
        child.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        child.start(QCoreApplication::applicationFilePath(),
                    {QString::fromLatin1(asLabeller), QString::fromStdString(root().string())});
        int told = 0;
        while (told < edits && child.waitForReadyRead(60000))
            told += static_cast<int>(child.readAllStandardOutput().count('.'));
        QVERIFY(told >= edits);
        QThread::usleep(static_cast<unsigned long>(moreUs));  // the moment is drawn at random; nothing is waited for
        child.kill();
        QVERIFY(child.waitForFinished(60000));
    }

    /// Whether every label file says what the project says.
    int outOfStep(const OpenedLabels &labels) const
    {
        int count = 0;
        LabelSet set = labels.set;
        for (const ImageEntry &image : labels.set.images)
            count += readSidecar(labels.sidecars->layout, set, image) != image;
        return count;
    }

    void openAgain()
    {
        {
            const Opened left = openPaths({root()}, coreBackend("cpu"), {});
            QVERIFY(left.labels && left.labels->project && left.labels->readOnly.text.empty());
            behind_ += outOfStep(*left.labels) > 0;
        }
        Session session(coreBackend("cpu"));
        QSignalSpy asked(&session.sidecars(), &SidecarKeeper::question);
        QSignalSpy failed(&session.sidecars(), &SidecarKeeper::failed);
        session.open({QString::fromStdString(root().string())});
        QTRY_VERIFY_WITH_TIMEOUT(!session.opening() && !session.labels().file().empty(), 60000);
        session.sidecars().writeDue();
        QTRY_VERIFY_WITH_TIMEOUT(session.sidecars().atRest(), 60000);
        QCOMPARE(asked.size(), 0);
        QCOMPARE(failed.size(), 0);
        OpenedLabels now;
        now.set = session.labels().set();
        now.sidecars.emplace().layout = sidecarLayout(root(), readLabels(root())).value();
        QCOMPARE(outOfStep(now), 0);
        QVERIFY(int(now.set.boxCount()) > boxes_);
        boxes_ = int(now.set.boxCount());
    }

private Q_SLOTS:
    void everyFileIsInStepAgain()
    {
        newFolder();
        for (const char *name : {"a", "b", "c"}) {
            putImage(root() / (std::string(name) + ".png"));
            put(root() / (std::string(name) + ".xml"), voc(vocObject("cat", "10", "20", "30", "40")));
        }
        std::mt19937 random(7);
        for (int kill = 0; kill < kills && !QTest::currentTestFailed(); ++kill) {
            killAfter(1 + int(random() % 3), int(random() % 20000));
            openAgain();
        }
        qInfo("%d kills: %d times a label file was behind, %d boxes, all in step again", kills, behind_, boxes_);
        QVERIFY(behind_ > 0);
    }
};

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    if (argc == 3 && std::string_view(argv[1]) == asLabeller)
        return label(app, QString::fromLocal8Bit(argv[2]));
    SidecarKillsTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_sidecar_kills.moc"
