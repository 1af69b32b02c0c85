// SPDX-License-Identifier: GPL-3.0-or-later
// Average precision against pycocotools' own numbers, and small cases whose answer can be worked out by hand.
#include <QtTest>

#include <algorithm>
#include <map>

#include "core/eval/average_precision.h"
#include "made_up_labels.h"

using namespace fcoscope;

namespace {

QJsonDocument readJson(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()) : QJsonDocument();
}

Box boxOf(const QJsonValue &value)
{
    const QJsonArray n = value.toArray();
    return {n[0].toDouble(), n[1].toDouble(), n[0].toDouble() + n[2].toDouble(), n[1].toDouble() + n[3].toDouble()};
}

Detection found(Box box, float score, int classIndex = 0)
{
    Detection detection;
    detection.box = box;
    detection.score = score;
    detection.classIndex = classIndex;
    return detection;
}

bool near(double a, double b, double tolerance = 1e-6) { return std::abs(a - b) <= tolerance; }

/// COCO annotations and a results file, images by rising id and classes by rising category id.
struct Golden {
    std::vector<ImageResult> images;
    std::vector<int> categoryIds;
};

Golden readGolden(const QJsonObject &coco, const QJsonArray &results)
{
    std::map<int, size_t> image, category;
    for (const auto &entry : coco["images"].toArray())
        image[entry.toObject()["id"].toInt()] = 0;
    for (const auto &entry : coco["categories"].toArray())
        category[entry.toObject()["id"].toInt()] = 0;
    Golden golden;
    for (auto &[id, index] : category) {
        index = golden.categoryIds.size();
        golden.categoryIds.push_back(id);
    }
    for (auto &[id, index] : image) {
        index = golden.images.size();
        golden.images.emplace_back();
    }
    for (const auto &entry : coco["annotations"].toArray()) {
        const QJsonObject o = entry.toObject();
        golden.images[image.at(o["image_id"].toInt())].labels.push_back(
            thing(boxOf(o["bbox"]), static_cast<int>(category.at(o["category_id"].toInt())), o["iscrowd"].toInt() != 0,
                  o["area"].toDouble()));
    }
    for (const auto &entry : results) {
        const QJsonObject o = entry.toObject();
        golden.images[image.at(o["image_id"].toInt())].detections.push_back(
            found(boxOf(o["bbox"]), static_cast<float>(o["score"].toDouble()),
                  static_cast<int>(category.at(o["category_id"].toInt()))));
    }
    return golden;
}

}  // namespace

class TestAveragePrecision : public QObject {
    Q_OBJECT

private:
    QJsonObject expected_;
    Golden golden_;

    void compareTwelve(const ApSummary &summary, const QJsonArray &stats)
    {
        const auto twelve = summary.twelve();
        QCOMPARE(stats.size(), qsizetype(12));
        for (int i = 0; i < 12; ++i)
            QVERIFY2(near(twelve[static_cast<size_t>(i)], stats[i].toDouble()),
                     qPrintable(QString("number %1: %2, pycocotools says %3")
                                    .arg(i)
                                    .arg(twelve[static_cast<size_t>(i)])
                                    .arg(stats[i].toDouble())));
    }
    bool loadGolden()
    {
        if (!golden_.images.empty())
            return true;
        const QString folder = qEnvironmentVariable("FCOSCOPE_GOLDEN") + "/cocoeval";
        const QString annotations =
            qEnvironmentVariable("FCOSCOPE_SHARED") + "/datasets/coco-mini/instances_val2017.json";
        if (!QFile::exists(folder + "/expected.json") || !QFile::exists(annotations))
            return false;
        expected_ = readJson(folder + "/expected.json").object();
        golden_ = readGolden(readJson(annotations).object(), readJson(folder + "/detections.json").array());
        return true;
    }

private Q_SLOTS:
    void twelveNumbersAndEachClassEqualPycocotools()
    {
        if (!loadGolden())
            QSKIP("FCOSCOPE_GOLDEN/cocoeval or FCOSCOPE_SHARED/datasets/coco-mini is missing: "
                  "NOT compared with pycocotools");
        const ApSummary summary = averagePrecision(golden_.images, static_cast<int>(golden_.categoryIds.size()));
        const QJsonObject expected = expected_["per_class"].toObject();
        compareTwelve(summary, expected["stats"].toArray());
        const QJsonObject perClass = expected["per_class_AP"].toObject();
        QVERIFY(perClass.size() > 50);
        int compared = 0;
        for (size_t c = 0; c < golden_.categoryIds.size(); ++c) {
            const QJsonValue value = perClass[QString::number(golden_.categoryIds[c])];
            const double ap = value.isDouble() ? value.toDouble() : -1;
            compared += value.isDouble();
            QVERIFY2(near(summary.classes[c].ap, ap), qPrintable(QString("category %1: %2, pycocotools says %3")
                                                                     .arg(golden_.categoryIds[c])
                                                                     .arg(summary.classes[c].ap)
                                                                     .arg(ap)));
        }
        QCOMPARE(compared, int(perClass.size()));
    }

    void classAgnosticCurvesEqualPycocotools()
    {
        if (!loadGolden())
            QSKIP("FCOSCOPE_GOLDEN/cocoeval or FCOSCOPE_SHARED/datasets/coco-mini is missing: "
                  "NOT compared with pycocotools");
        const ApSummary summary =
            averagePrecision(golden_.images, static_cast<int>(golden_.categoryIds.size()), {.classAgnostic = true});
        const QJsonObject expected = expected_["class_agnostic"].toObject();
        compareTwelve(summary, expected["stats"].toArray());
        QCOMPARE(summary.classes.size(), size_t(1));
        const QJsonObject curves = expected["precision_at_recall101"].toObject();
        for (size_t c = 0; c < curveThresholds.size(); ++c) {
            const QJsonArray curve = curves[QString::number(curveThresholds[c], 'f', 2)].toArray();
            QCOMPARE(curve.size(), qsizetype(101));
            for (int r = 0; r < 101; ++r) {
                QVERIFY(near(summary.curves[c][static_cast<size_t>(r)], curve[r].toDouble()));
                QVERIFY(near(summary.classes[0].curves[c][static_cast<size_t>(r)], curve[r].toDouble()));
            }
        }
    }

    void aPerfectDetectorScoresOne()
    {
        const Box box{10, 10, 50, 50};
        const ApSummary summary = averagePrecision({{{found(box, 0.9f, 1)}, {thing(box, 1)}}}, 3);
        QVERIFY(near(summary.ap, 1, 1e-12));
        QVERIFY(near(summary.ar1, 1, 1e-12));
        QCOMPARE(summary.apSmall, -1.0);  // 40 × 40 is medium
        QVERIFY(near(summary.apMedium, 1, 1e-12));
        QCOMPARE(summary.classes[0].ap, -1.0);
        QVERIFY(near(summary.classes[1].ap, 1, 1e-12));
        QCOMPARE(summary.classes[1].labels, size_t(1));
        QCOMPARE(summary.classes[0].curves[0][0], -1.0);
    }

    void nothingToFindIsMinusOneAndNothingFoundIsZero()
    {
        for (const double number : averagePrecision({}, 2).twelve())
            QCOMPARE(number, -1.0);
        for (const double number : averagePrecision({{{found({0, 0, 9, 9}, 0.5f)}, {}}}, 1).twelve())
            QCOMPARE(number, -1.0);
        const ApSummary missed = averagePrecision({{{}, {thing({0, 0, 9, 9})}}}, 1);
        QCOMPARE(missed.ap, 0.0);
        QCOMPARE(missed.ar100, 0.0);
        QCOMPARE(missed.apLarge, -1.0);
    }

    void aFalseAlarmAboveHalvesThePrecision()
    {
        const Box box{0, 0, 20, 20};
        const ApSummary summary =
            averagePrecision({{{found({60, 60, 80, 80}, 0.9f), found(box, 0.8f)}, {thing(box)}}}, 1);
        QVERIFY(near(summary.ap, 0.5, 1e-12));
        QCOMPARE(summary.ar1, 0.0);
        QCOMPARE(summary.ar10, 1.0);
    }

    void theSecondBoxOnOneObjectIsAFalseAlarm()
    {
        const Box a{0, 0, 20, 20}, b{40, 0, 60, 20};
        // Right, double, right: precision 1, 1/2, 2/3; made non-rising 1, 2/3, 2/3. 51 recalls up to .5, 50 above.
        const ApSummary summary =
            averagePrecision({{{found(a, 0.9f), found(a, 0.8f), found(b, 0.7f)}, {thing(a), thing(b)}}}, 1);
        QVERIFY(near(summary.ap50, (51 + 50 * 2.0 / 3) / 101, 1e-9));
    }

    void iouExactlyAtAThresholdCounts()
    {
        // 10 × 10 over 10 × 20: IoU 0.5 exactly. Found at .50, missed at the nine others.
        const ApSummary summary = averagePrecision({{{found({0, 0, 10, 10}, 0.9f)}, {thing({0, 0, 10, 20})}}}, 1);
        QVERIFY(near(summary.ap50, 1, 1e-12));
        QVERIFY(near(summary.ap, 0.1, 1e-12));
    }

    void detectionsInsideACrowdNeitherCountNorHarm()
    {
        const Box crowd{100, 100, 300, 300}, single{0, 0, 20, 20};
        std::vector<Detection> detections{found(single, 0.5f)};
        for (int i = 0; i < 5; ++i)  // each far smaller than the crowd, but wholly inside it
            detections.push_back(found({110.0 + i * 30, 110, 130.0 + i * 30, 130}, 0.9f));
        const ApSummary summary = averagePrecision({{detections, {thing(crowd, 0, true), thing(single)}}}, 1);
        QVERIFY(near(summary.ap, 1, 1e-12));
        QCOMPARE(summary.classes[0].labels, size_t(1));
        // The same region as an ordinary object: five false alarms above the one right box, and an object missed.
        QVERIFY(averagePrecision({{detections, {thing(crowd), thing(single)}}}, 1).ap < 0.1);
    }

    void theFilesOwnAreaDecidesTheSize()
    {
        const Box box{0, 0, 40, 40};  // 1600 px² as a box: medium; its mask has 500: small
        const ApSummary summary = averagePrecision({{{found(box, 0.9f)}, {thing(box, 0, false, 500)}}}, 1);
        QVERIFY(near(summary.apSmall, 1, 1e-12));
        QCOMPARE(summary.apMedium, -1.0);
    }

    void onlyTheBestHundredOfAnImageCount()
    {
        const Box box{0, 0, 20, 20};
        std::vector<Detection> detections(100, found({500, 500, 520, 520}, 0.9f));
        detections.push_back(found(box, 0.1f));
        QCOMPARE(averagePrecision({{detections, {thing(box)}}}, 1).ar100, 0.0);
        detections.erase(detections.begin());
        QCOMPARE(averagePrecision({{detections, {thing(box)}}}, 1).ar100, 1.0);
    }

    void classesAreKeptApartUnlessAgnostic()
    {
        const Box box{0, 0, 20, 20};
        const std::vector<ImageResult> images{{{found(box, 0.9f, 1)}, {thing(box, 0)}}};
        QCOMPARE(averagePrecision(images, 2).ap, 0.0);
        QVERIFY(near(averagePrecision(images, 2, {.classAgnostic = true}).ap, 1, 1e-12));
        // A class outside the list neither counts nor crashes.
        QCOMPARE(averagePrecision({{{found(box, 0.9f, 7), found(box, 0.9f, -1)}, {thing(box, 0)}}}, 1).ap, 0.0);
    }

    void theOrderOfDetectionsDoesNotMatter()
    {
        if (!loadGolden())
            QSKIP("FCOSCOPE_GOLDEN/cocoeval or FCOSCOPE_SHARED/datasets/coco-mini is missing: order NOT tested");
        // Distinct scores, so that only the order differs.
        auto images = golden_.images;
        float step = 0;
        for (auto &image : images)
            for (auto &detection : image.detections)
                detection.score += (step += 1e-5f);
        const int classes = static_cast<int>(golden_.categoryIds.size());
        const double ap = averagePrecision(images, classes).ap;
        for (auto &image : images)
            std::reverse(image.detections.begin(), image.detections.end());
        QCOMPARE(averagePrecision(images, classes).ap, ap);
    }
};

QTEST_APPLESS_MAIN(TestAveragePrecision)
#include "tst_average_precision.moc"
