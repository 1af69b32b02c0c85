// SPDX-License-Identifier: GPL-3.0-or-later
// The panels round the canvas as docks: each has a title, a name under which its place is remembered, and an action
// that shows and hides it. Panels at the same side lie behind one another; an action brings one that lies behind to the
// front before it hides it.
#pragma once

#include <QMainWindow>

#include <map>
#include <vector>

#include "app/gui/actions.h"

class QDockWidget;

namespace fcoscope {

class Docks : public QObject {
    Q_OBJECT
public:
    Docks(QMainWindow &window, Actions &actions);

    struct Panel {
        const char *title;  ///< in English, marked with QT_TRANSLATE_NOOP("Docks", …)
        const char *name;
        QWidget *content;  ///< is owned by its dock from now on
        ActionId toggle;
        bool scrolls = false;  ///< tall: it must not take the canvas's place from it
    };
    /// The first is in front, and is what the side's size is set by.
    void add(Qt::DockWidgetArea area, const std::vector<Panel> &panels, int size);
    void retranslate();

Q_SIGNALS:
    /// A panel can be seen now, or can no longer: it was closed, or lies behind another one.
    void seen(QWidget *panel, bool seen);

private:
    QDockWidget *make(const Panel &panel);

    QMainWindow &window_;
    Actions &actions_;
    std::map<QDockWidget *, const char *> titles_;
};

}  // namespace fcoscope
