// SPDX-License-Identifier: GPL-3.0-or-later
// A training begins with the weights of a model that was made for something else.
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

#include "core/fcos/checkpoint.h"
#include "core/fcos/model_file.h"
#include "core/fcos/start_weights.h"
#include "tests/fcos/drawn_training.h"
#include "tests/fcos/foreign_files.h"

using namespace fcoscope;
namespace fs = std::filesystem;

namespace {

Detector fresh(const NetworkOptions &network, const Profile &profile = smallProfile())
{
    Detector detector = Detector::make(network, profile);
    detector.initialise(9);
    return detector;
}

std::map<std::string, at::Tensor> valuesOf(Detector &detector)
{
    std::map<std::string, at::Tensor> values;
    for (const NamedTensor &entry : detector.tensors())
        values[entry.name] = entry.tensor->clone();
    return values;
}

std::map<std::string, at::Tensor> valuesIn(const fs::path &file)
{
    std::map<std::string, at::Tensor> values;
    for (const auto &[name, tensor] : readModel(file).weights.tensors)
        values[name] = tensor;
    return values;
}

bool contains(const std::vector<std::string> &names, const std::string &name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

class StartWeightsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void rowsGoByTheNameOfTheClass();
    void aBackboneAlone();
    void normsOfAnotherEpsilon();
    void whatMeansOtherThingsStaysFresh();
    void noBiasIsABiasOfZero();
    void anotherBackboneIsRefused();
    void theRunThatBeginsSoTrains();

private:
    fs::path file(const char *name) { return fs::path(folder_.path().toStdString()) / name; }
    /// Writes `network`'s backbone alone under the codebase's names, with formula weights.
    fs::path writeBackbone(Codebase codebase, const NetworkOptions &network);
    QTemporaryDir folder_;
};

fs::path StartWeightsTest::writeBackbone(Codebase codebase, const NetworkOptions &network)
{
    Safetensors contents;
    Detector detector = Detector::make(network, smallProfile());
    for (const NamedTensor &entry : detector.tensors())
        if (const auto name = backboneNameIn(codebase, entry.name))
            contents.tensors.emplace_back(*name, formulaWeight(*name, entry.tensor->sizes().vec()));
    writeSafetensors(file("backbone.safetensors"), contents);
    return file("backbone.safetensors");
}

void StartWeightsTest::rowsGoByTheNameOfTheClass()
{
    NetworkOptions theirs = smallNetwork();
    theirs.classCount = 3;
    writeRandomModel(file("three.safetensors"), theirs, smallProfile(), {"Disc", "cat", "RECTANGLE"}, 1);
    auto given = valuesIn(file("three.safetensors"));

    Detector detector = fresh(smallNetwork());
    auto before = valuesOf(detector);
    const StartReport report = startFrom(detector, {"rectangle", "square"}, file("three.safetensors"));
    auto after = valuesOf(detector);
    for (const char *leaf : {"head.cls_pred.weight", "head.cls_pred.bias"}) {
        QVERIFY(after[leaf][0].equal(given[leaf][2]));
        QVERIFY(after[leaf][1].equal(before[leaf][1]));
    }
    QVERIFY(!given["head.cls_pred.weight"][2].equal(before["head.cls_pred.weight"][0]));
    for (const auto &[name, value] : after)
        if (!name.starts_with("head.cls_pred."))
            QVERIFY2(value.equal(given[name]), name.c_str());
    QCOMPARE(report.knownClasses, std::vector<std::string>{"rectangle"});
    QCOMPARE(report.taken.size(), after.size());
    QVERIFY(report.fresh.empty() && report.left.empty());
    QVERIFY(sentences(report.notes).find("Classes it knows already: 1 of 2 (rectangle).") != std::string::npos);
}

void StartWeightsTest::aBackboneAlone()
{
    const fs::path backbone = writeBackbone(Codebase::Torchvision, smallNetwork());
    Detector detector = fresh(smallNetwork());
    auto before = valuesOf(detector);
    const StartReport report = startFrom(detector, {"rectangle", "disc"}, backbone);
    for (const auto &[name, value] : valuesOf(detector)) {
        const bool inBackbone = name.starts_with("backbone.");
        const auto theirs = backboneNameIn(Codebase::Torchvision, name);
        QVERIFY2(value.equal(inBackbone ? formulaWeight(*theirs, value.sizes().vec()) : before[name]), name.c_str());
        QVERIFY(contains(inBackbone ? report.taken : report.fresh, name));
    }
}

void StartWeightsTest::normsOfAnotherEpsilon()
{
    // Caffe's weights have no statistics: 1/√(var + eps) must be 1 whatever the network's eps.
    NetworkOptions network = smallNetwork();
    network.backboneDepth = 50;
    const fs::path backbone = writeBackbone(Codebase::Msra, network);
    for (const double epsilon : {0.0, 1e-5, 1e-3}) {
        network.normEpsilon = epsilon;
        network.strideConv = StrideConv::First1x1;
        Detector detector = fresh(network);
        const StartReport report = startFrom(detector, {"a", "b"}, backbone);
        for (const auto &[name, value] : valuesOf(detector))
            if (name.starts_with("backbone.") && name.ends_with(".var"))
                QVERIFY2(at::allclose(value, at::full_like(value, 1 - epsilon), 1e-7, 0), name.c_str());
        QVERIFY(sentences(report.notes).find("pixels of another order") != std::string::npos);
        QVERIFY(sentences(report.notes).find("stride in its") == std::string::npos);
    }
    network.strideConv = StrideConv::Middle3x3;
    Detector detector = fresh(network);
    QVERIFY(sentences(startFrom(detector, {"a", "b"}, backbone).notes).find("stride in its 1×1") != std::string::npos);
}

void StartWeightsTest::whatMeansOtherThingsStaysFresh()
{
    Profile pixels = smallProfile();
    pixels.boxUnit = BoxUnit::Pixels;
    pixels.boxActivation = BoxActivation::Exponential;
    NetworkOptions network = smallNetwork();
    network.centernessBranch = CenternessBranch::ClassTower;
    writeRandomModel(file("pixels.safetensors"), network, pixels, {"rectangle", "disc"}, 1);
    auto given = valuesIn(file("pixels.safetensors"));

    Detector detector = fresh(smallNetwork());
    auto before = valuesOf(detector);
    const StartReport report = startFrom(detector, {"rectangle", "disc"}, file("pixels.safetensors"));
    for (const auto &[name, value] : valuesOf(detector)) {
        const bool isFresh =
            name.starts_with("head.reg_pred") || name.starts_with("head.scale") || name.starts_with("head.ctr_pred");
        QVERIFY2(value.equal(isFresh ? before[name] : given[name]), name.c_str());
        QCOMPARE(contains(report.fresh, name), isFresh);
        QCOMPARE(contains(report.left, name), isFresh);
    }
}

void StartWeightsTest::noBiasIsABiasOfZero()
{
    NetworkOptions without = smallNetwork();
    without.towerBias = false;
    writeRandomModel(file("without.safetensors"), without, smallProfile(), {"rectangle", "disc"}, 1);
    Detector detector = fresh(smallNetwork());
    for (const NamedTensor &entry : detector.tensors())
        if (entry.name == "head.cls_tower.0.conv.bias")
            entry.tensor->fill_(7);
    const StartReport report = startFrom(detector, {"rectangle", "disc"}, file("without.safetensors"));
    QVERIFY(valuesOf(detector)["head.cls_tower.0.conv.bias"].eq(0).all().item<bool>());
    QVERIFY(report.fresh.empty());
}

void StartWeightsTest::anotherBackboneIsRefused()
{
    NetworkOptions deeper = smallNetwork();
    deeper.backboneDepth = 34;
    writeRandomModel(file("deeper.safetensors"), smallNetwork(), smallProfile(), {"rectangle", "disc"}, 1);
    Detector detector = fresh(deeper);
    const auto before = valuesOf(detector);
    const std::string said = refusal([&] { startFrom(detector, {"rectangle", "disc"}, file("deeper.safetensors")); });
    QVERIFY2(said.find("backbone.layer4.2.conv2.weight is missing") != std::string::npos, said.c_str());
    for (const auto &[name, value] : valuesOf(detector))
        QVERIFY2(value.equal(before.at(name)), name.c_str());
}

void StartWeightsTest::theRunThatBeginsSoTrains()
{
    NetworkOptions network = smallNetwork();
    network.backboneNorm = BackboneNorm::Frozen;
    const fs::path backbone = writeBackbone(Codebase::Torchvision, network);
    TrainOptions options = fewSteps();
    options.stopAfterSteps = 4;
    double first = 0, last = 0;
    TrainCallbacks callbacks;
    callbacks.step = [&](const StepReport &step) { (step.step == 1 ? first : last) = step.classLoss + step.boxLoss; };
    const TrainResult result =
        train(DrawnSource(4), network, smallProfile(), options, file("run"), backbone, callbacks, {});
    QCOMPARE(result.steps, int64_t(4));
    QVERIFY(std::isfinite(first) && std::isfinite(last) && first != last);
    auto trained = valuesIn(result.last);
    // Frozen norms keep what they were given; the first convolution learns from there.
    QVERIFY(trained["backbone.stem.bn.var"].equal(formulaWeight("bn1.running_var", {16})));
    const at::Tensor given = formulaWeight("conv1.weight", {16, 3, 7, 7});
    QVERIFY(!trained["backbone.stem.conv.weight"].equal(given));
    QVERIFY((trained["backbone.stem.conv.weight"] - given).abs().max().item<float>() < 0.05f);
}

QTEST_GUILESS_MAIN(StartWeightsTest)
#include "tst_start_weights.moc"
