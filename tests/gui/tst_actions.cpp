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
