// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/training/training_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QResizeEvent>
#include <QScrollArea>
#include <QScrollBar>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

#include "widgets/plot/flow_layout.h"
#include "widgets/theme.h"
#include "widgets/training/training_panel_parts.h"

namespace fcoscope {
namespace {

constexpr int cardWidth = 330, cardHeight = 230;  // logical px: the least width of one of several, and its height

/// Cards beside one another, as many as there is room for; below the first row something as wide as all.
class Cards : public QWidget {
public:
    explicit Cards(QWidget *wide) : grid_(new QGridLayout(this)), wide_(wide)
    {
        grid_->setContentsMargins(4, 4, 4, 4);
        grid_->setSpacing(6);
    }
    void add(QWidget *card)
    {
        card->setMinimumHeight(cardHeight);
        cards_.push_back(card);
        arrange(std::max(1, columns_));
    }

protected:
    void resizeEvent(QResizeEvent *event) override
    {
        QWidget::resizeEvent(event);
        const int columns = std::clamp(event->size().width() / cardWidth, 1, static_cast<int>(cards_.size()));
        if (columns != columns_)
            arrange(columns);
    }

private:
    void arrange(int columns)
    {
        columns_ = columns;
        while (QLayoutItem *item = grid_->takeAt(0))
            delete item;
        grid_->addWidget(wide_, 1, 0, 1, columns);
        for (int column = 0; column < static_cast<int>(cards_.size()); ++column)
            grid_->setColumnStretch(column, column < columns ? 1 : 0);
        for (int i = 0; i < static_cast<int>(cards_.size()); ++i)
            grid_->addWidget(cards_[static_cast<size_t>(i)], i < columns ? 0 : 1 + i / columns, i % columns);
    }

    QGridLayout *grid_;
    QWidget *wide_;
    std::vector<QWidget *> cards_;
    int columns_ = 0;
};

QWidget *flow(QVBoxLayout &column)
{
    auto *row = new QWidget;
    new FlowLayout(row, 6);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    row->setSizePolicy(policy);
    column.addWidget(row);
    return row;
}

}  // namespace

TrainingPanel::TrainingPanel(QWidget *parent) : QWidget(parent), parts_(std::make_unique<Parts>())
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(8, 6, 8, 0);
    column->setSpacing(6);
    makeHead(*column);
    makeChoices(*column);
    makeBody(*column);
    parts_->taking.setSingleShot(true);
    parts_->taking.setInterval(0);
    connect(&parts_->taking, &QTimer::timeout, this, &TrainingPanel::takeMore);
    for (CurvePlot *plot : parts_->all()) {
        plot->setWheelNeedsFocus(true);
        for (CurvePlot *other : parts_->all())
            if (other != plot)
                connect(plot, &CurvePlot::cursorMoved, other, qOverload<double>(&CurvePlot::setCursor));
    }
    retranslate();
}

TrainingPanel::~TrainingPanel() = default;

void TrainingPanel::makeHead(QVBoxLayout &column)
{
    Parts &p = *parts_;
    p.words = new QLabel;
    p.words->setWordWrap(true);
    p.words->setTextFormat(Qt::PlainText);  // names of devices and files are no markup
    p.words->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column.addWidget(p.words);
    p.progress = new QProgressBar;
    p.progress->setRange(0, 1000);
    p.progress->setTextVisible(false);
    p.progress->setFixedHeight(6);
    column.addWidget(p.progress);
    QWidget *row = flow(column);
    const auto button = [&](const char *name, void (TrainingPanel::*wanted)()) {
        auto *made = new QPushButton(row);
        made->setObjectName(QString::fromLatin1(name));
        if (wanted)
            connect(made, &QPushButton::clicked, this, wanted);
        row->layout()->addWidget(made);
        return made;
    };
    p.pause = button("pause", nullptr);
    p.stop = button("stop", &TrainingPanel::stopWanted);
    p.resume = button("resume", &TrainingPanel::resumeWanted);
    p.use = button("use", &TrainingPanel::useWanted);
    p.stop->setIcon(icon(QStringLiteral("stop")));
    p.use->setIcon(icon(QStringLiteral("check")));
    connect(p.pause, &QPushButton::clicked, this, [this] {
        const TrainingStatus::State state = parts_->status.state;
        if (state == TrainingStatus::State::Running)
            Q_EMIT pauseWanted();
        else
            Q_EMIT goOnWanted();
    });
}

void TrainingPanel::makeChoices(QVBoxLayout &column)
{
    Parts &p = *parts_;
    QWidget *row = flow(column);
    const auto labelled = [&](QLabel *&label, QWidget *control) {  // together on a line
        auto *pair = new QWidget;
        auto *layout = new QHBoxLayout(pair);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->addWidget(label = new QLabel);
        label->setTextFormat(Qt::PlainText);
        layout->addWidget(control, 1);
        label->setBuddy(control);
        row->layout()->addWidget(pair);
    };
    p.runChoice = new QComboBox;
    p.runChoice->setObjectName(QStringLiteral("run"));
    p.runChoice->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    p.runChoice->setMinimumContentsLength(10);
    labelled(p.runLabel, p.runChoice);
    p.compare = new QToolButton;
    p.compare->setObjectName(QStringLiteral("compare"));
    p.compare->setPopupMode(QToolButton::InstantPopup);
    p.compare->setFocusPolicy(Qt::StrongFocus);
    p.compare->setMenu(p.compareMenu = new QMenu(this));
    row->layout()->addWidget(p.compare);
    p.smoothing = new QComboBox;
    p.smoothing->setObjectName(QStringLiteral("smoothing"));
    for (const double share : {0.0, 0.6, 0.9, 0.97, 0.99, 0.997})
        p.smoothing->addItem({}, share);
    labelled(p.smoothLabel, p.smoothing);
    p.logarithmic = new QCheckBox;
    p.logarithmic->setObjectName(QStringLiteral("logarithmic"));
    row->layout()->addWidget(p.logarithmic);
    p.part = new QComboBox;
    p.part->setObjectName(QStringLiteral("part"));
    p.part->addItems({{}, {}, {}});
    for (QComboBox *box : {p.smoothing, p.part})
        box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    p.part->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);

    connect(p.runChoice, &QComboBox::activated, this,
            [this](int i) { Q_EMIT runChosen(parts_->runChoice->itemText(i)); });
    connect(p.smoothing, &QComboBox::currentIndexChanged, this, [this, &p](int i) {
        for (CurvePlot *plot : {p.loss, p.partOfLevel[0], p.partOfLevel[1], p.partOfLevel[2], p.positives, p.speed})
            plot->setSmoothing(p.smoothing->itemData(i).toDouble());
    });
    connect(p.logarithmic, &QCheckBox::toggled, this, [&p](bool on) {
        for (CurvePlot *plot : {p.loss, p.partOfLevel[0], p.partOfLevel[1], p.partOfLevel[2], p.rate})
            plot->setLogarithmic(on);
    });
}

void TrainingPanel::makeBody(QVBoxLayout &column)
{
    Parts &p = *parts_;
    for (CurvePlot **plot :
         {&p.loss, &p.partOfLevel[0], &p.partOfLevel[1], &p.partOfLevel[2], &p.positives, &p.rate, &p.speed, &p.ap})
        *plot = new CurvePlot;
    const auto card = [](const std::vector<QWidget *> &head, QWidget *body) {
        auto *made = new QWidget;
        auto *layout = new QVBoxLayout(made);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->setSpacing(2);
        auto *row = new QHBoxLayout;
        row->setContentsMargins(4, 2, 4, 0);
        for (QWidget *one : head)
            row->addWidget(one, one == head.back() ? 1 : 0);
        layout->addLayout(row);
        layout->addWidget(body, 1);
        return made;
    };
    p.parts = new QStackedWidget;
    for (CurvePlot *plot : p.partOfLevel)
        p.parts->addWidget(plot);
    connect(p.part, &QComboBox::currentIndexChanged, p.parts, &QStackedWidget::setCurrentIndex);
    p.partLabel = new QLabel;
    p.partLabel->setBuddy(p.part);
    p.partLabel->setWordWrap(true);
    p.partLabel->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    p.partLabel->setMinimumWidth(40);
    p.classTitle = new QLabel;
    p.classTitle->setWordWrap(true);
    p.classTitle->setMinimumWidth(60);
    QFont bold = font();
    bold.setBold(true);
    p.classTitle->setFont(bold);
    p.table = new ClassApTable;
    p.alarms = new TrainingAlarms;
    p.pictures = new TrainingPictures;
    p.pictures->hide();
    connect(p.pictures, &TrainingPictures::pictureWanted, this, &TrainingPanel::pictureWanted);
    auto *cards = new Cards(p.pictures);
    for (QWidget *one :
         std::initializer_list<QWidget *>{p.loss, p.ap, card({p.classTitle}, p.table), p.alarms,
                                          card({p.partLabel, p.part}, p.parts), p.positives, p.rate, p.speed})
        cards->add(one);
    p.scroll = new QScrollArea;
    p.scroll->setWidget(cards);
    p.scroll->setWidgetResizable(true);
    p.scroll->setFrameShape(QFrame::NoFrame);
    p.scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    column.addWidget(p.scroll, 1);
}

// --- Told

void TrainingPanel::setStatus(const TrainingStatus &status)
{
    parts_->status = status;
    showStatus();
}

void TrainingPanel::addAlarm(const TrainingAlarm &alarm)
{
    parts_->alarms->add(alarm);
}

void TrainingPanel::setPictures(const std::vector<TrainingPicture> &pictures)
{
    parts_->pictures->setPictures(pictures);
    parts_->pictures->setVisible(!pictures.empty());
}

void TrainingPanel::setRuns(const std::vector<QString> &names, const QString &current)
{
    Parts &p = *parts_;
    p.runs = names;
    p.runChoice->clear();
    for (const QString &name : names)
        p.runChoice->addItem(name);
    p.runChoice->setCurrentIndex(p.runChoice->findText(current));
    p.runChoice->setEnabled(!names.empty());
    makeCompareMenu();
}

// The menu stays the same while it is open: choosing emits, and setCompared() answers.
void TrainingPanel::makeCompareMenu()
{
    Parts &p = *parts_;
    p.compareMenu->clear();
    const QString current = p.runChoice->currentText();
    for (const QString &name : p.runs) {
        if (name == current)
            continue;
        QAction *action = p.compareMenu->addAction(QString(name).replace('&', QStringLiteral("&&")));
        action->setData(name);
        action->setCheckable(true);
        action->setChecked(std::find(p.compared.begin(), p.compared.end(), name) != p.compared.end());
        connect(action, &QAction::triggered, this, [this] {
            QStringList chosen;
            for (const QAction *each : parts_->compareMenu->actions())
                if (each->isChecked())
                    chosen << each->data().toString();
            Q_EMIT comparedChosen(chosen);
        });
    }
    p.compare->setEnabled(!p.compareMenu->isEmpty());
}

std::vector<CurvePlot *> TrainingPanel::plots() const
{
    const Parts &p = *parts_;
    return {p.loss, p.partOfLevel[static_cast<size_t>(p.parts->currentIndex())], p.rate, p.speed, p.ap, p.positives};
}

void TrainingPanel::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::LocaleChange)
        retranslate();
    else if (event->type() == QEvent::PaletteChange) {
        nameLines();
        showStatus();
    }
}

}  // namespace fcoscope
