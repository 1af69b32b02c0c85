// SPDX-License-Identifier: GPL-3.0-or-later
// The whole way through the command with a tiny network: draw four pictures, train, detect, measure, stop, go on.
#include <signal.h>

#include <QCryptographicHash>
#include <QDir>
#include <QJsonArray>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/data/image.h"
#include "fcos_process.h"

namespace {

const QStringList tiny{"--backbone-depth", "18", "--backbone-width", "0.125", "--pyramid-channels", "16",
                       "--tower-depth",    "1",  "--tower-groups",   "4",     "--train-width",      "128",
                       "--train-height",   "96", "--short-side",     "96",    "--long-side",        "128",
                       "--batch",          "2",  "--device",         "cpu",   "--threads",          "1",
                       "--warmup-steps",   "2"};

/// The tensors of a safetensors file: their part of the header and all their bytes. What the file says in words (when
/// it was made, with what options) is left out.
QByteArray tensorsOf(const QString &path)
{
    const QByteArray bytes = contents(path);
    if (bytes.size() < 8)
        return {};
    quint64 length = 0;
    std::memcpy(&length, bytes.constData(), 8);
    QJsonObject header = QJsonDocument::fromJson(bytes.mid(8, qsizetype(length))).object();
    header.remove("__metadata__");
    return header.isEmpty() ? QByteArray() : QJsonDocument(header).toJson() + bytes.mid(8 + qsizetype(length));
}

bool isFinite(const QJsonValue &value)
{
    return value.isDouble() && std::isfinite(value.toDouble());
}

}  // namespace

class TestTraining : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void runFolderTellsAll();
    void validationIsReported();
    void detectAsJson();
    void detectGoesOnAfterABadImage();
    void detectDraws();
    void evalPrintsTwelveNumbers();
    void modelInfoAndExport();
    void resumeEqualsTheUnbrokenRun();
    void killedRunResumes();
    void interruptKeepsWhatWasTrained();
    void controlFileStops();
    void secondTrainerIsRefused();
    void changedDataIsRefused();
    void changedOptionsAreRefused();
    void precedence();
    void weightsToStartFromBringTheirStructure();

private:
    QString path(const char *name) const { return folder_.filePath(name); }
    QStringList train(const QString &run, const QStringList &more) const
    {
        return QStringList{"train", demo_, "--run", run} + tiny + more;
    }
    void waitForSteps(const QString &run, int steps);

    const QTemporaryDir folder_;
    QString demo_, run_, weights_;
};

void TestTraining::initTestCase()
{
    demo_ = path("demo");
    const Said drawn = fcos({"demo", demo_, "--count", "4", "--width", "320", "--height", "240"});
    QVERIFY2(drawn.exitCode == 0, drawn.all());
    run_ = path("run");
    // Six steps of two images: three epochs, validated after the second and the third.
    const Said said =
        fcos(train(run_, {"--epochs", "3", "--validate", demo_, "--validate-every", "2", "--checkpoint-every", "1"}));
    QVERIFY2(said.exitCode == 0, said.all());
    QVERIFY2(said.out.contains("step 6") && said.out.contains("AP50") && said.out.contains("RBC"), said.out);
    weights_ = run_ + "/checkpoints/last";
    QVERIFY(QDir(weights_).exists());
}

void TestTraining::runFolderTellsAll()
{
    const auto events = jsonLines(run_ + "/events.jsonl");
    QList<int> steps;
    for (const auto &event : events) {
        QVERIFY(isFinite(event["time"]));
        if (event["event"] == "step") {
            steps.append(event["step"].toInt());
            for (const char *figure :
                 {"class_loss", "box_loss", "centerness_loss", "learning_rate", "gradient_norm", "images_per_second"})
                QVERIFY2(isFinite(event[figure]), figure);
        }
    }
    QCOMPARE(steps, (QList<int>{1, 2, 3, 4, 5, 6}));
    QCOMPARE(events.first()["event"].toString(), QString("start"));
    QCOMPARE(events.last()["event"].toString(), QString("done"));
    QVERIFY(!QFile::exists(run_ + "/lock"));  // nobody works there any more

    const QJsonObject snapshot = QJsonDocument::fromJson(contents(run_ + "/dataset.json")).object();
    QCOMPARE(snapshot["classes"].toArray().size(), 3);
    const QJsonArray images = snapshot["train"].toObject()["images"].toArray();
    QCOMPARE(images.size(), 4);
    const QJsonObject first = images[0].toObject();
    const QByteArray bytes = contents(first["file"].toString());
    QCOMPARE(first["sha256"].toString().toUtf8(), QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex());
    QCOMPARE(first["bytes"].toInt(), int(bytes.size()));
    QCOMPARE(first["width"].toInt(), 320);
    QVERIFY(!first["labels"].toArray().isEmpty());

    const QByteArray toml = contents(run_ + "/run.toml");
    for (const char *line : {"epochs = 3\n", "backbone-width = 0.125\n", "strides = [8,16,32,64,128]\n",
                             "profile = \"fcoscope\"\n", "train-width = 128\n"})
        QVERIFY2(toml.contains(line), toml);
}

void TestTraining::validationIsReported()
{
    QList<int> epochs;
    for (const auto &event : jsonLines(run_ + "/events.jsonl"))
        if (event["event"] == "validation") {
            epochs.append(event["epoch"].toInt());
            QVERIFY(isFinite(event["figures"].toObject()["AP"]));
            QCOMPARE(event["classes"].toArray().size(), 3);
        }
    QCOMPARE(epochs, (QList<int>{1, 2}));  // the second, and the last
}

void TestTraining::detectAsJson()
{
    const Said said = fcos({"detect", demo_ + "/00.jpg", demo_ + "/01.jpg", "--weights", weights_, "--device", "cpu",
                            "--json", "--score-threshold", "0", "--detections-per-image", "7"});
    QVERIFY2(said.exitCode == 0, said.all());
    const QJsonArray images = said.json().array();
    QCOMPARE(images.size(), 2);
    for (const auto &value : images) {
        const QJsonObject image = value.toObject();
        QCOMPARE(image["width"].toInt(), 320);
        QCOMPARE(image["height"].toInt(), 240);
        QVERIFY(image["file"].toString().startsWith(demo_));
        QVERIFY(!image["model"].toString().isEmpty());
        const QJsonArray detections = image["detections"].toArray();
        QCOMPARE(detections.size(), 7);
        double last = 1;
        for (const auto &entry : detections) {
            const QJsonObject d = entry.toObject();
            const QJsonArray box = d["box"].toArray();
            QCOMPARE(box.size(), 4);
            QCOMPARE(d["ltrb"].toArray().size(), 4);
            QVERIFY(box[0].toDouble() <= box[2].toDouble() && box[1].toDouble() <= box[3].toDouble());
            QVERIFY(QStringList({"Platelets", "RBC", "WBC"}).contains(d["class"].toString()));
            for (const char *number : {"class_index", "score", "p", "centerness", "level", "location"})
                QVERIFY2(isFinite(d[number]), number);
            QVERIFY(d["score"].toDouble() <= last);  // best first
            last = d["score"].toDouble();
        }
    }
}

void TestTraining::detectGoesOnAfterABadImage()
{
    QFile bad(path("bad.png"));
    QVERIFY(bad.open(QIODevice::WriteOnly) && bad.write("not a picture") > 0);
    bad.close();
    const Said said = fcos({"detect", bad.fileName(), demo_ + "/00.jpg", "--weights", weights_, "--json"});
    QVERIFY2(said.exitCode == 2, said.all());
    QVERIFY2(said.err.contains("bad.png") && said.err.contains("1 of 2 images failed"), said.err);
    QCOMPARE(said.json().array().size(), 1);  // still whole JSON, with the other image
}

void TestTraining::detectDraws()
{
    const QString out = path("drawn");
    const Said said = fcos({"detect", demo_, "--weights", weights_, "--draw", out, "--score-threshold", "0",
                            "--detections-per-image", "3"});
    QVERIFY2(said.exitCode == 0, said.all());
    QCOMPARE(QDir(out).entryList({"*.png"}).size(), 4);
    const auto before = fcoscope::readImage((demo_ + "/00.jpg").toStdString()),
               after = fcoscope::readImage((out + "/00.png").toStdString());
    QCOMPARE(after.size, before.size);
    QVERIFY(after.pixels != before.pixels);  // something was drawn

    // Drawing where the image lies would destroy it.
    const QByteArray original = contents(out + "/00.png");
    const Said refused = fcos({"detect", out + "/00.png", "--weights", weights_, "--draw", out});
    QVERIFY2(refused.exitCode == 2 && refused.err.contains("overwrite"), refused.all());
    QCOMPARE(contents(out + "/00.png"), original);
}

void TestTraining::evalPrintsTwelveNumbers()
{
    const Said text = fcos({"eval", demo_, "--weights", weights_});
    QVERIFY2(text.exitCode == 0, text.all());
    QVERIFY2(text.out.contains("4 images") && text.out.contains("AP50") && text.out.contains("AR-large") &&
                 text.out.contains("Platelets"),
             text.out);

    const Said said = fcos({"eval", demo_, "--weights", weights_, "--json"});
    QVERIFY2(said.exitCode == 0, said.all());
    const QJsonObject result = said.json().object();
    QCOMPARE(result["images"].toInt(), 4);
    QCOMPARE(result["figures"].toObject().size(), 12);
    QCOMPARE(result["classes"].toArray().size(), 3);
    // The trainer's own last validation was of the same weights on the same images.
    QJsonObject last;
    for (const auto &event : jsonLines(run_ + "/events.jsonl"))
        if (event["event"] == "validation")
            last = event["figures"].toObject();
    QCOMPARE(result["figures"].toObject(), last);
}

void TestTraining::modelInfoAndExport()
{
    const QString file = path("half.safetensors");
    const Said exported = fcos({"model", "export", weights_, file, "--half", "--title", "tiny"});
    QVERIFY2(exported.exitCode == 0, exported.all());
    const Said said = fcos({"model", "info", file, "--json"});
    QVERIFY2(said.exitCode == 0, said.all());
    const QJsonObject info = said.json().object();
    QCOMPARE(info["half_precision"].toBool(), true);
    QCOMPARE(info["classes"].toArray(), (QJsonArray{"Platelets", "RBC", "WBC"}));
    QCOMPARE(info["network"].toObject()["backbone-width"].toString(), QString("0.125"));
    QCOMPARE(info["facts"].toObject()["title"].toString(), QString("tiny"));
    QVERIFY(contents(file).size() < contents(weights_ + "/model.safetensors").size() * 6 / 10);
    QCOMPARE(fcos({"detect", demo_ + "/00.jpg", "--weights", file}).exitCode, 0);
}

void TestTraining::resumeEqualsTheUnbrokenRun()
{
    const QString halves = path("halves");
    const QStringList same{"--epochs", "3", "--validate", demo_, "--validate-every", "2"};
    const Said first = fcos(train(halves, same + QStringList{"--stop-after", "3"}));
    QVERIFY2(first.exitCode == 0, first.all());
    QVERIFY(tensorsOf(halves + "/checkpoints/last/training.safetensors") !=
            tensorsOf(weights_ + "/training.safetensors"));
    // The folder is all that is needed to go on: run.toml says the rest.
    const Said second = fcos({"train", "--run", halves});
    QVERIFY2(second.exitCode == 0, second.all());
    for (const char *file : {"/model.safetensors", "/training.safetensors"}) {
        QVERIFY(!tensorsOf(weights_ + file).isEmpty());
        QVERIFY2(tensorsOf(halves + "/checkpoints/last" + file) == tensorsOf(weights_ + file), file);
    }
    QList<int> starts;
    for (const auto &event : jsonLines(halves + "/events.jsonl"))
        if (event["event"] == "start")
            starts.append(event["from_step"].toInt());
    QCOMPARE(starts, (QList<int>{0, 3}));
}

void TestTraining::waitForSteps(const QString &run, int steps)
{
    const auto done = [&] {
        const auto events = jsonLines(run + "/events.jsonl");
        return std::count_if(events.begin(), events.end(),
                             [](const QJsonObject &event) { return event["event"] == "step"; }) >= steps;
    };
    QTRY_VERIFY_WITH_TIMEOUT(done(), 60000);
}

void TestTraining::killedRunResumes()
{
    const QString run = path("killed"), unbroken = path("not killed");
    const QStringList same{"--epochs", "30", "--checkpoint-every", "5"};
    QProcess process;
    startFcos(process, train(run, same));
    waitForSteps(run, 7);
    process.kill();  // SIGKILL: nothing is tidied up
    process.waitForFinished();
    QCOMPARE(process.exitStatus(), QProcess::CrashExit);  // it had not ended before
    QFile events(run + "/events.jsonl");
    QVERIFY(events.open(QIODevice::Append) && events.write("{\"event\":\"ste") > 0);  // as a torn write leaves it
    events.close();
    const Said said = fcos({"train", "--run", run});
    QVERIFY2(said.exitCode == 0 && said.err.contains("going on"), said.all());
    QCOMPARE(fcos(train(unbroken, same)).exitCode, 0);
    const QByteArray expected = tensorsOf(unbroken + "/checkpoints/last/training.safetensors");
    QVERIFY(!expected.isEmpty() && tensorsOf(run + "/checkpoints/last/training.safetensors") == expected);
    QCOMPARE(jsonLines(run + "/events.jsonl").last()["event"].toString(), QString("done"));
    QVERIFY(contents(run + "/events.jsonl").contains("{\"event\":\"ste\n{"));  // the next event began a line of its own
}

void TestTraining::interruptKeepsWhatWasTrained()
{
    const QString run = path("interrupted");
    QProcess process;
    startFcos(process, train(run, {"--epochs", "100000"}));
    waitForSteps(run, 2);
    QCOMPARE(::kill(pid_t(process.processId()), SIGINT), 0);
    const Said said = ended(process);
    QVERIFY2(said.exitCode == 130, said.all());
    QVERIFY2(said.out.contains("stopped after step"), said.out);
    QCOMPARE(jsonLines(run + "/events.jsonl").last()["event"].toString(), QString("stop"));
    const Said used = fcos({"detect", demo_ + "/00.jpg", "--weights", run + "/checkpoints/last"});
    QVERIFY2(used.exitCode == 0, used.all());
}

void TestTraining::controlFileStops()
{
    const QString run = path("controlled");
    QProcess process;
    startFcos(process, train(run, {"--epochs", "100000"}));
    waitForSteps(run, 1);
    QFile control(run + "/control");
    QVERIFY(control.open(QIODevice::WriteOnly) && control.write("stop\n") > 0);
    control.close();
    const Said said = ended(process);
    QVERIFY2(said.exitCode == 130, said.all());
    QVERIFY(QDir(run + "/checkpoints/last").exists());
}

void TestTraining::secondTrainerIsRefused()
{
    const QString run = path("locked");
    QProcess process;
    startFcos(process, train(run, {"--epochs", "100000"}));
    waitForSteps(run, 1);
    const Said second = fcos(train(run, {"--epochs", "100000"}));
    QVERIFY2(second.exitCode == 2 && second.err.contains("Another trainer") &&
                 second.err.contains(QByteArray::number(process.processId())),
             second.all());
    ::kill(pid_t(process.processId()), SIGTERM);
    QCOMPARE(ended(process).exitCode, 130);
}

void TestTraining::changedDataIsRefused()
{
    const QString demo = path("changing"), run = path("changed");
    QCOMPARE(fcos({"demo", demo, "--count", "2", "--width", "160", "--height", "128"}).exitCode, 0);
    const QStringList arguments = QStringList{"train", demo, "--run", run} + tiny;
    QCOMPARE(fcos(arguments + QStringList{"--epochs", "2", "--stop-after", "1"}).exitCode, 0);
    QFile image(demo + "/00.jpg");
    QVERIFY(image.open(QIODevice::Append) && image.write("x") == 1);  // still a picture, but not the same file
    image.close();
    const Said said = fcos(arguments + QStringList{"--epochs", "2"});
    QVERIFY2(said.exitCode == 2 && said.err.contains("dataset.json"), said.all());
}

void TestTraining::changedOptionsAreRefused()
{
    const QString run = path("options");
    QCOMPARE(fcos(train(run, {"--epochs", "2", "--stop-after", "1"})).exitCode, 0);
    const QByteArray asked = contents(run + "/run.toml");
    const Said said = fcos({"train", "--run", run, "--seed", "4"});
    QVERIFY2(said.exitCode == 2 && said.err.contains("was started with seed 1, not 4"), said.all());
    QCOMPARE(contents(run + "/run.toml"), asked);  // what was refused must not be what the next call goes on with
    const Said longer = fcos({"train", "--run", run, "--epochs", "3"});
    QVERIFY2(longer.exitCode == 0 && longer.err.contains("goes on with epochs 3 instead of 2"), longer.all());
    QVERIFY(contents(run + "/run.toml").contains("epochs = 3"));
}

void TestTraining::precedence()
{
    QFile settings(path("settings.toml"));
    QVERIFY(settings.open(QIODevice::WriteOnly) &&
            settings.write(
                "epochs = 2\nseed = 5\n[profile]\nprofile = \"tv\"\ncenter-radius = 2\n[augment]\nflip-x = false\n") >
                0);
    settings.close();
    const QString run = path("ranked");
    const Said said = fcos(train(run, {"--config", settings.fileName(), "--seed", "9", "--stop-after", "1"}));
    QVERIFY2(said.exitCode == 0, said.all());
    const QByteArray toml = contents(run + "/run.toml");
    for (const char *line :
         {"epochs = 2\n", "seed = 9\n", "center-radius = 2\n", "flip-x = false\n", "profile = \"tv\"\n",
          "range-test = \"open\"\n",    // from the profile that the file names
          "backbone-width = 0.125\n"})  // from a flag
        QVERIFY2(toml.contains(line), (line + toml).constData());
}

void TestTraining::weightsToStartFromBringTheirStructure()
{
    const QStringList size{"--train-width", "128", "--train-height", "96", "--batch", "2",
                           "--threads",     "1",   "--stop-after",   "1"};
    const QString run = path("continued"), other = path("other");
    Said said = fcos(QStringList{"train", demo_, "--run", run, "--start-from", weights_, "--long-side", "160"} + size);
    QVERIFY2(said.exitCode == 0, said.all());
    QByteArray toml = contents(run + "/run.toml");
    for (const char *line : {"backbone-width = 0.125\n", "pyramid-channels = 16\n", "short-side = 96\n",  // the file's
                             "long-side = 160\n"})                                                        // the flag's
        QVERIFY2(toml.contains(line), (line + toml).constData());
    // A resumed run needs neither the file nor the flags.
    said = fcos({"train", "--run", run, "--stop-after", "2"});
    QVERIFY2(said.exitCode == 0, said.all());
    QVERIFY2(said.out.contains("step 2"), said.out);

    // Another profile named: that one's rules, and what fits of the weights.
    said = fcos(QStringList{"train", demo_, "--run", other, "--start-from", weights_, "--profile", "tz-imprv"} + tiny +
                QStringList{"--stop-after", "1"});
    QVERIFY2(said.exitCode == 0, said.all());
    toml = contents(other + "/run.toml");
    for (const char *line : {"profile = \"tz-imprv\"\n", "pixels = \"inclusive\"\n"})
        QVERIFY2(toml.contains(line), (line + toml).constData());
}

QTEST_GUILESS_MAIN(TestTraining)
#include "tst_training.moc"
