// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/actions.h"

#include <QActionGroup>
#include <QCoreApplication>
#include <QMenu>
#include <QMenuBar>
#include <QMetaEnum>
#include <QToolBar>

#include "widgets/theme.h"

namespace fcoscope {
namespace {

using Id = ActionId;
using Spec = ActionSpec;

QString words(const char *text)
{
    return QCoreApplication::translate("Actions", text);
}

}  // namespace

QList<QKeySequence> keysOf(const ActionSpec &spec)
{
    if (!*spec.keys)
        return {};
    return QKeySequence::listFromString(QString::fromLatin1(spec.keys), QKeySequence::PortableText);
}

QString nameOf(ActionId id)
{
    return QString::fromLatin1(QMetaEnum::fromType<ActionId>().valueToKey(static_cast<int>(id)));
}

std::optional<ActionId> actionOf(const QString &name)
{
    bool known = false;
    const int value = QMetaEnum::fromType<ActionId>().keyToValue(name.toLatin1().constData(), &known);
    return known ? std::optional(static_cast<ActionId>(value)) : std::nullopt;
}

bool isWidgetKey(const QKeySequence &key)
{
    for (int i = 0; i < key.count(); ++i) {
        const Qt::Key code = key[uint(i)].key();
        const Qt::KeyboardModifiers with = key[uint(i)].keyboardModifiers() & ~Qt::KeypadModifier;
        if (code == Qt::Key_Tab || code == Qt::Key_Backtab || code == Qt::Key_Escape || code == Qt::Key_Menu)
            return true;
        if (code == Qt::Key_Space && !(with & ~Qt::ShiftModifier))
            return true;
        const bool arrow = code == Qt::Key_Left || code == Qt::Key_Right || code == Qt::Key_Up || code == Qt::Key_Down;
        if (arrow && !(with & ~(Qt::ShiftModifier | Qt::ControlModifier)))
            return true;
    }
    return false;
}

Actions::Actions(QObject *parent) : QObject(parent)
{
    for (const Spec &spec : actionTable()) {
        auto *action = new QAction(this);
        action->setShortcuts(keysOf(spec));
        action->setCheckable(spec.flags & Spec::Checkable);
        if (*spec.icon)
            action->setIcon(icon(QString::fromLatin1(spec.icon)));
        if (spec.flags & Spec::OneOfMenu) {
            QActionGroup *&group = groups_[spec.menu];
            if (!group)
                group = new QActionGroup(this);
            group->addAction(action);
        }
        if (spec.id == Id::Quit)
            action->setMenuRole(QAction::QuitRole);
        if (spec.id == Id::About)
            action->setMenuRole(QAction::AboutRole);
        actions_[spec.id] = action;
    }
    retranslate();
}

void Actions::fill(QMenuBar &menuBar)
{
    for (const MenuSpec &spec : menuTable()) {
        QMenu *menu = menus_[spec.id] = new QMenu(&menuBar);
        if (*spec.icon)
            menu->setIcon(icon(QString::fromLatin1(spec.icon)));
        if (spec.within == spec.id)
            menuBar.addMenu(menu);
    }
    for (const Spec &spec : actionTable()) {
        QMenu *menu = menus_[spec.menu];
        if (spec.flags & Spec::BelowSubmenus) {
            menu->addSeparator();
            for (const MenuSpec &inner : menuTable())
                if (inner.within == spec.menu && inner.id != spec.menu)
                    menu->addMenu(menus_[inner.id]);
        }
        if (spec.flags & Spec::StartsSection)
            menu->addSeparator();
        menu->addAction(actions_[spec.id]);
    }
    retranslate();
}

void Actions::fill(QToolBar &toolBar)
{
    toolBar.setIconSize({20, 20});
    for (const Spec &spec : actionTable()) {
        if (!(spec.flags & Spec::OnToolBar))
            continue;
        if ((spec.flags & Spec::StartsSection) && !toolBar.actions().isEmpty())
            toolBar.addSeparator();
        toolBar.addAction(actions_[spec.id]);
    }
}

void Actions::setKeys(ActionId id, const QList<QKeySequence> &keys)
{
    actions_[id]->setShortcuts(keys);
    showTip(*actions_[id]);
}

QString Actions::plain(QString text)
{
    text.remove(QLatin1Char('&')).remove(QStringLiteral("…"));
    // Chinese puts the mnemonic in brackets behind the words.
    if (const auto bracket = text.lastIndexOf(QLatin1Char('(')); bracket > 0 && text.endsWith(QLatin1Char(')')))
        text.truncate(bracket);
    return text;
}

void Actions::showTip(QAction &action)
{
    const QString key = action.shortcut().toString(QKeySequence::NativeText);
    action.setToolTip(key.isEmpty() ? action.statusTip() : QStringLiteral("%1 (%2)").arg(action.statusTip(), key));
}

void Actions::retranslate()
{
    for (const Spec &spec : actionTable()) {
        QAction &action = *actions_[spec.id];
        action.setText(spec.flags & Spec::NativeName ? QString::fromUtf8(spec.text) : words(spec.text));
        action.setStatusTip(words(spec.statusTip));
        action.setIconText(plain(action.text()));
        showTip(action);
    }
    for (const MenuSpec &spec : menuTable())
        if (menus_.contains(spec.id))
            menus_[spec.id]->setTitle(words(spec.text));
}

}  // namespace fcoscope
