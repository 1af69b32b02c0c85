// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/export_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>
#include <QStandardPaths>

#include "widgets/theme.h"
#include "widgets/translate.h"

namespace fcoscope {
namespace {

const QString folderKey = QStringLiteral("figureFolder"), endingKey = QStringLiteral("figureEnding");

}  // namespace

ExportDialog::ExportDialog(Figure figure, const QString &name, const FigureLook &look, QSettings &settings,
                           QWidget *parent)
    : QDialog(parent), figure_(std::move(figure)), first_(look), settings_(settings)
{
    setObjectName(QStringLiteral("exportFigure"));
    setAttribute(Qt::WA_DeleteOnClose);
    makeParts(look);
    makeLayout();
    const QString folder =
        settings_.value(folderKey, QStandardPaths::writableLocation(QStandardPaths::PicturesLocation)).toString();
    const QString ending = settings_.value(endingKey, QStringLiteral("png")).toString();
    file_->setText(QDir::toNativeSeparators(QDir(folder).filePath(name + QLatin1Char('.') + ending)));
    connect(browse_, &QPushButton::clicked, this, &ExportDialog::browse);
    connect(write_, &QPushButton::clicked, this, &ExportDialog::write);
    connect(close_, &QPushButton::clicked, this, &QDialog::close);
    retranslate();
    resize(560, sizeHint().height());
    file_->setFocus();
}

void ExportDialog::makeParts(const FigureLook &look)
{
    file_ = new QLineEdit(this);
    for (QPushButton **button : {&browse_, &write_, &close_})
        *button = new QPushButton(this);
    browse_->setIcon(icon(QStringLiteral("open-folder")));
    browse_->setAutoDefault(false);
    write_->setIcon(icon(QStringLiteral("save")));
    write_->setObjectName(QStringLiteral("write"));
    write_->setDefault(true);
    close_->setAutoDefault(false);
    const auto side = [this](int value) {
        auto *box = new QSpinBox(this);
        box->setRange(100, 20000);
        box->setSingleStep(100);
        box->setValue(value);
        return box;
    };
    width_ = side(look.size.width());
    height_ = side(look.size.height());
    scale_ = new QDoubleSpinBox(this);
    scale_->setRange(0.5, 8);
    scale_->setSingleStep(0.5);
    scale_->setDecimals(2);
    scale_->setValue(look.scale);
    legend_ = new QCheckBox(this);
    legend_->setChecked(look.legend);
    legend_->setVisible(bool(figure_.legend.size));
    ground_ = new QComboBox(this);
    ground_->addItems({QString(), QString()});
    ground_->setCurrentIndex(look.dark ? 1 : 0);
    status_ = new QLabel(this);
    status_->setObjectName(QStringLiteral("status"));
    status_->setWordWrap(true);
    status_->setTextInteractionFlags(Qt::TextSelectableByMouse);
}

void ExportDialog::makeLayout()
{
    auto *form = new QFormLayout(this);
    const auto row = [&](QWidget *first, QWidget *focus, std::initializer_list<QWidget *> more = {}) {
        auto *line = new QHBoxLayout;
        line->addWidget(first);
        for (QWidget *widget : more)
            line->addWidget(widget);
        if (first != file_)
            line->addStretch();
        names_.push_back(new QLabel(this));
        names_.back()->setBuddy(focus);
        form->addRow(names_.back(), line);
    };
    auto *times = new QLabel(QStringLiteral("×"), this);
    row(file_, file_, {browse_});
    row(width_, width_, {times, height_});
    row(scale_, scale_);
    row(ground_, ground_);
    form->addRow(QString(), legend_);
    form->addRow(status_);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(write_);
    buttons->addWidget(close_);
    form->addRow(buttons);
}

void ExportDialog::retranslate()
{
    setWindowTitle(tr("Export figure"));
    const std::array texts{tr("&File"), tr("&Size"), tr("S&cale"), tr("&Ground")};
    for (size_t i = 0; i < names_.size(); ++i)
        names_[i]->setText(texts[i]);
    file_->setToolTip(tr("A PNG, SVG or PDF, by the ending of its name"));
    width_->setToolTip(tr("Width in logical pixels"));
    height_->setToolTip(tr("Height in logical pixels"));
    scale_->setToolTip(tr("Pixels of a PNG for each logical pixel"));
    for (QWidget *widget : {static_cast<QWidget *>(width_), static_cast<QWidget *>(height_),
                            static_cast<QWidget *>(scale_), static_cast<QWidget *>(file_)})
        widget->setAccessibleName(widget->toolTip());
    width_->setSuffix(tr(" px"));
    height_->setSuffix(tr(" px"));
    ground_->setItemText(0, tr("Light"));
    ground_->setItemText(1, tr("Dark"));
    ground_->setAccessibleName(tr("Ground of the figure"));
    legend_->setText(tr("With a &legend"));
    browse_->setText(tr("&Browse…"));
    write_->setText(tr("&Export"));
    close_->setText(tr("Cancel"));
    if (!failure_.text.empty())
        status_->setText(translated(failure_));
}

void ExportDialog::changeEvent(QEvent *event)
{
    QDialog::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

QString ExportDialog::file() const
{
    return QDir::fromNativeSeparators(file_->text().trimmed());
}

FigureLook ExportDialog::look() const
{
    FigureLook look = first_;
    look.size = {width_->value(), height_->value()};
    look.scale = scale_->value();
    look.legend = legend_->isChecked();
    look.dark = ground_->currentIndex() == 1;
    return look;
}

void ExportDialog::browse()
{
    const QString chosen = QFileDialog::getSaveFileName(
        this, tr("Export figure"), file(), tr("Pictures (*.png);;Scalable drawings (*.svg);;Documents (*.pdf)"),
        nullptr, QFileDialog::DontConfirmOverwrite);
    if (!chosen.isEmpty())
        file_->setText(QDir::toNativeSeparators(chosen));
}

void ExportDialog::write()
{
    if (QFileInfo::exists(file()) && replaced_ != file()) {
        replaced_ = file();
        say(message("core", "The file {0} exists already; export again to replace it.").with(file().toStdString()));
        return;
    }
    setBusy(true);
    const auto draw = [figure = figure_, look = look(), name = file()](const RunContext &) {
        writeFigure(figure, look, name);
        return true;
    };
    if (!figure_.ofWidgets)
        return job_.start(draw, [this](Outcome<bool> outcome) { finished(std::move(outcome)); });
    Outcome<bool> outcome;
    try {
        outcome = {Ended::Done, draw({}), {}};
    } catch (...) {
        outcome = {Ended::Failed, {}, messageOfCurrentException()};
    }
    finished(std::move(outcome));
}

void ExportDialog::say(const Message &trouble)
{
    failure_ = trouble;
    QPalette colours = palette();
    colours.setColor(QPalette::WindowText, errorColor(colours));
    status_->setPalette(colours);
    status_->setText(translated(failure_));
}

void ExportDialog::finished(Outcome<bool> outcome)
{
    setBusy(false);
    if (outcome.how != Ended::Done)
        return say(outcome.failure);
    const QFileInfo info(file());
    settings_.setValue(folderKey, info.absolutePath());
    settings_.setValue(endingKey, info.suffix().toLower());
    Q_EMIT written(file());
    close();
}

void ExportDialog::setBusy(bool busy)
{
    write_->setEnabled(!busy);
    failure_ = {};
    status_->setPalette({});
    status_->setText(busy ? tr("Drawing…") : QString());
}

ExportDialog *exportFigure(QWidget *parent, QSettings &settings, Figure figure, const QString &name,
                           const FigureLook &look)
{
    auto *dialog = new ExportDialog(std::move(figure), name, look, settings, parent);
    dialog->show();
    return dialog;
}

}  // namespace fcoscope
