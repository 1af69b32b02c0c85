// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/opening_dialogs.h"

#include <QCoreApplication>
#include <QFileDialog>
#include <QFileInfo>
#include <QSettings>

#include "app/session/opening.h"

namespace fcoscope {
namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(Dialogs)
};
const QString folderKey = QStringLiteral("folder"), modelFolderKey = QStringLiteral("modelFolder"),
              reportFolderKey = QStringLiteral("reportFolder");

}  // namespace

QStringList askForImages(QWidget *parent, QSettings &settings)
{
    const QStringList files = QFileDialog::getOpenFileNames(
        parent, Words::tr("Open images"), settings.value(folderKey).toString(),
        Words::tr("Images (*.jpg *.jpeg *.png *.bmp *.tif *.tiff *.webp);;COCO data sets (*.json);;All files (*)"));
    if (!files.isEmpty())
        settings.setValue(folderKey, QFileInfo(files.first()).absolutePath());
    return files;
}

QString askForLabels(QWidget *parent, QSettings &settings)
{
    const QString file =
        QFileDialog::getOpenFileName(parent, Words::tr("Import labels"), settings.value(folderKey).toString(),
                                     Words::tr("Labels (*.json *.csv *.xml *.txt *.yaml);;All files (*)"));
    // Of a format with one file for each image the folder is meant.
    const QString ending = QFileInfo(file).suffix().toLower();
    return ending == QLatin1String("xml") || ending == QLatin1String("txt") ? QFileInfo(file).absolutePath() : file;
}

QStringList askForFolder(QWidget *parent, QSettings &settings)
{
    const QString folder =
        QFileDialog::getExistingDirectory(parent, Words::tr("Open folder"), settings.value(folderKey).toString());
    if (folder.isEmpty())
        return {};
    settings.setValue(folderKey, folder);
    return {folder};
}

QString askForReport(QWidget *parent, QSettings &settings)
{
    const QString json = Words::tr("All tables in one file (*.json)"), csv = Words::tr("A file for each table (*.csv)");
    QString chosen;
    QString file = QFileDialog::getSaveFileName(parent, Words::tr("Export the assignment"),
                                                settings.value(reportFolderKey).toString(),
                                                json + QStringLiteral(";;") + csv, &chosen);
    if (file.isEmpty())
        return {};
    settings.setValue(reportFolderKey, QFileInfo(file).absolutePath());
    if (QFileInfo(file).suffix().isEmpty())
        file += chosen == csv ? QStringLiteral(".csv") : QStringLiteral(".json");
    return file;
}

QString askForModel(QWidget *parent, QSettings &settings)
{
    QString endings;
    for (const std::string &ending : modelExtensions())
        endings += QStringLiteral(" *") + QString::fromStdString(ending);
    const QString file = QFileDialog::getOpenFileName(
        parent, Words::tr("Open model"), settings.value(modelFolderKey).toString(),
        Words::tr("Models (%1)").arg(endings.trimmed()) + QStringLiteral(";;") + Words::tr("All files (*)"));
    if (!file.isEmpty())
        settings.setValue(modelFolderKey, QFileInfo(file).absolutePath());
    return file;
}

}  // namespace fcoscope
