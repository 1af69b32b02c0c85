// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/weights_text.h"

#include <QCoreApplication>
#include <QLocale>
#include <QPalette>
#include <QUrl>

#include "widgets/translate.h"

namespace fcoscope {
namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(Weights)
};

QString paragraph(const QString &html)
{
    return QStringLiteral("<p style='margin: 0 0 8px 0'>%1</p>").arg(html);
}

QString link(const QString &address, const QString &words)
{
    return QStringLiteral("<a href='%1'>%2</a>").arg(address.toHtmlEscaped(), words.toHtmlEscaped());
}

QString row(const QString &name, const QString &html)
{
    return QStringLiteral("<tr><td style='padding: 2px 14px 2px 0; white-space: nowrap'>%1</td>"
                          "<td style='padding: 2px 0'>%2</td></tr>")
        .arg(name.toHtmlEscaped(), html);
}

}  // namespace

QString sizeText(uint64_t bytes)
{
    return bytes == 0 ? QString()
                      : QLocale().formattedDataSize(static_cast<qint64>(bytes), 0, QLocale::DataSizeSIFormat);
}

QString weightsDetails(const PublishedWeights &entry, const std::filesystem::path &file, const QPalette &palette)
{
    const QString faint = palette.color(QPalette::PlaceholderText).name();
    const WeightsTerms &terms = *entry.terms;
    QString text = QStringLiteral("<h3 style='margin: 0'>%1</h3>").arg(QString::fromUtf8(entry.title).toHtmlEscaped());
    text += QStringLiteral("<p style='margin: 2px 0 12px 0; color: %1'>%2</p>")
                .arg(faint, QString::fromUtf8(entry.name).toHtmlEscaped());
    text += QStringLiteral("<table cellspacing='0' style='margin: 10px 0'>");
    text += row(Words::tr("Published by"), QString::fromUtf8(entry.publisher).toHtmlEscaped());
    text += row(isDetector(entry) ? Words::tr("Box AP on COCO") : Words::tr("Top-1 on ImageNet"),
                Words::tr("%1 % (published)").arg(QLocale().toString(entry.quality, 'f', 1)));
    text += row(Words::tr("Size"), entry.aboutBytes ? sizeText(entry.aboutBytes) : Words::tr("not published"));
    text += row(Words::tr("Comes from"), QUrl(QString::fromUtf8(entry.url)).host().toHtmlEscaped());
    text += row(Words::tr("Checked by"), *entry.sha256
                                             ? Words::tr("SHA-256 %1…").arg(QString::fromUtf8(entry.sha256).left(8))
                                             : Words::tr("its length alone; no checksum is published"));
    text += row(Words::tr("Please cite"), QString::fromUtf8(entry.credit).toHtmlEscaped());
    text += row(Words::tr("Terms"), link(QString::fromUtf8(terms.link), QString::fromUtf8(terms.name)));
    if (!file.empty())
        text += row(Words::tr("Here in"),
                    link(QUrl::fromLocalFile(QString::fromStdString(file.parent_path().string())).toString(),
                         QString::fromStdString(file.parent_path().string())));
    text += QStringLiteral("</table>");
    text += paragraph(translated(terms.inShort()).toHtmlEscaped());
    if (terms.mustBeAccepted && file.empty())
        for (const QString &part : QString::fromUtf8(terms.text).split(QStringLiteral("\n\n")))
            text += QStringLiteral("<p style='margin: 0 0 6px 12px'>%1</p>")
                        .arg(part.toHtmlEscaped().replace(QLatin1Char('\n'), QStringLiteral("<br>")));
    return text;
}

}  // namespace fcoscope
