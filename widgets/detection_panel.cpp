// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/detection_panel.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QIcon>
#include <QLabel>
#include <QLocale>
#include <QPixmap>
#include <QVBoxLayout>
#include <map>

#include "widgets/theme.h"

namespace fcoscope {

DetectionPanel::DetectionPanel(QWidget *parent)
    : QWidget(parent), classes_(new QComboBox), count_(new QLabel), table_(new DetectionTable)
{
    auto *line = new QHBoxLayout;
    line->setContentsMargins(8, 6, 8, 2);
    line->setSpacing(8);
    line->addWidget(classes_);
    line->addWidget(count_, 1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(line);
    layout->addWidget(table_, 1);
    classes_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    count_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    count_->setForegroundRole(QPalette::PlaceholderText);
    connect(classes_, &QComboBox::activated, this, [this] {
        const int chosen = classes_->currentData().toInt();
        if (chosen == table_->classFilter())
            return;
        table_->setClassFilter(chosen);
        fillClasses();
        Q_EMIT classFilterChanged(chosen);
    });
    fillClasses();
}

void DetectionPanel::setDetections(std::vector<Detection> detections, std::vector<std::string> classNames,
                                   std::vector<LevelGrid> levels)
{
    const bool sameClasses = classNames == table_->detectionModel().classNames();
    table_->setDetections(std::move(detections), std::move(classNames), std::move(levels));
    // A filter by number means nothing among other classes. An image that is not detected yet has no classes: keep it.
    if (!sameClasses && !table_->detectionModel().classNames().empty() && table_->classFilter() >= 0) {
        table_->setClassFilter(-1);
        Q_EMIT classFilterChanged(-1);
    }
    fillClasses();
}

void DetectionPanel::fillClasses()
{
    const DetectionModel &model = table_->detectionModel();
    std::map<int, int> counts;
    for (const Detection &d : model.detections())
        ++counts[d.classIndex];
    const QLocale locale;
    const int total = static_cast<int>(model.detections().size());
    const int chosen = table_->classFilter();
    classes_->clear();
    classes_->addItem(tr("All classes (%1)").arg(locale.toString(total)), -1);
    if (chosen >= 0)
        counts[chosen];  // stays choosable when nothing of it is left
    for (const auto &[index, number] : counts)
        classes_->addItem(QIcon(classSwatch(classColor(index), devicePixelRatioF())),
                          QStringLiteral("%1 (%2)").arg(model.className(index), locale.toString(number)), index);
    classes_->setCurrentIndex(std::max(0, classes_->findData(chosen)));
    classes_->setAccessibleName(tr("Class"));
    classes_->setToolTip(tr("Show one class only"));
    classes_->setEnabled(total > 0 || chosen >= 0);
    const int shown = chosen < 0 ? total : counts[chosen];
    count_->setText(total == 0   ? tr("No detections")
                    : chosen < 0 ? QString()
                                 : tr("%1 of %2").arg(locale.toString(shown), locale.toString(total)));
}

void DetectionPanel::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::LocaleChange)
        fillClasses();
    QWidget::changeEvent(event);
}

}  // namespace fcoscope
