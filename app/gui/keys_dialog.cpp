// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/keys_dialog.h"

#include <QAccessible>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

#include "app/gui/grouped_tree.h"

namespace fcoscope {
namespace {

enum Column { textColumn, keysColumn, changedColumn };
constexpr int idRole = Qt::UserRole;

QString menuWords(MenuId id)
{
    for (const MenuSpec &menu : menuTable())
        if (menu.id == id)
            return Actions::plain(QCoreApplication::translate("Actions", menu.text));
    return {};
}

}  // namespace

// --- The button that waits for a key

KeyRecorder::KeyRecorder(QWidget *parent) : QPushButton(parent)
{
    setCheckable(true);
    setAutoDefault(false);
    connect(this, &QPushButton::toggled, this, &KeyRecorder::showState);
}

void KeyRecorder::setWords(const QString &idle)
{
    idle_ = idle;
    showState();
}

void KeyRecorder::showState()
{
    setText(recording() ? tr("Press the key…") : idle_);
    setAccessibleName(text());
}

bool KeyRecorder::event(QEvent *event)
{
    // Before shortcuts, before Tab moves the focus, and before the dialog takes Escape.
    if (recording() && event->type() == QEvent::ShortcutOverride) {
        event->accept();
        return true;
    }
    return QPushButton::event(event);
}

void KeyRecorder::keyPressEvent(QKeyEvent *event)
{
    if (!recording())
        return QPushButton::keyPressEvent(event);
    const int code = event->key();
    if (code == Qt::Key_Shift || code == Qt::Key_Control || code == Qt::Key_Alt || code == Qt::Key_Meta ||
        code == Qt::Key_AltGr || code == Qt::Key_unknown || code == 0)
        return;
    setChecked(false);
    if (code == Qt::Key_Escape)
        return;
    // Shift is part of the key where it chose the sign: "?", not "Shift+?".
    Qt::KeyboardModifiers with = event->modifiers() & ~(Qt::KeypadModifier | Qt::GroupSwitchModifier);
    const QString text = event->text();
    if (!text.isEmpty() && text.at(0).isPrint() && !text.at(0).isLetterOrNumber() && !text.at(0).isSpace())
        with &= ~Qt::ShiftModifier;
    Q_EMIT recorded(QKeySequence(QKeyCombination(with, Qt::Key(code))));
}

void KeyRecorder::focusOutEvent(QFocusEvent *event)
{
    setChecked(false);
    QPushButton::focusOutEvent(event);
}

// --- The dialog

KeysDialog::KeysDialog(KeyBindings &bindings, Actions &actions, QWidget *parent)
    : QDialog(parent), bindings_(bindings), actions_(actions)
{
    setObjectName(QStringLiteral("customiseKeys"));
    resize(760, 680);
    makeParts();
    makeLayout();
    connect(filter_, &QLineEdit::textChanged, this, &KeysDialog::filter);
    connect(tree_, &QTreeWidget::currentItemChanged, this, [this] { say({}), showSelected(); });
    connect(tree_, &QTreeWidget::itemActivated, this,
            [this] { set_->setFocus(), set_->setChecked(selected().has_value()); });
    connect(set_, &KeyRecorder::recorded, this, [this](const QKeySequence &key) { recorded(key, false); });
    connect(add_, &KeyRecorder::recorded, this, [this](const QKeySequence &key) { recorded(key, true); });
    connect(clear_, &QPushButton::clicked, this, [this] { say({}), bindings_.setKeys(*selected(), {}); });
    connect(reset_, &QPushButton::clicked, this, [this] { say({}), bindings_.reset(*selected()); });
    connect(resetAll_, &QPushButton::clicked, this, &KeysDialog::askToResetAll);
    connect(decide_, &QPushButton::clicked, this, [this] {
        const auto decision = std::exchange(decision_, {});
        say({});
        if (decision)
            decision();
        tree_->setFocus();
    });
    connect(close_, &QDialogButtonBox::rejected, this, &QDialog::close);
    connect(&bindings_, &KeyBindings::changed, this, [this] { showKeys(), showSelected(); });
    retranslate();
    filter_->setFocus();
}

void KeysDialog::makeParts()
{
    filter_ = new QLineEdit(this);
    filter_->setClearButtonEnabled(true);
    filter_->installEventFilter(this);
    tree_ = new QTreeWidget(this);
    tree_->setColumnCount(3);
    tree_->setUniformRowHeights(true);
    tree_->setAlternatingRowColors(true);
    tree_->setRootIsDecorated(false);
    name_ = new QLabel(this);
    note_ = new QLabel(this);
    note_->setObjectName(QStringLiteral("note"));
    note_->setWordWrap(true);
    set_ = new KeyRecorder(this);
    add_ = new KeyRecorder(this);
    for (QPushButton **button : {&clear_, &reset_, &resetAll_, &decide_}) {
        *button = new QPushButton(this);
        (*button)->setAutoDefault(false);
    }
    set_->setObjectName(QStringLiteral("set"));
    add_->setObjectName(QStringLiteral("add"));
    clear_->setObjectName(QStringLiteral("clear"));
    reset_->setObjectName(QStringLiteral("reset"));
    resetAll_->setObjectName(QStringLiteral("resetAll"));
    decide_->setObjectName(QStringLiteral("decide"));
    decide_->hide();
    close_ = new QDialogButtonBox(QDialogButtonBox::Close, this);
    close_->button(QDialogButtonBox::Close)->setAutoDefault(false);
}

void KeysDialog::makeLayout()
{
    auto *change = new QHBoxLayout;
    for (QPushButton *button : {static_cast<QPushButton *>(set_), static_cast<QPushButton *>(add_), clear_, reset_})
        change->addWidget(button);
    change->addStretch(1);
    auto *note = new QHBoxLayout;
    note->addWidget(note_, 1);
    note->addWidget(decide_);
    auto *bottom = new QHBoxLayout;
    bottom->addWidget(resetAll_);
    bottom->addStretch(1);
    bottom->addWidget(close_);
    auto *column = new QVBoxLayout(this);
    column->addWidget(filter_);
    column->addWidget(tree_, 1);
    column->addWidget(name_);
    column->addLayout(change);
    column->addLayout(note);
    column->addLayout(bottom);
    column->setSpacing(10);
    note_->setMinimumHeight(decide_->sizeHint().height());  // a question moves nothing
}

void KeysDialog::fill()
{
    const std::optional<ActionId> kept = selected();
    const QSignalBlocker quiet(tree_);
    tree_->clear();
    std::map<MenuId, QTreeWidgetItem *> groups;
    QFont bold = font();
    bold.setBold(true);
    for (const ActionSpec &spec : actionTable()) {
        QTreeWidgetItem *&group = groups[spec.menu];
        if (!group) {
            group = new QTreeWidgetItem(tree_, {menuWords(spec.menu)});
            group->setFlags(Qt::ItemIsEnabled);
            group->setFont(textColumn, bold);
        }
        auto *item = new QTreeWidgetItem(group, {actions_[spec.id].iconText()});
        item->setData(textColumn, idRole, static_cast<int>(spec.id));
        item->setToolTip(textColumn, actions_[spec.id].statusTip());
        item->setSizeHint(textColumn, {0, fontMetrics().height() + 6});
    }
    tree_->expandAll();
    for (int i = 0; i < tree_->topLevelItemCount(); ++i)
        tree_->setFirstColumnSpanned(i, {}, true);
    QHeaderView &header = *tree_->header();
    header.setStretchLastSection(false);
    header.setSectionResizeMode(textColumn, QHeaderView::Stretch);
    header.setSectionResizeMode(keysColumn, QHeaderView::ResizeToContents);
    header.setSectionResizeMode(changedColumn, QHeaderView::ResizeToContents);
    showKeys();
    select(kept.value_or(actionTable().front().id));
}

/// The keys beside each action; "changed" in words, for it must not hang on a colour.
void KeysDialog::showKeys()
{
    for (QTreeWidgetItemIterator it(tree_); *it; ++it) {
        if (!(*it)->parent())
            continue;
        const auto id = static_cast<ActionId>((*it)->data(textColumn, idRole).toInt());
        (*it)->setText(keysColumn, shownKeys(bindings_.keys(id)));
        (*it)->setText(changedColumn, bindings_.isUsual(id) ? QString() : tr("changed"));
    }
    filter(filter_->text());
}

void KeysDialog::filter(const QString &words)
{
    filterGroups(*tree_, words, {textColumn, keysColumn, changedColumn});
}

std::optional<ActionId> KeysDialog::selected() const
{
    const QTreeWidgetItem *item = tree_->currentItem();
    return item && item->parent() ? std::optional(static_cast<ActionId>(item->data(textColumn, idRole).toInt()))
                                  : std::nullopt;
}

void KeysDialog::select(ActionId id)
{
    for (QTreeWidgetItemIterator it(tree_); *it; ++it)
        if ((*it)->parent() && (*it)->data(textColumn, idRole).toInt() == static_cast<int>(id))
            tree_->setCurrentItem(*it);
    showSelected();
}

void KeysDialog::showSelected()
{
    const std::optional<ActionId> id = selected();
    for (QPushButton *button : {static_cast<QPushButton *>(set_), static_cast<QPushButton *>(add_)})
        button->setEnabled(id.has_value());
    clear_->setEnabled(id && !bindings_.keys(*id).isEmpty());
    reset_->setEnabled(id && !bindings_.isUsual(*id));
    const auto ids = actionTable();
    resetAll_->setEnabled(!std::all_of(ids.begin(), ids.end(), [this](const ActionSpec &spec) {
        return bindings_.isUsual(spec.id);
    }) || !bindings_.complaint().isEmpty());
    name_->setText(id ? tr("%1: %2").arg(actions_[*id].iconText(), actions_[*id].statusTip()) : QString());
}

// --- Giving keys

void KeysDialog::recorded(const QKeySequence &key, bool add)
{
    const ActionId id = *selected();
    if (const QString reason = bindings_.whyNot(key); !reason.isEmpty())
        return say(reason);
    const std::optional<ActionId> owner = bindings_.ownerOf(key);
    if (!owner || *owner == id)
        return give(key, add);
    say(tr("%1 is the key of “%2”.").arg(key.toString(QKeySequence::NativeText), actions_[*owner].iconText()),
        tr("Take the key from it"), [this, key, add] { give(key, add); });
}

void KeysDialog::give(const QKeySequence &key, bool add)
{
    const ActionId id = *selected();
    Keys keys{key};
    if (add)
        keys = bindings_.keys(id) + keys;
    say({});
    bindings_.setKeys(id, keys);
}

void KeysDialog::askToResetAll()
{
    say(tr("All actions get the keys back that they came with."), tr("Reset them"), [this] { bindings_.resetAll(); });
}

void KeysDialog::say(const QString &sentence, const QString &button, std::function<void()> decide)
{
    decision_ = std::move(decide);
    note_->setText(sentence);
    decide_->setText(button);
    decide_->setVisible(bool(decision_));
    if (sentence.isEmpty())
        return;
    QAccessibleEvent alert(note_, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
    if (decision_)
        decide_->setFocus();
}

// --- Words and keys

void KeysDialog::retranslate()
{
    setWindowTitle(tr("Customise keys"));
    filter_->setPlaceholderText(tr("Search by words or keys"));
    filter_->setAccessibleName(filter_->placeholderText());
    tree_->setHeaderLabels({tr("Action"), tr("Keys"), QString()});
    tree_->setAccessibleName(tr("Actions and their keys"));
    set_->setWords(tr("Set key"));
    add_->setWords(tr("Add a key"));
    clear_->setText(tr("Remove keys"));
    reset_->setText(tr("Reset"));
    resetAll_->setText(tr("Reset all"));
    set_->setToolTip(tr("Press this, then the key that the action gets instead of those it has"));
    add_->setToolTip(tr("Press this, then a key that the action gets besides those it has"));
    say({});
    fill();
}

void KeysDialog::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange)
        // The window's words come first: the actions are translated when it hears of the change.
        QMetaObject::invokeMethod(this, &KeysDialog::retranslate, Qt::QueuedConnection);
    QDialog::changeEvent(event);
}

/// Up and down move in the list while words are typed.
bool KeysDialog::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent *>(event)->key();
        if (key == Qt::Key_Up || key == Qt::Key_Down || key == Qt::Key_PageUp || key == Qt::Key_PageDown)
            return QCoreApplication::sendEvent(tree_, event);
        if ((key == Qt::Key_Return || key == Qt::Key_Enter) && selected()) {
            set_->setFocus();
            set_->setChecked(true);
            return true;
        }
    }
    return QDialog::eventFilter(watched, event);
}

}  // namespace fcoscope
