// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/docks.h"

#include <QCoreApplication>
#include <QDockWidget>
#include <QScrollArea>
#include <QTabWidget>

namespace fcoscope {

Docks::Docks(QMainWindow &window, Actions &actions) : QObject(&window), window_(window), actions_(actions)
{
    window.setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    window.setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    window.setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
}

void Docks::add(Qt::DockWidgetArea area, const std::vector<Panel> &panels, int size)
{
    QDockWidget *front = nullptr, *before = nullptr;
    for (const Panel &panel : panels) {
        QDockWidget *dock = make(panel);
        window_.addDockWidget(area, dock);
        if (before)
            window_.tabifyDockWidget(before, dock);
        before = dock;
        if (!front)
            front = dock;
    }
    front->raise();
    window_.resizeDocks({front}, {size}, area == Qt::BottomDockWidgetArea ? Qt::Vertical : Qt::Horizontal);
}

QDockWidget *Docks::make(const Panel &panel)
{
    auto *dock = new QDockWidget(&window_);
    titles_[dock] = panel.title;
    dock->setObjectName(QString::fromLatin1(panel.name));
    if (panel.scrolls) {
        auto *area = new QScrollArea(dock);
        area->setFrameShape(QFrame::NoFrame);
        area->setWidgetResizable(true);
        area->setWidget(panel.content);
        dock->setWidget(area);
    } else {
        dock->setWidget(panel.content);
    }
    dock->setFeatures(QDockWidget::DockWidgetClosable | QDockWidget::DockWidgetMovable |
                      QDockWidget::DockWidgetFloatable);
    QAction &action = actions_[panel.toggle];
    // Not visibilityChanged: a minimised window hides its docks without closing them.
    connect(dock->toggleViewAction(), &QAction::toggled, &action, &QAction::setChecked);
    connect(&action, &QAction::triggered, dock, [dock, shown = &action](bool show) {
        const bool behind = !show && dock->isVisible() && dock->visibleRegion().isEmpty();
        dock->setVisible(show || behind);
        if (show || behind)
            dock->raise();
        shown->setChecked(show || behind);
    });
    connect(dock, &QDockWidget::visibilityChanged, this,
            [this, content = panel.content](bool visible) { Q_EMIT seen(content, visible); });
    action.setChecked(true);
    return dock;
}

void Docks::retranslate()
{
    for (const auto &[dock, title] : titles_)
        dock->setWindowTitle(QCoreApplication::translate("Docks", title));
}

}  // namespace fcoscope
