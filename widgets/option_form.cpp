// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/option_form.h"

#include <QAbstractItemView>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSlider>
#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "widgets/calm_wheel.h"
#include "widgets/theme.h"
#include "widgets/translate.h"

namespace fcoscope {

namespace {

constexpr int sliderSteps = 1000;
constexpr int narrowLabel = 100;  // logical px: what a label of a narrow form is sure to get

// From a value to a slider's place and back. Ranges over three powers of ten and more are gone through by powers: the
// difference between 10 and 20 then is as far as between 1,000 and 2,000.
struct SliderScale {
    double lowest, highest;
    bool powers;

    explicit SliderScale(const Option &option)
        : lowest(option.lowest), highest(option.highest),
          powers(option.lowest > 0 && option.highest / option.lowest >= 1000)
    {
    }
    int place(double value) const
    {
        const double part =
            powers ? std::log(value / lowest) / std::log(highest / lowest) : (value - lowest) / (highest - lowest);
        return static_cast<int>(std::lround(std::clamp(part, 0.0, 1.0) * sliderSteps));
    }
    double value(int place) const
    {
        const double part = static_cast<double>(place) / sliderSteps;
        if (!powers)
            return lowest + part * (highest - lowest);
        const double exact = lowest * std::pow(highest / lowest, part);
        const double unit = std::pow(10, std::floor(std::log10(exact)) - 1);  // two figures are enough for a hand
        return std::clamp(std::round(exact / unit) * unit, lowest, highest);
    }
};

// Enough places for a thousandth of the range and for the default itself.
int decimalsFor(const Option &option)
{
    if (option.kind == Option::Kind::Whole)
        return 0;
    const std::string &text = option.defaultText;
    const size_t point = text.find('.');
    const int own =
        point == std::string::npos
            ? 0
            : static_cast<int>(text.find_first_of("eE", point) == std::string::npos ? text.size() - point - 1 : 8);
    const int range = static_cast<int>(std::ceil(2 - std::log10(std::max(1e-6, option.highest - option.lowest))));
    return std::clamp(std::max(own, range), 0, 8);
}

double numberOf(const Option &option)
{
    double value = 0;
    parseNumber(option.get(), value);
    return value;
}

}  // namespace

OptionForm::OptionForm(QWidget *parent) : QWidget(parent), layout_(new QGridLayout(this))
{
    layout_->setContentsMargins(0, 0, 0, 0);
    layout_->setHorizontalSpacing(10);
    layout_->setVerticalSpacing(4);
    layout_->setColumnStretch(0, 1);
}

void OptionForm::setTable(OptionTable table, const std::vector<std::string> &names)
{
    for (const Row &row : rows_) {
        delete row.label;
        delete row.sentence;
        for (QWidget *editor : row.editors)
            delete editor;
    }
    rows_.clear();
    table_ = std::move(table);
    if (names.empty())
        for (const Option &option : table_.all())
            addRow(option);
    for (const std::string &name : names)
        if (const Option *option = table_.find(name))
            addRow(*option);
    retranslate();
    reload();
}

void OptionForm::addRow(const Option &option)
{
    Row row;
    row.name = option.name;
    row.label = new QLabel;
    switch (option.kind) {
    case Option::Kind::Switch:
        makeSwitch(option, row);
        break;
    case Option::Kind::Whole:
    case Option::Kind::Real:
        makeNumber(option, row);
        break;
    case Option::Kind::Choice:
        makeChoice(option, row);
        break;
    case Option::Kind::Text:
    case Option::Kind::RealList:
        if (offered_.count(option.name))
            makeOffered(option, row);
        else
            makeText(option, row);
        break;
    }
    const int at = layout_->rowCount();
    row.label->setBuddy(row.editors.front());
    layout_->addWidget(row.label, at, 0);
    layout_->addWidget(row.editors.front(), at, 1);
    if (row.editors.size() > 1)  // the slider, over the whole width
        layout_->addWidget(row.editors[1], at + 1, 0, 1, 2);
    row.gap = at + 3;
    layout_->setRowMinimumHeight(row.gap, 4);
    rows_.push_back(std::move(row));
}

void OptionForm::makeNumber(const Option &option, Row &row)
{
    auto *spin = new CalmWheel<QDoubleSpinBox>;
    const SliderScale scale(option);
    spin->setDecimals(decimalsFor(option));
    spin->setRange(option.lowest, option.highest);
    spin->setSingleStep(option.kind == Option::Kind::Whole ? 1 : std::pow(10, -std::min(2, spin->decimals())));
    spin->setKeyboardTracking(false);
    spin->setGroupSeparatorShown(true);
    spin->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    spin->setFocusPolicy(Qt::StrongFocus);
    row.editors.push_back(spin);
    // Beyond what a hand can aim at, a slider says nothing: a seed for instance.
    QSlider *slider = nullptr;
    if (option.highest > option.lowest && option.highest <= 1e7) {
        slider = new CalmWheel<QSlider>(Qt::Horizontal);
        const double range = option.highest - option.lowest;
        slider->setRange(0, sliderSteps);
        slider->setPageStep(50);
        slider->setSingleStep(option.kind == Option::Kind::Whole && range <= sliderSteps
                                  ? std::max(1, int(std::ceil(sliderSteps / range)))
                                  : 10);
        slider->setFocusPolicy(Qt::StrongFocus);
        row.editors.push_back(slider);
    }
    const std::string name = option.name;
    const bool whole = option.kind == Option::Kind::Whole;
    const auto keep = [this, name, whole](double value) { store(name, numberText(whole ? std::round(value) : value)); };
    connect(spin, &QDoubleSpinBox::valueChanged, this, [this, keep, slider, scale](double value) {
        if (quiet_)
            return;
        quiet_ = true;
        if (slider)
            slider->setValue(scale.place(value));
        quiet_ = false;
        keep(value);
    });
    if (slider)
        connect(slider, &QSlider::valueChanged, this, [this, keep, spin, scale](int place) {
            if (quiet_)
                return;
            quiet_ = true;
            spin->setValue(scale.value(place));  // rounds to its decimals
            quiet_ = false;
            keep(spin->value());
        });
    row.show = [this, name, spin, slider, scale] {
        const double value = numberOf(*table_.find(name));
        spin->setValue(value);
        if (slider)
            slider->setValue(scale.place(value));
    };
}

void OptionForm::makeSwitch(const Option &option, Row &row)
{
    auto *box = new QCheckBox;
    row.editors.push_back(box);
    connect(box, &QCheckBox::toggled, this, [this, name = option.name](bool on) {
        if (!quiet_)
            store(name, on ? "true" : "false");
    });
    row.show = [this, name = option.name, box] { box->setChecked(table_.find(name)->get() == "true"); };
}

void OptionForm::makeChoice(const Option &option, Row &row)
{
    auto *box = new CalmWheel<QComboBox>;
    box->setFocusPolicy(Qt::StrongFocus);
    for (const std::string &choice : option.choices)
        box->addItem(QString::fromStdString(choice));
    row.editors.push_back(box);
    connect(box, &QComboBox::currentTextChanged, this, [this, name = option.name](const QString &word) {
        if (!quiet_)
            store(name, word.toStdString());
    });
    row.show = [this, name = option.name, box] {
        box->setCurrentText(QString::fromStdString(table_.find(name)->get()));
    };
}

void OptionForm::makeText(const Option &option, Row &row)
{
    auto *line = new QLineEdit;
    row.editors.push_back(line);
    connect(line, &QLineEdit::editingFinished, this, [this, name = option.name, line] {
        if (!quiet_ && line->text().toStdString() != table_.find(name)->get())
            store(name, line->text().toStdString());
    });
    row.show = [this, name = option.name, line] { line->setText(QString::fromStdString(table_.find(name)->get())); };
}

void OptionForm::makeOffered(const Option &option, Row &row)
{
    auto *box = new CalmWheel<QComboBox>;
    box->setFocusPolicy(Qt::StrongFocus);
    for (const Offered &offered : offered_.at(option.name))
        box->addItem(offered.words, QString::fromStdString(offered.value));
    row.editors.push_back(box);
    connect(box, &QComboBox::currentIndexChanged, this, [this, name = option.name, box] {
        if (!quiet_)
            store(name, box->currentData().toString().toStdString());
    });
    row.show = [this, name = option.name, box] {
        const QString value = QString::fromStdString(table_.find(name)->get());
        if (box->findData(value) < 0)
            box->addItem(value, value);
        box->setCurrentIndex(box->findData(value));
    };
}

// Text that is no value of the option (only a line edit can hold such) is refused by the table: the editor goes back to
// the value that is, and the reason stands in its tool tip.
void OptionForm::store(const std::string &name, const std::string &text)
{
    try {
        if (table_.find(name)->get() == text)
            return;
        table_.find(name)->set(text);
        retranslate();
    } catch (const UserError &error) {
        reload();
        for (const Row &row : rows_)
            if (row.name == name)
                for (QWidget *editor : row.editors)
                    editor->setToolTip(translated(error.message()));
        return;
    }
    Q_EMIT changed(QString::fromStdString(name));
}

void OptionForm::reload()
{
    quiet_ = true;
    for (const Row &row : rows_)
        row.show();
    quiet_ = false;
}

void OptionForm::setNarrow()
{
    narrow_ = true;
    retranslate();
}

void OptionForm::setSentences()
{
    sentences_ = true;
    retranslate();
}

void OptionForm::setFixed(const std::vector<std::string> &names, const QString &reason)
{
    fixed_ = names;
    fixedReason_ = reason;
    retranslate();
}

void OptionForm::offer(const std::string &name, std::vector<Offered> values)
{
    offered_[name] = std::move(values);
}

QWidget *OptionForm::editorOf(const std::string &name) const
{
    for (const Row &row : rows_)
        if (row.name == name)
            return row.editors.front();
    return nullptr;
}

bool OptionForm::isFixed(const std::string &name) const
{
    return std::find(fixed_.begin(), fixed_.end(), name) != fixed_.end();
}

// The height of a wrapped label is set by hand: a grid asks for it at another width than the label gets.
void OptionForm::narrow(Row &row)
{
    const QRect room(0, 0, narrowLabel, 1000);
    row.label->setWordWrap(true);
    row.label->setMinimumHeight(
        row.label->fontMetrics().boundingRect(room, Qt::TextWordWrap, row.label->text()).height() + 2);
    if (auto *box = qobject_cast<QComboBox *>(row.editors.front())) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(9);
        box->view()->setMinimumWidth(box->view()->sizeHintForColumn(0) + 16);  // its list is as wide as its words
    }
    if (auto *line = qobject_cast<QLineEdit *>(row.editors.front()))
        line->setMinimumWidth(130);
}

void OptionForm::retranslate()
{
    for (Row &row : rows_) {
        const Option &option = *table_.find(row.name);
        const bool fixed = isFixed(row.name);
        const QString label = optionLabel(option), sentence = translated(option.help),
                      help = fixed ? sentence + '\n' + fixedReason_ : sentence;
        row.label->setText(label);
        saySentence(row, fixed ? fixedReason_ : sentence, sentences_ || fixed);
        layout_->setRowMinimumHeight(row.gap, sentences_ ? 10 : 4);
        row.label->setToolTip(help);
        for (QWidget *editor : row.editors) {
            editor->setToolTip(help);
            editor->setAccessibleName(label);
            editor->setAccessibleDescription(help);
            editor->setLocale(QLocale());
            editor->setEnabled(!fixed);
            if (auto *spin = qobject_cast<QDoubleSpinBox *>(editor); spin && !option.unit.empty())
                spin->setSuffix(' ' + optionUnit(option));
        }
        if (narrow_)
            narrow(row);
    }
}

void OptionForm::saySentence(Row &row, const QString &sentence, bool said)
{
    if (said && !row.sentence) {
        row.sentence = new QLabel;
        row.sentence->setWordWrap(true);
        row.sentence->setForegroundRole(QPalette::PlaceholderText);
        layout_->addWidget(row.sentence, row.gap - 1, 0, 1, 2);
    }
    if (!row.sentence)
        return;
    row.sentence->setText(sentence);
    row.sentence->setVisible(said);
}

void OptionForm::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::LocaleChange)
        retranslate();
    QWidget::changeEvent(event);
}

}  // namespace fcoscope
