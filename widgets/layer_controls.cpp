// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/layer_controls.h"

#include <QComboBox>
#include <QEvent>
#include <QFormLayout>
#include <QLabel>
#include <QLocale>
#include <QSlider>
#include <QSpinBox>
#include <algorithm>

#include "widgets/detection_table.h"

namespace fcoscope {

namespace {

bool hasLevel(LayerKind kind)
{
    return kind != LayerKind::Labels && kind != LayerKind::Activation;
}
bool hasClass(LayerKind kind)
{
    return kind == LayerKind::ClassProbability || kind == LayerKind::Score;
}
bool hasColours(LayerKind kind)
{
    return isHeatMap(kind) && kind != LayerKind::CenternessDifference;
}

}  // namespace

LayerControls::LayerControls(QWidget *parent)
    : QWidget(parent), form_(new QFormLayout(this)), opacity_(new QSlider(Qt::Horizontal)), level_(new QComboBox),
      class_(new QComboBox), feature_(new QComboBox), colours_(new QComboBox), channel_(new QSpinBox)
{
    build();
    setFeatures({});
    retranslate();
}

void LayerControls::build()
{
    form_->setContentsMargins(0, 0, 0, 0);
    form_->setHorizontalSpacing(10);
    form_->setVerticalSpacing(6);
    form_->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    opacity_->setRange(5, 100);
    opacity_->setPageStep(10);
    channel_->setMinimum(-1);
    for (QWidget *editor :
         {static_cast<QWidget *>(opacity_), static_cast<QWidget *>(level_), static_cast<QWidget *>(class_),
          static_cast<QWidget *>(feature_), static_cast<QWidget *>(channel_), static_cast<QWidget *>(colours_)})
        form_->addRow(new QLabel, editor);
    for (QComboBox *box : {level_, class_, feature_, colours_}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(8);
        connect(box, &QComboBox::currentIndexChanged, this, &LayerControls::take);
    }
    connect(opacity_, &QSlider::valueChanged, this, &LayerControls::take);
    connect(channel_, &QSpinBox::valueChanged, this, &LayerControls::take);
}

void LayerControls::setLayer(const Layer &layer)
{
    layer_ = layer;
    showLayer();
}

void LayerControls::setLevels(const std::vector<double> &strides)
{
    if (strides == strides_)
        return;
    strides_ = strides;
    fillChoices();
}

void LayerControls::setClassNames(const std::vector<std::string> &names)
{
    if (names == classNames_)
        return;
    classNames_ = names;
    fillChoices();
}

void LayerControls::setFeatures(const std::vector<Features> &features)
{
    std::vector<Features> all = features;
    for (const char *name : {"C3", "C4", "C5", "P3", "P4", "P5", "P6", "P7"})  // those not kept yet can be asked for
        if (std::none_of(all.begin(), all.end(), [name](const Features &f) { return f.name == name; }))
            all.push_back({name, 0});
    std::sort(all.begin(), all.end(), [](const Features &a, const Features &b) { return a.name < b.name; });
    if (all == features_)
        return;
    features_ = std::move(all);
    fillChoices();
}

void LayerControls::fillChoices()
{
    quiet_ = true;
    level_->clear();
    level_->addItem(tr("All levels"), -1);
    for (size_t l = 0; l < strides_.size(); ++l)
        level_->addItem(levelName(strides_[l]), static_cast<int>(l));
    class_->clear();
    class_->addItem(tr("Most probable"), -1);
    for (size_t c = 0; c < classNames_.size(); ++c)
        class_->addItem(QString::fromStdString(classNames_[c]), static_cast<int>(c));
    feature_->clear();
    for (const Features &each : features_)
        feature_->addItem(QString::fromStdString(each.name));
    colours_->clear();
    colours_->addItem(tr("Uniform"), static_cast<int>(ColourScale::Uniform));
    colours_->addItem(tr("Blue to red"), static_cast<int>(ColourScale::BlueToRed));
    colours_->addItem(tr("Grey"), static_cast<int>(ColourScale::Grey));
    channel_->setSpecialValueText(tr("Mean"));
    quiet_ = false;
    showLayer();
}

void LayerControls::showLayer()
{
    quiet_ = true;
    opacity_->setValue(qRound(layer_.opacity * 100));
    const QString percent = tr("%1 %").arg(QLocale().toString(qRound(layer_.opacity * 100)));
    opacity_->setToolTip(percent);
    level_->setCurrentIndex(std::max(0, level_->findData(layer_.level)));
    class_->setCurrentIndex(std::max(0, class_->findData(layer_.classIndex)));
    feature_->setCurrentIndex(feature_->findText(QString::fromStdString(layer_.features)));
    colours_->setCurrentIndex(std::max(0, colours_->findData(static_cast<int>(layer_.colours))));
    const auto known = std::find_if(features_.begin(), features_.end(),
                                    [this](const Features &f) { return f.name == layer_.features; });
    channel_->setMaximum(known != features_.end() && known->channels > 0 ? known->channels - 1 : 4095);
    channel_->setValue(layer_.channel);
    form_->setRowVisible(level_, hasLevel(layer_.kind));
    form_->setRowVisible(class_, hasClass(layer_.kind));
    form_->setRowVisible(feature_, layer_.kind == LayerKind::Activation);
    form_->setRowVisible(channel_, layer_.kind == LayerKind::Activation);
    form_->setRowVisible(colours_, hasColours(layer_.kind));
    quiet_ = false;
}

void LayerControls::take()
{
    if (quiet_)
        return;
    Layer next = layer_;
    next.opacity = opacity_->value() / 100.0;
    next.level = level_->currentData().toInt();
    next.classIndex = class_->currentData().toInt();
    next.features = feature_->currentText().toStdString();
    next.channel = channel_->value();
    next.colours = static_cast<ColourScale>(colours_->currentData().toInt());
    if (next == layer_)
        return;
    layer_ = next;
    showLayer();
    Q_EMIT edited(layer_);
}

void LayerControls::retranslate()
{
    const auto name = [this](QWidget *editor, const QString &words) {
        if (auto *label = qobject_cast<QLabel *>(form_->labelForField(editor)))
            label->setText(words);
        editor->setAccessibleName(words);
    };
    name(opacity_, tr("Opacity"));
    name(level_, tr("Level"));
    name(class_, tr("Class"));
    name(feature_, tr("Feature map"));
    name(channel_, tr("Channel"));
    name(colours_, tr("Colours"));
    fillChoices();
}

void LayerControls::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    QWidget::changeEvent(event);
}

}  // namespace fcoscope
