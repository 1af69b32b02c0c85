// SPDX-License-Identifier: GPL-3.0-or-later
// A person who does anything in any order: some thousand random moves on the window with the demo project, the same at
// every run. Nothing is asked but that the window survives, goes on answering, and says nothing of an error.
#include <QAbstractButton>
#include <QCheckBox>
#include <QComboBox>
#include <QLineEdit>
#include <QMenu>
#include <QSlider>
#include <QTest>
#include <QTimer>
#include <QToolBar>
#include <QToolButton>

#include "core/base/random.h"
#include "demo_window.h"

using namespace fcoscope;

class AnythingTest : public QObject {
    Q_OBJECT

    DemoWindow demo_;
    Session &session_ = demo_.session;
    MainWindow &window_ = demo_.window;
    Canvas &canvas_ = demo_.canvas;
    // FCOSCOPE_SEED: for other orders. This one ends with a number half typed, which the window took for itself when it
    // was already gone.
    Random random_{qEnvironmentVariable("FCOSCOPE_SEED", QStringLiteral("5")).toULongLong(), 0, 0};

    int below(int count) { return static_cast<int>(random_.uniform() * count); }
    QPoint anywhere(const QWidget &widget) { return {below(widget.width()), below(widget.height())}; }

    /// Those that open a dialog would wait for somebody to close it.
    static bool opensADialog(const QString &text)
    {
        return text.contains(QStringLiteral("…")) || text.contains(QStringLiteral("Show them"));
    }

    void anyAction()
    {
        const QList<QAction *> actions = window_.findChildren<QAction *>();
        QAction *action = actions.at(below(static_cast<int>(actions.size())));
        const QString key = action->shortcut().toString();
        const bool leaves = key == QStringLiteral("Ctrl+Q") || key == QStringLiteral("F1") ||
                            key == QStringLiteral("Ctrl+I") || key == QStringLiteral("Ctrl+W") ||
                            action->menuRole() == QAction::AboutRole;
        if (action->isEnabled() && !action->menu() && !leaves && !opensADialog(action->text()))
            action->trigger();
    }

    void anyMouse()
    {
        const QPoint from = anywhere(canvas_), to = anywhere(canvas_);
        QTest::mouseMove(&canvas_, from);
        if (below(3) == 0)
            return QTest::mouseClick(&canvas_, Qt::LeftButton, {}, from);
        QTest::mousePress(&canvas_, Qt::LeftButton, {}, from);
        QTest::mouseMove(&canvas_, (from + to) / 2);
        if (below(6) == 0)
            anyAction();  // in the middle of a gesture
        QTest::mouseMove(&canvas_, to);
        QTest::mouseRelease(&canvas_, Qt::LeftButton, {}, to);
    }

    void anyKey()
    {
        static constexpr std::array keys{Qt::Key_Left, Qt::Key_Right,  Qt::Key_Delete, Qt::Key_Escape, Qt::Key_Home,
                                         Qt::Key_End,  Qt::Key_Return, Qt::Key_Plus,   Qt::Key_Space,  Qt::Key_Tab};
        // A key on a button could open a dialog, too.
        QWidget *focus = window_.focusWidget();
        if (!focus || qobject_cast<QAbstractButton *>(focus))
            focus = &canvas_;
        QTest::keyClick(focus, keys.at(static_cast<size_t>(below(static_cast<int>(keys.size())))));
    }

    void anyControl()
    {
        const QList<QWidget *> all = window_.findChildren<QWidget *>();
        QWidget *widget = all.at(below(static_cast<int>(all.size())));
        if (!widget->isVisible() || !widget->isEnabled())
            return;
        if (auto *box = qobject_cast<QComboBox *>(widget); box && box->count() > 0)
            box->setCurrentIndex(below(box->count()));
        else if (auto *slider = qobject_cast<QSlider *>(widget))
            slider->setValue(slider->minimum() + below(slider->maximum() - slider->minimum() + 1));
        else if (auto *edit = qobject_cast<QLineEdit *>(widget))
            QTest::keyClicks(edit, QStringLiteral("7,x").mid(below(3), 1));
        else if (auto *button = qobject_cast<QAbstractButton *>(widget);
                 button && !opensADialog(button->text()) && !button->inherits("QDockWidgetTitleButton") &&
                 !(qobject_cast<QToolButton *>(button) && window_.findChild<QToolBar *>()->isAncestorOf(button)))
            QTest::mouseClick(button, Qt::LeftButton);
    }

    /// Menus and questions that a move has opened wait for somebody: a person gives up after a moment.
    static void giveUp()
    {
        if (QWidget *open = QApplication::activePopupWidget())
            open->close();
        else if (QWidget *asked = QApplication::activeModalWidget())
            asked->close();
    }

private Q_SLOTS:
    void survives()
    {
        QTimer givingUp;
        connect(&givingUp, &QTimer::timeout, this, &AnythingTest::giveUp);
        givingUp.start(100);
        QVERIFY(demo_.show({1300, 850}));
        demo_.openDemo();
        QTRY_VERIFY_WITH_TIMEOUT(session_.findings(), 60000);
        for (int i = 0; i < 1500; ++i) {
            switch (below(4)) {
            case 0:
                anyAction();
                break;
            case 1:
                anyMouse();
                break;
            case 2:
                anyKey();
                break;
            default:
                anyControl();
            }
            for (int j = below(4); j > 0; --j)
                QCoreApplication::processEvents();
        }
        // Back in order, everything answers as ever.
        session_.setCurrent(session_.images().back());
        QTRY_VERIFY_WITH_TIMEOUT(session_.picture() && session_.current() == session_.images().back(), 30000);
        QTRY_VERIFY_WITH_TIMEOUT(window_.atRest(), 30000);
        QVERIFY(!canvas_.grab().isNull());
    }
};

QTEST_MAIN(AnythingTest)
#include "tst_anything.moc"
