// SPDX-License-Identifier: GPL-3.0-or-later
// The palette finds actions by their words and runs them; the cheat sheet shows the keys of the moment on one page.
#include <QFile>
#include <QLineEdit>
#include <QListView>
#include <QMainWindow>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBrowser>
#include <QTextDocument>

#include <memory>

#include "app/gui/cheat_sheet.h"
#include "app/gui/command_palette.h"
#include "app/gui/keys_dialog.h"
#include "app/gui/language.h"
#include "shots.h"
#include "widgets/message_strip.h"
#include "widgets/theme.h"

using namespace fcoscope;
using Id = ActionId;

class PaletteTest : public QObject {
    Q_OBJECT

    // The last made goes first: the window's children name the actions.
    std::unique_ptr<QTemporaryDir> dir_;
    std::unique_ptr<QSettings> settings_;
    std::unique_ptr<Actions> actions_;
    std::unique_ptr<MessageStrip> strip_;
    std::unique_ptr<QMainWindow> window_;
    Language language_;
    KeyBindings *bindings_ = nullptr;
    CommandPalette *palette_ = nullptr;

    QLineEdit &field() const { return *palette_->findChild<QLineEdit *>(); }
    void popUp()
    {
        QTest::keyClick(window_.get(), Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(palette_->isVisible());
        QVERIFY(QTest::qWaitForWindowActive(palette_));
        QTRY_VERIFY(field().hasFocus());
    }
    QList<Id> found(const QString &words)
    {
        field().clear();
        QTest::keyClicks(&field(), words);
        return palette_->listed();
    }
    Id best(const char *words) { return found(QString::fromUtf8(words)).value(0, Id::About); }
    static void shot(QWidget &widget, const char *name) { saveShot(widget, QString::fromLatin1(name)); }
    CheatSheet *sheet() const { return window_->findChild<CheatSheet *>(); }

private Q_SLOTS:
    void init()
    {
        window_.reset();
        language_.set(QStringLiteral("en"));
        applyTheme(ThemeChoice::Light);
        dir_ = std::make_unique<QTemporaryDir>();
        settings_ = std::make_unique<QSettings>(dir_->filePath(QStringLiteral("s.ini")), QSettings::IniFormat);
        actions_ = std::make_unique<Actions>(nullptr);
        strip_ = std::make_unique<MessageStrip>();
        window_ = std::make_unique<QMainWindow>();
        actions_->fill(*window_->menuBar());
        bindings_ = &connectKeys(*actions_, window_.get(), *settings_, *strip_);
        palette_ = window_->findChild<CommandPalette *>();
        window_->resize(1200, 800);
        window_->show();
        QVERIFY(QTest::qWaitForWindowActive(window_.get()));
    }

    void scores()
    {
        const Searched entry{{QStringLiteral("打开图像"), QStringLiteral("Open images")},
                             {QStringLiteral("File"), QStringLiteral("Add image files to the list")}};
        for (const char *query :
             {"open", "images open", "OPEN IMAGES", "im", "oi", "opim", "file op", "图像", "打开", "add"})
            QVERIFY2(matchScore(QString::fromUtf8(query), entry) > 0, query);
        for (const char *query : {"", "  ", "folder", "open folder", "xo", "图书"})
            QCOMPARE(matchScore(QString::fromUtf8(query), entry), 0);
        const auto score = [&entry](const char *query) { return matchScore(QString::fromUtf8(query), entry); };
        QVERIFY(score("open") > score("images") && score("images") > score("mages"));
        QVERIFY(score("mages") > score("opim") && score("opim") > score("add"));
    }

    void everyActionIsInIt()
    {
        popUp();
        const QList<Id> ids = palette_->listed();
        for (const ActionSpec &spec : actionTable())
            QVERIFY2(ids.contains(spec.id) || spec.id == Id::CommandPalette, spec.text);
        QCOMPARE(size_t(ids.size()) + 1, actionTable().size());
        shot(*palette_, "palette");
        // Each by its own words.
        for (const ActionSpec &spec : actionTable())
            if (spec.id != Id::CommandPalette && !(spec.flags & ActionSpec::NativeName)) {
                const QList<Id> hits = found((*actions_)[spec.id].iconText());
                QVERIFY2(hits.indexOf(spec.id) == 0, spec.text);
            }
        QCOMPARE(best("zo in"), Id::ZoomIn);
        QCOMPARE(best("theme dark"), Id::ThemeDark);
        QCOMPARE(best("lig"), Id::ThemeLight);
        QVERIFY(found(QStringLiteral("qqq")).isEmpty());
        QTest::keyClick(&field(), Qt::Key_Return);  // nothing to run
        QVERIFY(palette_->isVisible());
        best("unre");
        shot(*palette_, "palette-search");
    }

    void englishIsFoundInChinese()
    {
        language_.set(QStringLiteral("zh_CN"));
        actions_->retranslate();
        popUp();
        QVERIFY((*actions_)[Id::OpenImages].iconText() != QStringLiteral("Open images"));
        QCOMPARE(best("open images"), Id::OpenImages);
        field().setText((*actions_)[Id::OpenImages].iconText());  // as an input method does
        QCOMPARE(palette_->listed().value(0), Id::OpenImages);
        shot(*palette_, "palette-chinese");
    }

    void arrowsAndEnterRunWhatIsChosen()
    {
        QSignalSpy in(&(*actions_)[Id::ZoomIn], &QAction::triggered),
            out(&(*actions_)[Id::ZoomOut], &QAction::triggered);
        popUp();
        const QList<Id> hits = found(QStringLiteral("zoom"));
        const qsizetype place = hits.indexOf(Id::ZoomOut);
        QVERIFY(place > 0);
        for (qsizetype i = 0; i < place; ++i)
            QTest::keyClick(&field(), Qt::Key_Down);
        QTest::keyClick(&field(), Qt::Key_Return);
        QVERIFY(!palette_->isVisible());
        QTRY_COMPARE(out.size(), 1);
        QCOMPARE(in.size(), 0);
        // It comes first next time, before anything is typed and among equals.
        window_->activateWindow();
        QTRY_COMPARE(QApplication::activeWindow(), window_.get());
        popUp();
        QVERIFY(field().text().isEmpty());
        QCOMPARE(palette_->listed().value(0), Id::ZoomOut);
        QCOMPARE(best("zoom"), Id::ZoomOut);
        QTest::keyClick(&field(), Qt::Key_Escape);
        QVERIFY(!palette_->isVisible());
        QCOMPARE(settings_->value(QStringLiteral("palette/recent")).toStringList(),
                 QStringList{QStringLiteral("ZoomOut")});
    }

    void brokenMemoryIsNoMatter()
    {
        settings_->setValue(QStringLiteral("palette/recent"),
                            QStringList{QStringLiteral("Nobody"), QStringLiteral("Quit")});
        popUp();
        QCOMPARE(palette_->listed().value(0), Id::Quit);
    }

    void whatIsDisabledSaysWhyAndDoesNotRun()
    {
        QAction &detect = (*actions_)[Id::Detect];
        detect.setEnabled(false);
        QSignalSpy ran(&detect, &QAction::triggered);
        popUp();
        QCOMPARE(best("detect"), Id::Detect);
        const auto *list = palette_->findChild<QListView *>();
        const QString spoken = list->currentIndex().data(Qt::AccessibleTextRole).toString();
        QVERIFY(spoken.contains(whyDisabled(Id::Detect)) && spoken.contains(QStringLiteral("F5")));
        QCOMPARE(field().accessibleDescription(), spoken);
        shot(*palette_, "palette-disabled");
        QTest::keyClick(&field(), Qt::Key_Return);
        QVERIFY(palette_->isVisible());
        QCoreApplication::processEvents();
        QCOMPARE(ran.size(), 0);
    }

    void goesWhenSomethingElseIsClicked()
    {
        popUp();
        window_->activateWindow();
        QTRY_VERIFY(!palette_->isVisible());
    }

    void keysOfTheMomentAreShown()
    {
        bindings_->setKeys(Id::FindImage, {QKeySequence(QStringLiteral("Ctrl+7"))});
        popUp();
        QCOMPARE(best("find image"), Id::FindImage);
        const auto *list = palette_->findChild<QListView *>();
        QVERIFY(list->currentIndex().data(Qt::AccessibleTextRole).toString().contains(QStringLiteral("Ctrl+7")));
    }

    // --- The cheat sheet

    void sheetShowsEveryKey()
    {
        QTest::keyClick(window_.get(), Qt::Key_Question);
        QVERIFY(sheet() && sheet()->isVisible());
        const QString text = sheet()->text();
        for (const ActionSpec &spec : actionTable()) {
            const QAction &action = (*actions_)[spec.id];
            for (const QKeySequence &key : action.shortcuts())
                QVERIFY2(text.contains(key.toString(QKeySequence::NativeText)), spec.text);
            QCOMPARE(text.contains(action.iconText()) || action.shortcuts().isEmpty(), true);
        }
        // All of it is seen without scrolling, and in the dark.
        QCoreApplication::processEvents();
        const auto *page = sheet()->findChild<QTextBrowser *>();
        shot(*sheet(), "cheat-sheet");
        QVERIFY2(page->document()->size().height() <= page->viewport()->height() + 1,
                 qPrintable(QString::number(page->document()->size().height())));
        applyTheme(ThemeChoice::Dark);
        QCoreApplication::processEvents();
        shot(*sheet(), "cheat-sheet-dark");
        // F1 is the same sheet, not another one; Escape closes it.
        QTest::keyClick(window_.get(), Qt::Key_F1);
        QCOMPARE(window_->findChildren<CheatSheet *>().size(), 1);
        QTest::keyClick(sheet(), Qt::Key_Escape);
        QTRY_VERIFY(!sheet());
    }

    void sheetFollowsKeysAndLanguage()
    {
        (*actions_)[Id::CheatSheet].trigger();
        QVERIFY(!sheet()->text().contains(QStringLiteral("Ctrl+7")));
        bindings_->setKeys(Id::FindImage, {QKeySequence(QStringLiteral("Ctrl+7"))});
        QVERIFY(sheet()->text().contains(QStringLiteral("Ctrl+7")));
        language_.set(QStringLiteral("zh_CN"));
        actions_->retranslate();
        QTRY_VERIFY(sheet()->text().contains(QStringLiteral("文件")));
        shot(*sheet(), "cheat-sheet-chinese");
    }

    void sheetIsAPageOfPaper()
    {
        const QString path = dir_->filePath(QStringLiteral("keys.pdf"));
        QCOMPARE(saveCheatSheet(*actions_, path), QString());
        if (const QString folder = shotsFolder(); !folder.isEmpty())
            QFile::copy(path, folder + QStringLiteral("/keys.pdf"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray bytes = file.readAll();
        QVERIFY(bytes.startsWith("%PDF-"));
        QCOMPARE(bytes.count("/Type /Page\n"), 1);
        QVERIFY(saveCheatSheet(*actions_, dir_->filePath(QStringLiteral("no/keys.pdf")))
                    .contains(QStringLiteral("no/keys.pdf")));
    }
};

QTEST_MAIN(PaletteTest)
#include "tst_palette.moc"
