// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/labels/classes_panel.h"

#include <QColorDialog>
#include <QComboBox>
#include <QEvent>
#include <QFrame>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMenu>
#include <QPushButton>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>

#include "widgets/theme.h"

namespace fcoscope {

namespace {

constexpr int coloursOffered = 12;

QToolButton *toolButton()
{
    auto *button = new QToolButton;
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::StrongFocus);
    return button;
}

QLabel *wrapped()
{
    auto *label = new QLabel;
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    return label;
}

}  // namespace

ClassesPanel::ClassesPanel(QWidget *parent)
    : QWidget(parent), table_(new ClassTable), up_(toolButton()), down_(toolButton()), rename_(toolButton()),
      merge_(toolButton()), delete_(toolButton()), colour_(toolButton()), colours_(new QMenu(this)),
      name_(new QLineEdit), add_(new QPushButton), yes_(new QPushButton), no_(new QPushButton), asked_(wrapped()),
      preview_(wrapped()), notice_(wrapped()), into_(new QComboBox)
{
    up_->setArrowType(Qt::UpArrow);
    down_->setArrowType(Qt::DownArrow);
    colour_->setMenu(colours_);
    colour_->setPopupMode(QToolButton::InstantPopup);
    table_->installEventFilter(this);
    notice_->hide();

    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(2);
    for (QToolButton *button : {up_, down_, rename_, colour_, merge_, delete_})
        buttons->addWidget(button);
    buttons->addStretch();
    auto *adding = new QHBoxLayout;
    adding->addWidget(name_, 1);
    adding->addWidget(add_);
    question_ = makeQuestion();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 8, 10, 10);
    layout->setSpacing(6);
    layout->addWidget(table_, 1);
    layout->addLayout(buttons);
    layout->addWidget(notice_);
    layout->addWidget(question_);
    layout->addLayout(adding);
    connectAll();
    retranslate();
}

QWidget *ClassesPanel::makeQuestion()
{
    auto *frame = new QFrame;
    frame->setFrameShape(QFrame::StyledPanel);
    auto *answers = new QHBoxLayout;
    answers->addStretch();
    answers->addWidget(yes_);
    answers->addWidget(no_);
    auto *layout = new QVBoxLayout(frame);
    layout->addWidget(asked_);
    layout->addWidget(into_);
    layout->addWidget(preview_);
    layout->addLayout(answers);
    frame->hide();
    frame->installEventFilter(this);
    for (QWidget *part : std::initializer_list<QWidget *>{into_, yes_, no_})
        part->installEventFilter(this);
    return frame;
}

void ClassesPanel::connectAll()
{
    connect(table_, &QTreeWidget::currentItemChanged, this, [this] {
        closeQuestion();
        setNotice({});
        showState();
        Q_EMIT currentChanged(current());
    });
    connect(table_, &ClassTable::renamed, this, [this](int64_t key, const QString &name) {
        if (!refusesName(name, key))
            Q_EMIT renameWanted(key, name);
    });
    connect(table_, &ClassTable::dragged, this, &ClassesPanel::moveWanted);
    connect(up_, &QToolButton::clicked, this, [this] { move(-1); });
    connect(down_, &QToolButton::clicked, this, [this] { move(1); });
    connect(rename_, &QToolButton::clicked, table_, &ClassTable::editName);
    connect(merge_, &QToolButton::clicked, this, [this] { ask(ClassQuestion::Kind::Merge); });
    connect(delete_, &QToolButton::clicked, this, [this] { ask(ClassQuestion::Kind::Delete); });
    connect(colours_, &QMenu::aboutToShow, this, &ClassesPanel::fillColours);
    connect(into_, &QComboBox::currentIndexChanged, this, &ClassesPanel::askPreview);
    connect(yes_, &QPushButton::clicked, this, &ClassesPanel::confirm);
    connect(no_, &QPushButton::clicked, this, [this] {
        closeQuestion();
        table_->setFocus();
    });
    connect(add_, &QPushButton::clicked, this, &ClassesPanel::add);
    connect(name_, &QLineEdit::returnPressed, this, &ClassesPanel::add);
    connect(name_, &QLineEdit::textChanged, this, [this] {
        setNotice({});
        showState();
    });
}

// --- What is shown

void ClassesPanel::setClasses(const std::vector<ClassRow> &classes)
{
    const ClassQuestion asked = change_;
    if (classes == table_->classes())
        return;
    table_->setClasses(classes);
    // A question about classes that are still there stays, with a new preview: the numbers may have changed.
    const bool holds = asked.kind != ClassQuestion::Kind::None && table_->rowOf(asked.key) >= 0 &&
                       (asked.kind == ClassQuestion::Kind::Delete || table_->rowOf(asked.into) >= 0);
    closeQuestion();
    if (holds && current() == asked.key) {
        ask(asked.kind);
        if (asked.kind == ClassQuestion::Kind::Merge)
            into_->setCurrentIndex(into_->findData(QVariant::fromValue<qlonglong>(asked.into)));
    }
    showState();
}

void ClassesPanel::setReadOnly(bool readOnly)
{
    readOnly_ = readOnly;
    table_->setEditable(!readOnly);
    closeQuestion();
    showState();
}

int64_t ClassesPanel::current() const
{
    return table_->chosen() ? table_->chosen()->key : 0;
}
void ClassesPanel::setCurrent(int64_t key)
{
    table_->choose(table_->rowOf(key));
}

void ClassesPanel::setNotice(const QString &sentence)
{
    notice_->setText(sentence);
    notice_->setVisible(!sentence.isEmpty());
}

void ClassesPanel::showState()
{
    const int row = table_->rowOf(current()), count = static_cast<int>(table_->classes().size());
    const bool any = row >= 0 && !readOnly_;
    up_->setEnabled(any && row > 0);
    down_->setEnabled(any && row + 1 < count);
    for (QToolButton *button : {rename_, colour_, delete_})
        button->setEnabled(any);
    merge_->setEnabled(any && count > 1);
    name_->setEnabled(!readOnly_);
    add_->setEnabled(!readOnly_ && !name_->text().trimmed().isEmpty());
}

// --- Wishes

bool ClassesPanel::refusesName(const QString &name, int64_t but)
{
    for (const ClassRow &each : table_->classes())
        if (each.name == name && each.key != but) {
            setNotice(tr("There is a class %1 already. To make one of two classes, merge them.").arg(name));
            return true;
        }
    setNotice({});
    return false;
}

void ClassesPanel::add()
{
    const QString name = name_->text().trimmed();
    if (name.isEmpty() || refusesName(name, 0))
        return;
    name_->clear();
    Q_EMIT addWanted(name);
}

void ClassesPanel::move(int by)
{
    const int row = table_->rowOf(current()), to = row + by;
    if (!readOnly_ && row >= 0 && to >= 0 && to < static_cast<int>(table_->classes().size()))
        Q_EMIT moveWanted(current(), to);
}

void ClassesPanel::fillColours()
{
    colours_->clear();
    const int64_t key = current();
    for (int i = 0; i < coloursOffered; ++i) {
        QAction *action = colours_->addAction(colourSwatch(classColor(i)), tr("Colour %1").arg(i + 1));
        connect(action, &QAction::triggered, this, [this, key, i] { Q_EMIT recolourWanted(key, classColor(i)); });
    }
    colours_->addSeparator();
    connect(colours_->addAction(tr("Other colour…")), &QAction::triggered, this, &ClassesPanel::chooseOtherColour);
    QAction *standard = colours_->addAction(tr("The colour of its place"));
    standard->setEnabled(table_->chosen() && table_->chosen()->ownColour);
    connect(standard, &QAction::triggered, this, [this, key] { Q_EMIT recolourWanted(key, {}); });
}

void ClassesPanel::chooseOtherColour()
{
    if (!table_->chosen())
        return;
    auto *dialog = new QColorDialog(table_->chosen()->colour, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setOption(QColorDialog::DontUseNativeDialog);
    dialog->setWindowTitle(tr("Colour of %1").arg(table_->chosen()->name));
    connect(dialog, &QColorDialog::colorSelected, this,
            [this, key = current()](const QColor &colour) { Q_EMIT recolourWanted(key, colour); });
    dialog->open();
}

// --- Questions

void ClassesPanel::ask(ClassQuestion::Kind kind)
{
    const ClassRow *each = table_->chosen();
    if (!each || readOnly_)
        return;
    setNotice({});
    const bool merging = kind == ClassQuestion::Kind::Merge;
    asked_->setText(merging ? tr("Make all boxes of %1 boxes of another class, and delete %1?").arg(each->name)
                            : tr("Delete the class %1 with its boxes?").arg(each->name));
    yes_->setText(merging ? tr("Merge") : tr("Delete"));
    {
        const QSignalBlocker quiet(into_);
        into_->clear();
        for (const ClassRow &other : table_->classes())
            if (other.key != each->key)
                into_->addItem(colourSwatch(other.colour), other.name, QVariant::fromValue<qlonglong>(other.key));
        into_->setVisible(merging);
    }
    if (merging && into_->count() == 0)
        return;
    change_ = {kind, each->key, 0};
    question_->show();
    askPreview();
    (merging ? static_cast<QWidget *>(into_) : no_)->setFocus();
}

void ClassesPanel::askPreview()
{
    if (change_.kind == ClassQuestion::Kind::None)
        return;
    change_.into = change_.kind == ClassQuestion::Kind::Merge ? into_->currentData().toLongLong() : 0;
    preview_->setText(QStringLiteral("…"));
    Q_EMIT previewWanted(change_);
}

void ClassesPanel::setPreview(const ClassQuestion &change, const QString &sentence)
{
    if (change_.kind == ClassQuestion::Kind::None || change != change_)
        return;
    preview_->setText(sentence);
    yes_->setAccessibleDescription(sentence);
}

void ClassesPanel::closeQuestion()
{
    change_ = {};
    question_->hide();
}

void ClassesPanel::confirm()
{
    const ClassQuestion change = change_;
    closeQuestion();
    table_->setFocus();
    if (change.kind == ClassQuestion::Kind::Merge)
        Q_EMIT mergeWanted(change.key, change.into);
    else if (change.kind == ClassQuestion::Kind::Delete)
        Q_EMIT deleteWanted(change.key);
}

// --- Keys and words

bool ClassesPanel::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() != QEvent::KeyPress)
        return QWidget::eventFilter(watched, event);
    const auto *key = static_cast<QKeyEvent *>(event);
    if (watched != table_) {  // a question
        if (key->key() != Qt::Key_Escape)
            return QWidget::eventFilter(watched, event);
        no_->click();
        return true;
    }
    const bool control = key->modifiers() & Qt::ControlModifier;
    if (control && (key->key() == Qt::Key_Up || key->key() == Qt::Key_Down))
        move(key->key() == Qt::Key_Up ? -1 : 1);
    else if (key->key() == Qt::Key_Delete)
        ask(ClassQuestion::Kind::Delete);
    else if (key->key() == Qt::Key_Insert)
        name_->setFocus();
    else
        return QWidget::eventFilter(watched, event);
    return true;
}

void ClassesPanel::retranslate()
{
    table_->retranslate();
    const auto word = [](QToolButton *button, const QString &text, const QString &tip) {
        button->setText(text);
        button->setToolTip(tip);
        button->setAccessibleName(tip);
    };
    word(up_, {}, tr("Move up"));
    word(down_, {}, tr("Move down"));
    word(rename_, tr("Rename"), tr("Rename the class"));
    word(colour_, tr("Colour"), tr("Colour of the class"));
    word(merge_, tr("Merge…"), tr("Merge the class into another one"));
    word(delete_, tr("Delete…"), tr("Delete the class"));
    name_->setPlaceholderText(tr("New class"));
    name_->setAccessibleName(tr("Name of a new class"));
    add_->setText(tr("Add"));
    add_->setAccessibleName(tr("Add a class"));
    no_->setText(tr("Cancel"));
    into_->setAccessibleName(tr("Merge into"));
    closeQuestion();
    setNotice({});
    showState();
}

void ClassesPanel::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::LocaleChange)
        retranslate();
    QWidget::changeEvent(event);
}

}  // namespace fcoscope
