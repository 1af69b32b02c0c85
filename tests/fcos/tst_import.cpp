// SPDX-License-Identifier: GPL-3.0-or-later
// Files of other codebases: what is recognised in them, what they are read as, and that the network they make computes
// what their own code computes (tests/golden).
#include <set>

#include "core/fcos/coco_classes.h"
#include "core/fcos/model_file.h"
#include "tests/fcos/foreign_files.h"
#include "tests/fcos/golden.h"

using namespace fcoscope;

namespace {

/// A backbone alone with our network's shapes, under the codebase's names.
StateFile backboneFile(Codebase codebase, const NetworkOptions &network)
{
    StateFile file;
    file.path = "backbone";
    const ShapesAlone noMemory;
    Detector detector = Detector::make(network, Profile{});
    for (const NamedTensor &entry : detector.tensors())
        if (const auto name = backboneNameIn(codebase, entry.name))
            file.tensors.emplace_back(*name, *entry.tensor);
    return file;
}

/// mmdetection's, where its improved form has them.
std::vector<std::string> towerBiases()
{
    std::vector<std::string> keys;
    for (const char *tower : {"cls", "reg"})
        for (int layer = 0; layer < 4; ++layer)
            keys.push_back(std::string("bbox_head.") + tower + "_convs." + std::to_string(layer) + ".conv.bias");
    return keys;
}

at::Tensor rows(const at::Tensor &map)  // [1, C, H, W] → [HW, C]
{
    return map.flatten(2).squeeze(0).t();
}

}  // namespace

class ImportTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void manifestsFit_data();
    void manifestsFit();
    void goldenOutputs_data();
    void goldenOutputs();
    void realTimeHeads();
    void oldAndMixedNames();
    void batchNormsThatCount();
    void mmdetectionsForms();
    void pixelsOfTheFile();
    void thePersonsWord();
    void backbones_data();
    void backbones();
    void caffeNormsHaveNoStatistics();
    void classNames();
    void refused_data();
    void refused();
    void everyMisfitIsNamed();
};

void ImportTest::manifestsFit_data()
{
    QTest::addColumn<size_t>("which");
    for (size_t i = 0; i < manifestFiles().size(); ++i)
        QTest::newRow(manifestFiles()[i].name) << i;
}

void ImportTest::manifestsFit()
{
    QFETCH(size_t, which);
    const ManifestFile &manifest = manifestFiles()[which];
    const ImportedModel model = importModel(emptyFile(manifest.name, std::string(manifest.name) + ".pth"));
    QCOMPARE(model.codebase, manifest.codebase);
    QCOMPARE(model.profile.name, std::string(manifest.profile));
    QVERIFY(!model.backboneOnly);
    NetworkOptions expected = networkOfProfile(manifest.profile);
    if (manifest.codebase == Codebase::Torchvision)
        expected.backboneNorm = BackboneNorm::Trained;  // it counts its batches
    QVERIFY(model.network == expected);
    Profile profile = profileNamed(manifest.profile);
    QCOMPARE(model.profile.strides, profile.strides);
    QCOMPARE(model.profile.rangeLimits, profile.rangeLimits);
    QCOMPARE(model.profile.quality == QualityTarget::Iou, std::string(manifest.name).ends_with("_iou"));
    for (const std::string &key : model.ignored)
        QVERIFY2(key.ends_with("num_batches_tracked"), key.c_str());
    Detector detector = Detector::make(model.network, model.profile);
    QCOMPARE(model.tensors.size(), detector.tensors().size());
}

void ImportTest::goldenOutputs_data()
{
    QTest::addColumn<QString>("manifest");
    QTest::addColumn<QString>("golden");
    QTest::addColumn<QString>("distances");
    QTest::addColumn<QString>("third");
    QTest::newRow("tz-orig") << "tianzhi_r50" << "tianzhi_orig" << "bbox_eval_pixels" << "centerness_logits";
    QTest::newRow("tz-imprv") << "tianzhi_r50" << "tianzhi_imprv" << "bbox_eval_pixels" << "centerness_logits";
    QTest::newRow("ad") << "adelaidet_r50" << "adelaidet_r50" << "" << "centerness_or_iou_logits";
    QTest::newRow("ad iou") << "adelaidet_r50_iou" << "adelaidet_r50_iou" << "" << "centerness_or_iou_logits";
    QTest::newRow("ad-rt") << "adelaidet_rt_r50" << "adelaidet_rt_r50" << "" << "centerness_or_iou_logits";
    QTest::newRow("tv") << "torchvision_r50" << "torchvision_r50_heads" << "" << "bbox_ctrness";
    QTest::newRow("mm-base") << "mmdet_r50" << "mmdet_base" << "bbox_eval" << "centerness_logits";
    QTest::newRow("mm-tricks") << "mmdet_r50" << "mmdet_tricks" << "bbox_eval" << "centerness_logits";
    QTest::newRow("zg") << "simpleaicv_r50" << "simpleaicv_r50" << "" << "";
}

/// The file's weights, read by name alone, make the network whose outputs are in the golden file.
void ImportTest::goldenOutputs()
{
    QFETCH(QString, manifest);
    QFETCH(QString, golden);
    QFETCH(QString, distances);
    QFETCH(QString, third);
    const std::string name = golden.toStdString();
    StateFile file = formulaFile(manifest.toStdString(), name + ".pth");
    if (name == "mmdet_tricks")  // the manifest is the plain form's
        for (const std::string &key : towerBiases())
            file.tensors.emplace_back(key, formulaWeight(key, {256}));
    const ImportedModel model = importModel(file);
    const Safetensors expected = readSafetensors(fcoscope::golden(name + ".safetensors"));
    Detector detector = Detector::make(model.network, model.profile);
    copyTensors({{}, model.tensors}, "", detector.tensors(), name, /*complete=*/true);
    const auto *shape = expected.find("input_shape")->data_ptr<int64_t>();
    const bool zg = model.codebase == Codebase::SimpleAicv;
    std::vector<at::Tensor> classes, boxes, thirds;
    const at::NoGradGuard noGradient;
    for (const LevelTensors &level :
         detector(zg ? formulaInput(shape[2], shape[3], 1, 0) : formulaInput(shape[2], shape[3]), Pass{})) {
        classes.push_back(rows(level.classLogits));
        boxes.push_back(rows(level.distances));
        thirds.push_back(rows(level.centernessLogits));
    }
    const auto all = [](const std::vector<at::Tensor> &parts) { return at::cat(parts); };
    if (zg) {
        AGREES(at::sigmoid(all(classes)), *expected.find("cls_probability"), 1e-4);
        AGREES(at::sigmoid(all(thirds)), *expected.find("centerness_probability"), 1e-4);
        AGREES(at::log(all(boxes)), *expected.find("reg_times_exp_scale"), 1e-4);
        return;
    }
    AGREES(all(classes), *expected.find("cls_logits"), 1e-4);
    AGREES(all(thirds), *expected.find(third.toStdString()), 1e-4);
    if (!distances.isEmpty()) {
        AGREES(all(boxes), *expected.find(distances.toStdString()), 1e-4);
        return;
    }
    for (size_t level = 0; level < boxes.size(); ++level)
        boxes[level] = boxes[level] / model.profile.strides[level];
    AGREES(all(boxes), *expected.find(model.codebase == Codebase::Torchvision ? "bbox_regression" : "bbox_in_strides"),
           1e-4);
}

void ImportTest::realTimeHeads()
{
    // "shtw": one tower for all three predictions; "bn_head": a batch norm for each level.
    StateFile file = emptyFile("adelaidet_rt_r50", "FCOS_RT_MS_DLA_34_4x_shtw_bn.pth");
    remove(file, "cls_tower");
    remove(file, "bbox_tower");
    const std::string tower = "proposal_generator.fcos_head.share_tower.";
    for (int layer = 0; layer < 4; ++layer) {
        add(file, tower + std::to_string(3 * layer) + ".weight", {256, 256, 3, 3});
        add(file, tower + std::to_string(3 * layer) + ".bias", {256});
        for (int level = 0; level < 3; ++level)
            for (const char *leaf : {"weight", "bias", "running_mean", "running_var"})
                add(file, tower + std::to_string(3 * layer + 1) + "." + std::to_string(level) + "." + leaf, {256});
    }
    const ImportedModel model = importModel(file);
    QCOMPARE(model.profile.name, std::string("ad-rt"));
    QCOMPARE(model.network.sharedTowerDepth, 4);
    QCOMPARE(model.network.towerDepth, 0);
    QVERIFY(model.network.towerNorm == TowerNorm::BatchPerLevel);
    QVERIFY(model.network.backboneNorm == BackboneNorm::Trained);
    QCOMPARE(model.profile.strides, (std::vector<double>{8, 16, 32}));
}

void ImportTest::oldAndMixedNames()
{
    StateFile converted =
        emptyFile("adelaidet_r50", "converted.pth");  // by AdelaiDet's own script from tianzhi0549/FCOS
    replace(converted, "fcos_head.ctrness", "fcos_head.centerness");
    QVERIFY(importModel(converted).codebase == Codebase::AdelaiDet);

    StateFile torchvision = emptyFile("torchvision_r50", "fcos_resnet50_fpn_coco-99b0c9b7.pth");
    for (const char *blocks : {"inner_blocks.", "layer_blocks."})
        for (const char *level : {"0", "1", "2"})
            replace(torchvision, std::string(blocks) + level + ".0.", std::string(blocks) + level + ".");
    QVERIFY(importModel(torchvision).codebase == Codebase::Torchvision);

    StateFile mmdetection = emptyFile("mmdet_r50", "fcos_r50_caffe_fpn_gn_1x_4gpu_20190516-9f253a93.pth");
    for (const char *what : {"cls", "reg", "centerness"})
        replace(mmdetection, std::string("bbox_head.conv_") + what, std::string("bbox_head.fcos_") + what);
    QVERIFY(importModel(mmdetection).codebase == Codebase::Mmdetection);

    add(mmdetection, "bbox_head.conv_cls.bias", {80});
    QVERIFY(refusal([&] {
                importModel(mmdetection);
            }).find("conv_cls.bias is there twice (as bbox_head.fcos_cls.bias)") != std::string::npos);
}

void ImportTest::batchNormsThatCount()
{
    StateFile file = emptyFile("torchvision_r50", "a.pth");
    QVERIFY(importModel(file).network.backboneNorm == BackboneNorm::Trained);
    remove(file, "num_batches_tracked");
    QVERIFY(importModel(file).network.backboneNorm == BackboneNorm::Frozen);
}

void ImportTest::mmdetectionsForms()
{
    StateFile file = emptyFile("mmdet_r50", "epoch_12.pth");
    QCOMPARE(importModel(file).profile.name, std::string("mm-base"));
    file.metadata["meta.config"] = "model = dict(backbone=dict(type='ResNet', style = 'pytorch'),\n"
                                   "bbox_head=dict(type='FCOSHead', norm_on_bbox=True, centerness_on_reg=True))";
    ImportedModel model = importModel(file);
    QCOMPARE(model.profile.name, std::string("mm-tricks"));
    QVERIFY(model.network.strideConv == StrideConv::Middle3x3);
    QVERIFY(model.profile.channelOrder == ChannelOrder::Rgb);
    QCOMPARE(model.profile.deviation, (std::vector<double>{58.395, 57.12, 57.375}));
    QVERIFY(model.network.centernessBranch == CenternessBranch::BoxTower);

    // Without a configuration: tower biases, and statistics that are ImageNet's own.
    file = emptyFile("mmdet_r50", "epoch_12.pth");
    for (const std::string &key : towerBiases())
        add(file, key, {256});
    QCOMPARE(importModel(file).profile.name, std::string("mm-tricks"));
    const auto withVariance = [&](double variance) {
        for (auto &[key, tensor] : file.tensors)
            if (key.ends_with("running_mean") || key.ends_with("running_var"))
                tensor = at::full(tensor.sizes(), key.ends_with("mean") ? 0 : variance);
        return importModel(file);
    };
    model = withVariance(1);
    QVERIFY(model.network.strideConv == StrideConv::First1x1);
    QVERIFY(model.profile.channelOrder == ChannelOrder::Bgr);
    QVERIFY(sentences(model.assumptions).find("Caffe's style") != std::string::npos);
    model = withVariance(0.01);
    QVERIFY(model.network.strideConv == StrideConv::Middle3x3);
    QVERIFY(model.profile.channelOrder == ChannelOrder::Rgb);
    QVERIFY(sentences(model.assumptions).find("PyTorch's style") != std::string::npos);
}

void ImportTest::pixelsOfTheFile()
{
    StateFile file = emptyFile("adelaidet_r50", "FCOS_R_50_1x.pth");
    file.tensors.emplace_back("pixel_mean", at::tensor({103.53f, 116.28f, 123.675f}).view({3, 1, 1}));
    file.tensors.emplace_back("pixel_std", at::tensor({57.375f, 57.12f, 58.395f}).view({3, 1, 1}));
    const ImportedModel model = importModel(file);
    QCOMPARE(model.profile.mean, (std::vector<double>{123.675, 116.28, 103.53}));
    QCOMPARE(model.profile.deviation, (std::vector<double>{58.395, 57.12, 57.375}));
    QCOMPARE(model.ignored, (std::vector<std::string>{"pixel_mean", "pixel_std"}));
}

void ImportTest::thePersonsWord()
{
    const StateFile file = emptyFile("tianzhi_r50", "model_final.pth");
    const ImportedModel assumed = importModel(file);
    QCOMPARE(assumed.profile.name, std::string("tz-orig"));
    QVERIFY(assumed.network.centernessBranch == CenternessBranch::ClassTower);
    QVERIFY(sentences(assumed.assumptions).find("has no \"imprv\"") != std::string::npos);
    const ImportedModel said = importModel(file, "tz-imprv");
    QCOMPARE(said.profile.name, std::string("tz-imprv"));
    QVERIFY(said.network.centernessBranch == CenternessBranch::BoxTower);
    QVERIFY(sentences(said.assumptions).find("imprv") == std::string::npos);
    QVERIFY(refusal([&] { importModel(file, "imprv"); }).starts_with("There is no profile"));
    QVERIFY(refusal([&] { importModel(file, "zg"); }).ends_with("those that do: tz-orig, tz-imprv, ad, ad-rt."));
    QCOMPARE(importModel(emptyFile("tianzhi_r50", "/imprv/FCOS_imprv_R_50_FPN_1x.pth")).profile.name,
             std::string("tz-imprv"));
    QCOMPARE(importModel(emptyFile("tianzhi_r50", "/imprv/FCOS_R_50_FPN_1x.pth")).profile.name, std::string("tz-orig"));
}

void ImportTest::backbones_data()
{
    QTest::addColumn<int>("codebase");
    QTest::addColumn<int>("depth");
    QTest::addColumn<int>("groups");
    QTest::addColumn<int>("groupWidth");
    for (const auto &[name, depth, groups, width] : {std::tuple("18", 18, 1, 64),
                                                     {"34", 34, 1, 64},
                                                     {"50", 50, 1, 64},
                                                     {"101", 101, 1, 64},
                                                     {"152", 152, 1, 64},
                                                     {"101 32x8d", 101, 32, 8},
                                                     {"101 64x4d", 101, 64, 4}})
        for (const Codebase codebase : {Codebase::Torchvision, Codebase::Detectron2, Codebase::Msra})
            if (depth >= 50 || codebase != Codebase::Msra)
                QTest::addRow("%s %s", nameOf(codebase), name)
                    << static_cast<int>(codebase) << depth << groups << width;
}

void ImportTest::backbones()
{
    QFETCH(int, codebase);
    NetworkOptions network;
    QFETCH(int, depth);
    QFETCH(int, groups);
    QFETCH(int, groupWidth);
    network.backboneDepth = depth;
    network.backboneGroups = groups;
    network.groupWidth = groupWidth;
    const auto whose = static_cast<Codebase>(codebase);
    StateFile file = backboneFile(whose, network);
    add(file, whose == Codebase::Msra ? "fc1000_w" : "fc.weight", {1000, 2048});
    const ImportedModel model = importModel(file);
    QCOMPARE(model.codebase, whose);
    QVERIFY(model.backboneOnly);
    QCOMPARE(model.network.backboneDepth, depth);
    QCOMPARE(model.network.backboneGroups, groups);
    QCOMPARE(model.network.groupWidth, groupWidth);
    QCOMPARE(model.ignored.size(), size_t(1));
    const bool first = whose == Codebase::Msra && groups == 1;
    QCOMPARE(model.network.strideConv == StrideConv::First1x1, first);
    QCOMPARE(model.profile.channelOrder == ChannelOrder::Bgr, whose == Codebase::Msra);
}

void ImportTest::caffeNormsHaveNoStatistics()
{
    const ImportedModel model = importModel(backboneFile(Codebase::Msra, {}));
    int found = 0;
    for (const auto &[name, tensor] : model.tensors) {
        if (name.ends_with(".mean"))
            QVERIFY(tensor.eq(0).all().item<bool>());
        if (!name.ends_with(".var"))
            continue;
        ++found;  // with eps it is a variance of 1
        QVERIFY((tensor + model.network.normEpsilon).eq(1).all().item<bool>());
    }
    QCOMPARE(found, 53);
}

void ImportTest::classNames()
{
    QCOMPARE(coco80Names().size(), size_t(80));
    QCOMPARE(coco91Names().size(), size_t(91));
    QCOMPARE(coco91Names()[90], std::string("toothbrush"));
    for (const int id : {12, 26, 29, 30, 45, 66, 68, 69, 71, 83})  // specification, section 7.5
        QCOMPARE(coco91Names()[static_cast<size_t>(id)], std::string("N/A"));
    QCOMPARE(importModel(emptyFile("torchvision_r50", "a.pth")).classNames, coco91Names());

    StateFile file = emptyFile("mmdet_r50", "a.pth");
    QCOMPARE(importModel(file).classNames, coco80Names());
    for (auto &[key, tensor] : file.tensors)
        if (key.find("conv_cls") != std::string::npos)
            tensor = tensor.slice(0, 0, 3);
    QCOMPARE(importModel(file).classNames, (std::vector<std::string>{"class 1", "class 2", "class 3"}));
    file.classNames = {"RBC", "WBC", "Platelets"};
    QCOMPARE(importModel(file).classNames, file.classNames);
    file.classNames = {"RBC"};
    QVERIFY(sentences(importModel(file).assumptions).find("names 1 classes but predicts 3") != std::string::npos);
}

void ImportTest::refused_data()
{
    QTest::addColumn<QString>("manifest");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("words");
    const char *dcn = "with deformable convolutions (DCNv2), which FCOScope does not have yet.";
    QTest::newRow("mm dcn") << "mmdet_r50" << "backbone.layer2.0.conv2.conv_offset.weight" << dcn;
    QTest::newRow("mm v1 dcn") << "mmdet_r50" << "backbone.layer2.0.conv2_offset.weight" << dcn;
    QTest::newRow("mm dcn head") << "mmdet_r50" << "bbox_head.cls_convs.3.conv.conv_offset.bias" << dcn;
    QTest::newRow("tz dcn") << "tianzhi_r50" << "rpn.head.cls_tower.9.offset.weight" << dcn;
    QTest::newRow("ad dcn") << "adelaidet_r50" << "backbone.bottom_up.res3.0.conv2_offset.weight" << dcn;
    QTest::newRow("tz mnv2") << "tianzhi_r50" << "backbone.body.features.1.conv.0.weight" << "the backbone MobileNetV2";
    QTest::newRow("ad dla") << "adelaidet_rt_r50" << "backbone.bottom_up.base_layer.0.weight" << "the backbone DLA";
    QTest::newRow("ad vovnet") << "adelaidet_r50"
                               << "backbone.bottom_up.stage3.OSA3_1.layers.0.OSA3_1_0/conv.weight"
                               << "the backbone VoVNet";
    QTest::newRow("strangers") << "" << "transformer.encoder.0.weight"
                               << "its first is called \"transformer.encoder.0.weight\"";
}

void ImportTest::refused()
{
    QFETCH(QString, manifest);
    QFETCH(QString, key);
    QFETCH(QString, words);
    StateFile file;
    if (!manifest.isEmpty())
        file = emptyFile(manifest.toStdString(), "a.pth");
    file.path = "a.pth";
    add(file, key.toStdString(), {1});
    const std::string said = refusal([&] { importModel(file); });
    QVERIFY2(said.find(words.toStdString()) != std::string::npos, said.c_str());
    QVERIFY2(said.starts_with("The file a.pth"), said.c_str());
}

void ImportTest::everyMisfitIsNamed()
{
    StateFile file = emptyFile("tianzhi_r50", "a.pth");
    remove(file, "rpn.head.bbox_tower.3.weight");
    remove(file, "backbone.body.layer3.5.bn2.running_var");
    add(file, "rpn.head.extra.weight", {1});
    add(file, "backbone.body.layer3.6.conv1.weight", {256, 1024, 1, 1});
    for (auto &[key, tensor] : file.tensors)
        if (key == "backbone.fpn.fpn_inner3.weight")
            tensor = tensor.slice(1, 0, 512);
    std::string said = refusal([&] { importModel(file); });  // a seventh block makes it no ResNet
    QVERIFY2(said.find("has 3, 4, 7 and 3 blocks") != std::string::npos, said.c_str());
    remove(file, "layer3.6");
    said = refusal([&] { importModel(file); });
    for (const char *part :
         {"tianzhi0549/FCOS", "rpn.head.bbox_tower.3.weight is missing",
          "backbone.body.layer3.5.bn2.running_var is missing", "rpn.head.extra.weight is unknown",
          "backbone.fpn.fpn_inner3.weight has the shape [256, 512, 1, 1] instead of [256, 1024, 1, 1]"})
        QVERIFY2(said.find(part) != std::string::npos, said.c_str());
    QCOMPARE(std::count(said.begin(), said.end(), ';'), 3);

    file = emptyFile("mmdet_r50", "a.pth");
    for (auto &[key, tensor] : file.tensors)
        if (key == "backbone.conv1.weight")
            tensor = at::empty(tensor.sizes(), at::device(at::kMeta).dtype(at::kInt));
    QVERIFY(refusal([&] { importModel(file); }).find("backbone.conv1.weight does not hold real numbers") !=
            std::string::npos);
}

QTEST_GUILESS_MAIN(ImportTest)
#include "tst_import.moc"
