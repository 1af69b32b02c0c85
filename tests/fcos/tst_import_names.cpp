// SPDX-License-Identifier: GPL-3.0-or-later
// What each codebase calls its tensors: specification, section 7.3, against the manifests of their own networks.
#include <QTest>

#include <set>

#include "core/fcos/checkpoint/codebase_names.h"
#include "tests/fcos/manifest.h"

using namespace fcoscope;

class ImportNamesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyNameThereAndBack_data();
    void everyNameThereAndBack();
    void otherSpellings_data();
    void otherSpellings();
    void strangersAreUnknown();
    void backbonesAlone();
};

void ImportNamesTest::everyNameThereAndBack_data()
{
    QTest::addColumn<size_t>("which");
    for (size_t i = 0; i < manifestFiles().size(); ++i)
        QTest::newRow(manifestFiles()[i].name) << i;
}

void ImportNamesTest::everyNameThereAndBack()
{
    QFETCH(size_t, which);
    const ManifestFile &file = manifestFiles()[which];
    const NetworkOptions network = networkOfProfile(file.profile);
    std::set<std::string> seen;
    for (const auto &[name, shape] : readManifest(file.name)) {
        const auto ours = neutralName(file.codebase, name);
        QVERIFY2(ours, name.c_str());
        QCOMPARE(ours->empty(), name.ends_with("num_batches_tracked"));
        if (ours->empty())
            continue;
        QVERIFY2(seen.insert(*ours).second, ours->c_str());
        if (name == "scales") {
            QCOMPARE(*ours, std::string("head.scale"));
            QCOMPARE(nameIn(file.codebase, "head.scale.4", network).value_or(""), name);
            continue;
        }
        QCOMPARE(nameIn(file.codebase, *ours, network).value_or(""), name);
    }
    QVERIFY(seen.size() > 200);
}

void ImportNamesTest::otherSpellings_data()
{
    QTest::addColumn<int>("codebase");
    QTest::addColumn<QString>("theirs");
    QTest::addColumn<QString>("ours");
    const auto row = [](Codebase codebase, const char *theirs, const char *ours) {
        QTest::addRow("%s", theirs) << static_cast<int>(codebase) << theirs << ours;
    };
    using enum Codebase;
    row(Torchvision, "backbone.fpn.inner_blocks.2.bias", "fpn.lateral.5.bias");
    row(Torchvision, "backbone.fpn.layer_blocks.0.weight", "fpn.output.3.weight");
    row(Torchvision, "backbone.body.bn1.num_batches_tracked", "");
    row(Torchvision, "layer3.22.bn2.running_var", "backbone.layer3.22.bn2.var");
    row(Torchvision, "layer2.0.downsample.0.weight", "backbone.layer2.0.down.conv.weight");
    row(Torchvision, "fc.weight", "");
    row(Mmdetection, "bbox_head.fcos_cls.weight", "head.cls_pred.weight");
    row(Mmdetection, "bbox_head.fcos_centerness.bias", "head.ctr_pred.bias");
    row(Mmdetection, "bbox_head.cls_convs.2.conv.bias", "head.cls_tower.2.conv.bias");
    row(Mmdetection, "bbox_head.reg_convs.1.bn.running_mean", "head.reg_tower.1.norm.mean");
    row(Mmdetection, "neck.fpn_convs.3.conv.weight", "fpn.p6.weight");
    row(Mmdetection, "backbone.layer2.0.conv2.conv_offset.bias", "backbone.layer2.0.conv2.offset.bias");
    row(Mmdetection, "ema_backbone_conv1_weight", "");
    row(AdelaiDet, "proposal_generator.fcos_head.centerness.bias", "head.ctr_pred.bias");
    row(AdelaiDet, "proposal_generator.fcos_head.share_tower.10.2.running_var", "head.share_tower.3.norm.2.var");
    row(AdelaiDet, "proposal_generator.fcos_head.bbox_tower.4.0.num_batches_tracked", "");
    row(AdelaiDet, "proposal_generator.fcos_head.cls_tower.9.offset.weight", "head.cls_tower.3.offset.weight");
    row(AdelaiDet, "backbone.bottom_up.res4.5.conv2_offset.weight", "backbone.layer3.5.conv2.offset.weight");
    row(AdelaiDet, "pixel_mean", "");
    row(Tianzhi, "backbone.body.layer2.0.conv2.conv.weight", "backbone.layer2.0.conv2.weight");
    row(Detectron2, "head.cls_subnet.9.weight", "head.cls_tower.3.conv.weight");
    row(Detectron2, "head.bbox_subnet.10.bias", "head.reg_tower.3.norm.bias");
    row(Detectron2, "head.cls_score.weight", "head.cls_pred.weight");
    row(Detectron2, "stem.conv1.norm.running_mean", "backbone.stem.bn.mean");
    row(Detectron2, "res5.2.conv3.weight", "backbone.layer4.2.conv3.weight");
    row(Msra, "conv1_w", "backbone.stem.conv.weight");
    row(Msra, "res_conv1_bn_s", "backbone.stem.bn.weight");
    row(Msra, "res2_0_branch2a_w", "backbone.layer1.0.conv1.weight");
    row(Msra, "res4_22_branch2c_bn_b", "backbone.layer3.22.bn3.bias");
    row(Msra, "res5_0_branch1_w", "backbone.layer4.0.down.conv.weight");
    row(Msra, "res5_0_branch1_bn_s_momentum", "");
    row(Msra, "fc1000_b", "");
}

void ImportNamesTest::otherSpellings()
{
    QFETCH(int, codebase);
    QFETCH(QString, theirs);
    QFETCH(QString, ours);
    const auto name = neutralName(static_cast<Codebase>(codebase), theirs.toStdString());
    QVERIFY(name);
    QCOMPARE(QString::fromStdString(*name), ours);
}

void ImportNamesTest::strangersAreUnknown()
{
    for (const Codebase codebase : allCodebases())
        for (const char *name : {"", "scale", "backbone", "backbone.body.features.3.conv.1.weight",
                                 "roi_heads.box.weight", "rpn.head.cls_tower.2.weight",
                                 "proposal_generator.fcos_head.cls_tower.03.weight", "backbone.fpn_lateral.weight",
                                 "bbox_head.cls_convs.0.conv.weight.extra", "backbone.layer99999.0.conv1.weight"})
            QVERIFY2(!neutralName(codebase, name), name);
    // No norm, no bias: nothing to write these as.
    QVERIFY(!nameIn(Codebase::Torchvision, "head.scale.0", {}));
    QVERIFY(!nameIn(Codebase::SimpleAicv, "head.cls_tower.0.conv.bias", {}));
    QVERIFY(!nameIn(Codebase::Torchvision, "head.share_tower.0.conv.weight", {}));
    QVERIFY(!nameIn(Codebase::Msra, "head.cls_pred.weight", {}));
    NetworkOptions batch;
    batch.towerNorm = TowerNorm::Batch;
    QCOMPARE(nameIn(Codebase::Mmdetection, "head.cls_tower.1.norm.mean", batch).value_or(""),
             std::string("bbox_head.cls_convs.1.bn.running_mean"));
}

void ImportNamesTest::backbonesAlone()
{
    QCOMPARE(backboneNameIn(Codebase::Torchvision, "backbone.layer1.0.down.bn.var").value_or(""),
             std::string("layer1.0.downsample.1.running_var"));
    QCOMPARE(backboneNameIn(Codebase::Detectron2, "backbone.stem.conv.weight").value_or(""),
             std::string("stem.conv1.weight"));
    QCOMPARE(backboneNameIn(Codebase::Msra, "backbone.layer4.2.bn3.weight").value_or(""),
             std::string("res5_2_branch2c_bn_s"));
    QVERIFY(!backboneNameIn(Codebase::Msra, "backbone.layer4.2.bn3.var"));
    QVERIFY(!backboneNameIn(Codebase::Mmdetection, "backbone.stem.conv.weight"));
}

QTEST_GUILESS_MAIN(ImportNamesTest)
#include "tst_import_names.moc"
