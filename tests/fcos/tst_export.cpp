// SPDX-License-Identifier: GPL-3.0-or-later
// Models written for other programs: what was read is written again, and what another codebase cannot compute is
// refused.
#include <QTemporaryDir>

#include <algorithm>
#include <set>

#include "core/fcos/checkpoint.h"
#include "core/fcos/checkpoint/dialect.h"
#include "core/fcos/checkpoint/torch_file.h"
#include "core/fcos/coco_classes.h"
#include "core/rules/decode.h"
#include "tests/fcos/foreign_files.h"
#include "tests/fcos/golden.h"

using namespace fcoscope;

class ExportTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void fromAFileToDetections();
    void writtenAsTheyWere_data();
    void writtenAsTheyWere();
    void countersWhereTheyWere();
    void whatCannotBeWritten();
};

/// A state dict on disk, a predictor, and the very detections of torchvision's own code.
void ExportTest::fromAFileToDetections()
{
    const QTemporaryDir folder;
    const auto in = [&](const char *name) { return std::filesystem::path(folder.path().toStdString()) / name; };
    writeTorchFile(in("weights.pth"), formulaFile("torchvision_r50", "").tensors);
    const Predictor plain = Predictor::load(in("weights.pth"), "cpu");
    QCOMPARE(plain.info().codebase, std::string("torchvision"));
    QCOMPARE(plain.info().profile.name, std::string("tv"));
    QCOMPARE(plain.info().classNames, coco91Names());
    QCOMPARE(plain.info().weightCount,
             int64_t(32269600) + 53120);  // specification, 1.7, and its norms' scale and shift

    const Safetensors expected = readSafetensors(golden("torchvision_end_to_end.safetensors"));
    ExportOptions options;
    options.profile = {{"short-side", expected.metadata.at("min_size")},
                       {"long-side", expected.metadata.at("max_size")},
                       {"score-threshold", expected.metadata.at("score_thresh")},
                       {"nms-threshold", expected.metadata.at("nms_thresh")}};
    exportModel(in("weights.pth"), in("ours.safetensors"), options);
    const Predictor predictor = Predictor::load(in("ours.safetensors"), "cpu");
    const at::Tensor planes = *expected.find("image_rgb");  // [3, H, W]
    Image image;
    image.id = "golden";
    image.size = {static_cast<int>(planes.size(2)), static_cast<int>(planes.size(1))};
    const at::Tensor pixels = planes.permute({1, 2, 0}).contiguous();
    image.pixels.assign(pixels.data_ptr<uint8_t>(), pixels.data_ptr<uint8_t>() + pixels.numel());
    const RawOutputsPtr raw = predictor.run(image);
    const std::vector<Detection> found = decode(*raw, predictor.info().profile, predictor.info().profile.decode);
    const std::vector<Box> boxes = boxesOf(*expected.find("det.boxes"));
    const std::vector<int> classes = classesOf(*expected.find("det.labels"));
    const float *scores = expected.find("det.scores")->data_ptr<float>();
    QCOMPARE(found.size(), boxes.size());
    for (size_t i = 0; i < found.size(); ++i) {
        QCOMPARE(found[i].classIndex, classes[i]);
        QVERIFY(std::abs(found[i].score - scores[i]) < 1e-5);
        const Box &ours = found[i].box, &theirs = boxes[i];
        for (const double away : {ours.x1 - theirs.x1, ours.y1 - theirs.y1, ours.x2 - theirs.x2, ours.y2 - theirs.y2})
            QVERIFY2(std::abs(away) < 0.01, qPrintable(QString::number(away)));
    }
}

void ExportTest::writtenAsTheyWere_data()
{
    QTest::addColumn<size_t>("which");
    for (size_t i = 0; i < manifestFiles().size(); ++i)
        QTest::newRow(manifestFiles()[i].name) << i;
}

/// Read and written again: the keys, shapes and types of the codebase's own state dict, and its values.
void ExportTest::writtenAsTheyWere()
{
    QFETCH(size_t, which);
    const ManifestFile &manifest = manifestFiles()[which];
    const StateFile file = formulaFile(manifest.name, std::string(manifest.name) + ".pth");
    const ImportedModel model = importModel(file);
    ModelInfo info;
    info.network = model.network;
    info.profile = model.profile;
    QCOMPARE(obstacles(manifest.codebase, info, model.tensors), std::vector<std::string>());
    std::map<std::string, at::Tensor> written;
    for (const auto &[key, tensor] : inDialect(manifest.codebase, info, model.tensors))
        QVERIFY2(written.emplace(key, tensor).second, key.c_str());
    QCOMPARE(written.size(), file.tensors.size());
    for (const auto &[key, tensor] : file.tensors) {
        QVERIFY2(written.contains(key), key.c_str());
        QVERIFY2(written[key].sizes() == tensor.sizes() && written[key].scalar_type() == tensor.scalar_type(),
                 key.c_str());
        QVERIFY2(key == "scales" ? at::allclose(written[key], tensor, 1e-6, 1e-6) : written[key].equal(tensor),
                 key.c_str());
    }
}

/// AdelaiDet's real-time models have frozen norms first, which count nothing, and trained ones later, which do.
void ExportTest::countersWhereTheyWere()
{
    StateFile file = formulaFile("adelaidet_rt_r50", "FCOS_RT_MS_R_50_4x_syncbn.pth");
    std::erase_if(file.tensors, [](const auto &entry) {
        return entry.first.ends_with("tracked") &&
               (entry.first.find("stem") != std::string::npos || entry.first.find("res2.") != std::string::npos);
    });
    const ImportedModel model = importModel(file);
    ModelInfo info;
    info.codebase = nameOf(model.codebase);
    info.network = model.network;
    info.profile = model.profile;
    info.ignored = model.ignored;
    std::set<std::string> read, written;
    for (const auto &[key, tensor] : file.tensors)
        read.insert(key);
    for (const auto &[key, tensor] : inDialect(model.codebase, info, model.tensors))
        written.insert(key);
    std::vector<std::string> differing;
    std::set_symmetric_difference(read.begin(), read.end(), written.begin(), written.end(),
                                  std::back_inserter(differing));
    QVERIFY2(differing.empty(), differing.empty() ? "" : differing.front().c_str());
}

void ExportTest::whatCannotBeWritten()
{
    const ImportedModel plain = importModel(formulaFile("mmdet_r50", "mmdet_base.pth"));
    ModelInfo info;
    info.network = plain.network;
    info.profile = plain.profile;
    const auto said = [&](Codebase codebase) {
        std::string text;
        for (const std::string &reason : obstacles(codebase, info, plain.tensors))
            text += reason + "; ";
        return text;
    };
    QCOMPARE(said(Codebase::Mmdetection), std::string());
    // tianzhi0549/FCOS has the same network but for the towers' biases, which are 0, and the eps of its norms.
    QCOMPARE(said(Codebase::Tianzhi), std::string());
    const double epsilon = info.network.normEpsilon;
    for (const auto &[key, tensor] : inDialect(Codebase::Tianzhi, info, plain.tensors)) {
        if (key == "rpn.head.cls_tower.3.bias")
            QVERIFY(tensor.eq(0).all().item<bool>());
        if (key == "backbone.body.stem.bn1.running_var") {
            const at::Tensor before = formulaWeight("backbone.bn1.running_var", {64});
            QVERIFY(at::allclose(tensor, before + epsilon, 1e-7, 0));
            QVERIFY(!tensor.equal(before));
        }
    }
    for (const char *part :
         {"stride-conv is 1x1, but must be 3x3", "centerness-branch is class-tower, but must be box-tower",
          "box-activation is exponential, but must be relu", "locations is half-stride, but must be torchvision",
          "head.scale.0 is not 1, but must be"})
        QVERIFY2(said(Codebase::Torchvision).find(part) != std::string::npos, said(Codebase::Torchvision).c_str());
    QVERIFY(said(Codebase::SimpleAicv).find("upsampling is nearest, but must be bilinear") != std::string::npos);
}

QTEST_GUILESS_MAIN(ExportTest)
#include "tst_export.moc"
