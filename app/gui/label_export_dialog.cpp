// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/label_export_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QCoreApplication>
#include <QEvent>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>

#include <array>
#include <map>

#include "widgets/translate.h"

namespace fcoscope {
namespace {

struct FormatChoice {
    LabelFormat format;
    const char *words;
    const char *file;  ///< what the file is called unless a person says otherwise; "": a folder is written
};
constexpr std::array formats = {
    FormatChoice{LabelFormat::Coco, QT_TRANSLATE_NOOP("LabelExportDialog", "COCO (one .json)"), "labels.json"},
    FormatChoice{LabelFormat::Voc, QT_TRANSLATE_NOOP("LabelExportDialog", "Pascal VOC (an .xml for each image)"), ""},
    FormatChoice{LabelFormat::Yolo, QT_TRANSLATE_NOOP("LabelExportDialog", "YOLO (a .txt for each image, data.yaml)"),
                 ""},
    FormatChoice{LabelFormat::Labelme, QT_TRANSLATE_NOOP("LabelExportDialog", "labelme (a .json for each image)"), ""},
    FormatChoice{LabelFormat::Csv, QT_TRANSLATE_NOOP("LabelExportDialog", "CSV (a line for each box)"), "labels.csv"},
};
struct PartChoice {
    const char *words;
    std::array<double, 3> fractions;
};
constexpr std::array partChoices = {
    PartChoice{QT_TRANSLATE_NOOP("LabelExportDialog", "All in one"), {1, 0, 0}},
    PartChoice{QT_TRANSLATE_NOOP("LabelExportDialog", "Train and val, 80 : 20"), {0.8, 0.2, 0}},
    PartChoice{QT_TRANSLATE_NOOP("LabelExportDialog", "Train, val and test, 80 : 10 : 10"), {0.8, 0.1, 0.1}},
};

QString words(const char *text)
{
    return QCoreApplication::translate("LabelExportDialog", text);
}

constexpr size_t notesTold = 5;  // of one sentence, each with its image; the rest are counted

}  // namespace

QString reportText(const ConversionReport &report)
{
    QStringList lines{LabelExportDialog::tr("Written: images %1, boxes %2, classes %3.")
                          .arg(report.images)
                          .arg(report.boxes)
                          .arg(report.classes)};
    if (report.imagesLeftOut > 0)
        lines += LabelExportDialog::tr("%n image(s) without review were left out.", nullptr,
                                       static_cast<int>(report.imagesLeftOut));
    for (const std::filesystem::path &file : report.files)
        lines += QString::fromStdString(file.string());
    std::map<std::string, size_t> told;
    for (const ConversionNote &note : report.notes) {
        if (note.kind == ConversionNote::Kind::LeftOut || ++told[note.what.text] > notesTold)
            continue;
        lines += note.file.empty()
                     ? translated(note.what)
                     : QStringLiteral("%1: %2").arg(QString::fromStdString(note.file), translated(note.what));
    }
    size_t more = 0;
    for (const auto &[sentence, count] : told)
        more += count > notesTold ? count - notesTold : 0;
    if (more > 0)
        lines += LabelExportDialog::tr("… and %n more of the same kind.", nullptr, static_cast<int>(more));
    lines += report.lossless() ? LabelExportDialog::tr("Nothing was lost or changed.") : QString();
    return lines.join(QLatin1Char('\n')).trimmed();
}

LabelExportDialog::LabelExportDialog(const LabelDocument &document, QSettings &settings, bool split, QWidget *parent)
    : QDialog(parent), document_(document), settings_(settings), format_(new QComboBox), parts_(new QComboBox),
      to_(new QLineEdit), new_(new QCheckBox), seed_(new QSpinBox), browse_(new QPushButton), write_(new QPushButton),
      close_(new QPushButton), progress_(new QProgressBar), report_(new QPlainTextEdit)
{
    setObjectName(QStringLiteral("labelExport"));
    for (size_t i = 0; i < formats.size(); ++i)
        format_->addItem(QString(), static_cast<int>(i));
    for (size_t i = 0; i < partChoices.size(); ++i)
        parts_->addItem(QString(), static_cast<int>(i));
    parts_->setCurrentIndex(split ? 1 : 0);
    seed_->setRange(0, 999999);
    report_->setReadOnly(true);
    progress_->setVisible(false);
    makeLayout();
    retranslate();
    connect(format_, &QComboBox::currentIndexChanged, this, &LabelExportDialog::suggestTarget);
    connect(parts_, &QComboBox::currentIndexChanged, this, [this] {
        if (to_->text() == suggested_)  // parts have other names, which may be there
            suggestTarget();
    });
    connect(browse_, &QPushButton::clicked, this, &LabelExportDialog::browse);
    connect(write_, &QPushButton::clicked, this, &LabelExportDialog::write);
    connect(close_, &QPushButton::clicked, this, &QDialog::close);
    connect(to_, &QLineEdit::textChanged, this, [this] { setBusy(job_.running()); });
    format_->setCurrentIndex(settings_.value(QStringLiteral("exportFormat"), 0).toInt());
    suggestTarget();
    resize(620, 420);
}

void LabelExportDialog::makeLayout()
{
    auto *form = new QFormLayout(this);
    const auto row = [&](auto *field) {
        auto *name = new QLabel;
        name->setBuddy(field);
        names_.push_back(name);
        form->addRow(name, field);
    };
    row(format_);
    auto *line = new QHBoxLayout;
    line->addWidget(to_, 1);
    line->addWidget(browse_);
    names_.push_back(new QLabel);
    names_.back()->setBuddy(to_);
    form->addRow(names_.back(), line);
    row(parts_);
    row(seed_);
    form->addRow(new_);
    form->addRow(report_);
    form->addRow(progress_);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(write_);
    buttons->addWidget(close_);
    form->addRow(buttons);
    write_->setDefault(true);
}

void LabelExportDialog::retranslate()
{
    setWindowTitle(tr("Export labels"));
    for (size_t i = 0; i < formats.size(); ++i)
        format_->setItemText(static_cast<int>(i), words(formats[i].words));
    for (size_t i = 0; i < partChoices.size(); ++i)
        parts_->setItemText(static_cast<int>(i), words(partChoices[i].words));
    const QStringList names{tr("&Format"), tr("&To"), tr("&Parts"), tr("&Seed of the split")};
    for (size_t i = 0; i < names_.size(); ++i) {
        names_[i]->setText(names[static_cast<int>(i)]);
        names_[i]->buddy()->setAccessibleName(names[static_cast<int>(i)].mid(0).remove(QLatin1Char('&')));
    }
    new_->setText(tr("Images that nobody has looked at, &too"));
    browse_->setText(tr("&Browse…"));
    write_->setText(tr("&Export"));
    close_->setText(tr("&Close"));
    report_->setAccessibleName(tr("Report"));
    report_->setPlaceholderText(
        tr("What was written, and everything that the files do not hold as the project has it."));
}

LabelFormat LabelExportDialog::format() const
{
    return formats[static_cast<size_t>(std::max(0, format_->currentIndex()))].format;
}

/// A folder or a file beside the images, under the first name that is free.
void LabelExportDialog::suggestTarget()
{
    const FormatChoice &choice = formats[static_cast<size_t>(std::max(0, format_->currentIndex()))];
    const QFileInfo name(*choice.file ? QString::fromLatin1(choice.file)
                                      : QStringLiteral("labels-") + QString::fromLatin1(nameOf(choice.format)));
    const QString folder =
        settings_.value(QStringLiteral("exportFolder"), QString::fromStdString(document_.set().root.string()))
            .toString();
    const QString ending = name.suffix().isEmpty() ? QString() : QLatin1Char('.') + name.suffix();
    ExportRequest wanted = request();
    for (int count = 1;; ++count) {
        const QString number = count > 1 ? QStringLiteral("-%1").arg(count) : QString();
        suggested_ = folder + QLatin1Char('/') + name.completeBaseName() + number + ending;
        wanted.to = QFile::encodeName(suggested_).toStdString();
        if (replacedBy(wanted).empty())
            break;
    }
    to_->setText(suggested_);
}

void LabelExportDialog::browse()
{
    const bool file = *formats[static_cast<size_t>(format_->currentIndex())].file != '\0';
    const QString chosen = file ? QFileDialog::getSaveFileName(this, windowTitle(), to_->text(), QString(), nullptr,
                                                               QFileDialog::DontConfirmOverwrite)  // write() asks
                                : QFileDialog::getExistingDirectory(this, windowTitle(), to_->text());
    if (!chosen.isEmpty())
        to_->setText(chosen);
}

ExportRequest LabelExportDialog::request() const
{
    ExportRequest request;
    request.format = format();
    request.to = QFile::encodeName(to_->text()).toStdString();
    request.options.writeNew = new_->isChecked();
    for (double fraction : partChoices[static_cast<size_t>(std::max(0, parts_->currentIndex()))].fractions)
        if (fraction > 0)
            request.fractions.push_back(fraction);
    request.seed = static_cast<uint64_t>(seed_->value());
    return request;
}

void LabelExportDialog::write()
{
    const ExportRequest wanted = request();
    if (!mayReplace(wanted))
        return;
    settings_.setValue(QStringLiteral("exportFormat"), format_->currentIndex());
    settings_.setValue(QStringLiteral("exportFolder"), QString::fromStdString(wanted.to.parent_path().string()));
    report_->clear();
    job_.start([source = document_.source(),
                wanted](const RunContext &context) { return exportLabels(source, wanted, context); },
               [this](Outcome<std::vector<ConversionReport>> outcome) { finished(std::move(outcome)); },
               [this](const Progress &progress) {
                   progress_->setRange(0, progress.fraction < 0 ? 0 : 1000);
                   progress_->setValue(static_cast<int>(progress.fraction * 1000));
               });
    setBusy(true);
}

/// Nothing is there, or the person says that it may go.
bool LabelExportDialog::mayReplace(const ExportRequest &wanted)
{
    const std::vector<std::filesystem::path> there = replacedBy(wanted);
    if (there.empty())
        return true;
    QStringList names;
    for (const std::filesystem::path &path : there)
        names += QString::fromStdString(path.string());
    const QString question = isPerImage(wanted.format)
                                 ? tr("There is something in %1 already. Files of the same names will be replaced.")
                                 : tr("%1 is there already. It will be replaced.");
    QMessageBox box(QMessageBox::Warning, windowTitle(), question.arg(names.join(QStringLiteral(", "))),
                    QMessageBox::Cancel, this);
    box.setObjectName(QStringLiteral("exportReplaces"));
    QPushButton *replace = box.addButton(tr("&Replace"), QMessageBox::AcceptRole);
    box.setDefaultButton(QMessageBox::Cancel);
    box.exec();
    return box.clickedButton() == replace;
}

void LabelExportDialog::finished(Outcome<std::vector<ConversionReport>> outcome)
{
    setBusy(false);
    QStringList parts;
    if (outcome.how == Ended::Failed)
        parts += translated(outcome.failure);
    if (outcome.result)
        for (const ConversionReport &report : *outcome.result)
            parts += reportText(report);
    report_->setPlainText(parts.join(QStringLiteral("\n\n")));
}

void LabelExportDialog::setBusy(bool busy)
{
    progress_->setVisible(busy);
    for (QWidget *widget : {static_cast<QWidget *>(format_), static_cast<QWidget *>(parts_),
                            static_cast<QWidget *>(to_), static_cast<QWidget *>(browse_)})
        widget->setEnabled(!busy);
    write_->setEnabled(!busy && !to_->text().trimmed().isEmpty());
}

QString LabelExportDialog::report() const
{
    return report_->toPlainText();
}

void LabelExportDialog::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    QDialog::changeEvent(event);
}

}  // namespace fcoscope
