// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/weights_dialog.h"

#include <QAction>
#include <QCheckBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QSplitter>
#include <QTextBrowser>
#include <QTextOption>
#include <QTreeWidget>

#include "app/gui/grouped_tree.h"
#include "app/gui/weights_text.h"
#include "app/session/session.h"
#include "widgets/message_strip.h"
#include "widgets/theme.h"
#include "widgets/translate.h"

namespace fcoscope {
namespace {

enum Column { titleColumn, qualityColumn, sizeColumn, stateColumn, columnCount };
constexpr int entryRole = Qt::UserRole, rowHeight = 23, groupHeight = 34;

const PublishedWeights *entryOf(const QTreeWidgetItem *item)
{
    const int row = item && item->parent() ? item->data(titleColumn, entryRole).toInt() : -1;
    return row < 0 ? nullptr : &weightsCatalogue()[static_cast<size_t>(row)];
}

}  // namespace

WeightsDialog::WeightsDialog(WeightsShelf &shelf, QWidget *parent) : QDialog(parent), shelf_(shelf)
{
    setObjectName(QStringLiteral("weights"));
    setAttribute(Qt::WA_DeleteOnClose);
    makeParts();
    makeLayout();
    resize(1080, 720);
    connect(filter_, &QLineEdit::textChanged, this, &WeightsDialog::filter);
    connect(list_, &QTreeWidget::currentItemChanged, this, &WeightsDialog::showSelected);
    connect(accept_, &QCheckBox::toggled, this, &WeightsDialog::showState);
    connect(get_, &QPushButton::clicked, this, [this] {
        failed_ = nullptr;
        shelf_.get(*selected_, accept_->isChecked());
    });
    connect(stop_, &QPushButton::clicked, &shelf_, &WeightsShelf::stop);
    connect(use_, &QPushButton::clicked, this, [this] {
        Q_EMIT useRequested(shelf_.here(*selected_));
        close();
    });
    connect(close_, &QPushButton::clicked, this, &QDialog::close);
    connect(&shelf_, &WeightsShelf::changed, this, &WeightsDialog::showState);
    connect(&shelf_, &WeightsShelf::progressed, this, &WeightsDialog::showProgress);
    connect(&shelf_, &WeightsShelf::failed, this, &WeightsDialog::showFailure);
    retranslate();
    list_->setCurrentItem(list_->topLevelItem(0)->child(0));
    shelf_.look();
}

// --- Building

void WeightsDialog::makeParts()
{
    filter_ = new QLineEdit(this);
    filter_->setClearButtonEnabled(true);
    filter_->addAction(icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    list_ = new QTreeWidget(this);
    list_->setColumnCount(columnCount);
    list_->setAllColumnsShowFocus(true);
    list_->setRootIsDecorated(false);
    list_->setItemsExpandable(false);
    list_->setIndentation(12);
    list_->setTextElideMode(Qt::ElideRight);
    details_ = new QTextBrowser(this);
    details_->setOpenExternalLinks(true);
    details_->setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);  // names are long and have no spaces
    details_->document()->setDocumentMargin(12);
    accept_ = new QCheckBox(this);
    hint_ = new QLabel(this);
    hint_->setWordWrap(true);
    status_ = new QLabel(this);
    status_->setObjectName(QStringLiteral("status"));
    status_->setWordWrap(true);
    status_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    bar_ = new QProgressBar(this);
    bar_->setTextVisible(false);
    bar_->setFixedHeight(8);
    for (QPushButton **button : {&get_, &stop_, &use_, &close_})
        *button = new QPushButton(this);
    get_->setIcon(icon(QStringLiteral("download")));
    stop_->setIcon(icon(QStringLiteral("stop")));
    use_->setIcon(icon(QStringLiteral("check")));
    get_->setObjectName(QStringLiteral("get"));
    stop_->setObjectName(QStringLiteral("stop"));
    use_->setObjectName(QStringLiteral("use"));
    close_->setAutoDefault(false);
}

void WeightsDialog::makeLayout()
{
    auto *left = new QWidget(this);
    auto *leftColumn = new QVBoxLayout(left);
    leftColumn->setContentsMargins(0, 0, 0, 0);
    leftColumn->addWidget(filter_);
    leftColumn->addWidget(list_, 1);
    auto *right = new QWidget(this);
    auto *rightColumn = new QVBoxLayout(right);
    rightColumn->setContentsMargins(0, 0, 0, 0);
    rightColumn->addWidget(details_, 1);
    rightColumn->addWidget(accept_);
    rightColumn->addWidget(hint_);
    auto *halves = new QSplitter(this);
    halves->addWidget(left);
    halves->addWidget(right);
    halves->setChildrenCollapsible(false);
    halves->setSizes({640, 420});
    halves->setStretchFactor(0, 1);

    auto *buttons = new QHBoxLayout;
    buttons->addWidget(status_, 1);
    for (QPushButton *button : {stop_, get_, use_, close_})
        buttons->addWidget(button);
    auto *column = new QVBoxLayout(this);
    column->addWidget(halves, 1);
    column->addWidget(bar_);
    column->addLayout(buttons);
    column->setSpacing(10);
    halves->setHandleWidth(10);
}

void WeightsDialog::fill()
{
    const PublishedWeights *kept = selected_;
    const QSignalBlocker quiet(list_);
    list_->clear();
    QTreeWidgetItem *group = nullptr;
    const std::span<const PublishedWeights> all = weightsCatalogue();
    for (size_t i = 0; i < all.size(); ++i) {
        const PublishedWeights &entry = all[i];
        const QString publisher = QString::fromUtf8(entry.publisher), terms = QString::fromUtf8(entry.terms->name);
        const QString heading =
            (isDetector(entry) ? tr("Detectors of %1 · %2") : tr("Backbones of %1 · %2"))
                .arg(publisher, entry.terms->mustBeAccepted ? tr("non-commercial use only") : terms);
        if (!group || group->text(titleColumn) != heading) {
            group = new QTreeWidgetItem(list_, {heading});
            group->setFlags(Qt::ItemIsEnabled);
            group->setSizeHint(titleColumn, {0, groupHeight});
            group->setTextAlignment(titleColumn, Qt::AlignLeft | Qt::AlignBottom);
            QFont bold = font();
            bold.setBold(true);
            group->setFont(titleColumn, bold);
        }
        const QString figure =
            (isDetector(entry) ? tr("AP %1") : tr("top-1 %1 %")).arg(QLocale().toString(entry.quality, 'f', 1));
        auto *item = new QTreeWidgetItem(group, {QString::fromUtf8(entry.title), figure, sizeText(entry.aboutBytes)});
        item->setSizeHint(titleColumn, {0, rowHeight});
        item->setData(titleColumn, entryRole, static_cast<int>(i));
        item->setToolTip(titleColumn, QString::fromUtf8(entry.name));
        item->setTextAlignment(sizeColumn, Qt::AlignRight | Qt::AlignVCenter);
    }
    list_->expandAll();
    for (int i = 0; i < list_->topLevelItemCount(); ++i)
        list_->setFirstColumnSpanned(i, {}, true);
    QHeaderView &header = *list_->header();
    header.setStretchLastSection(false);
    for (int column : {qualityColumn, sizeColumn, stateColumn})
        header.setSectionResizeMode(column, QHeaderView::ResizeToContents);
    header.setSectionResizeMode(titleColumn, QHeaderView::Stretch);
    if (kept)
        select(*kept);
}

void WeightsDialog::filter(const QString &words)
{
    filterGroups(*list_, words, {titleColumn, stateColumn});
}

// --- Showing

void WeightsDialog::select(const PublishedWeights &entry)
{
    for (QTreeWidgetItemIterator it(list_); *it; ++it)
        if (entryOf(*it) == &entry)
            list_->setCurrentItem(*it);
}

void WeightsDialog::showSelected()
{
    const PublishedWeights *entry = entryOf(list_->currentItem());
    if (!entry)
        return;
    if (entry != selected_)
        accept_->setChecked(false);  // these terms have not been read yet
    selected_ = entry;
    showState();
}

void WeightsDialog::showDetails()
{
    const QString text = weightsDetails(*selected_, shelf_.here(*selected_), palette());
    if (text == shownDetails_)
        return;  // a person may be reading them, further down
    shownDetails_ = text;
    details_->setHtml(text);
}

void WeightsDialog::showState()
{
    for (QTreeWidgetItemIterator it(list_); *it; ++it)
        if (const PublishedWeights *entry = entryOf(*it)) {
            const bool here = !shelf_.here(*entry).empty();
            (*it)->setText(stateColumn, here ? tr("here") : entry == shelf_.getting() ? tr("coming…") : QString());
            (*it)->setIcon(stateColumn, here ? icon(QStringLiteral("check")) : QIcon());
        }
    if (!selected_)
        return;
    const bool here = !shelf_.here(*selected_).empty(), busy = shelf_.getting() != nullptr;
    const bool asks = selected_->terms->mustBeAccepted && !here;
    showDetails();
    accept_->setVisible(asks);
    accept_->setEnabled(!busy);
    hint_->setVisible(here && !isDetector(*selected_));
    get_->setVisible(!here);
    get_->setEnabled(!busy && (!asks || accept_->isChecked()));
    use_->setVisible(here && isDetector(*selected_));
    stop_->setVisible(busy);
    (here ? use_ : get_)->setDefault(true);
    showProgress();
}

void WeightsDialog::showProgress()
{
    const PublishedWeights *getting = shelf_.getting();
    const bool failed = !getting && failed_;
    bar_->setVisible(getting);
    bar_->setRange(0, getting && shelf_.progress().fraction < 0 ? 0 : 1000);
    bar_->setValue(static_cast<int>(std::max(0.0, shelf_.progress().fraction) * 1000));
    QPalette colours;  // of the dialog, unless it is told otherwise
    if (failed)
        colours.setColor(QPalette::WindowText, errorColor(palette()));
    status_->setPalette(colours);
    status_->setText(getting ? translated(shelf_.progress().what) : failed ? translated(failure_) : QString());
}

void WeightsDialog::showFailure(const PublishedWeights *entry, const Message &reason)
{
    failed_ = entry;
    failure_ = reason;
    showProgress();
}

void WeightsDialog::retranslate()
{
    setWindowTitle(tr("Get weights"));
    filter_->setPlaceholderText(tr("Filter, for example: resnet-50 non-commercial"));
    filter_->setAccessibleName(filter_->placeholderText());
    list_->setAccessibleName(windowTitle());
    details_->setAccessibleName(tr("What is known of the selected weights"));
    list_->setHeaderLabels({tr("Weights"), tr("Published"), tr("Size"), tr("State")});
    accept_->setText(tr("I have read these terms and accept them"));
    hint_->setText(tr("A backbone: a training starts from it."));
    get_->setText(tr("&Get"));
    stop_->setText(tr("&Stop"));
    use_->setText(tr("&Use"));
    close_->setText(tr("&Close"));
    fill();
    filter(filter_->text());
    showState();
}

void WeightsDialog::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    if (selected_ && event->type() == QEvent::PaletteChange) {
        showDetails();
        showProgress();
    }
    QDialog::changeEvent(event);
}

// --- In the window

WeightsDialog *showWeights(QWidget *parent, Session &session)
{
    auto *dialog = parent->findChild<WeightsDialog *>();
    if (!dialog) {
        dialog = new WeightsDialog(session.weights(), parent);
        QObject::connect(dialog, &WeightsDialog::useRequested, &session, &Session::openModel);
    }
    dialog->show();
    dialog->raise();
    dialog->activateWindow();
    return dialog;
}

void connectWeights(QAction &action, QWidget *window, Session &session, MessageStrip &strip)
{
    QObject::connect(&action, &QAction::triggered, window, [=, &session] { showWeights(window, session); });
    const auto seen = [window] {
        const auto *dialog = window->findChild<WeightsDialog *>();
        return dialog && dialog->isVisible();
    };
    QObject::connect(&session.weights(), &WeightsShelf::failed, window,
                     [seen, &strip](const PublishedWeights *, const Message &reason) {
                         if (!seen())
                             strip.show(MessageStrip::Kind::Error, reason, "weights");
                     });
    QObject::connect(&session.weights(), &WeightsShelf::got, window,
                     [=, &session, &strip](const PublishedWeights *entry) {
                         if (seen())
                             return;
                         MessageStrip::Notice notice;
                         notice.kind = MessageStrip::Kind::Info;
                         notice.topic = "weights";
                         notice.text = [entry] {
                             return WeightsDialog::tr("The weights %1 are here.").arg(QString::fromUtf8(entry->name));
                         };
                         if (isDetector(*entry)) {
                             notice.actionText = [] { return WeightsDialog::tr("Use them"); };
                             notice.action = [entry, &session] { session.openModel(session.weights().here(*entry)); };
                         }
                         strip.show(std::move(notice));
                     });
}

}  // namespace fcoscope
