// SPDX-License-Identifier: GPL-3.0-or-later
// Every sentence has its Chinese, with the same places in it, and a font draws every character of it.
#include <QFontDatabase>
#include <QGlyphRun>
#include <QLibraryInfo>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <QTextLayout>
#include <QXmlStreamReader>

#include "app/gui/language.h"
#include "core/base/error.h"
#include "core/rules/profile.h"
#include "widgets/translate.h"

using namespace fcoscope;

namespace {

struct Entry {
    QString context, source, translation, type;
    bool operator==(const Entry &) const = default;
};

QList<Entry> readTs(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QXmlStreamReader xml(&file);
    QList<Entry> entries;
    QString context;
    while (!xml.atEnd()) {
        if (!xml.readNextStartElement())
            continue;
        if (xml.name() == QLatin1String("name"))
            context = xml.readElementText();
        else if (xml.name() == QLatin1String("source"))
            entries += {context, xml.readElementText(), {}, {}};
        else if (xml.name() == QLatin1String("translation")) {
            entries.last().type = xml.attributes().value(QLatin1String("type")).toString();
            // Sentences that count have a form for each number; Chinese has one.
            entries.last().translation = xml.readElementText(QXmlStreamReader::IncludeChildElements).trimmed();
        }
    }
    return entries;
}

QStringList placesOf(const QString &text)
{
    static const QRegularExpression place(QStringLiteral("\\{\\d+\\}|%\\d|%n|%L\\d"));
    QStringList places;
    for (auto it = place.globalMatch(text); it.hasNext();)
        places += it.next().captured();
    places.sort();
    return places;
}

}  // namespace

class TranslationsTest : public QObject {
    Q_OBJECT
    QString root_ = QStringLiteral(FCOSCOPE_SOURCE_DIR);
    QList<Entry> entries_ = readTs(root_ + QStringLiteral("/translations/fcoscope_zh_CN.ts"));

private Q_SLOTS:
    void everySentenceIsTranslated()
    {
        QVERIFY(entries_.size() > 200);
        for (const Entry &entry : entries_) {
            QVERIFY2(entry.type.isEmpty(), qPrintable(entry.type + ": " + entry.source));
            QVERIFY2(!entry.translation.isEmpty(), qPrintable(entry.source));
            QVERIFY2(placesOf(entry.source) == placesOf(entry.translation), qPrintable(entry.source));
            QCOMPARE(entry.translation.contains(QLatin1Char('&')), entry.source.contains(QLatin1Char('&')));
        }
    }

    void theFilesAreUpToDate()
    {
        const QStringList names{QStringLiteral("/fcoscope_zh_CN.ts"), QStringLiteral("/fcoscope_en.ts")};
        QTemporaryDir copy;
        for (const QString &name : names)
            QVERIFY(QFile::copy(root_ + QStringLiteral("/translations") + name, copy.path() + name));
        QProcess script;
        script.start(root_ + QStringLiteral("/packaging/translations.sh"), {copy.path()});
        QVERIFY(script.waitForFinished(100000));
        if (script.exitCode() == 2)
            QSKIP("lupdate is not installed");
        QCOMPARE(script.exitCode(), 0);
        for (const QString &name : names) {
            const QList<Entry> ours = readTs(root_ + QStringLiteral("/translations") + name);
            for (const Entry &entry : readTs(copy.path() + name))
                QVERIFY2(ours.contains(entry),
                         qPrintable("new or unfinished, run packaging/translations.sh and translate: " + entry.context +
                                    ": " + entry.source));
            QCOMPARE(readTs(copy.path() + name).size(), ours.size());
        }
    }

    /// One and many, in English too, whose other sentences are those of the sources.
    void englishCounts()
    {
        Language language;
        language.set(QStringLiteral("zh_CN"));
        language.set(QStringLiteral("en"));
        const auto said = [](int n) {
            return QCoreApplication::translate("fcoscope::LabelDocks", "%n box(es) imported.", nullptr, n);
        };
        QCOMPARE(said(1), QStringLiteral("1 box imported."));
        QCOMPARE(said(3), QStringLiteral("3 boxes imported."));
    }

    void coreSentencesReachThePerson()
    {
        Language language;
        const Message sentence = message("core", "The file {0} is empty.").with("a.png");
        QCOMPARE(translated(sentence), QStringLiteral("The file a.png is empty."));
        language.set(QStringLiteral("zh_CN"));
        QCOMPARE(translated(sentence), QStringLiteral("文件 a.png 为空。"));
        // An error as it arises in core, not one written for this test.
        try {
            profileNamed("none");
            QFAIL("no error");
        } catch (const UserError &error) {
            QVERIFY(translated(error.message()).contains(QStringLiteral("配置")));
        }
        // Words of Qt itself: a button of every dialog.
        if (QFile::exists(QLibraryInfo::path(QLibraryInfo::TranslationsPath) + QStringLiteral("/qtbase_zh_CN.qm")))
            QVERIFY(QCoreApplication::translate("QPlatformTheme", "Cancel") != QStringLiteral("Cancel"));
        else
            QWARN("qt6-translations-l10n is not installed: Qt's own words stay English");
        language.set(QStringLiteral("en"));
        QCOMPARE(translated(sentence), QStringLiteral("The file a.png is empty."));
    }

    void noGlyphIsMissing()
    {
        if (!QFontDatabase::writingSystems().contains(QFontDatabase::SimplifiedChinese))
            QSKIP("no Chinese font is installed (fonts-noto-cjk)");
        QSet<QString> characters;
        for (const Entry &entry : entries_)
            for (const QString &text : {entry.source, entry.translation})
                for (qsizetype i = 0; i < text.size(); ++i)
                    if (text[i].isPrint() && !text[i].isSpace())
                        characters += text[i].isHighSurrogate() ? text.mid(i, 2) : text.mid(i, 1);
        QVERIFY(characters.size() > 400);
        for (const QString &character : characters)
            QVERIFY2(drawn(character), qPrintable(character));
        QVERIFY(!drawn(QString(QChar(0xE123))));  // a private character that no font has: the test can see a gap
    }

private:
    /// True if laying the text out, with all fonts that stand in for one another, ends without an empty glyph.
    static bool drawn(const QString &text)
    {
        QTextLayout layout(text, QGuiApplication::font());
        layout.beginLayout();
        layout.createLine();
        layout.endLayout();
        const QList<QGlyphRun> runs = layout.glyphRuns();
        for (const QGlyphRun &run : runs)
            for (quint32 glyph : run.glyphIndexes())
                if (glyph == 0)
                    return false;
        return !runs.isEmpty();
    }
};

QTEST_MAIN(TranslationsTest)
#include "tst_translations.moc"
