// SPDX-License-Identifier: GPL-3.0-or-later
// fcos convert as a process: what is written, what is said, and what --strict keeps from being written.
#include "fcos_process.h"

#include <QtTest>

#include <filesystem>
#include <fstream>

#include "core/data/formats/label_format.h"
#include "core/data/image.h"
#include "core/data/project/project_file.h"

using namespace fcoscope;

namespace fs = std::filesystem;

class TestConvert : public QObject {
    Q_OBJECT

    fs::path root() const { return folder_->path().toStdString(); }
    QString at(const char *name) const { return folder_->filePath(name); }

    /// Six images with one class each, and a seventh without; scores, so that YOLO has something to lose.
    void putCoco(const QJsonObject &more = {})
    {
        QJsonArray images, annotations;
        for (int i = 1; i <= 7; ++i) {
            const Image image{"", {100, 80}, std::vector<uint8_t>(100 * 80 * 3, 90)};
            const QString name = QString::number(i) + ".png";
            writePng(folder_->filePath(name).toStdString(), image);
            images.append(QJsonObject{{"id", i}, {"file_name", name}, {"width", 100}, {"height", 80}});
            QJsonObject entry{
                {"id", i}, {"image_id", i}, {"category_id", 1 + i % 2}, {"bbox", QJsonArray{10, 10, 30, 40}}};
            for (auto field = more.begin(); field != more.end(); ++field)
                entry[field.key()] = field.value();
            if (i < 7)
                annotations.append(entry);
        }
        const QJsonArray categories{QJsonObject{{"id", 1}, {"name", "cat"}}, QJsonObject{{"id", 2}, {"name", "dog"}}};
        QFile file(at("labels.json"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(
            QJsonDocument(QJsonObject{{"images", images}, {"categories", categories}, {"annotations", annotations}})
                .toJson());
    }

    std::unique_ptr<QTemporaryDir> folder_;

private Q_SLOTS:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    void labelsAreWrittenAndCounted()
    {
        putCoco();
        const Said said = fcos({"convert", at("labels.json"), at("out/voc"), "--to", "voc", "--strict"});
        QVERIFY2(said.exitCode == 0, said.all());
        QVERIFY2(said.out.contains("coco → voc: 7 images, 6 boxes, 2 classes"), said.all());
        QVERIFY(QFile::exists(at("out/voc/7.xml")));
        // The ending tells the format; the images are found where the XML says.
        const Said back = fcos({"convert", at("out/voc"), at("out/labels.csv"), "--json"});
        QVERIFY2(back.exitCode == 0, back.all());
        const QJsonObject json = back.json().object(), report = json["report"].toObject();
        QCOMPARE(json["from"].toString(), QString("voc"));
        QCOMPARE(json["to"].toString(), QString("csv"));
        QVERIFY(json["written"].toBool() && json["problems"].toArray().isEmpty());
        QCOMPARE(report["boxes"].toInt(), 6);
        QVERIFY(report["lossless"].toBool());
        QCOMPARE(report["files"].toArray().size(), 1);
    }

    void strictWritesNothingThatIsNotTheSame()
    {
        putCoco({{"score", 0.5}});
        const Said strict = fcos({"convert", at("labels.json"), at("out"), "--to", "yolo", "--strict"});
        QCOMPARE(strict.exitCode, 2);
        QVERIFY2(strict.out.contains("dropped (") && strict.err.contains("nothing was written"), strict.all());
        QVERIFY(!QFile::exists(at("out")));
        const Said json = fcos({"convert", at("labels.json"), at("out"), "--to", "yolo", "--strict", "--json"});
        QCOMPARE(json.exitCode, 2);
        QVERIFY(!json.json().object()["written"].toBool());
        QVERIFY(!json.json().object()["report"].toObject()["notes"].toArray().isEmpty());
        const Said said = fcos({"convert", at("labels.json"), at("out"), "--to", "yolo"});
        QCOMPARE(said.exitCode, 0);
        QVERIFY(QFile::exists(at("out")));
        // An entry that could not be read is a change, too.
        putCoco({{"bbox", QJsonArray{10, 10, 0, 40}}});
        const Said broken = fcos({"convert", at("labels.json"), at("again.json"), "--strict"});
        QVERIFY2(broken.exitCode == 2 && broken.out.contains("has no area"), broken.all());
        QVERIFY(!QFile::exists(at("again.json")));
    }

    void imagesWithoutReviewStayOut()
    {
        putCoco();
        QVERIFY(QFile::copy(at("1.png"), at("extra.png")));
        const Said said = fcos({"convert", at("labels.json"), at("out.json"), "--strict"});
        QVERIFY2(said.exitCode == 0 && said.out.contains("1 images without review were left out"), said.all());
        QVERIFY(!contents(at("out.json")).contains("extra.png"));
        const Said all = fcos({"convert", at("labels.json"), at("all.json"), "--new"});
        QVERIFY2(all.out.contains("8 images"), all.all());
        QVERIFY(contents(at("all.json")).contains("extra.png"));
    }

    void splitsAreWrittenAsParts()
    {
        putCoco();
        const QStringList arguments{"convert",     at("labels.json"), at("s.json"), "--split",
                                    "0.5,0.3,0.2", "--seed",          "3"};
        const Said said = fcos(arguments);
        QVERIFY2(said.exitCode == 0 && said.out.contains("7 images, 6 boxes"), said.all());
        QVERIFY(!QFile::exists(at("s.json")));
        qsizetype images = 0;
        QByteArray texts;
        for (const char *name : {"s_train.json", "s_val.json", "s_test.json"}) {
            const QByteArray text = contents(at(name));
            images += text.count("file_name");
            texts += text;
        }
        QCOMPARE(images, qsizetype(7));
        QVERIFY(fcos(arguments).exitCode == 0);
        QCOMPARE(contents(at("s_train.json")) + contents(at("s_val.json")) + contents(at("s_test.json")), texts);
        const Said folders = fcos({"convert", at("labels.json"), at("parts"), "--to", "voc", "--split", "0.5,0.5"});
        QVERIFY2(folders.exitCode == 0 && QDir(at("parts/train")).count() > 2 && QDir(at("parts/val")).count() > 2,
                 folders.all());
        QCOMPARE(fcos({"convert", at("labels.json"), at("x.json"), "--split", "0.5,0.1"}).exitCode, 2);
    }

    void aProjectIsASource()
    {
        putCoco({{"track", 1.25}});
        FormatOptions options;
        ReadLabels read = readLabels(root() / "labels.json", options);
        read.set.images[0].status = ReviewStatus::Verified;
        (void)ProjectFile::create(root() / "project.fcoscope", read.set);
        for (const QString &source : {folder_->path(), at("project.fcoscope")}) {
            const Said said = fcos({"convert", source, at("from_project.json"), "--strict"});
            QVERIFY2(said.exitCode == 0 && said.out.contains("project → coco: 7 images, 6 boxes"), said.all());
            const QByteArray text = contents(at("from_project.json"));
            QVERIFY(text.contains("\"track\": 1.25") && text.contains("\"fcoscope_status\": \"verified\""));
        }
        // A split is one of label files: the project beside them is not what was named.
        QVERIFY(QFile::rename(at("labels.json"), at("labels_train.json")));
        const Said named = fcos({"convert", folder_->path() + ":train", at("from_split.json")});
        QVERIFY2(named.exitCode == 0 && named.out.contains("coco → coco: 7 images, 6 boxes"), named.all());
    }

    void whatCannotBeDoneIsSaid()
    {
        putCoco();
        for (const auto &[arguments, words] :
             {std::pair{QStringList{"convert", at("labels.json"), at("o")}, "--to"},
              {QStringList{"convert", at("labels.json"), at("o"), "--to", "coc"}, "\"coc\" is no format"},
              {QStringList{"convert", at("absent"), at("o.json")}, "There is no file or folder"},
              {QStringList{"convert", at("1.png"), at("o.json")}, "holds no labels"},
              {QStringList{"convert", at("labels.json"), folder_->path(), "--to", "coco"}, "is a folder"}}) {
            const Said said = fcos(arguments);
            QCOMPARE(said.exitCode, 2);
            QVERIFY2(said.err.contains(words), said.all());
        }
    }
};

QTEST_GUILESS_MAIN(TestConvert)
#include "tst_convert.moc"
