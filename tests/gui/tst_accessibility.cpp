// SPDX-License-Identifier: GPL-3.0-or-later
// Whoever cannot see the window or hold a mouse: the whole window with every panel open and each of its dialogs.
// Every control that a person can act on has a name for a screen reader, is come to with Tab, is left with Tab, and
// looks different when it has the focus; no two actions share a key. Tab is really pressed, all the way round.
#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QComboBox>
#include <QDialog>
#include <QDockWidget>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QScrollArea>
#include <QScrollBar>
#include <QShortcut>
#include <QTabBar>
#include <QTest>
#include <QTextEdit>
#include <QToolBar>
#include <QToolButton>

#include <memory>

#include "app/gui/dialogs.h"
#include "demo_window.h"
#include "shots.h"

using namespace fcoscope;

namespace {

/// Where in the window it is, for whoever has to mend it.
QString placeOf(const QWidget *widget)
{
    QStringList path;
    for (const QWidget *at = widget; at && !at->isWindow(); at = at->parentWidget())
        if (const QString name = at->objectName(); at == widget || !name.startsWith(QStringLiteral("qt_")))
            path.prepend(QString::fromLatin1(at->metaObject()->className()) +
                         (name.isEmpty() ? QString() : QLatin1Char('#') + name));
    QString text;
    if (const auto *button = qobject_cast<const QAbstractButton *>(widget))
        text = QStringLiteral(" \"%1\" %2").arg(button->text(), button->toolTip());
    return path.mid(std::max<qsizetype>(0, path.size() - 4)).join(QStringLiteral(" > ")) + text;
}

/// Parts of Qt's own widgets, which their owner speaks for: scroll bars, headers, the field in a spin box, the list
/// behind a combo box, the arrows that a bar grows when it is too narrow.
bool isPartOfAnother(const QWidget *widget)
{
    if (qobject_cast<const QScrollBar *>(widget) || qobject_cast<const QHeaderView *>(widget) ||
        widget->inherits("QTableCornerButton") || widget->inherits("QLineEditIconButton") ||
        widget->objectName().startsWith(QStringLiteral("qt_")) || widget->inherits("QDockWidgetTitleButton"))
        return true;
    const QWidget *owner = widget->parentWidget();
    if (qobject_cast<const QTabBar *>(owner) || qobject_cast<const QMenuBar *>(owner) ||
        qobject_cast<const QAbstractSpinBox *>(owner) || qobject_cast<const QComboBox *>(owner))
        return true;
    for (; owner && !owner->isWindow(); owner = owner->parentWidget())
        if (owner->inherits("QComboBoxPrivateContainer"))
            return true;
    return false;
}

/// A panel behind another one, which Qt calls visible.
bool isBehind(const QWidget *widget)
{
    for (; widget && !widget->isWindow(); widget = widget->parentWidget())
        if (qobject_cast<const QDockWidget *>(widget))
            return widget->visibleRegion().isEmpty();
    return false;
}

bool isControl(const QWidget *widget)
{
    if (isPartOfAnother(widget))
        return false;
    // Words that can be marked with the mouse are read without acting on them; links are acted on.
    if (const auto *label = qobject_cast<const QLabel *>(widget))
        return label->text().contains(QStringLiteral("<a "));
    if (qobject_cast<const QAbstractButton *>(widget) || qobject_cast<const QAbstractSlider *>(widget) ||
        qobject_cast<const QLineEdit *>(widget) || qobject_cast<const QComboBox *>(widget) ||
        qobject_cast<const QAbstractSpinBox *>(widget) || qobject_cast<const QAbstractItemView *>(widget) ||
        qobject_cast<const QTextEdit *>(widget) || qobject_cast<const QTabBar *>(widget))
        return true;
    if (qobject_cast<const QAbstractScrollArea *>(widget) || qobject_cast<const QToolBar *>(widget) ||
        qobject_cast<const QMenuBar *>(widget) || qobject_cast<const QDockWidget *>(widget))
        return false;
    // Our own, such as the picture.
    return widget->focusPolicy() & Qt::ClickFocus || widget->cursor().shape() == Qt::PointingHandCursor;
}

QString spokenName(QWidget *widget)
{
    QAccessibleInterface *interface = QAccessible::queryAccessibleInterface(widget);
    return interface ? interface->text(QAccessible::Name) : QString();
}

/// The tool bar's buttons are actions, and every action is in a menu.
bool hasAction(const QWidget *widget)
{
    const auto *button = qobject_cast<const QToolButton *>(widget);
    return button && button->defaultAction();
}

}  // namespace

class AccessibilityTest : public QObject {
    Q_OBJECT

    std::unique_ptr<DemoWindow> demo_;
    MainWindow *window_ = nullptr;
    QStringList troubles_;
    int shots_ = 0;

    QAction &action(const char *name) const
    {
        const QString words = QString::fromUtf8(name);
        for (QAction *each : window_->findChildren<QAction *>())
            if (each->iconText() == words && !each->menu())
                return *each;
        qFatal("no action %s", name);
    }
    static QList<QWidget *> controlsOf(QWidget &top)
    {
        QList<QWidget *> controls;
        for (QWidget *widget : top.findChildren<QWidget *>())
            if (widget->window() == &top && widget->isVisible() && isControl(widget) && !isBehind(widget))
                controls += widget;
        return controls;
    }
    void report(const QString &what, QWidget *widget)
    {
        const QString line = what + QStringLiteral(": ") + placeOf(widget);
        if (!troubles_.contains(line))
            troubles_ += line;
    }

    void checkNames(QWidget &top)
    {
        for (QWidget *control : controlsOf(top)) {
            const QString name = spokenName(control);
            if (name.trimmed().isEmpty())
                report(QStringLiteral("no name"), control);
            if (!hasAction(control) && !(control->focusPolicy() & Qt::TabFocus))
                report(QStringLiteral("not to be reached with Tab"), control);
        }
    }

    /// Presses Tab until the focus is where it was; the widgets it came to.
    QList<QWidget *> walk(QWidget &top, int code)
    {
        QList<QWidget *> visited;
        for (int i = 0; i < 400; ++i) {
            QWidget *focus = top.focusWidget();
            if (!focus || (visited.size() > 1 && focus == visited.first()))
                return visited;
            if (!visited.isEmpty() && focus == visited.last()) {
                report(QStringLiteral("Tab does not leave"), focus);
                return visited;
            }
            visited += focus;
            if (isBehind(focus))
                report(QStringLiteral("Tab comes to what lies behind"), focus);
            // Lists may use some Tabs for themselves, but not all.
            for (int tabs = 0; tabs < 3 && top.focusWidget() == focus; ++tabs)
                QTest::keyClick(focus, Qt::Key(code), code == Qt::Key_Backtab ? Qt::ShiftModifier : Qt::NoModifier);
        }
        report(QStringLiteral("Tab goes round elsewhere"), visited.first());
        return visited;
    }

    void checkTabs(QWidget &top)
    {
        const QList<QWidget *> controls = controlsOf(top);
        const auto begin = std::find_if(controls.begin(), controls.end(), [](const QWidget *widget) {
            return widget->isEnabled() && widget->focusPolicy() & Qt::TabFocus;
        });
        QVERIFY(begin != controls.end());
        (*begin)->setFocus(Qt::TabFocusReason);
        const QList<QWidget *> visited = walk(top, Qt::Key_Tab);
        (*begin)->setFocus(Qt::TabFocusReason);
        const QList<QWidget *> back = walk(top, Qt::Key_Backtab);
        for (QWidget *control : controls) {
            // Of radio buttons in a group one is reached, arrows go to the others.
            const bool one = control->inherits("QRadioButton");
            if (control->isEnabled() && !hasAction(control) && !one && control->focusPolicy() & Qt::TabFocus) {
                if (!visited.contains(control))
                    report(QStringLiteral("Tab passes"), control);
                if (!back.contains(control))
                    report(QStringLiteral("Shift+Tab passes"), control);
            }
        }
    }

    /// A picture of every focus.
    void shot(QWidget &top, const QWidget *control)
    {
        saveShot(top, QStringLiteral("focus-%1-%2")
                          .arg(++shots_, 3, 10, QLatin1Char('0'))
                          .arg(QString::fromLatin1(control->metaObject()->className()).section(QLatin1Char(':'), -1)));
    }

    /// A control looks different when it has the focus.
    void checkFocusIsSeen(QWidget &top)
    {
        const QList<QWidget *> controls = controlsOf(top);
        for (QWidget *control : controls) {
            if (!control->isEnabled() || !(control->focusPolicy() & Qt::TabFocus))
                continue;
            if (QWidget *focus = top.focusWidget())
                focus->clearFocus();
            QCoreApplication::processEvents();
            const QImage without = control->grab().toImage();
            control->setFocus(Qt::TabFocusReason);
            QCoreApplication::processEvents();
            if (!control->hasFocus())
                report(QStringLiteral("takes no focus"), control);
            else if (control->grab().toImage() == without)
                report(QStringLiteral("focus is not seen"), control);
            shot(top, control);
        }
    }

    void check(QWidget &top)
    {
        top.activateWindow();
        QTRY_COMPARE(QApplication::activeWindow(), &top);
        checkNames(top);
        checkTabs(top);
        checkFocusIsSeen(top);
    }
    void verifyNoTroubles()
    {
        const QString all = std::exchange(troubles_, {}).join(QStringLiteral("\n  "));
        QVERIFY2(all.isEmpty(), qPrintable(QStringLiteral("\n  ") + all));
    }

private Q_SLOTS:
    void initTestCase()
    {
        demo_ = std::make_unique<DemoWindow>();
        window_ = &demo_->window;
        window_->setTheme(QStringLiteral("light"));
        QVERIFY(demo_->show({1600, 1000}));
        QVERIFY(QTest::qWaitForWindowActive(window_));
    }
    void cleanupTestCase() { demo_.reset(); }

    void emptyWindow()
    {
        check(*window_);
        verifyNoTroubles();
    }

    /// Panels behind one another are looked at one after the other, each in a turn of its own.
    void wholeWindow()
    {
        demo_->openDemo();
        QTRY_VERIFY_WITH_TIMEOUT(demo_->settled(), 60000);
        const QList<QDockWidget *> docks = window_->findChildren<QDockWidget *>();
        QVERIFY(docks.size() >= 8);
        for (QDockWidget *dock : docks) {
            dock->show();
            dock->raise();
            QTRY_VERIFY(!isBehind(dock));
            QTRY_VERIFY(dock->widget()->isVisible());
            QCoreApplication::processEvents();
            check(*window_);
        }
        verifyNoTroubles();
    }

    void dialogs_data()
    {
        QTest::addColumn<QString>("name");
        for (const char *name : {"Get weights", "Export figure", "Model card", "Keys and gestures", "Customise keys",
                                 "Find an action", "About FCOScope"})
            QTest::newRow(name) << QString::fromUtf8(name);
    }
    void dialogs()
    {
        QFETCH(QString, name);
        window_->activateWindow();
        action(name.toUtf8().constData()).trigger();
        QDialog *dialog = nullptr;
        for (QDialog *each : window_->findChildren<QDialog *>())
            if (each->isVisible())
                dialog = each;
        QVERIFY(dialog);
        QVERIFY(!dialog->windowTitle().isEmpty());
        check(*dialog);
        QTest::keyClick(dialog, Qt::Key_Escape);
        QTRY_VERIFY(!window_->findChildren<QDialog *>().contains(dialog) || !dialog->isVisible());
        verifyNoTroubles();
    }

    void skippedEntries()
    {
        QDialog *dialog = showSkipped(window_, {{"a.jpg", message("core", "No.")}});
        check(*dialog);
        dialog->close();
        verifyNoTroubles();
    }

    void noTwoActionsShareAKey()
    {
        QMap<QString, QString> users;
        const auto add = [&users](const QKeySequence &key, const QString &user) {
            if (key.isEmpty())
                return;
            QVERIFY2(!users.contains(key.toString()), qPrintable(key.toString() + QStringLiteral(": ") + user +
                                                                 QStringLiteral(", ") + users.value(key.toString())));
            users[key.toString()] = user;
        };
        for (const QAction *each : window_->findChildren<QAction *>())
            for (const QKeySequence &key : each->shortcuts())
                add(key, each->text());
        for (const QShortcut *each : window_->findChildren<QShortcut *>())
            add(each->key(), QStringLiteral("a QShortcut"));
        for (const QAction *menu : window_->menuBar()->actions())
            add(QKeySequence::mnemonic(menu->text()), menu->text());
        QVERIFY(users.size() > 60);
    }
};

QTEST_MAIN(AccessibilityTest)
#include "tst_accessibility.moc"
