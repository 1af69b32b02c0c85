// SPDX-License-Identifier: GPL-3.0-or-later
// Other people's files at the command line, written by Python's torch as each codebase writes them: `fcos model info` names
// container, codebase, profile and classes, and what `fcos export` writes is what that codebase loads.
#include <QFile>
#include <QJsonArray>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include "fcos_process.h"

class CodebasesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void info_data();
    void info();
    void exported_data();
    void exported();
    void backbones_data();
    void backbones();
    void refusals();

private:
    QString python(const QStringList &arguments) const;
    QString path(const QString &name) const { return folder_.filePath(name); }
    QTemporaryDir folder_;
};

QString CodebasesTest::python(const QStringList &arguments) const
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(FCOSCOPE_PYTHON,
                  QStringList{"-W", "ignore", FCOSCOPE_SOURCE_DIR "/tests/cli/codebase_files.py"} + arguments);
    if (!process.waitForFinished(120'000))
        return process.errorString();
    return process.exitCode() == 0 ? QString() : QString::fromUtf8(process.readAll());
}

void CodebasesTest::initTestCase()
{
    if (!QFile::exists(FCOSCOPE_PYTHON))
        QSKIP("There is no Python with torch in .deps/venv to write the files with.");
    const QString said = python({"make", folder_.path(), qEnvironmentVariable("FCOSCOPE_GOLDEN")});
    QVERIFY2(said.isEmpty(), qPrintable(said));
}

void CodebasesTest::info_data()
{
    QTest::addColumn<QString>("container");
    QTest::addColumn<QString>("codebase");
    QTest::addColumn<QString>("profile");
    QTest::addColumn<QString>("firstClass");
    QTest::addColumn<int>("classes");
    const QString zip = "zip archive of PyTorch", legacy = "legacy file of PyTorch";
    QTest::newRow("FCOS_imprv_R_50_FPN_1x.pth") << legacy << "tianzhi0549/FCOS" << "tz-imprv" << "person" << 80;
    QTest::newRow("FCOS_R_50_FPN_1x.pth") << legacy << "tianzhi0549/FCOS" << "tz-orig" << "person" << 80;
    QTest::newRow("FCOS_R_50_1x.pth") << zip << "AdelaiDet" << "ad" << "person" << 80;
    QTest::newRow("FCOS_R_50_1x_iou.pth") << zip << "AdelaiDet" << "ad" << "person" << 80;
    QTest::newRow("FCOS_RT_MS_R_50_4x_syncbn.pth") << zip << "AdelaiDet" << "ad-rt" << "person" << 80;
    QTest::newRow("fcos_resnet50_fpn_coco.pth") << zip << "torchvision" << "tv" << "__background__" << 91;
    QTest::newRow("fcos_r50_caffe_fpn_gn-head_1x.pth") << legacy << "mmdetection" << "mm-base" << "thing 0" << 80;
    QTest::newRow("latest.pth") << zip << "SimpleAICV" << "zg" << "person" << 80;
}

void CodebasesTest::info()
{
    QFETCH(QString, container);
    QFETCH(QString, codebase);
    QFETCH(QString, profile);
    QFETCH(QString, firstClass);
    QFETCH(int, classes);
    const Said said = fcos({"model", "info", path(QTest::currentDataTag()), "--json"});
    QVERIFY2(said.exitCode == 0, said.all());
    const QJsonObject info = said.json().object();
    QCOMPARE(info["container"].toString(), container);
    QCOMPARE(info["codebase"].toString(), codebase);
    QCOMPARE(info["profile_name"].toString(), profile);
    QCOMPARE(info["classes"].toArray().size(), classes);
    QCOMPARE(info["classes"].toArray().at(0).toString(), firstClass);
    QVERIFY(!info["differs_from_own"].toObject().isEmpty());
    const Said text = fcos({"model", "info", path(QTest::currentDataTag())});
    for (const QString &part : {container, codebase, "profile " + profile, firstClass})
        QVERIFY2(text.out.contains(part.toUtf8()), text.all());
}

void CodebasesTest::exported_data() { info_data(); }

/// There, to our own format and back again, the tensors are the same.
void CodebasesTest::exported()
{
    const QString file = path(QTest::currentDataTag());
    QFETCH(QString, codebase);
    QFETCH(QString, profile);
    QCOMPARE(fcos({"export", file, path("there.pth")}).exitCode, 0);
    QString wrong = python({"check", file, path("there.pth")});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));

    QCOMPARE(fcos({"export", file, path("ours.safetensors"), "--title", "a title"}).exitCode, 0);
    const QJsonObject info = fcos({"model", "info", path("ours.safetensors"), "--json"}).json().object();
    QCOMPARE(info["codebase"].toString(), codebase);
    QCOMPARE(info["profile_name"].toString(), profile);
    QCOMPARE(info["facts"].toObject()["title"].toString(), QString("a title"));
    const Said back = fcos({"model", "export", path("ours.safetensors"), path("back.pth")});  // the old spelling
    QVERIFY2(back.exitCode == 0, back.all());
    wrong = python({"check", file, path("back.pth")});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
}

void CodebasesTest::backbones_data()
{
    QTest::addColumn<QString>("codebase");
    QTest::addColumn<QString>("stride");
    QTest::newRow("resnet50.pth") << "torchvision" << "3x3";
    QTest::newRow("R-50.pkl") << "detectron2" << "3x3";
    QTest::newRow("MSRA-R-50.pkl") << "MSRA" << "1x1";
}

void CodebasesTest::backbones()
{
    QFETCH(QString, codebase);
    QFETCH(QString, stride);
    const Said said = fcos({"model", "info", path(QTest::currentDataTag()), "--json"});
    QVERIFY2(said.exitCode == 0, said.all());
    const QJsonObject info = said.json().object();
    QVERIFY(info["backbone_only"].toBool());
    QCOMPARE(info["codebase"].toString(), codebase);
    QCOMPARE(info["network"].toObject()["stride-conv"].toString(), stride);
    for (const QStringList &arguments :
         {QStringList{"detect", "--weights", path(QTest::currentDataTag()), path("none.png")},
          QStringList{"export", path(QTest::currentDataTag()), path("none.pth")}}) {
        const Said refused = fcos(arguments);
        QCOMPARE(refused.exitCode, 2);
        QVERIFY2(refused.err.contains("none.png") || refused.err.contains("a backbone without a detector"), refused.all());
    }
}

void CodebasesTest::refusals()
{
    const QString tianzhi = path("FCOS_R_50_FPN_1x.pth");
    Said said = fcos({"export", tianzhi, path("none.pth"), "--as", "torchvision"});
    QCOMPARE(said.exitCode, 2);
    QVERIFY2(said.err.contains("centerness-branch is class-tower, but must be box-tower"), said.all());
    said = fcos({"export", tianzhi, path("none.pth"), "--as", "caffe"});
    QVERIFY2(said.err.contains("cannot be written for \"caffe\""), said.all());
    said = fcos({"export", tianzhi, path("none.onnx")});
    QVERIFY2(said.err.contains("must end in .safetensors"), said.all());
    QVERIFY(!QFile::exists(path("none.pth")));
    // The person's word: the same file as the improved form, whose centerness is on the other tower.
    const QJsonObject info = fcos({"model", "info", tianzhi, "--json", "--profile", "tz-imprv"}).json().object();
    QCOMPARE(info["network"].toObject()["centerness-branch"].toString(), QString("box-tower"));
    said = fcos({"export", tianzhi, path("improved.pth"), "--as", "adelaidet", "--profile", "tz-imprv"});
    QVERIFY2(said.exitCode == 0, said.all());
}

QTEST_GUILESS_MAIN(CodebasesTest)
#include "tst_codebases.moc"
