// SPDX-License-Identifier: GPL-3.0-or-later
// Weight files of every kind that people have, written by Python's torch and pickle, load bit-equal; and what we write,
// Python loads bit-equal.
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <cstring>

#include "core/base/error.h"
#include "core/fcos/checkpoint/state_file.h"
#include "core/fcos/checkpoint/torch_file.h"
#include "core/fcos/safetensors.h"
#include "made_files.h"

using namespace fcoscope;

namespace {

bool bitEqual(const at::Tensor &a, const at::Tensor &b)
{
    // PyTorch's storage of this type has no name in safetensors: there its truth stands as pairs of doubles.
    const at::Tensor x = (a.scalar_type() == at::kComplexDouble ? at::view_as_real(a) : a).contiguous(),
                     y = b.contiguous();
    return x.scalar_type() == y.scalar_type() && x.sizes() == y.sizes() &&
           (x.nbytes() == 0 || std::memcmp(x.data_ptr(), y.data_ptr(), x.nbytes()) == 0);
}

QStringList texts(const QJsonValue &array)
{
    QStringList list;
    for (const QJsonValue &text : array.toArray())
        list << text.toString();
    return list;
}

QStringList texts(const std::vector<std::string> &values)
{
    QStringList list;
    for (const std::string &text : values)
        list << QString::fromStdString(text);
    return list;
}

}  // namespace

class TestStateFile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void loadsBitEqual_data();
    void loadsBitEqual();
    void refuses_data();
    void refuses();
    void sharesStorages();
    void pythonReadsOurs();
    void looksLikeWeights();

private:
    std::filesystem::path path(const QString &name) const { return folder_.filePath(name).toStdString(); }
    QTemporaryDir folder_;
    QJsonObject cases_;
};

void TestStateFile::initTestCase()
{
    if (!pythonHasTorch())
        QSKIP("SKIPPED: .deps/venv has no torch; packaging/setup.sh --tests makes it");
    const QString problem = runPython("make_files.py", {folder_.path()});
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
    QFile file(folder_.filePath("cases.json"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    cases_ = QJsonDocument::fromJson(file.readAll()).object();
    QVERIFY(cases_.size() > 40);
}

void TestStateFile::loadsBitEqual_data()
{
    QTest::addColumn<QString>("name");
    for (const QString &name : cases_.keys())
        if (name != "refused")
            QTest::newRow(qPrintable(name)) << name;
}

void TestStateFile::loadsBitEqual()
{
    QFETCH(QString, name);
    const QJsonObject expected = cases_[name].toObject();
    const StateFile file = readStateFile(path(name));
    const Safetensors truth = readSafetensors(path(name + ".truth.safetensors"));
    QCOMPARE(QString(nameOf(file.container)), expected["container"].toString());
    QCOMPARE(file.tensors.size(), truth.tensors.size());
    for (const auto &[key, tensor] : file.tensors) {
        const at::Tensor *wanted = truth.find(key);
        QVERIFY2(wanted, key.c_str());
        QVERIFY2(bitEqual(tensor, *wanted), key.c_str());
    }
    QCOMPARE(QString::fromStdString(file.wrapper), expected["wrapper"].toString());
    QCOMPARE(texts(file.classNames), texts(expected["classNames"]));
    const QJsonObject metadata = expected["metadata"].toObject();
    for (const QString &key : metadata.keys()) {
        const auto found = file.metadata.find(key.toStdString());
        QVERIFY2(found != file.metadata.end(), qPrintable(key));
        QCOMPARE(QString::fromStdString(found->second), metadata[key].toString());
    }
    if (expected.contains("leftOut"))
        QCOMPARE(texts(file.leftOut), texts(expected["leftOut"]));

    const StateFile header = readStateFile(path(name), /*headerOnly=*/true);
    QCOMPARE(header.tensors.size(), file.tensors.size());
    for (size_t i = 0; i < header.tensors.size(); ++i) {
        QCOMPARE(header.tensors[i].first, file.tensors[i].first);
        QVERIFY(header.tensors[i].second.device().is_meta());
        QVERIFY(header.tensors[i].second.sizes() == file.tensors[i].second.sizes());
        QCOMPARE(header.tensors[i].second.scalar_type(), file.tensors[i].second.scalar_type());
    }
}

void TestStateFile::refuses_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("word");
    const QJsonObject refused = cases_["refused"].toObject();
    for (const QString &name : refused.keys())
        QTest::newRow(qPrintable(name)) << name << refused[name].toString();
}

void TestStateFile::refuses()
{
    QFETCH(QString, name);
    QFETCH(QString, word);
    try {
        readStateFile(path(name));
        QFAIL("it was read");
    } catch (const UserError &error) {
        const QString sentence = error.what();
        QVERIFY2(sentence.contains(word) && sentence.contains(name), error.what());
    }
}

/// Views of one storage share it here too: a file with many takes no more memory than the file.
void TestStateFile::sharesStorages()
{
    for (const char *name : {"views.zip.pth", "views.legacy.pth"}) {
        const StateFile file = readStateFile(path(name));
        std::map<std::string, at::Tensor> tensors(file.tensors.begin(), file.tensors.end());
        QCOMPARE(tensors.at("turned").storage().data(), tensors.at("whole").storage().data());
        QCOMPARE(tensors.at("row").storage_offset(), int64_t(24));
        QCOMPARE(tensors.at("turned").stride(0), int64_t(1));
        QCOMPARE(tensors.at("one").stride(0), int64_t(0));
    }
}

void TestStateFile::pythonReadsOurs()
{
    for (const char *name :
         {"many.zip.pth", "dtypes.zip.pth", "new_dtypes.zip.pth", "views.zip.pth", "empty.zip.pth"}) {
        const StateFile file = readStateFile(path(name));
        writeTorchFile(path("ours.pth"), file.tensors);
        const QString problem = runPython("read_back.py", {folder_.filePath("ours.pth"), folder_.filePath(name)});
        QVERIFY2(problem.isEmpty(), qPrintable(name + (": " + problem)));
        const StateFile again = readStateFile(path("ours.pth"));
        QCOMPARE(again.tensors.size(), file.tensors.size());
        for (size_t i = 0; i < again.tensors.size(); ++i) {
            QCOMPARE(again.tensors[i].first, file.tensors[i].first);
            QVERIFY2(bitEqual(again.tensors[i].second, file.tensors[i].second) ||
                         file.tensors[i].second.scalar_type() == at::kComplexDouble,
                     file.tensors[i].first.c_str());
        }
    }
}

void TestStateFile::looksLikeWeights()
{
    for (const QString &name : cases_.keys())
        if (name != "refused")
            QVERIFY2(fcoscope::looksLikeWeights(path(name)), qPrintable(name));
    const auto write = [&](const QString &name, const QByteArray &bytes) {
        QFile file(folder_.filePath(name));
        return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
    };
    QVERIFY(write("page.pth", "<!DOCTYPE html><html></html>") && fcoscope::looksLikeWeights(path("page.pth")));
    QVERIFY(write("page.html", "<!DOCTYPE html><html></html>") && !fcoscope::looksLikeWeights(path("page.html")));
    QVERIFY(write("picture.png", "\x89PNG\r\n\x1a\n") && !fcoscope::looksLikeWeights(path("picture.png")));
    QVERIFY(write("labels.json", R"({"images": []})") && !fcoscope::looksLikeWeights(path("labels.json")));
    QVERIFY(!fcoscope::looksLikeWeights(path("arrays.npz")));
    QVERIFY(!fcoscope::looksLikeWeights(path("nothing here")));
    QVERIFY(!fcoscope::looksLikeWeights(folder_.path().toStdString()));
}

QTEST_GUILESS_MAIN(TestStateFile)
#include "tst_state_file.moc"
