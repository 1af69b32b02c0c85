// SPDX-License-Identifier: GPL-3.0-or-later
// Files of ours are read back exactly; everything else is refused in a sentence, and nothing is half-loaded.
#include <QTemporaryDir>
#include <QTest>

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/random.h"
#include "core/fcos/checkpoint.h"
#include "core/fcos/model_file.h"
#include "core/fcos/predictor.h"
#include "tests/fcos/drawn_source.h"

using namespace fcoscope;
namespace fs = std::filesystem;

namespace {

std::string refusal(const std::function<void()> &act)
{
    try {
        act();
    } catch (const UserError &error) {
        return error.what();
    }
    return "";
}

/// A safetensors file from its header and the number of data bytes.
std::string made(const std::string &header, size_t dataBytes = 0)
{
    const uint64_t length = header.size();
    return std::string(reinterpret_cast<const char *>(&length), 8) + header + std::string(dataBytes, 'x');
}

}  // namespace

class CheckpointTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void everythingComesBack();
    void optionsThatAFileLacks();
    void halfPrecision();
    void namesOfClasses();
    void hostileFiles_data();
    void hostileFiles();
    void everyCutIsNoticed();
    void everyFlippedHeaderByteIsSurvived();
    void headersAreReadAlone();
    void tooLittleMemoryIsAnError();
    void misfitsAreAllListed();
    void metadataThatDoesNotFit();

private:
    std::unique_ptr<QTemporaryDir> dir_;
    fs::path folder_, model_;
};

void CheckpointTest::init()
{
    dir_ = std::make_unique<QTemporaryDir>();
    folder_ = dir_->path().toStdString();
    model_ = folder_ / "model.safetensors";
    writeRandomModel(model_, smallNetwork(), smallProfile(), {"re\"d", "细胞"}, 5);
}

void CheckpointTest::everythingComesBack()
{
    const ModelInfo info = readModelInfo(model_);
    QCOMPARE(info.classNames, (std::vector<std::string>{"re\"d", "细胞"}));
    QCOMPARE(info.network.backboneWidth, 0.25);
    QCOMPARE(info.profile.strides, (std::vector<double>{8, 16, 32}));
    QCOMPARE(info.profile.shortSide, 128);
    QVERIFY(!info.halfPrecision);
    const Predictor one = Predictor::load(model_, "cpu"),
                    two = Predictor::load(folder_, "cpu");  // the file, or its folder
    const Image image = DrawnSource(1).original(0).image;
    const RawOutputsPtr a = one.run(image), b = two.run(image);
    QCOMPARE(a->levels.size(), size_t(3));
    QVERIFY(a->levels[0].classLogits.values == b->levels[0].classLogits.values);
    QCOMPARE(a->classNames, info.classNames);
    QCOMPARE(a->imageId, image.id);
    ExportOptions options;
    options.facts = {{"note", "x"}};
    exportModel(model_, folder_ / "copy.safetensors", options);
    QCOMPARE(readModelInfo(folder_ / "copy.safetensors").facts.at("note"), std::string("x"));
    QVERIFY(Predictor::load(folder_ / "copy.safetensors", "cpu").run(image)->levels[0].classLogits.values ==
            a->levels[0].classLogits.values);
}

/// A file written before an option was there means its profile's value by it.
void CheckpointTest::optionsThatAFileLacks()
{
    writeRandomModel(model_, smallNetwork(), profileNamed("tv"), {"a", "b"}, 5);
    Safetensors file = readSafetensors(model_);
    for (const char *option : {"profile.locations", "profile.range-test", "network.stride-conv"})
        QCOMPARE(file.metadata.erase(option), size_t(1));
    writeSafetensors(model_, file);
    const ModelInfo info = readModelInfo(model_);
    Profile expected = profileNamed("tv"), found = info.profile;
    OptionTable wanted, read;
    visit(wanted, expected);
    visit(read, found);
    QVERIFY(wanted.values() == read.values());
    QVERIFY(info.profile.locations == LocationRule::Torchvision && info.profile.rangeTest == RangeTest::Open);
    QVERIFY(info.network == smallNetwork());
    std::map<std::string, std::string> differing;
    for (const OptionDifference &difference : differencesFromOwn(info))
        differing[difference.option] = difference.value + ", ours " + difference.own;
    QCOMPARE(differing["locations"], std::string("torchvision, ours half-stride"));
    QVERIFY(differing.contains("backbone-depth") && !differing.contains("class-count"));
    QVERIFY(refusal([&] { readModelInfo(model_, "ad"); }).find("says itself what it is") != std::string::npos);
}

/// A file's own names count; where it has none, those of a data set with as many classes.
void CheckpointTest::namesOfClasses()
{
    using Names = std::vector<std::string>;
    NetworkOptions network = networkOfProfile("tv");
    network.backboneDepth = 18;
    network.classCount = 2;
    writeRandomModel(folder_ / "tv.safetensors", network, profileNamed("tv"), {"a", "b"}, 5);
    exportModel(folder_ / "tv.safetensors", folder_ / "unnamed.pth");
    const ModelInfo unnamed = readModelInfo(folder_ / "unnamed.pth");
    QVERIFY(!unnamed.classesNamed);
    QCOMPARE(unnamed.classNames, (Names{"class 1", "class 2"}));
    QCOMPARE(classNamesOn(unnamed, {"cell", "dust"}), (Names{"cell", "dust"}));
    QCOMPARE(classNamesOn(unnamed, {"cell"}), unnamed.classNames);
    const ModelInfo named = readModelInfo(model_);
    QVERIFY(named.classesNamed);
    QCOMPARE(classNamesOn(named, Names(named.classNames.size(), "other")), named.classNames);
}

void CheckpointTest::halfPrecision()
{
    ExportOptions options;
    options.half = true;
    exportModel(model_, folder_ / "half.safetensors", options);
    QVERIFY(readModelInfo(folder_ / "half.safetensors").halfPrecision);
    QVERIFY(fs::file_size(folder_ / "half.safetensors") < fs::file_size(model_) * 0.55);
    const Image image = DrawnSource(1).original(0).image;
    const auto a = Predictor::load(model_, "cpu").run(image)->levels[0].classLogits.values,
               b = Predictor::load(folder_ / "half.safetensors", "cpu").run(image)->levels[0].classLogits.values;
    QVERIFY(a != b);
    for (size_t i = 0; i < a.size(); ++i)
        QVERIFY(std::abs(a[i] - b[i]) < 0.01f);
}

void CheckpointTest::hostileFiles_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const auto row = [](const char *name, const std::string &bytes) {
        QTest::newRow(name) << QByteArray(bytes.data(), qsizetype(bytes.size()));
    };
    const std::string good = R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
    row("empty", "");
    row("four bytes", "abcd");
    row("web page", "<!DOCTYPE html><html><body>not found</body></html>");
    row("zip", std::string("PK\x03\x04", 4) + std::string(100, '\0'));
    row("pickle", "\x80\x02}q\x01.................");
    row("header too long", std::string("\xff\xff\xff\xff\xff\xff\xff\x7f{", 9) + std::string(20, ' '));
    row("header beyond the end", made("{" + good + "}", 8).substr(0, 30));
    row("not json", made("{a}"));
    row("list", made("[1]        "));
    row("gap", made(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}})", 16));
    row("overlap", made("{" + good + R"(,"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})", 12));
    row("trailing data", made("{" + good + "}", 9));
    row("missing data", made("{" + good + "}", 7));
    row("same name twice", made("{" + good + "," + good + "}", 8));
    row("wrong size", made(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8));
    row("overflow", made(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,8]}})", 8));
    row("huge dimension", made(R"({"a":{"dtype":"F32","shape":[9007199254740991],"data_offsets":[0,8]}})", 8));
    row("negative", made(R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", 8));
    row("backwards", made(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", 8));
    row("fraction", made(R"({"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}})", 8));
    row("nothing, too many times",
        made(R"({"a":{"dtype":"F32","shape":[0,4294967296,4294967296],"data_offsets":[0,0]}})"));
    row("rank 9", made(R"({"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}})", 8));
    row("unknown type", made(R"({"a":{"dtype":"F4","shape":[2],"data_offsets":[0,8]}})", 8));
    row("no shape", made(R"({"a":{"dtype":"F32","data_offsets":[0,8]}})", 8));
    row("metadata is no text", made(R"({"__metadata__":{"a":1}})"));
    row("tensors, but no model", made("{" + good + "}", 8));
    row("another version", made(R"({"__metadata__":{"format":"fcoscope-model","version":"9"}})"));
    row("bad option",
        made(
            R"({"__metadata__":{"format":"fcoscope-model","version":"1","network.tower-depth":"-4","classes":"[]"}})"));
    row("unknown option",
        made(R"({"__metadata__":{"format":"fcoscope-model","version":"1","network.flux":"4","classes":"[]"}})"));
    row("classes are no list",
        made(R"({"__metadata__":{"format":"fcoscope-model","version":"1","classes":"[\"a\""}})"));
}

void CheckpointTest::hostileFiles()
{
    QFETCH(QByteArray, bytes);
    const fs::path file = folder_ / "hostile.safetensors";
    writeFile(file, std::string_view(bytes.constData(), size_t(bytes.size())));
    const std::string said = refusal([&] { Predictor::load(file, "cpu"); });
    QVERIFY2(!said.empty(), "it was accepted");
    QVERIFY2(said.ends_with('.'), said.c_str());
}

void CheckpointTest::everyCutIsNoticed()
{
    const std::string whole = readFile(model_);
    const fs::path file = folder_ / "cut.safetensors";
    for (size_t i = 0; i < 64; ++i) {
        writeFile(file, std::string_view(whole).substr(0, whole.size() * i / 64));
        QVERIFY(!refusal([&] { Predictor::load(file, "cpu"); }).empty());
    }
}

void CheckpointTest::everyFlippedHeaderByteIsSurvived()
{
    const std::string whole = readFile(model_);
    const fs::path file = folder_ / "flipped.safetensors";
    Random random(4);
    for (int i = 0; i < 400; ++i) {
        std::string flipped = whole;
        flipped[static_cast<size_t>(random.below(6000))] ^= static_cast<char>(1 << random.below(8));
        writeFile(file, flipped);
        refusal([&] { Predictor::load(file, "cpu"); });  // refused or read, but never anything else
    }
}

void CheckpointTest::headersAreReadAlone()
{
    // A file of others with a hole of 8 GB: were it read, this would take long or fail.
    const std::string header = made(R"({"a":{"dtype":"F32","shape":[2147483648],"data_offsets":[0,8589934592]}})");
    const fs::path file = folder_ / "large.safetensors";
    writeFile(file, header);
    fs::resize_file(file, header.size() + 8589934592u);
    QVERIFY(refusal([&] { readModelInfo(file); }).ends_with("its first is called \"a\"."));
    QVERIFY(refusal([&] { Predictor::load(file, "cpu"); }).ends_with("its first is called \"a\"."));
    fs::resize_file(file, header.size() + 8589934591u);
    QVERIFY(refusal([&] { readModelInfo(file); }).find("does not fit its offsets") != std::string::npos);

    // A header that is longer than the piece first read.
    Safetensors long_ = readSafetensors(model_);
    long_.metadata["fact.note"] = std::string(3 << 20, 'x');
    writeSafetensors(file, long_);
    QCOMPARE(readModelInfo(file).facts.at("note").size(), size_t(3) << 20);
    QCOMPARE(readModelInfo(file).weightCount, readModelInfo(model_).weightCount);
}

void CheckpointTest::tooLittleMemoryIsAnError()
{
#ifdef __SANITIZE_ADDRESS__
    QSKIP("AddressSanitizer ends the program when memory runs out.");
#else
    const Image image = DrawnSource(1).original(0).image;
    Predictor::load(model_, "cpu").run(image);  // what LibTorch makes once and keeps
    Profile large = smallProfile();
    large.shortSide = 8000;
    large.longSide = 10000;  // the network's input as float32: 960 MB
    writeRandomModel(model_, smallNetwork(), large, {"a", "b"}, 5);
    const Predictor predictor = Predictor::load(model_, "cpu");
    rlimit before{};
    getrlimit(RLIMIT_AS, &before);
    std::ifstream statm("/proc/self/statm");
    rlim_t pages = 0;
    statm >> pages;
    const rlimit little{pages * rlim_t(sysconf(_SC_PAGESIZE)) + (256 << 20), before.rlim_max};
    setrlimit(RLIMIT_AS, &little);
    const std::string said = refusal([&] { predictor.run(image); });
    setrlimit(RLIMIT_AS, &before);
    QVERIFY2(said.starts_with("There is not enough memory"), said.c_str());
    QVERIFY(said.find(image.id) != std::string::npos);
#endif
}

void CheckpointTest::misfitsAreAllListed()
{
    Safetensors file = readSafetensors(model_);
    file.tensors[0].first = "backbone.stem.conv.wight";
    file.tensors[1].second = at::zeros({3});
    writeSafetensors(model_, file);
    const std::string said = refusal([&] { Predictor::load(model_, "cpu"); });
    QVERIFY2(said.find("backbone.stem.conv.weight is missing") != std::string::npos, said.c_str());
    QVERIFY2(said.find("backbone.stem.conv.wight is unknown") != std::string::npos, said.c_str());
    QVERIFY2(said.find("backbone.stem.bn.weight has the wrong shape") != std::string::npos, said.c_str());

    Detector detector = Detector::make(smallNetwork(), smallProfile());
    refusal([&] { copyTensors(file, "", detector.tensors(), model_, true); });
    for (const NamedTensor &entry : detector.tensors())  // nothing was half-loaded
        QVERIFY(entry.tensor->dim() != 4 || entry.tensor->eq(0).all().item<bool>());
}

void CheckpointTest::metadataThatDoesNotFit()
{
    Safetensors file = readSafetensors(model_);
    file.metadata["classes"] = "[\"one\"]";
    writeSafetensors(model_, file);
    QVERIFY(refusal([&] { readModelInfo(model_); }).find("names 1 classes and predicts 2") != std::string::npos);
    QVERIFY(refusal([&] { Predictor::load(folder_ / "none.safetensors", "cpu"); }).find("No such file") !=
            std::string::npos);
    fs::create_directory(folder_ / "empty");
    QVERIFY(refusal([&] { Predictor::load(folder_ / "empty", "cpu"); }).starts_with("There is no model in the folder"));
}

QTEST_GUILESS_MAIN(CheckpointTest)
#include "tst_checkpoint.moc"
