// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/training/augment_preview.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/theme.h"
#include "widgets/training/augment_preview_parts.h"

namespace fcoscope {

struct AugmentPreview::Parts {
    SampleGrid *grid = new SampleGrid;
    LevelLegend *legend = new LevelLegend;
    QLabel *words = new QLabel, *meaning = new QLabel;
    QPushButton *another = new QPushButton;
    std::vector<QString> levels;
    QString reason;
    bool making = false;

    std::vector<int> positives() const
    {
        std::vector<int> counts(levels.size(), 0);
        for (const PreviewSample &sample : grid->samples())
            for (const LocationDot &dot : sample.dots)
                if (dot.level >= 0 && dot.level < static_cast<int>(counts.size()))
                    ++counts[static_cast<size_t>(dot.level)];
        return counts;
    }
};

AugmentPreview::AugmentPreview(QWidget *parent) : QWidget(parent), parts_(std::make_unique<Parts>())
{
    Parts &p = *parts_;
    for (QLabel *label : {p.words, p.meaning}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
    }
    p.meaning->setForegroundRole(QPalette::PlaceholderText);
    p.another->setIcon(icon("reset"));
    auto *foot = new QHBoxLayout;
    foot->addWidget(p.words, 1);
    foot->addWidget(p.another);
    auto *all = new QVBoxLayout(this);
    all->setContentsMargins(8, 8, 8, 8);
    all->addWidget(p.grid, 1);
    all->addWidget(p.legend);
    all->addWidget(p.meaning);
    all->addLayout(foot);
    connect(p.another, &QPushButton::clicked, this, &AugmentPreview::anotherWanted);
    retranslate();
}

AugmentPreview::~AugmentPreview() = default;

void AugmentPreview::setSamples(std::vector<PreviewSample> samples, const std::vector<QString> &levels)
{
    Parts &p = *parts_;
    std::erase_if(samples, [](const PreviewSample &sample) { return sample.picture.isNull(); });
    p.reason.clear();
    p.making = false;
    p.levels = levels;
    p.grid->setSamples(std::move(samples));
    retranslate();
}

void AugmentPreview::setMaking(bool making)
{
    parts_->making = making;
    retranslate();
}

void AugmentPreview::setFailed(const QString &reason)
{
    Parts &p = *parts_;
    p.reason = reason;
    p.making = false;
    p.grid->setSamples({});
    retranslate();
}

int AugmentPreview::enlarged() const
{
    return parts_->grid->enlarged();
}

QPointF AugmentPreview::placeOf(int sample, QPointF inPicture) const
{
    return parts_->grid->mapTo(this, QPointF()) + parts_->grid->placeOf(sample, inPicture);
}

void AugmentPreview::retranslate()
{
    Parts &p = *parts_;
    const QLocale locale;
    const std::vector<int> positives = p.positives();
    int boxes = 0, dots = 0;
    for (const PreviewSample &sample : p.grid->samples()) {
        boxes += static_cast<int>(sample.boxes.size());
        dots += static_cast<int>(sample.dots.size());
    }
    const int samples = static_cast<int>(p.grid->samples().size());
    const QString counts = tr("Samples: %1, boxes: %2, positives: %3")
                               .arg(locale.toString(samples), locale.toString(boxes), locale.toString(dots));
    p.legend->setLevels(p.levels, positives);
    p.legend->setVisible(samples > 0 && !p.levels.empty());
    p.meaning->setText(tr("A dot is a location that learns the box of its colour; its rings say on which level."));
    p.meaning->setVisible(p.legend->isVisibleTo(this));
    p.words->setText(p.making ? tr("Being made…") : samples > 0 ? counts : QString());
    p.another->setText(tr("Draw others"));
    p.another->setToolTip(tr("Draw flip, scale, crop and colours of the samples anew"));
    p.grid->setMessage(!p.reason.isEmpty() ? p.reason : p.making ? QString() : tr("There are no samples to show."));
    p.grid->setAccessibleName(tr("Training samples"));
    QStringList spoken{samples > 0 ? counts : p.reason};
    for (size_t level = 0; level < p.levels.size(); ++level)
        spoken += tr("%1: %2").arg(p.levels[level], locale.toString(positives[level]));
    p.grid->setAccessibleDescription(spoken.join(tr(", ")));
}

void AugmentPreview::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::LocaleChange)
        retranslate();
}

}  // namespace fcoscope
