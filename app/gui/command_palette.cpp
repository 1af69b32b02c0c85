// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/command_palette.h"

#include <QAccessible>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QStandardItemModel>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <algorithm>

#include "app/gui/key_bindings.h"

namespace fcoscope {
namespace {

enum Role { idRole = Qt::UserRole, besideRole, keysRole, enabledRole };
constexpr int remembered = 8, padding = 8;
const QString recentKey = QStringLiteral("palette/recent");

/// Name, then where it is or what it waits for in a faint colour, and its keys at the right.
class RowPainter : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &) const override
    {
        return {200, std::max(option.fontMetrics.height(), 20) + padding};
    }

    void paint(QPainter *painter, const QStyleOptionViewItem &given, const QModelIndex &index) const override
    {
        QStyleOptionViewItem option = given;
        initStyleOption(&option, index);
        const QString name = std::exchange(option.text, {});
        const QIcon icon = std::exchange(option.icon, {});
        const bool chosen = option.state & QStyle::State_Selected, enabled = index.data(enabledRole).toBool();
        const bool marked = index.data(Qt::CheckStateRole).toInt() == Qt::Checked;
        option.features &= ~QStyleOptionViewItem::HasCheckIndicator;
        option.state |= QStyle::State_Active;  // the field has the focus, the row is the one that Enter runs
        option.widget->style()->drawControl(QStyle::CE_ItemViewItem, &option, painter, option.widget);

        const QPalette &palette = option.palette;
        const QColor strong = chosen ? palette.color(QPalette::HighlightedText) : palette.color(QPalette::Text);
        const QColor faint = chosen ? strong : palette.color(QPalette::PlaceholderText);
        QRect rest = option.rect.adjusted(padding, 0, -padding, 0);
        const auto write = [&](const QString &text, const QColor &colour, Qt::Alignment side) {
            const QString fitting = option.fontMetrics.elidedText(text, Qt::ElideRight, rest.width());
            const int width = option.fontMetrics.horizontalAdvance(fitting);
            painter->setPen(colour);
            painter->drawText(rest, int(side | Qt::AlignVCenter), fitting);
            side == Qt::AlignRight ? rest.setRight(rest.right() - width - 2 * padding)
                                   : rest.setLeft(rest.left() + width + 2 * padding);
        };
        icon.paint(painter, QRect(rest.left(), rest.center().y() - 9, 18, 18), Qt::AlignCenter,
                   enabled ? (chosen ? QIcon::Selected : QIcon::Normal) : QIcon::Disabled);
        rest.setLeft(rest.left() + 18 + padding);
        write(index.data(keysRole).toString(), faint, Qt::AlignRight);
        write(marked ? name + QStringLiteral("  ✓") : name, enabled ? strong : faint, Qt::AlignLeft);
        write(index.data(besideRole).toString(), faint, Qt::AlignLeft);
    }
};

QStringList menuPath(MenuId id, bool english)
{
    for (const MenuSpec &menu : menuTable()) {
        if (menu.id != id)
            continue;
        const QString words =
            english ? QString::fromUtf8(menu.text) : QCoreApplication::translate("Actions", menu.text);
        return (menu.within == id ? QStringList() : menuPath(menu.within, english)) +
               QStringList{Actions::plain(words)};
    }
    return {};
}

Searched searchedOf(const ActionSpec &spec, const QAction &action)
{
    return {{action.iconText(), Actions::plain(QString::fromUtf8(spec.text))},
            menuPath(spec.menu, false) + menuPath(spec.menu, true) +
                QStringList{action.statusTip(), QString::fromUtf8(spec.statusTip)}};
}

}  // namespace

CommandPalette::CommandPalette(Actions &actions, QSettings &settings, QWidget *window)
    // Not Qt::Popup: an input method, as Chinese needs it, writes into active windows alone.
    : QDialog(window, Qt::Dialog | Qt::FramelessWindowHint), actions_(actions), settings_(settings)
{
    setObjectName(QStringLiteral("commandPalette"));
    field_ = new QLineEdit(this);
    field_->installEventFilter(this);
    model_ = new QStandardItemModel(this);
    list_ = new QListView(this);
    list_->setModel(model_);
    list_->setItemDelegate(new RowPainter(list_));
    list_->setUniformItemSizes(true);
    list_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(padding, padding, padding, padding);
    column->setSpacing(padding);
    column->addWidget(field_);
    column->addWidget(list_, 1);
    connect(field_, &QLineEdit::textChanged, this, &CommandPalette::fill);
    connect(list_, &QListView::clicked, this, &CommandPalette::run);
    connect(list_, &QListView::activated, this, &CommandPalette::run);
    connect(list_->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex &row) {
        // The focus stays in the field, so a screen reader is told there which row is meant.
        field_->setAccessibleDescription(row.data(Qt::AccessibleTextRole).toString());
        QAccessibleEvent event(field_, QAccessible::DescriptionChanged);
        QAccessible::updateAccessibility(&event);
    });
}

void CommandPalette::popUp()
{
    field_->clear();
    retranslate();
    const QSize window = parentWidget()->size();
    resize(std::clamp(window.width() - 80, 200, 680), std::clamp(window.height() - 140, 160, 460));
    move(parentWidget()->mapToGlobal(QPoint((window.width() - width()) / 2, 70)));
    show();
    raise();
    activateWindow();
    field_->setFocus();
}

void CommandPalette::retranslate()
{
    setWindowTitle(tr("Find an action"));
    field_->setPlaceholderText(tr("What do you want to do?"));
    field_->setAccessibleName(windowTitle());
    list_->setAccessibleName(tr("Actions"));
    fill();
}

QStringList CommandPalette::recent() const
{
    return settings_.value(recentKey).toStringList();
}

void CommandPalette::fill()
{
    struct Row {
        const ActionSpec *spec;
        int score;
        qsizetype used;  ///< 0: most recently
    };
    const QString query = field_->text();
    const bool any = query.trimmed().isEmpty();
    const QStringList last = recent();
    std::vector<Row> rows;
    for (const ActionSpec &spec : actionTable()) {
        const QAction &action = actions_[spec.id];
        const int score = any ? 1 : matchScore(query, searchedOf(spec, action));
        const qsizetype place = last.indexOf(nameOf(spec.id));
        if (score > 0 && action.isVisible() && spec.id != ActionId::CommandPalette)
            rows.push_back({&spec, score, place < 0 ? remembered : place});
    }
    std::stable_sort(rows.begin(), rows.end(), [](const Row &a, const Row &b) {
        return a.score != b.score ? a.score > b.score : a.used < b.used;
    });
    model_->clear();
    for (const Row &row : rows) {
        const QAction &action = actions_[row.spec->id];
        const QString reason = action.isEnabled() ? QString() : whyDisabled(row.spec->id);
        const QString beside = reason.isEmpty() ? menuPath(row.spec->menu, false).join(QStringLiteral(" › ")) : reason;
        const QString keys = shownKeys(action.shortcuts());
        auto *item = new QStandardItem(action.icon(), action.iconText());
        item->setData(static_cast<int>(row.spec->id), idRole);
        item->setData(beside, besideRole);
        item->setData(keys, keysRole);
        item->setData(action.isEnabled(), enabledRole);
        if (action.isChecked())
            item->setData(Qt::Checked, Qt::CheckStateRole);
        item->setToolTip(action.statusTip());
        QStringList spoken{action.iconText(), beside, keys};
        if (!action.isEnabled())
            spoken.insert(1, tr("not available"));
        spoken.removeAll(QString());
        item->setData(spoken.join(QStringLiteral(", ")), Qt::AccessibleTextRole);
        model_->appendRow(item);
    }
    list_->setCurrentIndex(model_->index(0, 0));
}

QList<ActionId> CommandPalette::listed() const
{
    QList<ActionId> ids;
    for (int row = 0; row < model_->rowCount(); ++row)
        ids += static_cast<ActionId>(model_->item(row)->data(idRole).toInt());
    return ids;
}

void CommandPalette::run()
{
    const QModelIndex row = list_->currentIndex();
    if (!row.isValid() || !row.data(enabledRole).toBool())
        return;
    const auto id = static_cast<ActionId>(row.data(idRole).toInt());
    QStringList last = recent();
    last.removeAll(nameOf(id));
    last.prepend(nameOf(id));
    settings_.setValue(recentKey, QStringList(last.mid(0, remembered)));
    close();
    // When this window is gone: what the action opens or focuses is above it.
    QMetaObject::invokeMethod(&actions_[id], &QAction::trigger, Qt::QueuedConnection);
}

void CommandPalette::changeEvent(QEvent *event)
{
    // The actions are translated when the window hears of a new language, which may be after this dialog did.
    if (event->type() == QEvent::LanguageChange)
        QMetaObject::invokeMethod(this, &CommandPalette::retranslate, Qt::QueuedConnection);
    QDialog::changeEvent(event);
}

void CommandPalette::paintEvent(QPaintEvent *)
{
    // No title bar, so an edge of its own.
    QPainter painter(this);
    painter.setPen(palette().color(QPalette::PlaceholderText));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

bool CommandPalette::event(QEvent *event)
{
    if (event->type() == QEvent::WindowDeactivate)
        close();
    return QDialog::event(event);
}

/// The list follows the keys that are of no use in the field.
bool CommandPalette::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() != QEvent::KeyPress)
        return QDialog::eventFilter(watched, event);
    switch (static_cast<QKeyEvent *>(event)->key()) {
    case Qt::Key_Up:
    case Qt::Key_Down:
    case Qt::Key_PageUp:
    case Qt::Key_PageDown:
        return QCoreApplication::sendEvent(list_, event);
    case Qt::Key_Return:
    case Qt::Key_Enter:
        run();
        return true;
    default:
        return QDialog::eventFilter(watched, event);
    }
}

}  // namespace fcoscope
