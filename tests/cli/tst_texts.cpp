// SPDX-License-Identifier: GPL-3.0-or-later
// The command's small languages: JSON and SHA-256.
#include <QCryptographicHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include <limits>

#include "core/base/json_writer.h"
#include "core/base/sha256.h"

using namespace fcoscope;

class TestTexts : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void jsonIsAlwaysValid();
    void jsonTextsSurvive_data();
    void jsonTextsSurvive();
    void shaOfKnownTexts();
};

void TestTexts::jsonIsAlwaysValid()
{
    const std::string text = JsonObject()
                                 .add("number", 0.1f)
                                 .add("infinite", std::numeric_limits<double>::infinity())
                                 .add("none", std::numeric_limits<float>::quiet_NaN())
                                 .add("whole", int64_t(1) << 53)
                                 .add("bytes", std::string_view("\xff\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80 end", 14))
                                 .raw("list", jsonTexts({"a", "b"}))
                                 .text();
    QJsonParseError error;
    const QJsonObject object = QJsonDocument::fromJson(QByteArray::fromStdString(text), &error).object();
    QCOMPARE(error.error, QJsonParseError::NoError);
    QVERIFY(text.find("\"number\":0.1,") != std::string::npos);  // float32's own digits, not those of its double
    QVERIFY(object["infinite"].isNull() && object["none"].isNull());
    QCOMPARE(object["whole"].toDouble(), 9007199254740992.0);
    QCOMPARE(object["bytes"].toString(), QString(10, QChar(0xFFFD)) + " end");
    QCOMPARE(object["list"].toArray().size(), 2);
}

void TestTexts::jsonTextsSurvive_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("plain") << "red cell";
    QTest::newRow("quotes") << "a\"b\\c/";
    QTest::newRow("control") << QString("tab\tline\nzero") + QChar(0) + QChar(0x1f) + QChar(0x7f);
    QTest::newRow("chinese") << QString::fromUtf8("红细胞");
    QTest::newRow("emoji") << QString::fromUtf8("🩸");
}

void TestTexts::jsonTextsSurvive()
{
    QFETCH(QString, text);
    const std::string json = "[" + jsonText(text.toStdString()) + "]";
    QCOMPARE(QJsonDocument::fromJson(QByteArray::fromStdString(json)).array().at(0).toString(), text);
}

void TestTexts::shaOfKnownTexts()
{
    // FIPS 180-4's own examples.
    QCOMPARE(sha256("abc"), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    QCOMPARE(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
             std::string("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
    QCOMPARE(sha256(""), std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    QCOMPARE(sha256(std::string(1000000, 'a')),
             std::string("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
    // In pieces that end within, at and beyond a block, and at each length of the padding.
    for (const size_t piece : {1, 55, 63, 64, 65, 200})
        for (size_t size = 0; size < 200; ++size) {
            std::string text(size, 'x');
            for (size_t i = 0; i < size; ++i)
                text[i] = static_cast<char>(i * 7);
            Sha256 sum;
            for (size_t at = 0; at < size; at += piece)
                sum.add(std::string_view(text).substr(at, piece));
            QCOMPARE(QByteArray::fromStdString(sum.digits()),
                     QCryptographicHash::hash(QByteArray::fromStdString(text), QCryptographicHash::Sha256).toHex());
        }
}

QTEST_GUILESS_MAIN(TestTexts)
#include "tst_texts.moc"
