// SPDX-License-Identifier: GPL-3.0-or-later
// Keys that a person gives: what is stored, who loses a key, what hand-written settings may do, and the dialog by
// mouse and keys.
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMainWindow>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeWidget>

#include <memory>

#include "app/gui/keys_dialog.h"
#include "app/gui/language.h"
#include "core/base/random.h"
#include "shots.h"
#include "widgets/detection_table.h"
#include "widgets/message_strip.h"
#include "widgets/theme.h"

using namespace fcoscope;
using Id = ActionId;

class KeysTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> dir_;
    std::unique_ptr<QSettings> settings_;
    std::unique_ptr<Actions> actions_;
    std::unique_ptr<KeyBindings> bindings_;
    std::unique_ptr<KeysDialog> dialog_;

    static QKeySequence key(const char *text) { return QKeySequence(QString::fromLatin1(text)); }
    QString keysOfAction(Id id) const
    {
        return QKeySequence::listToString((*actions_)[id].shortcuts(), QKeySequence::PortableText);
    }
    /// As when the program is started again.
    void start()
    {
        dialog_.reset();
        bindings_.reset();
        actions_ = std::make_unique<Actions>(nullptr);
        settings_ = std::make_unique<QSettings>(dir_->filePath(QStringLiteral("s.ini")), QSettings::IniFormat);
        bindings_ = std::make_unique<KeyBindings>(*actions_, *settings_);
    }
    void startWith(const QByteArray &written)
    {
        QFile file(dir_->filePath(QStringLiteral("s.ini")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("[keys]\n" + written);
        file.close();
        start();
    }
    void verifyNoKeyTwice() const
    {
        QList<QKeySequence> all;
        for (const ActionSpec &spec : actionTable())
            for (const QKeySequence &each : (*actions_)[spec.id].shortcuts()) {
                QVERIFY2(!each.isEmpty() && !isWidgetKey(each), spec.text);
                for (const QKeySequence &other : all)
                    QVERIFY2(each.matches(other) == QKeySequence::NoMatch, qPrintable(each.toString()));
                all += each;
            }
    }
    void openDialog()
    {
        dialog_ = std::make_unique<KeysDialog>(*bindings_, *actions_);
        dialog_->show();
        QVERIFY(QTest::qWaitForWindowActive(dialog_.get()));
    }
    template <typename Widget> Widget &the(const char *name) const
    {
        return *dialog_->findChild<Widget *>(QString::fromLatin1(name));
    }
    void record(const char *button, int code, Qt::KeyboardModifiers modifiers = {})
    {
        auto &recorder = the<KeyRecorder>(button);
        QTest::mouseClick(&recorder, Qt::LeftButton);
        QVERIFY(recorder.recording());
        QTest::keyClick(&recorder, Qt::Key(code), modifiers);
        QVERIFY(!recorder.recording());
    }

    void shot(const char *name) const { saveShot(*dialog_, QString::fromLatin1(name)); }

private Q_SLOTS:
    void init()
    {
        dir_ = std::make_unique<QTemporaryDir>();
        settings_.reset();
        start();
    }

    void nothingIsStoredOfWhatIsUsual()
    {
        QVERIFY(settings_->allKeys().isEmpty());
        QVERIFY(bindings_->complaint().isEmpty());
        for (const ActionSpec &spec : actionTable())
            QVERIFY(bindings_->isUsual(spec.id) && bindings_->keys(spec.id) == keysOf(spec));
        bindings_->setKeys(Id::FindImage, {key("Ctrl+7"), key("Z")});
        QCOMPARE(settings_->allKeys(), QStringList{QStringLiteral("keys/FindImage")});
        bindings_->reset(Id::FindImage);
        QVERIFY(settings_->allKeys().isEmpty());
    }

    void keysComeBackWhenTheProgramIsStartedAgain()
    {
        bindings_->setKeys(Id::FindImage, {key("Ctrl+,"), key(";"), key("?")});
        bindings_->setKeys(Id::ZoomIn, {});
        settings_->sync();
        start();
        QVERIFY(bindings_->complaint().isEmpty());
        QCOMPARE(bindings_->keys(Id::FindImage), (Keys{key("Ctrl+,"), key(";"), key("?")}));
        QVERIFY(bindings_->keys(Id::ZoomIn).isEmpty());
        QCOMPARE(keysOfAction(Id::CheatSheet), QStringLiteral("F1"));  // its "?" was taken
        verifyNoKeyTwice();
        bindings_->resetAll();
        QVERIFY(settings_->allKeys().isEmpty());
        QCOMPARE(keysOfAction(Id::CheatSheet), QStringLiteral("F1; ?"));
    }

    void aKeyIsTakenFromWhoHasIt()
    {
        QSignalSpy changed(bindings_.get(), &KeyBindings::changed);
        QCOMPARE(bindings_->ownerOf(key("Ctrl+Y")), std::optional(Id::Redo));
        QCOMPARE(bindings_->ownerOf(key("Ctrl+Y, X")), std::optional(Id::Redo));  // begins with it
        QVERIFY(!bindings_->ownerOf(key("Ctrl+7")));
        bindings_->setKeys(Id::FindImage, {key("Ctrl+Y")});
        QCOMPARE(changed.size(), 1);
        QCOMPARE(keysOfAction(Id::Redo), QStringLiteral("Ctrl+Shift+Z"));
        QCOMPARE(bindings_->ownerOf(key("Ctrl+Y")), std::optional(Id::FindImage));
        // Going back to the usual takes it back, too.
        bindings_->reset(Id::Redo);
        QCOMPARE(keysOfAction(Id::Redo), QStringLiteral("Ctrl+Shift+Z; Ctrl+Y"));
        QVERIFY(bindings_->keys(Id::FindImage).isEmpty());
        verifyNoKeyTwice();
    }

    void whatNoActionMayHaveIsLeftOut()
    {
        for (const char *each : {"Tab", "Esc", "Space", "Left", "Shift+Down"})
            QVERIFY2(bindings_->whyNot(key(each)).contains(key(each).toString(QKeySequence::NativeText)), each);
        QVERIFY(bindings_->whyNot(key("Alt+F")).contains(QStringLiteral("File")));
        QVERIFY(!bindings_->whyNot(QKeySequence()).isEmpty());
        QVERIFY(bindings_->whyNot(key("Ctrl+7")).isEmpty());
        bindings_->setKeys(Id::FindImage, {key("Esc"), key("Ctrl+7"), key("Ctrl+7"), key("Alt+F")});
        QCOMPARE(keysOfAction(Id::FindImage), QStringLiteral("Ctrl+7"));
    }

    void brokenSettingsArePassedOver()
    {
        startWith("Nonsense=Ctrl+7\n"        // no such action
                  "FindImage=Hello world\n"  // no key
                  "OpenImages=Ctrl+8\n"      // fine
                  "OpenFolder=Ctrl+8\n"      // of another entry
                  "OpenModel=Space\n"        // the picture's
                  "GetWeights=\"Ctrl+9; Ctrl+9\"\n"
                  "Detect=\"F5; Ctrl+5\"\n"  // fine
                  "ZoomIn=@ByteArray(\\0\\x1\\xff)\n");
        for (const char *name : {"Nonsense", "FindImage", "OpenFolder", "OpenModel", "GetWeights", "ZoomIn"})
            QVERIFY2(bindings_->complaint().contains(QString::fromLatin1(name)), name);
        for (const char *name : {"OpenImages", "Detect"})
            QVERIFY2(!bindings_->complaint().contains(QString::fromLatin1(name)), name);
        QCOMPARE(keysOfAction(Id::OpenImages), QStringLiteral("Ctrl+8"));
        QCOMPARE(keysOfAction(Id::Detect), QStringLiteral("F5; Ctrl+5"));
        for (Id id : {Id::FindImage, Id::OpenFolder, Id::OpenModel, Id::GetWeights, Id::ZoomIn})
            QVERIFY(bindings_->isUsual(id));
        verifyNoKeyTwice();
        // All of it is gone with a reset.
        bindings_->resetAll();
        QVERIFY(bindings_->complaint().isEmpty() && settings_->allKeys().isEmpty());
    }

    // A key that a person chose stays theirs when a new version gives it to an action of its own.
    void whatWasChosenComesBeforeWhatIsUsual()
    {
        startWith("FindImage=Ctrl+B\n");
        QCOMPARE(keysOfAction(Id::FindImage), QStringLiteral("Ctrl+B"));
        QVERIFY(bindings_->keys(Id::PropagateBoxes).isEmpty());
        QVERIFY(bindings_->complaint().isEmpty());
        verifyNoKeyTwice();
    }

    void noSettingsBreakIt()
    {
        Random random(7, 0, 0);
        const auto below = [&random](size_t count) { return static_cast<size_t>(random.uniform() * double(count)); };
        const QList<QByteArray> words{"Ctrl+",  "Shift+", "Alt+",  "A",       "F5",    "; ",
                                      ", ",     "Left",   "Space", "\\x4e2d", "Meta+", "",
                                      "Delete", "999",    "Enter", "?",       "\"",    "@Invalid()"};
        for (int round = 0; round < 200; ++round) {
            QByteArray text;
            for (const ActionSpec &spec : actionTable())
                if (below(4) == 0) {
                    text += nameOf(spec.id).toLatin1() + "=";
                    for (size_t i = below(4); i > 0; --i)
                        text += words[qsizetype(below(size_t(words.size())))];
                    text += "\n";
                }
            startWith(text);
            verifyNoKeyTwice();
            if (QTest::currentTestFailed())
                return;
        }
    }

    // --- The dialog

    void everyActionIsListedAndFound()
    {
        openDialog();
        auto &tree = *dialog_->findChild<QTreeWidget *>();
        size_t listed = 0;
        for (QTreeWidgetItemIterator it(&tree); *it; ++it)
            listed += (*it)->parent() != nullptr;
        QCOMPARE(listed, actionTable().size());
        const auto seen = [&tree] {
            QStringList texts;
            for (QTreeWidgetItemIterator it(&tree, QTreeWidgetItemIterator::NotHidden); *it; ++it)
                if ((*it)->parent())
                    texts += (*it)->text(0);
            return texts;
        };
        QTest::keyClicks(dialog_->findChild<QLineEdit *>(), QStringLiteral("Ctrl+Shift+Z"));
        QCOMPARE(seen(), QStringList{QStringLiteral("Redo")});
        dialog_->findChild<QLineEdit *>()->clear();
        QTest::keyClicks(dialog_->findChild<QLineEdit *>(), QStringLiteral("boxes dupl"));
        QCOMPARE(seen(), QStringList{QStringLiteral("Duplicate boxes")});
    }

    void aKeyIsGivenByPressingIt()
    {
        openDialog();
        dialog_->select(Id::FindImage);
        record("set", Qt::Key_7, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(keysOfAction(Id::FindImage), QStringLiteral("Ctrl+Shift+7"));
        record("add", Qt::Key_Z);
        QCOMPARE(keysOfAction(Id::FindImage), QStringLiteral("Ctrl+Shift+7; Z"));
        QVERIFY(dialog_->findChild<QTreeWidget *>()->currentItem()->text(2).contains(QStringLiteral("changed")));
        QTest::mouseClick(&the<QPushButton>("clear"), Qt::LeftButton);
        QVERIFY(bindings_->keys(Id::FindImage).isEmpty());
        QTest::mouseClick(&the<QPushButton>("reset"), Qt::LeftButton);
        QVERIFY(bindings_->isUsual(Id::FindImage));
        QVERIFY(!the<QPushButton>("reset").isEnabled());
    }

    void aConflictNamesTheOtherAndAsks()
    {
        openDialog();
        dialog_->select(Id::FindImage);
        record("set", Qt::Key_D, Qt::ControlModifier);
        QVERIFY(the<QLabel>("note").text().contains(QStringLiteral("Duplicate boxes")));
        QVERIFY(bindings_->isUsual(Id::FindImage) && bindings_->isUsual(Id::DuplicateBoxes));  // not yet
        QVERIFY(the<QPushButton>("decide").isVisible());
        shot("keys-conflict");
        // Another action is looked at: the question is gone, and answers nothing.
        dialog_->select(Id::ZoomIn);
        QVERIFY(!the<QPushButton>("decide").isVisible() && the<QLabel>("note").text().isEmpty());
        dialog_->select(Id::FindImage);
        record("set", Qt::Key_D, Qt::ControlModifier);
        QTest::keyClick(&the<QPushButton>("decide"), Qt::Key_Space);
        QCOMPARE(keysOfAction(Id::FindImage), QStringLiteral("Ctrl+D"));
        QVERIFY(bindings_->keys(Id::DuplicateBoxes).isEmpty());
        QTest::mouseClick(&the<QPushButton>("resetAll"), Qt::LeftButton);
        QVERIFY(!bindings_->isUsual(Id::FindImage));  // asks first
        QTest::mouseClick(&the<QPushButton>("decide"), Qt::LeftButton);
        QVERIFY(bindings_->isUsual(Id::FindImage) && bindings_->isUsual(Id::DuplicateBoxes));
        QVERIFY(!the<QPushButton>("resetAll").isEnabled());
    }

    void dialogInChineseAndDark()
    {
        applyTheme(ThemeChoice::Dark);
        openDialog();
        dialog_->select(Id::FindImage);
        const QString english = the<QPushButton>("clear").text();
        Language language;
        language.set(QStringLiteral("zh_CN"));
        actions_->retranslate();
        QTRY_VERIFY(the<QPushButton>("clear").text() != english);
        QCOMPARE(dialog_->selected(), std::optional(Id::FindImage));
        bindings_->setKeys(Id::FindImage, {key("Ctrl+7")});
        shot("keys-dark-chinese");
        applyTheme(ThemeChoice::Light);
    }

    void recordingCatchesNobody()
    {
        openDialog();
        dialog_->select(Id::FindImage);
        auto &recorder = the<KeyRecorder>("set");
        recorder.setFocus();
        QTest::keyClick(&recorder, Qt::Key_Space);
        QVERIFY(recorder.recording());
        QTest::keyPress(&recorder, Qt::Key_Control);
        QVERIFY(recorder.recording());
        QTest::keyRelease(&recorder, Qt::Key_Control);
        QTest::keyClick(&recorder, Qt::Key_Escape);
        QVERIFY(!recorder.recording() && dialog_->isVisible());
        QTest::keyClick(&recorder, Qt::Key_Space);
        QTest::keyClick(&recorder, Qt::Key_Tab);
        QVERIFY(!recorder.recording());
        QVERIFY(bindings_->isUsual(Id::FindImage));
        recorder.setFocus();
        QTest::keyClick(&recorder, Qt::Key_Space);
        QVERIFY(recorder.recording());
        dialog_->findChild<QLineEdit *>()->setFocus();
        QVERIFY(!recorder.recording());
        QTest::keyClick(dialog_.get(), Qt::Key_Escape);
        QVERIFY(!dialog_->isVisible());
    }

    // --- In a window

    void whatHasTheFocusKeepsItsKeys()
    {
        QMainWindow window;
        Actions actions(nullptr);
        actions.fill(*window.menuBar());
        MessageStrip strip;
        auto *body = new QWidget(&window);
        auto *field = new QLineEdit(body);
        auto *list = new QListWidget(body);
        auto *button = new QPushButton(body);
        auto *picture = new QWidget(body);
        picture->setFocusPolicy(Qt::StrongFocus);
        auto *table = new DetectionTable(body);
        list->move(0, 40);
        button->move(0, 300);
        picture->move(200, 300);
        window.setCentralWidget(body);
        connectKeys(actions, &window, *settings_, strip);
        QCOMPARE(strip.count(), 0);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QSignalSpy accepted(&actions[Id::AcceptDetection], &QAction::triggered);
        QSignalSpy entered(field, &QLineEdit::returnPressed), drawn(&actions[Id::DrawBox], &QAction::triggered);
        const auto press = [](QWidget *widget, Qt::Key code) {
            widget->setFocus();
            QTest::keyClick(widget, code);
        };
        press(field, Qt::Key_Return);
        QCOMPARE(entered.size(), 1);
        press(list, Qt::Key_Return);
        press(button, Qt::Key_Return);
        QCOMPARE(accepted.size(), 0);
        press(field, Qt::Key_W);
        QCOMPARE(field->text(), QStringLiteral("w"));
        QCOMPARE(drawn.size(), 0);
        press(list, Qt::Key_W);
        QCOMPARE(drawn.size(), 1);
        press(picture, Qt::Key_Return);
        QCOMPARE(accepted.size(), 1);
        // The table copies its rows, elsewhere boxes are copied.
        QSignalSpy copied(&actions[Id::CopyBoxes], &QAction::triggered);
        table->setFocus();
        QTest::keyClick(table, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(copied.size(), 0);
        picture->setFocus();
        QTest::keyClick(picture, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(copied.size(), 1);
    }

    void theWindowIsToldOfBrokenSettings()
    {
        startWith("Nonsense=Ctrl+7\n");
        bindings_.reset();
        QMainWindow window;
        MessageStrip strip;
        const KeyBindings &bindings = connectKeys(*actions_, &window, *settings_, strip);
        QCOMPARE(strip.text(), bindings.complaint());
        QVERIFY(strip.text().contains(QStringLiteral("Nonsense")));
        (*actions_)[Id::CustomiseKeys].trigger();
        auto *dialog = window.findChild<KeysDialog *>();
        QVERIFY(dialog && dialog->isVisible());
        // Asked for again, it is the same one.
        (*actions_)[Id::CustomiseKeys].trigger();
        QCOMPARE(window.findChildren<KeysDialog *>().size(), 1);
    }
};

QTEST_MAIN(KeysTest)
#include "tst_keys.moc"
