// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/key_bindings.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSpinBox>
#include <QApplication>
#include <QComboBox>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenuBar>
#include <QPlainTextEdit>
#include <QTextEdit>

#include <algorithm>

#include "widgets/detection_table.h"

namespace fcoscope {
namespace {

const QString group = QStringLiteral("keys");

bool clash(const QKeySequence &a, const QKeySequence &b)
{
    return a.matches(b) != QKeySequence::NoMatch || b.matches(a) != QKeySequence::NoMatch;
}

bool anyClash(const Keys &keys, const QKeySequence &key)
{
    return std::any_of(keys.begin(), keys.end(), [&key](const QKeySequence &other) { return clash(other, key); });
}

Keys without(Keys keys, const Keys &taken)
{
    keys.removeIf([&taken](const QKeySequence &key) { return anyClash(taken, key); });
    return keys;
}

QString portable(const Keys &keys)
{
    return QKeySequence::listToString(keys, QKeySequence::PortableText);
}

bool isKey(const QKeySequence &key)
{
    for (int i = 0; i < key.count(); ++i) {
        const Qt::Key code = key[uint(i)].key();
        if (code == Qt::Key_unknown || code == 0 || code == Qt::Key_Shift || code == Qt::Key_Control ||
            code == Qt::Key_Alt || code == Qt::Key_Meta)
            return false;
    }
    return key.count() > 0;
}

class WidgetKeys : public QObject {
public:
    using QObject::QObject;

protected:
    bool eventFilter(QObject *watched, QEvent *event) override
    {
        if (event->type() != QEvent::ShortcutOverride || watched != QApplication::focusWidget())
            return false;
        const auto *key = static_cast<QKeyEvent *>(event);
        if (qobject_cast<DetectionTable *>(watched) && key->matches(QKeySequence::Copy))
            event->accept();  // copies rows there, boxes elsewhere
        if (key->modifiers() & ~Qt::KeypadModifier)
            return false;
        const bool enter = key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter;
        const bool presses = qobject_cast<QAbstractButton *>(watched) || qobject_cast<QComboBox *>(watched) ||
                             qobject_cast<QAbstractItemView *>(watched);
        const bool types = qobject_cast<QLineEdit *>(watched) || qobject_cast<QAbstractSpinBox *>(watched) ||
                           qobject_cast<QTextEdit *>(watched) || qobject_cast<QPlainTextEdit *>(watched);
        if ((presses && (enter || key->key() == Qt::Key_Space)) || (types && enter))
            event->accept();
        return false;
    }
};

}  // namespace

KeyBindings::KeyBindings(Actions &actions, QSettings &settings, QObject *parent)
    : QObject(parent), actions_(actions), settings_(settings)
{
    for (const ActionSpec &spec : actionTable())
        usual_[spec.id] = keysOf(spec);
    read();
}

std::optional<Keys> KeyBindings::parsed(const QVariant &value) const
{
    // A comma without quotation marks makes a list of it.
    const bool list = value.typeId() == QMetaType::QStringList;
    const QString text = (list ? value.toStringList().join(QStringLiteral(", ")) : value.toString()).trimmed();
    if (!value.isValid())
        return std::nullopt;
    Keys keys;
    for (const QString &part : text.split(QStringLiteral("; "), Qt::SkipEmptyParts)) {
        const auto key = QKeySequence::fromString(part.trimmed(), QKeySequence::PortableText);
        if (!isKey(key) || isWidgetKey(key) || anyClash(keys, key))
            return std::nullopt;
        keys += key;
    }
    return keys;
}

/// Keys that a person chose come before those that actions come with, which may be new in this version.
void KeyBindings::read()
{
    std::map<ActionId, Keys> chosen;
    Keys taken;
    settings_.beginGroup(group);
    for (const QString &name : settings_.allKeys())
        if (!actionOf(name))
            passedOver_ += name;
    for (const ActionSpec &spec : actionTable()) {
        const QString name = nameOf(spec.id);
        if (!settings_.contains(name))
            continue;
        const std::optional<Keys> keys = parsed(settings_.value(name));
        if (!keys || without(*keys, taken) != *keys) {
            passedOver_ += name;
            continue;
        }
        chosen[spec.id] = *keys;
        taken += *keys;
    }
    settings_.endGroup();
    for (const auto &[id, usual] : usual_)
        actions_.setKeys(id, chosen.contains(id) ? chosen[id] : without(usual, taken));
}

QString KeyBindings::complaint() const
{
    if (passedOver_.isEmpty())
        return {};
    return tr("These settings of keys name no action or no key, or claim a key twice, and are passed over: %1.")
        .arg(passedOver_.join(QStringLiteral(", ")));
}

std::optional<ActionId> KeyBindings::ownerOf(const QKeySequence &key) const
{
    for (const ActionSpec &spec : actionTable())
        if (anyClash(keys(spec.id), key))
            return spec.id;
    return std::nullopt;
}

QString KeyBindings::whyNot(const QKeySequence &key) const
{
    const QString name = key.toString(QKeySequence::NativeText);
    if (!isKey(key))
        return tr("This is not a key that an action can have.");
    if (isWidgetKey(key))
        return tr("%1 is needed by the picture, by lists and by fields.").arg(name);
    for (const MenuSpec &menu : menuTable())
        if (menu.within == menu.id &&
            clash(QKeySequence::mnemonic(QCoreApplication::translate("Actions", menu.text)), key))
            return tr("%1 opens the menu %2.")
                .arg(name, Actions::plain(QCoreApplication::translate("Actions", menu.text)));
    return {};
}

void KeyBindings::give(ActionId id, const Keys &keys)
{
    if (this->keys(id) == keys)
        return;
    actions_.setKeys(id, keys);
    store(id);
}

void KeyBindings::store(ActionId id)
{
    const QString name = group + QLatin1Char('/') + nameOf(id);
    isUsual(id) ? settings_.remove(name) : settings_.setValue(name, portable(keys(id)));
    passedOver_.removeAll(nameOf(id));
}

void KeyBindings::setKeys(ActionId id, const Keys &wanted)
{
    Keys keys;
    for (const QKeySequence &key : wanted)
        if (whyNot(key).isEmpty() && !anyClash(keys, key))
            keys += key;
    for (const ActionSpec &spec : actionTable())
        if (spec.id != id)
            give(spec.id, without(this->keys(spec.id), keys));
    give(id, keys);
    Q_EMIT changed();
}

void KeyBindings::resetAll()
{
    settings_.remove(group);
    passedOver_.clear();
    for (const auto &[id, keys] : usual_)
        actions_.setKeys(id, keys);
    Q_EMIT changed();
}

QString shownKeys(const Keys &keys)
{
    QStringList names;
    for (const QKeySequence &key : keys)
        names += key.toString(QKeySequence::NativeText);
    names.removeDuplicates();  // some languages have one word for both Enter keys
    return names.join(QStringLiteral("   "));
}

void keepWidgetKeys(QWidget *window)
{
    qApp->installEventFilter(new WidgetKeys(window));
}

}  // namespace fcoscope
