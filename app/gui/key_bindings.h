// SPDX-License-Identifier: GPL-3.0-or-later
// Which keys each action has: those it comes with, or those that a person gave it. Only the differences are stored, in
// the group "keys" of the settings: the action's name and its keys in portable text, several separated by "; ", "" for
// none. What is given here is in menus, tips, palette and cheat sheet at once.
//
// No two actions share a key: whoever is given one takes it from who had it. Settings written by hand are read with
// care: a name nobody has, keys that are none, keys that the picture and fields need (isWidgetKey), and a key that
// two entries claim are passed over, and complaint() names them; such an action has the keys it comes with.
#pragma once

#include <QObject>
#include <QSettings>

#include <map>
#include <optional>
#include <utility>

#include "app/gui/actions.h"

namespace fcoscope {

using Keys = QList<QKeySequence>;

class KeyBindings : public QObject {
    Q_OBJECT
public:
    /// Reads the settings and gives `actions` their keys. Both must outlive this.
    KeyBindings(Actions &actions, QSettings &settings, QObject *parent = nullptr);

    Keys keys(ActionId id) const { return actions_[id].shortcuts(); }
    const Keys &usualKeys(ActionId id) const { return usual_.at(id); }
    bool isUsual(ActionId id) const { return keys(id) == usualKeys(id); }

    /// Who has this key, or one that begins with it or that it begins with.
    std::optional<ActionId> ownerOf(const QKeySequence &key) const;
    /// Why no action may have this key, in one sentence; "" if one may.
    QString whyNot(const QKeySequence &key) const;

    /// Takes them from whoever has them. Keys for which whyNot() has a reason are left out.
    void setKeys(ActionId id, const Keys &keys);
    void reset(ActionId id) { setKeys(id, usualKeys(id)); }
    void resetAll();

    /// What was passed over in the settings, in one sentence; "" if nothing.
    QString complaint() const;

Q_SIGNALS:
    void changed();

private:
    void read();
    std::optional<Keys> parsed(const QVariant &value) const;
    void give(ActionId id, const Keys &keys);
    void store(ActionId id);

    Actions &actions_;
    QSettings &settings_;
    std::map<ActionId, Keys> usual_;
    QStringList passedOver_;
};

/// "Ctrl+Z   Ctrl+Y": as the desktop writes them.
QString shownKeys(const Keys &keys);

/// Lets a field, a list or a button that has the focus keep its Return, a button or a list its Space, and the table of
/// detections its Ctrl+C: Qt would give them to an action of the window first. For all windows of the program; lives
/// as long as `window`.
void keepWidgetKeys(QWidget *window);

}  // namespace fcoscope
