// SPDX-License-Identifier: GPL-3.0-or-later
// Which of the labels a run learns from and which it is measured on.
#include <QtTest>

#include <algorithm>
#include <map>
#include <set>

#include "core/base/error.h"
#include "core/base/random.h"
#include "tests/pace.h"
#include "tests/runs/plan_data.h"

using namespace fcoscope;

class TestChosenData : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void twentyImages();
    void everyClassOnBothSides();
    void aClassOfOneImageTrains();
    void oneTwoAndThreeImages();
    void sharesFromNothingToAll_data();
    void sharesFromNothingToAll();
    void theQueryAndTheReviewChoose();
    void nothingToLearnFromIsSaid();
    void orderDoesNotMatter();
    void imagesStayWhereTheyAre();
    void aHundredThousandImages();
};

static std::set<std::string> filesOf(const Dataset &data)
{
    std::set<std::string> files;
    for (const DatasetImage &image : data.images)
        files.insert(image.file);
    return files;
}

static std::set<int> classesIn(const Dataset &data)
{
    std::set<int> classes;
    for (const DatasetImage &image : data.images)
        for (const Label &label : image.labels)
            classes.insert(label.classIndex);
    return classes;
}

void TestChosenData::twentyImages()
{
    MadeSet made("ab");
    for (int i = 0; i < 20; ++i)
        made.add("image" + std::to_string(i) + ".png", i % 2 ? "ab" : "a");
    const Snapshot snapshot = chosenData(made.set, {});
    QVERIFY(snapshot.validation);
    QVERIFY(snapshot.validation->images.size() >= 3 && snapshot.validation->images.size() <= 5);
    QCOMPARE(snapshot.training.images.size() + snapshot.validation->images.size(), size_t(20));
    std::set<std::string> all = filesOf(snapshot.training);
    for (const std::string &file : filesOf(*snapshot.validation))
        QVERIFY(all.insert(file).second);
    QCOMPARE(all.size(), size_t(20));
    QCOMPARE(snapshot.training.classNames, snapshot.validation->classNames);
    QCOMPARE(snapshot.training.images.front().labels.front().box, (Box{10, 10, 70, 70}));
}

/// Ten classes of two images each in a hundred: whatever the seed, each is taught and measured.
void TestChosenData::everyClassOnBothSides()
{
    MadeSet made("abcdefghijz");
    for (int i = 0; i < 100; ++i)
        made.add("image" + std::to_string(i) + ".png",
                 i < 20 ? "z" + std::string(1, static_cast<char>('a' + i / 2)) : "z");
    for (uint64_t seed = 1; seed <= 50; ++seed) {
        TrainingChoice choice;
        choice.seed = seed;
        const Snapshot snapshot = chosenData(made.set, choice);
        QCOMPARE(classesIn(snapshot.training).size(), size_t(11));
        QCOMPARE(classesIn(*snapshot.validation).size(), size_t(11));
        QVERIFY(snapshot.validation->images.size() >= 15 && snapshot.validation->images.size() <= 25);
    }
}

void TestChosenData::aClassOfOneImageTrains()
{
    MadeSet made("ab");
    for (int i = 0; i < 10; ++i)
        made.add("image" + std::to_string(i) + ".png", i == 4 ? "ab" : "a");
    for (uint64_t seed = 1; seed <= 50; ++seed) {
        TrainingChoice choice;
        choice.seed = seed;
        const Snapshot snapshot = chosenData(made.set, choice);
        QVERIFY(classesIn(snapshot.training).contains(1));
        QVERIFY(!snapshot.validation->images.empty());
    }
}

void TestChosenData::oneTwoAndThreeImages()
{
    MadeSet made("abc");
    made.add("first.png", "a");
    const Snapshot one = chosenData(made.set, {});
    QCOMPARE(one.training.images.size(), size_t(1));
    QCOMPARE(filesOf(*one.validation), filesOf(one.training));

    made.add("second.png", "bc");  // each has a class that only it can teach
    const Snapshot two = chosenData(made.set, {});
    QCOMPARE(two.training.images.size(), size_t(1));
    QCOMPARE(two.validation->images.size(), size_t(1));
    QCOMPARE(classesIn(two.training), (std::set<int>{1, 2}));  // the more classes

    made.add("third.png", "a");
    for (uint64_t seed = 1; seed <= 20; ++seed) {
        TrainingChoice choice;
        choice.seed = seed;
        const Snapshot three = chosenData(made.set, choice);
        QCOMPARE(classesIn(three.training).size(), size_t(3));
        QCOMPARE(classesIn(*three.validation), (std::set<int>{0}));
    }
}

void TestChosenData::sharesFromNothingToAll_data()
{
    QTest::addColumn<double>("share");
    QTest::addColumn<int>("lowest");
    QTest::addColumn<int>("highest");
    QTest::newRow("none") << 0.0 << 0 << 0;
    QTest::newRow("below none") << -1.0 << 0 << 0;
    QTest::newRow("no number") << std::nan("") << 0 << 0;
    QTest::newRow("a trace") << 1e-9 << 1 << 2;
    QTest::newRow("half") << 0.5 << 15 << 25;
    QTest::newRow("all") << 1.0 << 30 << 39;
    QTest::newRow("more than all") << 7.0 << 30 << 39;
}

void TestChosenData::sharesFromNothingToAll()
{
    QFETCH(double, share);
    QFETCH(int, lowest);
    QFETCH(int, highest);
    MadeSet made("a");
    for (int i = 0; i < 40; ++i)
        made.add("image" + std::to_string(i) + ".png", "a");
    TrainingChoice choice;
    choice.validationShare = share;
    const Snapshot snapshot = chosenData(made.set, choice);
    QVERIFY(!snapshot.training.images.empty());
    const int validating = snapshot.validation ? static_cast<int>(snapshot.validation->images.size()) : 0;
    QVERIFY2(validating >= lowest && validating <= highest, qPrintable(QString::number(validating)));
    QCOMPARE(snapshot.validation.has_value(), highest > 0);
}

void TestChosenData::theQueryAndTheReviewChoose()
{
    MadeSet made("ab");
    for (int i = 0; i < 10; ++i)
        made.add((i % 2 ? "odd" : "even") + std::to_string(i) + ".png", "ab").status =
            i < 4 ? ReviewStatus::New : ReviewStatus::Verified;
    const auto imagesOf = [](const Snapshot &snapshot) {
        return snapshot.training.images.size() + snapshot.validation->images.size();
    };
    TrainingChoice choice;
    QCOMPARE(imagesOf(chosenData(made.set, choice)), size_t(6));
    choice.unreviewed = true;
    QCOMPARE(imagesOf(chosenData(made.set, choice)), size_t(10));
    choice.images.name = "odd";
    QCOMPARE(imagesOf(chosenData(made.set, choice)), size_t(5));
    for (const std::string &file : filesOf(chosenData(made.set, choice).training))
        QVERIFY(file.starts_with("/made/odd"));
}

void TestChosenData::nothingToLearnFromIsSaid()
{
    MadeSet made("a");
    QVERIFY_EXCEPTION_THROWN(chosenData(made.set, {}), UserError);
    made.add("empty.png", "");
    QVERIFY_EXCEPTION_THROWN(chosenData(made.set, {}), UserError);
    made.add("crowd.png", "a").boxes.front().crowd = true;
    QVERIFY_EXCEPTION_THROWN(chosenData(made.set, {}), UserError);
    MadeSet unseen("a");
    unseen.add("new.png", "a").status = ReviewStatus::New;
    try {
        chosenData(unseen.set, {});
        QFAIL("it was taken");
    } catch (const UserError &error) {
        QVERIFY2(QString(error.what()).contains("looked at"), error.what());
    }
    made.add("box.png", "a");
    QCOMPARE(classesIn(chosenData(made.set, {}).training), (std::set<int>{0}));
}

void TestChosenData::orderDoesNotMatter()
{
    MadeSet made("abc");
    for (int i = 0; i < 60; ++i)
        made.add("image" + std::to_string(i) + ".png", i % 20 == 0 ? "abc" : i % 7 == 0 ? "ab" : "a");
    const Snapshot before = chosenData(made.set, {});
    std::reverse(made.set.images.begin(), made.set.images.end());
    std::swap(made.set.classes[0], made.set.classes[2]);
    TrainingChoice choice;
    choice.images.sort = ImageQuery::Sort::Boxes;
    const Snapshot after = chosenData(made.set, choice);
    QCOMPARE(filesOf(*after.validation), filesOf(*before.validation));
    choice.seed = 2;
    QVERIFY(filesOf(*chosenData(made.set, choice).validation) != filesOf(*before.validation));
}

/// A person labels three hundred images, one after the other; what had been on one side goes to the other almost never.
void TestChosenData::imagesStayWhereTheyAre()
{
    MadeSet made("abc");
    Random random(5);
    std::map<std::string, bool> validates;
    int moves = 0, mostAtOnce = 0;
    for (int i = 0; i < 300; ++i) {
        std::string boxes = "a";
        if (random.chance(0.3))
            boxes += "b";
        if (random.chance(0.02))
            boxes += "c";
        made.add("image" + std::to_string(i) + ".png", boxes);
        const Snapshot snapshot = chosenData(made.set, {});
        std::map<std::string, bool> now;
        for (const std::string &file : filesOf(snapshot.training))
            now[file] = false;
        for (const std::string &file : filesOf(*snapshot.validation))
            now[file] = true;
        int moved = 0;
        for (const auto &[file, was] : validates)
            moved += now.at(file) != was;
        moves += moved;
        mostAtOnce = std::max(mostAtOnce, moved);
        validates = now;
    }
    qInfo("%d moves while 300 images were added, %d at most at once", moves, mostAtOnce);
    QVERIFY(moves <= 40);
    QVERIFY(mostAtOnce <= 3);
}

void TestChosenData::aHundredThousandImages()
{
    MadeSet made("abcdefghij");
    for (int i = 0; i < 100000; ++i)
        made.add("image" + std::to_string(i) + ".png", std::string(2, static_cast<char>('a' + i % 10)));
    Snapshot snapshot;
    const double took = wallMs([&] { snapshot = chosenData(made.set, {}); });
    qInfo("100,000 images: %.0f ms", took);
    QVERIFY(within(took, 1000));
    QVERIFY(std::abs(static_cast<double>(snapshot.validation->images.size()) - 20000) < 500);
}

QTEST_GUILESS_MAIN(TestChosenData)
#include "tst_chosen_data.moc"
