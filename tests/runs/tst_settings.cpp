// SPDX-License-Identifier: GPL-3.0-or-later
// Options from TOML and back.
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include "core/base/error.h"
#include "core/runs/settings.h"

using namespace fcoscope;

class TestSettings : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void settingsGoBackAndForth();
    void settingsAreRefused_data();
    void settingsAreRefused();
};

struct Options {
    int epochs = 50;
    double rate = 1e-3;
    bool crop = true;
    std::string name = "a";
    std::vector<double> strides{8, 16};
};
static void visit(OptionTable &table, Options &o)
{
    table.add("epochs", o.epochs, 1, 1000, "", {});
    table.add("rate", o.rate, 0, 10, "", {});
    table.add("crop", o.crop, {});
    table.add("name", o.name, {});
    table.add("strides", o.strides, 1, 1000, "px", {});
}

static std::vector<Setting> settingsFrom(const QTemporaryDir &folder, const QByteArray &toml)
{
    QFile file(folder.filePath("options.toml"));
    if (!file.open(QIODevice::WriteOnly) || file.write(toml) != toml.size())
        qFatal("the test cannot write its file");
    file.close();
    return readSettings(file.fileName().toStdString());
}

void TestSettings::settingsGoBackAndForth()
{
    const QTemporaryDir folder;
    Options set{7, 0.25, false, "quote \" back \\ tab \t delete \x7f 红", {4, 8.5, 1e3}}, read;
    OptionTable setTable, readTable;
    visit(setTable, set);
    visit(readTable, read);
    applySettings(settingsFrom(folder, QByteArray::fromStdString(settingsText({"train", &setTable}))), "file",
                  {{"train", &readTable}});
    QCOMPARE(readTable.values(), setTable.values());

    Options flat;
    OptionTable flatTable;
    visit(flatTable, flat);
    applySettings(settingsFrom(folder, "epochs = 3\nstrides = [1, 2.5]\ncrop = false\nrate = 1"), "file",
                  {{"train", &flatTable}});
    QCOMPARE(flat.epochs, 3);
    QCOMPARE(flat.strides, (std::vector<double>{1, 2.5}));
    QCOMPARE(flat.crop, false);
    QCOMPARE(flat.rate, 1.0);
}

void TestSettings::settingsAreRefused_data()
{
    QTest::addColumn<QByteArray>("toml");
    QTest::addColumn<QString>("words");  // all of them stand in the sentence
    QTest::newRow("unknown at the top") << QByteArray("epoch = 3") << "options.toml epoch \"epochs\"";
    QTest::newRow("unknown in a table") << QByteArray("[train]\nraet = 3") << "options.toml raet \"rate\"";
    QTest::newRow("unknown table") << QByteArray("[trian]\nrate = 3") << "[trian] [train]";
    QTest::newRow("out of range") << QByteArray("epochs = 0") << "epochs 1 1000";
    QTest::newRow("wrong kind") << QByteArray("crop = 1") << "crop true false";
    QTest::newRow("not TOML") << QByteArray("rate = 1\nepochs 3") << "options.toml line 2";
    QTest::newRow("a date") << QByteArray("\nname = 2020-01-01") << "options.toml line 2";
    QTest::newRow("table in table") << QByteArray("[train.deep]\nrate = 3") << "options.toml";
}

void TestSettings::settingsAreRefused()
{
    QFETCH(QByteArray, toml);
    QFETCH(QString, words);
    const QTemporaryDir folder;
    Options options;
    OptionTable table;
    visit(table, options);
    try {
        const auto settings = settingsFrom(folder, toml);
        applySettings(settings, folder.filePath("options.toml").toStdString(), {{"train", &table}});
        QFAIL("it was taken");
    } catch (const UserError &error) {
        for (const QString &word : words.split(' '))
            QVERIFY2(QString::fromUtf8(error.what()).contains(word), error.what());
    }
}

QTEST_GUILESS_MAIN(TestSettings)
#include "tst_settings.moc"
