// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/labels/image_filter.h"

#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QLocale>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include "widgets/theme.h"

namespace fcoscope {

namespace {

constexpr int keyRole = Qt::UserRole;
constexpr int mostClassRows = 6;

QToolButton *toolButton(bool checkable)
{
    auto *button = new QToolButton;
    button->setAutoRaise(true);
    button->setCheckable(checkable);
    button->setFocusPolicy(Qt::StrongFocus);
    return button;
}

QIcon swatch(const QColor &colour)
{
    QPixmap pixmap(12, 12);
    pixmap.fill(colour);
    return pixmap;
}

// A number of which the lowest value means that there is none.
QSpinBox *numberOrAny(int lowest)
{
    auto *box = new QSpinBox;
    box->setRange(lowest, 999'999);
    box->setValue(lowest);
    return box;
}

}  // namespace

ImageFilter::ImageFilter(QWidget *parent)
    : QWidget(parent), name_(new QLineEdit), open_(toolButton(true)), classList_(new QListWidget),
      least_(numberOrAny(0)), most_(numberOrAny(-1)), sort_(new QComboBox), descending_(toolButton(true)),
      namesOnly_(new QCheckBox), classTitle_(new QLabel), statusTitle_(new QLabel), boxTitle_(new QLabel),
      sortTitle_(new QLabel), count_(new QLabel), clear_(toolButton(false))
{
    name_->setClearButtonEnabled(true);
    name_->addAction(icon("search"), QLineEdit::LeadingPosition);
    name_->installEventFilter(this);
    open_->setIcon(icon("sliders"));
    descending_->setArrowType(Qt::DownArrow);
    count_->setForegroundRole(QPalette::PlaceholderText);
    count_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    more_ = makeMore();

    auto *line = new QHBoxLayout;
    line->setSpacing(4);
    line->addWidget(name_, 1);
    line->addWidget(open_);
    auto *countLine = new QHBoxLayout;
    countLine->addWidget(count_, 1);
    countLine->addWidget(clear_);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 6, 8, 2);
    layout->setSpacing(4);
    layout->addLayout(line);
    layout->addWidget(more_);
    layout->addLayout(countLine);
    more_->hide();
    connectAll();
    showClasses();
    retranslate();
}

QWidget *ImageFilter::makeMore()
{
    classList_->setSelectionMode(QAbstractItemView::SingleSelection);
    classList_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto *statusGrid = new QGridLayout;
    statusGrid->setContentsMargins(0, 0, 0, 0);
    statusGrid->setVerticalSpacing(2);
    for (int i = 0; i < 4; ++i) {
        statuses_.push_back(new QCheckBox);
        statusGrid->addWidget(statuses_.back(), i / 2, i % 2);
    }
    auto *numbers = new QHBoxLayout;
    numbers->addWidget(least_, 1);
    auto *dash = new QLabel(QStringLiteral("–"));
    numbers->addWidget(dash);
    numbers->addWidget(most_, 1);
    auto *order = new QHBoxLayout;
    order->addWidget(sort_, 1);
    order->addWidget(descending_);

    auto *more = new QWidget;
    auto *layout = new QVBoxLayout(more);
    layout->setContentsMargins(0, 2, 0, 2);
    layout->setSpacing(3);
    const auto add = [&](QLabel *title, QWidget *buddy) {
        title->setForegroundRole(QPalette::PlaceholderText);
        title->setBuddy(buddy);
        layout->addSpacing(2);
        layout->addWidget(title);
    };
    add(classTitle_, classList_);
    layout->addWidget(classList_);
    add(statusTitle_, statuses_.front());
    layout->addLayout(statusGrid);
    add(boxTitle_, least_);
    layout->addLayout(numbers);
    add(sortTitle_, sort_);
    layout->addLayout(order);
    layout->addSpacing(2);
    layout->addWidget(namesOnly_);
    return more;
}

void ImageFilter::connectAll()
{
    connect(name_, &QLineEdit::textChanged, this, &ImageFilter::take);
    connect(classList_, &QListWidget::itemChanged, this, &ImageFilter::take);
    for (QCheckBox *status : statuses_)
        connect(status, &QCheckBox::toggled, this, &ImageFilter::take);
    connect(least_, &QSpinBox::valueChanged, this, &ImageFilter::take);
    connect(most_, &QSpinBox::valueChanged, this, &ImageFilter::take);
    connect(sort_, &QComboBox::currentIndexChanged, this, &ImageFilter::take);
    connect(descending_, &QToolButton::toggled, this, &ImageFilter::take);
    connect(clear_, &QToolButton::clicked, this, &ImageFilter::clear);
    connect(namesOnly_, &QCheckBox::toggled, this, &ImageFilter::namesOnlyChanged);
    connect(open_, &QToolButton::toggled, this, [this](bool open) { more_->setVisible(open); });
}

// --- Between the filter and the controls

void ImageFilter::take()
{
    if (quiet_)
        return;
    ListFilter now;
    now.name = name_->text();
    for (int i = 0; i < classList_->count(); ++i)
        if (classList_->item(i)->checkState() == Qt::Checked)
            now.classes.push_back(classList_->item(i)->data(keyRole).toLongLong());
    for (size_t i = 0; i < statuses_.size(); ++i)
        if (statuses_[i]->isChecked())
            now.statuses.push_back(static_cast<ListStatus>(i));
    if (now.statuses.size() == statuses_.size())
        now.statuses.clear();  // every one is as good as any
    if (least_->value() > 0)
        now.least = least_->value();
    if (most_->value() >= 0)
        now.most = most_->value();
    now.sort = static_cast<ListFilter::Sort>(std::max(0, sort_->currentIndex()));
    now.descending = descending_->isChecked();
    if (now == filter_)
        return;
    filter_ = now;
    showState();
    Q_EMIT filterChanged(filter_);
}

void ImageFilter::showFilter(const ListFilter &filter)
{
    quiet_ = true;
    if (name_->text() != filter.name)
        name_->setText(filter.name);
    for (int i = 0; i < classList_->count(); ++i) {
        const int64_t key = classList_->item(i)->data(keyRole).toLongLong();
        const bool chosen = std::find(filter.classes.begin(), filter.classes.end(), key) != filter.classes.end();
        classList_->item(i)->setCheckState(chosen ? Qt::Checked : Qt::Unchecked);
    }
    for (size_t i = 0; i < statuses_.size(); ++i)
        statuses_[i]->setChecked(std::find(filter.statuses.begin(), filter.statuses.end(),
                                           static_cast<ListStatus>(i)) != filter.statuses.end());
    least_->setValue(filter.least.value_or(0));
    most_->setValue(filter.most.value_or(-1));
    sort_->setCurrentIndex(static_cast<int>(filter.sort));
    descending_->setChecked(filter.descending);
    quiet_ = false;
    showState();
}

void ImageFilter::setFilter(const ListFilter &filter)
{
    showFilter(filter);
    take();
}

void ImageFilter::setClasses(std::vector<FilterClass> classes)
{
    if (classes == classes_)
        return;
    classes_ = std::move(classes);
    const ListFilter before = filter_;
    quiet_ = true;
    classList_->clear();
    for (const FilterClass &each : classes_) {
        auto *item = new QListWidgetItem(swatch(each.colour), each.name);
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        item->setData(keyRole, QVariant::fromValue<qlonglong>(each.key));
        item->setCheckState(Qt::Unchecked);
        classList_->addItem(item);
    }
    quiet_ = false;
    showClasses();
    setFilter(before);
}

void ImageFilter::showClasses()
{
    const int rows = std::clamp(classList_->count(), 1, mostClassRows);
    const int high = classList_->count() > 0 ? classList_->sizeHintForRow(0) : classList_->fontMetrics().height() + 6;
    classList_->setFixedHeight(rows * high + 2 * classList_->frameWidth() + 2);
    classList_->setVisible(!classes_.empty());
    classTitle_->setVisible(!classes_.empty());
}

// What stands in the way of an image being seen is marked even where it is folded away.
void ImageFilter::showState()
{
    ListFilter named;
    named.name = filter_.name;
    clear_->setVisible(!filter_.neutral());
    open_->setText(filter_ == named ? QString() : QStringLiteral("●"));
    open_->setToolButtonStyle(filter_ == named ? Qt::ToolButtonIconOnly : Qt::ToolButtonTextBesideIcon);
    descending_->setArrowType(filter_.descending ? Qt::UpArrow : Qt::DownArrow);
    const QString more =
        filter_ == named ? tr("More filters and the order") : tr("More filters and the order; some are in use");
    open_->setToolTip(more);
    open_->setAccessibleName(more);
}

void ImageFilter::setCounts(int shown, int all)
{
    shown_ = shown;
    all_ = all;
    const QLocale locale;
    if (shown == all)
        count_->setText(all == 0 ? tr("No images") : tr("Images: %1").arg(locale.toString(all)));
    else
        count_->setText(tr("%1 of %2 images").arg(locale.toString(shown), locale.toString(all)));
}

bool ImageFilter::isOpen() const
{
    return open_->isChecked();
}
void ImageFilter::setOpen(bool open)
{
    open_->setChecked(open);
}
bool ImageFilter::namesOnly() const
{
    return namesOnly_->isChecked();
}
void ImageFilter::setNamesOnly(bool only)
{
    namesOnly_->setChecked(only);
}
void ImageFilter::clear()
{
    setFilter({});
}

void ImageFilter::focusName()
{
    name_->setFocus(Qt::ShortcutFocusReason);
    name_->selectAll();
}

// From the name, Down and Up walk through the list, Escape empties it.
bool ImageFilter::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == name_ && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent *>(event)->key();
        if (key == Qt::Key_Down || key == Qt::Key_Up) {
            Q_EMIT stepWanted(key == Qt::Key_Down ? 1 : -1);
            return true;
        }
        if (key == Qt::Key_Escape && !name_->text().isEmpty()) {
            name_->clear();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void ImageFilter::retranslate()
{
    name_->setPlaceholderText(tr("Filter by name"));
    name_->setAccessibleName(tr("Filter images by name"));
    classTitle_->setText(tr("With a box of"));
    classList_->setAccessibleName(tr("Show images with a box of these classes"));
    statusTitle_->setText(tr("Status"));
    const QString names[] = {tr("New"), tr("Labelled"), tr("Verified"), tr("Empty on purpose")};
    for (size_t i = 0; i < statuses_.size(); ++i)
        statuses_[i]->setText(names[i]);
    boxTitle_->setText(tr("Number of boxes"));
    least_->setSpecialValueText(tr("any"));
    most_->setSpecialValueText(tr("any"));
    least_->setAccessibleName(tr("Least number of boxes"));
    most_->setAccessibleName(tr("Most boxes"));
    sortTitle_->setText(tr("Order"));
    quiet_ = true;
    const int order = std::max(0, sort_->currentIndex());
    sort_->clear();
    sort_->addItems(
        {tr("As listed"), tr("By name"), tr("By number of boxes"), tr("By status"), tr("By the least sure box")});
    sort_->setCurrentIndex(order);
    quiet_ = false;
    sort_->setAccessibleName(tr("Order of the images"));
    descending_->setToolTip(tr("Descending"));
    descending_->setAccessibleName(tr("Descending order"));
    namesOnly_->setText(tr("Names only, without pictures"));
    clear_->setText(tr("Clear"));
    clear_->setToolTip(tr("Show all images"));
    clear_->setAccessibleName(tr("Clear the filter: show all images"));
    showState();
    setCounts(shown_, all_);
}

void ImageFilter::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::LocaleChange)
        retranslate();
    else if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        showClasses();
    QWidget::changeEvent(event);
}

}  // namespace fcoscope
