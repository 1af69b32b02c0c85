// SPDX-License-Identifier: GPL-3.0-or-later
// Training samples from files: the same on every thread and in every order, whether remembered or read again.
#include <QTemporaryDir>
#include <QtTest>

#include <thread>

#include "core/base/error.h"
#include "core/data/dataset_source.h"

using namespace fcoscope;

namespace
{

Dataset sixImages(const QTemporaryDir &folder)
{
    Dataset dataset;
    dataset.name = "six";
    dataset.classNames = {"a", "b"};
    for (int i = 0; i < 6; ++i) {
        const std::string file = folder.filePath(QString("%1.png").arg(i)).toStdString();
        Image image{file, {97 + 10 * i, 80}, {}};
        Random random(static_cast<uint64_t>(i));
        image.pixels.resize(static_cast<size_t>(image.size.width * image.size.height * 3));
        for (uint8_t &value : image.pixels)
            value = static_cast<uint8_t>(random.below(256));
        writePng(file, image);
        dataset.images.push_back({file, image.size, {{.box = {5, 5, 60, 70}, .classIndex = i % 2}}, i + 1});
    }
    return dataset;
}

bool same(const Sample &a, const Sample &b)
{
    bool labels = a.labels.size() == b.labels.size();
    for (size_t i = 0; labels && i < a.labels.size(); ++i)
        labels = a.labels[i].box == b.labels[i].box && a.labels[i].classIndex == b.labels[i].classIndex;
    return labels && a.transform == b.transform && a.image.pixels == b.image.pixels;
}

} // namespace

class TestDatasetSource : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void samplesDependOnTheirKeyAlone_data()
    {
        QTest::addColumn<int>("megabytes");
        QTest::newRow("kept") << 100;
        QTest::newRow("read again") << 0;
    }
    void samplesDependOnTheirKeyAlone()
    {
        QFETCH(int, megabytes);
        QTemporaryDir folder;
        DatasetSourceOptions options;
        options.cacheMegabytes = megabytes;
        options.augment.width = 128;
        options.augment.height = 96;
        const DatasetSource reference(sixImages(folder), options), source(sixImages(folder), options);
        std::vector<Sample> expected;
        for (int64_t epoch = 0; epoch < 3; ++epoch)
            for (int index = 0; index < 6; ++index)
                expected.push_back(reference.trainingSample(index, 42, epoch));

        std::vector<int> wrong(4, 0);
        std::vector<std::thread> threads;
        for (size_t t = 0; t < 4; ++t)
            threads.emplace_back([&, t] {
                Random random(t);
                for (const int i : random.permutation(18))
                    wrong[t] += !same(source.trainingSample(i % 6, 42, i / 6), expected[static_cast<size_t>(i)]);
            });
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(wrong, std::vector<int>(4, 0));
        QVERIFY(!same(expected[0], expected[6]));                     // another epoch
        QVERIFY(!same(expected[0], source.trainingSample(0, 43, 0))); // another seed
    }

    void keptImagesNeedNoFile()
    {
        QTemporaryDir folder;
        DatasetSourceOptions options;
        const DatasetSource kept(sixImages(folder), options);
        options.cacheMegabytes = 0;
        const DatasetSource read(sixImages(folder), options);
        const Image before = kept.original(2).image;
        QCOMPARE(read.original(2).image.pixels, before.pixels);
        QCOMPARE(kept.original(2).labels.at(0).box, (Box{5, 5, 60, 70}));
        QVERIFY(QFile::remove(folder.filePath("2.png")));
        QVERIFY(kept.original(2).image.pixels == before.pixels);
        QVERIFY_THROWS_EXCEPTION(UserError, read.original(2));
    }

    void aChangedFileIsRefused()
    {
        QTemporaryDir folder;
        const DatasetSource source(sixImages(folder));
        Image other{"", {50, 50}, std::vector<uint8_t>(7500)};
        writePng(folder.filePath("1.png").toStdString(), other);
        try {
            source.trainingSample(1, 1, 1);
            QFAIL("a changed image was taken");
        } catch (const UserError &error) {
            QVERIFY(QString(error.what()).contains("1.png"));
            QVERIFY(QString(error.what()).contains("50"));
        }
    }

    void geometryWithoutPixels_data()
    {
        QTest::addColumn<bool>("real");
        QTest::newRow("made up") << false;
        QTest::newRow("BCCD") << true;
    }
    /// What a lens works out from sizes and labels is what a training is given.
    void geometryWithoutPixels()
    {
        QFETCH(bool, real);
        QTemporaryDir folder;
        Dataset dataset = sixImages(folder);
        if (real) {
            const QString bccd = qEnvironmentVariable("FCOSCOPE_SHARED") + "/datasets/bccd/BCCD";
            if (!QFile::exists(bccd))
                QSKIP("FCOSCOPE_SHARED has no datasets/bccd: samples of real images were NOT compared.");
            dataset = readDataset(bccd.toStdString());
        }
        DatasetSourceOptions options;
        options.augment.flipY = true;
        options.augment.stretchSpread = 0.2;
        options.augment.scaleSpread = 0.8;
        const DatasetSource source(dataset, options);
        size_t labels = 0, mirrored = 0, cropped = 0;
        for (int draw = 0; draw < 200; ++draw) {
            const int index = draw * 7 % source.size();
            const int64_t epoch = draw / 6;
            const Sample sample = source.trainingSample(index, 42, epoch);
            const DatasetImage &image = dataset.images[static_cast<size_t>(index)];
            const SampleGeometry geometry = sampleGeometry(image.size, image.labels, options.augment, 42, epoch, index);
            QVERIFY(geometry.transform == sample.transform);
            QCOMPARE(geometry.labels.size(), sample.labels.size());
            for (size_t i = 0; i < sample.labels.size(); ++i) {
                QCOMPARE(geometry.labels[i].box, sample.labels[i].box);
                QCOMPARE(geometry.labels[i].classIndex, sample.labels[i].classIndex);
            }
            labels += sample.labels.size();
            mirrored += sample.transform.mirroredX;
            cropped += sample.transform.crop.width() < image.size.width;
        }
        QVERIFY(labels > 100 && mirrored > 50 && mirrored < 150 && cropped > 10);
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, sampleGeometry({0, 5}, {}, options.augment, 1, 1, 1));
        options.augment.width = 33;
        QVERIFY_THROWS_EXCEPTION(UserError, sampleGeometry({5, 5}, {}, options.augment, 1, 1, 1));
    }

    void anEmptyDatasetIsRefused() { QVERIFY_THROWS_EXCEPTION(UserError, DatasetSource(Dataset{})); }

    void joinedSourcesKeepTheirOrder()
    {
        QTemporaryDir folder;
        const auto first = std::make_shared<DatasetSource>(sixImages(folder));
        const JoinedSource joined({first, first});
        QCOMPARE(joined.size(), 12);
        QVERIFY(same(joined.trainingSample(3, 5, 1), first->trainingSample(3, 5, 1)));
        QVERIFY(!same(joined.trainingSample(9, 5, 1), first->trainingSample(3, 5, 1)));
        QCOMPARE(joined.original(9).image.id, first->original(3).image.id);

        Dataset renamed = sixImages(folder);
        renamed.classNames = {"b", "a"};
        const auto second = std::make_shared<DatasetSource>(std::move(renamed));
        QVERIFY_THROWS_EXCEPTION(UserError, JoinedSource({first, second}));
    }
    void imagesWithRareClassesWeighMore()
    {
        Dataset dataset;
        dataset.classNames = {"common", "rare", "never"};
        for (int i = 0; i < 8; ++i) {
            DatasetImage image{std::to_string(i), {100, 100}, {}, i};
            if (i > 0)  // the first has no label at all
                image.labels = {{.box = {5, 5, 60, 70}, .classIndex = 0}, {.box = {5, 5, 60, 70}, .classIndex = 0}};
            if (i == 7)
                image.labels.push_back({.box = {1, 1, 9, 9}, .classIndex = 1});
            dataset.images.push_back(image);
        }
        const auto source = std::make_shared<const DatasetSource>(dataset);
        std::vector<double> expected(8, 1.0);
        expected[7] = 2;  // the two classes are in four images on average, this one's in a quarter of that: √4
        QCOMPARE(source->weights(), expected);
        const JoinedSource joined({source, source});
        expected.insert(expected.end(), expected.begin(), expected.end());
        QCOMPARE(joined.weights(), expected);
    }
};

QTEST_APPLESS_MAIN(TestDatasetSource)
#include "tst_dataset_source.moc"
