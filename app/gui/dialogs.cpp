// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/dialogs.h"

#include <QApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QListView>
#include <QLocale>
#include <QPalette>
#include <QPushButton>
#include <QStringListModel>
#include <QTextBrowser>
#include <QVBoxLayout>

#include "widgets/theme.h"
#include "widgets/translate.h"

namespace fcoscope {
namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(Dialogs)
};
QString cell(const QString &html, const char *style = "")
{
    return QStringLiteral("<td style='%1'>%2</td>").arg(QLatin1String(style), html);
}

constexpr const char *nameStyle = "padding: 3px 18px 3px 0; white-space: nowrap";
constexpr const char *valueStyle = "padding: 3px 18px 3px 0";

QString row(const QString &name, const QString &value)
{
    return QStringLiteral("<tr>") + cell(name.toHtmlEscaped(), nameStyle) +
           cell(QStringLiteral("<b>%1</b>").arg(value), valueStyle) + QStringLiteral("</tr>");
}

QString heading(const QString &text)
{
    return QStringLiteral("<h3 style='margin: 18px 0 4px 0'>%1</h3>").arg(text.toHtmlEscaped());
}

QString paragraph(const QString &text)
{
    return QStringLiteral("<p style='margin: 2px 0'>%1</p>").arg(text.toHtmlEscaped());
}

QString faintCell(const QString &text, const QString &faint)
{
    return cell(QStringLiteral("<span style='color: %1'>%2</span>").arg(faint, text.toHtmlEscaped()), valueStyle);
}

QString withUnit(const std::string &value, const Option &option)
{
    return QString::fromStdString(option.unit.empty() ? value : value + " " + option.unit);
}

/// Name, value with unit, and what it means, of every option.
QString optionRows(const OptionTable &table, const QString &faint)
{
    QString rows;
    for (const Option &option : table.all())
        rows += QStringLiteral("<tr>") + cell(QString::fromStdString(option.name).toHtmlEscaped(), nameStyle) +
                cell(QStringLiteral("<b>%1</b>").arg(withUnit(option.get(), option).toHtmlEscaped()), valueStyle) +
                faintCell(translated(option.help), faint) + QStringLiteral("</tr>");
    return QStringLiteral("<table cellspacing='0'>%1</table>").arg(rows);
}

/// The options of this model that are others than our own model's: its value, ours, and what the option means.
QString differenceRows(const ModelInfo &info, const OptionTable &network, const OptionTable &profile,
                       const QString &faint)
{
    QString rows;
    for (const OptionDifference &difference : differencesFromOwn(info)) {
        const Option *option = network.find(difference.option);
        if (!option)
            option = profile.find(difference.option);
        if (option)
            rows +=
                QStringLiteral("<tr>") + cell(QString::fromStdString(option->name).toHtmlEscaped(), nameStyle) +
                cell(QStringLiteral("<b>%1</b>").arg(withUnit(difference.value, *option).toHtmlEscaped()), valueStyle) +
                faintCell(Words::tr("ours: %1").arg(withUnit(difference.own, *option)), faint) +
                faintCell(translated(option->help), faint) + QStringLiteral("</tr>");
    }
    if (rows.isEmpty())
        return paragraph(Words::tr("Nothing: it is a model of our own profile."));
    return QStringLiteral("<table cellspacing='0'>%1</table>").arg(rows);
}

/// What the file does not tell.
QString assumptionText(const ModelInfo &info)
{
    QString text;
    for (const Message &assumption : info.assumptions)
        text += paragraph(translated(assumption));
    return text.isEmpty() ? text : heading(Words::tr("Assumed")) + text;
}

/// Which of the file's tensors are not used.
QString leftOutText(const ModelInfo &info)
{
    if (info.ignored.empty())
        return {};
    constexpr size_t shown = 3;
    QStringList names;
    for (size_t i = 0; i < std::min(shown, info.ignored.size()); ++i)
        names += QString::fromStdString(info.ignored[i]);
    if (info.ignored.size() > shown)
        names += QStringLiteral("…");
    return heading(Words::tr("Left out")) +
           paragraph(Words::tr("%n tensor(s) of the file have no place in the network: %1", nullptr,
                               static_cast<int>(info.ignored.size()))
                         .arg(names.join(QStringLiteral(", "))));
}

/// Whose model it is, what it takes and what it answers.
QString summaryRows(const ModelInfo &info, const QString &device)
{
    const Profile &profile = info.profile;
    QString rows =
        row(Words::tr("Codebase"),
            info.codebase.empty() ? QStringLiteral("FCOScope") : QString::fromStdString(info.codebase).toHtmlEscaped());
    rows += row(Words::tr("Profile"), QString::fromStdString(profile.name).toHtmlEscaped());
    QStringList classes;
    for (size_t i = 0; i < info.classNames.size(); ++i)
        classes += QStringLiteral("<span style='color: %1'>■</span>&nbsp;%2")
                       .arg(classColor(static_cast<int>(i)).name(),
                            QString::fromStdString(info.classNames[i]).toHtmlEscaped());
    rows += row(Words::tr("%n class(es)", nullptr, static_cast<int>(info.classNames.size())),
                classes.join(QStringLiteral("&ensp; ")));
    rows += row(Words::tr("Input size"),
                Words::tr("shorter side %1 px, but longer side at most %2 px; padded to multiples of %3 px")
                    .arg(profile.shortSide)
                    .arg(profile.longSide)
                    .arg(profile.sizeDivisor)
                    .toHtmlEscaped());
    rows += row(Words::tr("Weights"), Words::tr("%1, stored in %2 bits")
                                          .arg(QLocale().toString(static_cast<qlonglong>(info.weightCount)))
                                          .arg(info.halfPrecision ? 16 : 32));
    if (!info.container.empty())
        rows += row(Words::tr("File format"), QString::fromStdString(info.container).toHtmlEscaped());
    return rows + row(Words::tr("Runs on"), device.toHtmlEscaped());
}

QString pairRows(const std::map<std::string, std::string> &pairs)
{
    QString rows;
    for (const auto &[name, value] : pairs)
        rows += row(QString::fromStdString(name), QString::fromStdString(value).toHtmlEscaped());
    return QStringLiteral("<table cellspacing='0'>%1</table>").arg(rows);
}

QDialog *makeDialog(QWidget *parent, const QString &name, const QString &title, QWidget *content, QSize size)
{
    auto *dialog = new QDialog(parent);
    dialog->setObjectName(name);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(title);
    auto *layout = new QVBoxLayout(dialog);
    layout->addWidget(content);
    content->setAccessibleName(title);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, dialog);
    QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::close);
    layout->addWidget(buttons);
    dialog->resize(size);
    dialog->show();
    return dialog;
}

QTextBrowser *makeText(const QString &html)
{
    auto *text = new QTextBrowser;
    text->setOpenExternalLinks(true);
    text->setFrameShape(QFrame::NoFrame);
    text->document()->setDocumentMargin(16);
    text->setHtml(html);
    return text;
}

}  // namespace

QString modelName(const ModelInfo &info)
{
    const auto path = info.path.filename().empty() ? info.path.parent_path() : info.path;
    return QString::fromStdString(path.stem().string());
}

QString modelCardText(const ModelInfo &info, const QString &device, const QPalette &palette)
{
    const QString faint = palette.color(QPalette::PlaceholderText).name();
    QString text = QStringLiteral("<h2 style='margin: 0'>%1</h2>").arg(modelName(info).toHtmlEscaped());
    text += QStringLiteral("<p style='margin: 2px 0; color: %1'>%2</p>")
                .arg(faint, QString::fromStdString(info.path.string()).toHtmlEscaped());

    text += QStringLiteral("<table cellspacing='0' style='margin-top: 10px'>%1</table>").arg(summaryRows(info, device));
    text += assumptionText(info);

    OptionTable network, profile;
    NetworkOptions networkOptions = info.network;
    Profile profileOptions = info.profile;
    visit(network, networkOptions);
    visit(profile, profileOptions);
    text += heading(Words::tr("What differs from our own")) + differenceRows(info, network, profile, faint);
    text += leftOutText(info);
    if (!info.facts.empty())
        text += heading(Words::tr("Facts")) + pairRows(info.facts);
    text += heading(Words::tr("All of the structure")) + optionRows(network, faint);
    text += heading(Words::tr("All of the profile")) + optionRows(profile, faint);
    if (!info.training.empty())
        text += heading(Words::tr("Training options")) + pairRows(info.training);
    return text;
}

QDialog *showModelCard(QWidget *parent, const ModelInfo &info, const QString &device)
{
    return makeDialog(parent, QStringLiteral("modelCard"), Words::tr("Model card"),
                      makeText(modelCardText(info, device, QApplication::palette())), {760, 720});
}

QDialog *showSkipped(QWidget *parent, const std::vector<Problem> &skipped)
{
    QStringList lines;
    lines.reserve(static_cast<qsizetype>(skipped.size()));
    for (const Problem &problem : skipped)
        lines += QStringLiteral("%1 — %2").arg(fileName(problem.file), translated(problem.reason));
    auto *view = new QListView;
    view->setModel(new QStringListModel(lines, view));
    view->setUniformItemSizes(true);
    view->setAlternatingRowColors(true);
    view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    return makeDialog(parent, QStringLiteral("skipped"), Words::tr("Entries that cannot be used"), view, {760, 420});
}

QDialog *showAbout(QWidget *parent)
{
    const QString text =
        QStringLiteral("<h2>FCOScope %1</h2><p>%2</p><p>%3</p><p><a href='https://arxiv.org/abs/2006.09214'>%4</a></p>")
            .arg(QCoreApplication::applicationVersion(),
                 Words::tr("See what an FCOS object detector finds in your images, and why.").toHtmlEscaped(),
                 Words::tr(
                     "Free software under the GNU General Public License, version 3 or later. It comes without any "
                     "warranty.")
                     .toHtmlEscaped(),
                 Words::tr("FCOS: A Simple and Strong Anchor-free Object Detector (Tian, Shen, Chen, He)")
                     .toHtmlEscaped());
    return makeDialog(parent, QStringLiteral("about"), Words::tr("About FCOScope"), makeText(text), {520, 320});
}

}  // namespace fcoscope
