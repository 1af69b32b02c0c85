// SPDX-License-Identifier: GPL-3.0-or-later
// Values and services of core/base.
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <filesystem>
#include <sys/resource.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/image_transform.h"
#include "core/base/json.h"
#include "core/base/message.h"
#include "core/base/options.h"
#include "core/base/random.h"

using namespace fcoscope;

namespace {

enum class Colour { Red, Blue };
struct Settings {
    bool on = false;
    int count = 3;
    double rate = 0.5;
    std::string name = "x";
    Colour colour = Colour::Red;
    std::vector<double> list{1, 2};
};
void visit(OptionTable &table, Settings &s)
{
    table.add("on", s.on, message("core", "a"));
    table.add("count", s.count, 1, 10, "px", message("core", "b"));
    table.add("rate", s.rate, 0, 1, "", message("core", "c"));
    table.add("name", s.name, message("core", "d"));
    table.addChoice("colour", s.colour, {{"red", Colour::Red}, {"blue", Colour::Blue}}, message("core", "e"));
    table.add("list", s.list, 0, 9, "", message("core", "f"));
}

std::string refusal(const std::function<void()> &act)
{
    try {
        act();
    } catch (const UserError &error) {
        return error.what();
    }
    return "";
}

}  // namespace

class BaseTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void messagesFillTheirPlacesOnce();
    void optionsReadBackWhatTheyWrite();
    void optionsRefuseInASentence_data();
    void optionsRefuseInASentence();
    void jsonIsStrict_data();
    void jsonIsStrict();
    void jsonRoundTrip();
    void randomIsKeyedAndEven();
    void resizeFollowsTorchvision_data();
    void resizeFollowsTorchvision();
    void transformsInvert();
    void writingReplacesOrLeaves();
    void aFullDiskLeavesTheOldFile();
    void foldersAreRenamedWhole();
    void partsOfFiles();
};

void BaseTest::messagesFillTheirPlacesOnce()
{
    const Message m = message("core", "{1} of {0}, {2}{9}").with("{1}", 2.5, 3);
    QCOMPARE(m.english(), std::string("2.5 of {1}, 3{9}"));
}

void BaseTest::optionsReadBackWhatTheyWrite()
{
    Settings one;
    one.on = true;
    one.rate = 0.1 + 0.2;
    one.colour = Colour::Blue;
    one.list = {0.25, 8};
    OptionTable from;
    visit(from, one);
    Settings two;
    OptionTable to;
    visit(to, two);
    for (const auto &[name, value] : from.values())
        to.set(name, value, "test");
    QCOMPARE(two.on, true);
    QCOMPARE(two.rate, 0.1 + 0.2);
    QVERIFY(two.colour == Colour::Blue);
    QCOMPARE(two.list, one.list);
    QCOMPARE(to.values(true).count("count"), size_t(0));
    QCOMPARE(to.values(true).at("rate"), std::string("0.30000000000000004"));
}

void BaseTest::optionsRefuseInASentence_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("sentence");
    QTest::newRow("range") << "count" << "11" << "file: The option count is \"11\"; it must be a number from 1 to 10.";
    QTest::newRow("whole") << "count" << "2.5"
                           << "file: The option count is \"2.5\"; it must be a number from 1 to 10.";
    QTest::newRow("nan") << "rate" << "nan" << "file: The option rate is \"nan\"; it must be a number from 0 to 1.";
    QTest::newRow("junk") << "rate" << "0.5x" << "file: The option rate is \"0.5x\"; it must be a number from 0 to 1.";
    QTest::newRow("choice") << "colour" << "green"
                            << "file: The option colour is \"green\"; it must be one of red, blue.";
    QTest::newRow("list") << "list" << "1,,2" << "file: The option list is \"1,,2\"; it must be a number from 0 to 9.";
    QTest::newRow("near") << "coumt" << "1" << "file: there is no option \"coumt\"; did you mean \"count\"?";
    QTest::newRow("far") << "zzzzzzzz" << "1" << "file: there is no option \"zzzzzzzz\".";
}

void BaseTest::optionsRefuseInASentence()
{
    QFETCH(QString, name);
    QFETCH(QString, value);
    QFETCH(QString, sentence);
    Settings settings;
    OptionTable table;
    visit(table, settings);
    QCOMPARE(QString::fromStdString(refusal([&] { table.set(name.toStdString(), value.toStdString(), "file"); })),
             sentence);
    if (table.find(name.toStdString()))  // a flag says itself where the value stands
        QCOMPARE("file: " + QString::fromStdString(refusal([&] {
                     table.set(name.toStdString(), value.toStdString(), "--" + name.toStdString());
                 })),
                 sentence);
    QCOMPARE(table.values(true).size(), size_t(0));
}

void BaseTest::jsonIsStrict_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const char *text :
         {"",     "{",   "[1,]",  "[,1]",  "{\"a\":1,}",       "{\"a\"}",     "01",       "1.",          ".5",
          "+1",   "1e",  "1e999", "tru",   "\"\\x\"",          "\"\x01\"",    "\"\xff\"", "\"\\ud800\"", "\"\\udc00x\"",
          "[1]x", "nan", "\"abc", "{1:2}", "\"\xed\xa0\x80\"", "\"\xc0\x80\""})
        QTest::newRow(text) << QByteArray(text);
    QTest::newRow("deep") << QByteArray(100000, '[');
}

void BaseTest::jsonIsStrict()
{
    QFETCH(QByteArray, text);
    QVERIFY(!refusal([&] { parseJson(std::string_view(text.constData(), size_t(text.size()))); }).empty());
}

void BaseTest::jsonRoundTrip()
{
    const std::string nasty = "\"\\\b\n\x01 Zelle 红细胞 😀/";
    QCOMPARE(parseJson(jsonText(nasty)).text, nasty);
    QCOMPARE(parseJson("\"\\ud83d\\ude00\"").text, std::string("😀"));
    QCOMPARE(parseJson(jsonText("a\xff" "b")).text, std::string("a\xEF\xBF\xBD" "b"));
    const Json json = parseJson(" { \"a\" : [ -1.5e2 , true , null ] , \"b\" : {} } ");
    QCOMPARE(json.find("a")->items.at(0).number, -150.0);
    QVERIFY(json.find("b")->kind == Json::Kind::Object);
}

void BaseTest::randomIsKeyedAndEven()
{
    QCOMPARE(Random(1, 2, 3).next(), Random(1, 2, 3).next());
    QVERIFY(Random(1, 2, 3).next() != Random(1, 3, 2).next());
    double sum = 0, squares = 0;
    for (uint64_t i = 0; i < 20000; ++i) {  // neighbouring keys must not be related
        const double u = Random(7, i).uniform();
        sum += u;
        squares += u * u;
    }
    QVERIFY(std::abs(sum / 20000 - 0.5) < 0.01);
    QVERIFY(std::abs(squares / 20000 - 1.0 / 3) < 0.01);
    std::vector<int> order = Random(5).permutation(1000);
    QVERIFY(!std::is_sorted(order.begin(), order.end()));
    std::sort(order.begin(), order.end());
    for (int i = 0; i < 1000; ++i)
        QCOMPARE(order[size_t(i)], i);
}

void BaseTest::resizeFollowsTorchvision_data()  // specification, section 5.1, column tv
{
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("newHeight");
    QTest::addColumn<int>("newWidth");
    const int rows[][4] = {{640, 480, 800, 1066}, {640, 426, 800, 1201},  {640, 427, 800, 1199},
                           {500, 375, 800, 1066}, {1280, 720, 749, 1333}, {640, 360, 749, 1333},
                           {640, 359, 747, 1333}, {333, 500, 1201, 800},  {612, 612, 800, 800}};
    for (const auto &row : rows)
        QTest::addRow("%dx%d", row[0], row[1]) << row[0] << row[1] << row[2] << row[3];
}

void BaseTest::resizeFollowsTorchvision()
{
    QFETCH(int, width);
    QFETCH(int, height);
    QFETCH(int, newHeight);
    QFETCH(int, newWidth);
    const ImageTransform fit = fitTransform({width, height}, 800, 1333, 32);
    QCOMPARE(fit.contentSize.height, newHeight);
    QCOMPARE(fit.contentSize.width, newWidth);
    QCOMPARE(fit.paddedSize.width % 32, 0);
    QVERIFY(fit.paddedSize.width >= newWidth && fit.paddedSize.width < newWidth + 32);
}

void BaseTest::transformsInvert()
{
    ImageTransform t;
    t.crop = {10, -5, 110, 95};
    t.scaleX = 0.7;
    t.scaleY = 1.3;
    const Box box{20, 30, 50, 70};
    for (const bool x : {false, true})
        for (const bool y : {false, true}) {
            t.mirroredX = x;
            t.mirroredY = y;
            const Box there = t.toNetwork(box), back = t.toImage(there);
            QVERIFY(there.hasArea());
            QVERIFY(std::abs(back.x1 - box.x1) + std::abs(back.y1 - box.y1) + std::abs(back.x2 - box.x2) +
                        std::abs(back.y2 - box.y2) <
                    1e-9);
        }
    QCOMPARE(t.toNetwork(box).x1, (110 - 50) * 0.7);
}

void BaseTest::writingReplacesOrLeaves()
{
    QTemporaryDir dir;
    const std::filesystem::path folder = dir.path().toStdString(), file = folder / "a", link = folder / "link";
    writeFile(file, "one");
    std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    std::filesystem::create_symlink(file, link);
    writeFile(link, "two");
    QVERIFY(std::filesystem::is_symlink(link));
    QCOMPARE(readFile(file), std::string("two"));
    QVERIFY(std::filesystem::status(file).permissions() ==
            (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    QCOMPARE(refusal([&] { writeFile(folder / "none" / "b", "x"); }),
             "The file " + (folder / "none" / "b").string() + " cannot be written: No such file or directory.");
    QVERIFY(refusal([&] { readFile(folder); }).ends_with(" is not a file."));
    QVERIFY(refusal([&] { readFile(file, 2); }).ends_with("has 3 bytes; the limit is 2."));
}

void BaseTest::aFullDiskLeavesTheOldFile()
{
    QTemporaryDir dir;
    const std::filesystem::path file = std::filesystem::path(dir.path().toStdString()) / "a";
    writeFile(file, "old");
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small{4096, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    const std::string said = refusal([&] { writeFile(file, std::string(100000, 'x')); });
    setrlimit(RLIMIT_FSIZE, &before);
    QVERIFY2(said.find("File too large") != std::string::npos, said.c_str());
    QCOMPARE(readFile(file), std::string("old"));
    QCOMPARE(std::distance(std::filesystem::directory_iterator(file.parent_path()), {}), std::ptrdiff_t(1));
}

void BaseTest::foldersAreRenamedWhole()
{
    QTemporaryDir dir;
    const std::filesystem::path folder = dir.path().toStdString();
    for (const char *content : {"one", "two"}) {
        std::filesystem::create_directory(folder / "unfinished");
        writeFile(folder / "unfinished" / "f", content);
        renameFolderIntoPlace(folder / "unfinished", folder / "done");
        QCOMPARE(readFile(folder / "done" / "f"), std::string(content));
        QCOMPARE(std::distance(std::filesystem::directory_iterator(folder), {}), std::ptrdiff_t(1));
    }
    QVERIFY(refusal([&] { renameFolderIntoPlace(folder / "none", folder / "done"); }).ends_with("file or directory."));
    QCOMPARE(readFile(folder / "done" / "f"), std::string("two"));

    // Killed after the old folder was moved aside: it is brought back, and a later replacement does not lose it.
    const auto moveAside = [&] { std::filesystem::rename(folder / "done", folder / ".done.old"); };
    moveAside();
    QVERIFY(refusal([&] { renameFolderIntoPlace(folder / "none", folder / "done"); }).size() > 0);
    QVERIFY(folderInPlace(folder / "done"));
    QCOMPARE(readFile(folder / "done" / "f"), std::string("two"));
    QVERIFY(!folderInPlace(folder / "never"));
    moveAside();
    std::filesystem::create_directory(folder / "unfinished");
    writeFile(folder / "unfinished" / "f", "three");
    renameFolderIntoPlace(folder / "unfinished", folder / "done");
    QCOMPARE(readFile(folder / "done" / "f"), std::string("three"));
    QCOMPARE(std::distance(std::filesystem::directory_iterator(folder), {}), std::ptrdiff_t(1));
}

void BaseTest::partsOfFiles()
{
    QTemporaryDir dir;
    const std::filesystem::path file = std::filesystem::path(dir.path().toStdString()) / "a";
    writeFile(file, "0123456789");
    const FilePart middle = readFilePart(file, 3, 4), end = readFilePart(file, 8, 100);
    const FilePart beyond = readFilePart(file, 50, 1);
    QCOMPARE(middle.bytes, std::string("3456"));
    QCOMPARE(middle.fileBytes, uint64_t(10));
    QCOMPARE(end.bytes, std::string("89"));
    QCOMPARE(beyond.bytes, std::string());
}

QTEST_GUILESS_MAIN(BaseTest)
#include "tst_base.moc"
