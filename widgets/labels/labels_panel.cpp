// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/labels/labels_panel.h"

#include <QComboBox>
#include <QCompleter>
#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

#include "widgets/labels/labels_model.h"
#include "widgets/theme.h"

namespace fcoscope {

LabelsPanel::LabelsPanel(QWidget *parent)
    : QWidget(parent), model_(new LabelsModel(this)), table_(new QTableView), classLabel_(new QLabel),
      count_(new QLabel), sentence_(new QLabel), sign_(new QToolButton), class_(new QComboBox)
{
    auto *statusLine = new QHBoxLayout;
    statusLine->setSpacing(0);
    for (int i = 0; i < 4; ++i) {
        auto *button = new QPushButton;
        button->setCheckable(true);
        statusLine->addWidget(button, 1);
        statuses_.push_back(button);
        connect(button, &QPushButton::clicked, this, [this, i] {
            const auto chosen = static_cast<ListStatus>(i);
            if (status_ != chosen)
                Q_EMIT statusChosen(chosen);
            showStatus();  // what the owner made of it
        });
    }
    auto *classLine = new QHBoxLayout;
    classLine->setSpacing(8);
    classLine->addWidget(classLabel_);
    classLine->addWidget(class_, 1);
    auto *head = new QVBoxLayout;
    head->setContentsMargins(8, 6, 8, 2);
    head->setSpacing(6);
    head->addLayout(statusLine);
    head->addLayout(classLine);
    auto *foot = new QVBoxLayout;
    foot->setContentsMargins(8, 0, 8, 6);
    foot->setSpacing(2);
    foot->addWidget(count_);
    auto *sentenceLine = new QHBoxLayout;
    sentenceLine->setSpacing(6);
    sentenceLine->addWidget(sign_, 0, Qt::AlignTop);
    sentenceLine->addWidget(sentence_, 1);
    foot->addLayout(sentenceLine);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(head);
    layout->addWidget(table_, 1);
    layout->addLayout(foot);
    count_->setForegroundRole(QPalette::PlaceholderText);
    sentence_->setWordWrap(true);
    sign_->setIcon(icon(QStringLiteral("warning")));  // a button, for its icon follows the palette
    sign_->setAutoRaise(true);
    sign_->setFocusPolicy(Qt::NoFocus);
    sign_->setAttribute(Qt::WA_TransparentForMouseEvents);
    sign_->setIconSize({16, 16});
    makeTable();
    makeClasses();
    retranslate();
    for (size_t i = 1; i < statuses_.size(); ++i)
        setTabOrder(statuses_[i - 1], statuses_[i]);
    setTabOrder(statuses_.back(), class_);
    setTabOrder(class_, table_);
}

void LabelsPanel::makeClasses()
{
    class_->setEditable(true);
    class_->setInsertPolicy(QComboBox::NoInsert);
    class_->completer()->setCaseSensitivity(Qt::CaseInsensitive);
    class_->completer()->setCompletionMode(QCompleter::InlineCompletion);
    class_->setIconSize({12, 12});
    class_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    class_->setMinimumContentsLength(8);
    class_->setFocusPolicy(Qt::StrongFocus);
    class_->installEventFilter(this);
    classLabel_->setBuddy(class_);
    connect(class_, &QComboBox::textActivated, this, &LabelsPanel::takeClass);
    connect(class_->lineEdit(), &QLineEdit::returnPressed, this, [this] {
        if (class_->findText(class_->currentText(), Qt::MatchExactly | Qt::MatchCaseSensitive) < 0)
            takeClass(class_->currentText());  // the others are told as chosen
    });
    connect(class_->lineEdit(), &QLineEdit::editingFinished, this, [this] {
        class_->lineEdit()->setModified(false);
        showSelection();
    });
}

// --- What is shown

void LabelsPanel::setBoxes(const ImageId &id, std::vector<CanvasBox> boxes, Size image)
{
    std::erase_if(boxes, [](const CanvasBox &box) { return box.key == 0; });
    std::vector<int64_t> there;
    if (id == id_)
        for (const CanvasBox &box : boxes)
            there.push_back(box.key);
    std::vector<int64_t> stay = keysAmong(selection_, std::move(there));
    const bool changed = stay != selection_;
    if (id != id_)
        refused_ = false;
    id_ = id;
    selection_ = std::move(stay);
    model_->setBoxes(id, std::move(boxes), image);
    showSelection();
    if (const int longest = std::max(image.width, image.height); longest != longest_) {
        longest_ = longest;
        fitColumns();
    }
    if (changed)
        Q_EMIT selectionChanged(selection_);
}

void LabelsPanel::setClasses(std::vector<CanvasClass> classes)
{
    model_->setClasses(std::move(classes));
    fillClasses();
    fitColumns();
    showSelection();
}

void LabelsPanel::setStatus(std::optional<ListStatus> status)
{
    status_ = status;
    showStatus();
}

void LabelsPanel::setReadOnly(bool readOnly)
{
    readOnly_ = readOnly;
    model_->setReadOnly(readOnly);
    showStatus();
    showSelection();
}

void LabelsPanel::showStatus()
{
    for (size_t i = 0; i < statuses_.size(); ++i) {
        const bool on = status_ && static_cast<size_t>(*status_) == i;
        statuses_[i]->setChecked(on);
        statuses_[i]->setIcon(on ? icon(QStringLiteral("check")) : QIcon());  // a shade alone is lost in the dark
        statuses_[i]->setEnabled(status_ && !readOnly_);
    }
}

void LabelsPanel::fillClasses()
{
    class_->clear();
    for (size_t i = 0; i < model_->classes().size(); ++i)
        class_->addItem(QIcon(model_->swatch(static_cast<int>(i))), model_->classes()[i].name);
}

// Count, class and learnability of what is selected.
void LabelsPanel::showSelection()
{
    const QLocale locale;
    int common = -1, unlearnable = 0;
    bool several = false;
    size_t found = 0;
    for (int row = 0; row < model_->rowCount() && found < selection_.size(); ++row) {
        const CanvasBox &box = model_->boxAt(row);
        if (!std::binary_search(selection_.begin(), selection_.end(), box.key))
            continue;
        several = several || (found > 0 && box.label.classIndex != common);
        common = box.label.classIndex;
        unlearnable += box.unlearnable;
        ++found;
    }
    const QString total = locale.toString(model_->rowCount());
    count_->setText(model_->rowCount() == 0 ? tr("No labels")
                    : selection_.empty()
                        ? tr("Labels: %1").arg(total)
                        : tr("Labels: %1, selected: %2").arg(total, locale.toString(static_cast<qulonglong>(found))));
    class_->setEnabled(found > 0 && !readOnly_);
    if (!class_->lineEdit()->isModified()) {  // nothing is being typed
        class_->setCurrentIndex(found > 0 && !several ? common : -1);
        if (class_->currentIndex() < 0)
            class_->setEditText({});
    }
    class_->lineEdit()->setPlaceholderText(several ? tr("several classes") : QString());
    if (!refused_)
        sentence_->setText(
            unlearnable == 0 ? QString()
            : found == 1     ? tr("No location can learn this label.")
                         : tr("No location can learn %1 of the selected labels.").arg(locale.toString(unlearnable)));
    sentence_->setVisible(!sentence_->text().isEmpty());
    sign_->setVisible(sentence_->isVisibleTo(this));
}

void LabelsPanel::say(const QString &sentence)
{
    refused_ = !sentence.isEmpty();
    sentence_->setText(sentence);
    showSelection();
}

// --- What a person does

void LabelsPanel::chooseClass()
{
    if (!class_->isEnabled())
        return;
    class_->setFocus(Qt::ShortcutFocusReason);
    class_->lineEdit()->selectAll();
}

void LabelsPanel::takeClass(const QString &typed)
{
    const QString name = typed.trimmed();
    class_->lineEdit()->setModified(false);
    if (!name.isEmpty() && !selection_.empty() && !readOnly_) {
        int known = class_->findText(name, Qt::MatchExactly | Qt::MatchCaseSensitive);
        if (known < 0)
            known = class_->findText(name, Qt::MatchFixedString);  // upper and lower case alike
        if (known < 0)
            Q_EMIT newClassWanted(selection_, name);
        else
            Q_EMIT classChosen(selection_, known);
    }
    showSelection();
}

bool LabelsPanel::eventFilter(QObject *watched, QEvent *event)
{
    // A wheel that scrolls past the choice would change classes.
    if (watched == class_ && event->type() == QEvent::Wheel) {
        event->ignore();
        return true;
    }
    if (watched == table_ && event->type() == QEvent::KeyPress && keyInTable(static_cast<QKeyEvent *>(event)->key()))
        return true;
    return QWidget::eventFilter(watched, event);
}

// --- Language

void LabelsPanel::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::FontChange)
        retranslate();
    QWidget::changeEvent(event);
}

void LabelsPanel::retranslate()
{
    const std::pair<QString, QString> statuses[] = {
        {tr("New"), tr("Nobody has looked at this image yet")},
        {tr("Labelled"), tr("This image has labels that are still to be checked")},
        {tr("Verified"), tr("The labels of this image are right and complete")},
        {tr("Empty"), tr("Nothing is in this image, on purpose")}};
    for (size_t i = 0; i < statuses_.size(); ++i) {
        statuses_[i]->setText(statuses[i].first);
        statuses_[i]->setToolTip(statuses[i].second);
        statuses_[i]->setAccessibleName(tr("Status of the image: %1").arg(statuses[i].first));
    }
    classLabel_->setText(tr("Class"));
    class_->setAccessibleName(tr("Class of the selected labels"));
    class_->setToolTip(tr("Type a name and press Enter; a name that is not in the list makes a new class"));
    table_->setAccessibleName(tr("Labels of the image"));
    sentence_->setAccessibleName(tr("What is to be known of the selected labels"));
    model_->retranslate();
    fitColumns();
    showSelection();
}

}  // namespace fcoscope
