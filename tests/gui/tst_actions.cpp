// SPDX-License-Identifier: GPL-3.0-or-later
// The action table is whole: words, tips, icons that exist, no key twice.
#include <QMenu>
#include <QMenuBar>
#include <QSet>
#include <QTest>
#include <QToolBar>

#include "app/gui/actions.h"
#include "app/gui/language.h"
#include "widgets/theme.h"

using namespace fcoscope;

class ActionsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void noKeyIsUsedTwice()
    {
        QMap<QString, QString> users;
        for (const ActionSpec &spec : actionTable()) {
            const QList<QKeySequence> keys = keysOf(spec);
            QCOMPARE(keys.isEmpty(), *spec.keys == '\0');
            for (const QKeySequence &key : keys) {
                const QString name = key.toString(QKeySequence::PortableText);
                QVERIFY2(!name.isEmpty(), spec.keys);
                QVERIFY2(!users.contains(name), qPrintable(name + " of " + spec.text + " is " + users.value(name)));
                users[name] = QString::fromUtf8(spec.text);
            }
        }
        QVERIFY(users.size() > 15);
    }

    // Qt gives a key to a shortcut before the widget that has the focus is asked.
    void noKeyIsTakenFromThePictureListsAndFields()
    {
        for (const ActionSpec &spec : actionTable())
            for (const QKeySequence &key : keysOf(spec))
                QVERIFY2(!isWidgetKey(key), qPrintable(QString::fromUtf8(spec.text) + ": " + key.toString()));
        for (const char *key : {"Tab", "Shift+Tab", "Esc", "Space", "Shift+Space", "Left", "Shift+Up", "Ctrl+Right",
                                "Ctrl+Shift+Down", "Ctrl+K, Left"})
            QVERIFY2(isWidgetKey(QKeySequence(QString::fromLatin1(key))), key);
        for (const char *key : {"A", "Alt+Right", "Ctrl+Space", "PgUp", "Return", "Delete"})
            QVERIFY2(!isWidgetKey(QKeySequence(QString::fromLatin1(key))), key);
    }

    // Alt with a letter opens a menu of the bar.
    void noKeyOpensAMenu()
    {
        Language language;
        for (const QString &code : {QStringLiteral("en"), QStringLiteral("zh_CN")}) {
            language.set(code);
            Actions actions(nullptr);
            QMenuBar bar;
            actions.fill(bar);
            QSet<QKeySequence> mnemonics;
            for (QAction *top : bar.actions()) {
                const QKeySequence key = QKeySequence::mnemonic(top->text());
                QVERIFY2(!key.isEmpty() && !mnemonics.contains(key), qPrintable(top->text()));
                mnemonics += key;
            }
            for (const ActionSpec &spec : actionTable())
                for (const QKeySequence &key : keysOf(spec))
                    QVERIFY2(!mnemonics.contains(key), spec.text);
        }
    }

    void namesInSettingsComeBack()
    {
        QSet<QString> names;
        for (const ActionSpec &spec : actionTable()) {
            QVERIFY(!nameOf(spec.id).isEmpty());
            QCOMPARE(actionOf(nameOf(spec.id)), std::optional(spec.id));
            names += nameOf(spec.id);
        }
        QCOMPARE(names.size(), qsizetype(actionTable().size()));
        // One word of each release: settings hold it.
        QCOMPARE(nameOf(ActionId::OpenImages), QStringLiteral("OpenImages"));
        QCOMPARE(nameOf(ActionId::DrawBox), QStringLiteral("DrawBox"));
        QVERIFY(!actionOf(QStringLiteral("openimages")));
        QVERIFY(!actionOf(QString()));
    }

    void newKeysAreInMenuAndTip()
    {
        Actions actions(nullptr);
        QAction &find = actions[ActionId::FindImage];
        actions.setKeys(ActionId::FindImage, {QKeySequence(QStringLiteral("Ctrl+7")), QKeySequence(Qt::Key_Z)});
        QCOMPARE(find.shortcut().toString(), QStringLiteral("Ctrl+7"));
        QCOMPARE(find.shortcuts().size(), 2);
        QVERIFY(find.toolTip().contains(QStringLiteral("7")));
        actions.setKeys(ActionId::FindImage, {});
        QCOMPARE(find.toolTip(), find.statusTip());
    }

    void everyActionHasItsWordsAndIcon()
    {
        QSet<int> ids;
        Language language;
        for (const QString &code : {QStringLiteral("en"), QStringLiteral("zh_CN")}) {
            language.set(code);
            Actions actions(nullptr);
            ids.clear();
            for (const ActionSpec &spec : actionTable()) {
                QVERIFY(!ids.contains(static_cast<int>(spec.id)));
                ids += static_cast<int>(spec.id);
                const QAction &action = actions[spec.id];
                QVERIFY2(!action.text().isEmpty() && !action.statusTip().isEmpty() && !action.toolTip().isEmpty(),
                         spec.text);
                QVERIFY2(!action.iconText().contains(QLatin1Char('&')) &&
                             !action.iconText().contains(QStringLiteral("(&")),
                         spec.text);
                QVERIFY2(*spec.icon == '\0' || !icon(QString::fromLatin1(spec.icon)).isNull(), spec.icon);
                if (spec.flags & ActionSpec::OnToolBar)
                    QVERIFY2(*spec.icon != '\0', spec.text);
                if (code == QLatin1String("zh_CN")) {
                    QVERIFY2(action.statusTip() != QString::fromUtf8(spec.statusTip), spec.statusTip);
                    if (!(spec.flags & ActionSpec::NativeName))
                        QVERIFY2(action.text() != QString::fromUtf8(spec.text), spec.text);
                }
            }
        }
    }

    void menusAndToolBarHoldThemAll()
    {
        Actions actions(nullptr);
        QMenuBar bar;
        QToolBar toolBar;
        actions.fill(bar);
        actions.fill(toolBar);
        QSet<QAction *> inMenus;
        QList<QMenu *> menus;
        for (QAction *top : bar.actions())
            menus += top->menu();
        for (int i = 0; i < menus.size(); ++i) {
            QVERIFY(!menus[i]->title().isEmpty());
            QSet<QString> mnemonics;
            for (QAction *action : menus[i]->actions()) {
                if (action->isSeparator())
                    continue;
                if (action->menu())
                    menus += action->menu();
                inMenus += action;
                const qsizetype mark = action->text().indexOf(QLatin1Char('&'));
                if (mark >= 0) {
                    const QString letter = action->text().mid(mark + 1, 1).toLower();
                    QVERIFY2(!mnemonics.contains(letter), qPrintable(menus[i]->title() + ": " + action->text()));
                    mnemonics += letter;
                }
            }
        }
        for (const ActionSpec &spec : actionTable()) {
            QVERIFY2(inMenus.contains(&actions[spec.id]), spec.text);
            QCOMPARE(toolBar.actions().contains(&actions[spec.id]), bool(spec.flags & ActionSpec::OnToolBar));
        }
    }
};

QTEST_MAIN(ActionsTest)
#include "tst_actions.moc"
