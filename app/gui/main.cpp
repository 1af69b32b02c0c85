// SPDX-License-Identifier: GPL-3.0-or-later
// fcoscope [files, folders, data sets, weights …]     fcoscope --render RECIPE … writes a figure and ends
#include <QApplication>
#include <QCommandLineParser>
#include <QStyleFactory>
#include <QTemporaryDir>

#include <clocale>
#include <cstdio>
#include <memory>
#include <string_view>

#include "app/gui/language.h"
#include "app/gui/main_window.h"
#include "app/gui/render.h"
#include "app/gui/screenshot.h"
#include "core/base/error.h"
#include "core/base/process.h"
#include "core/base/resources.h"

using namespace fcoscope;

namespace {

struct CommandLine {
    QStringList paths;
    QString language, theme, screenshot, device, recipe;
    QSize size;
    std::map<std::string, std::string> renderFlags;
};

/// Ends the program for --help, --version and what it does not understand.
CommandLine parse(const QCoreApplication &application)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("See what an FCOS object detector finds in your images, and why.\n\n") + renderHelp());
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(QStringLiteral("paths"), QStringLiteral("Images, folders, data sets, weights."),
                                 QStringLiteral("[paths…]"));
    parser.addOptions(
        {{QStringLiteral("language"), QStringLiteral("Language of the window or the figure: en or zh_CN."),
          QStringLiteral("code")},
         {QStringLiteral("device"), QStringLiteral("Where the network runs: auto, cpu or cuda:N."),
          QStringLiteral("device"), QStringLiteral("auto")},
         {QStringLiteral("dark"), QStringLiteral("Light text on dark ground, this time.")},
         {QStringLiteral("light"), QStringLiteral("Dark text on light ground, this time.")},
         {QStringLiteral("size"), QStringLiteral("Size of the window or the figure in logical pixels."),
          QStringLiteral("WxH")},
         {QStringLiteral("screenshot"),
          QStringLiteral("Write a picture of the window when everything has come to rest, and end."),
          QStringLiteral("file")},
         {QStringLiteral("render"), QStringLiteral("Write a figure and end; the options below are the figure's."),
          QStringLiteral("recipe")}});
    addRenderFlags(parser);
    const auto refuse = [](const char *what, const QString &value) {
        std::fprintf(stderr, what, qPrintable(value));
        std::exit(2);
    };
    if (!parser.parse(QCoreApplication::arguments()))
        refuse("%s\n", parser.errorText());
    parser.process(application);  // help and version
    CommandLine line{parser.positionalArguments(),
                     parser.value(QStringLiteral("language")),
                     {},
                     parser.value(QStringLiteral("screenshot")),
                     parser.value(QStringLiteral("device")),
                     parser.value(QStringLiteral("render")),
                     {},
                     renderFlags(parser)};
    if (line.recipe.isNull() && !line.renderFlags.empty())
        refuse("The option --%s is one of --render's.\n", QString::fromStdString(line.renderFlags.begin()->first));
    if (!line.language.isEmpty() && line.language != QLatin1String("en") && line.language != QLatin1String("zh_CN"))
        refuse("The language %s is not known: take en or zh_CN.\n", line.language);
    if (parser.isSet(QStringLiteral("dark")))
        line.theme = QStringLiteral("dark");
    else if (parser.isSet(QStringLiteral("light")))
        line.theme = QStringLiteral("light");
    if (const QString size = parser.value(QStringLiteral("size")); !size.isEmpty()) {
        const QStringList sides = size.split(QLatin1Char('x'));
        bool width = false, height = false;
        line.size = {sides.value(0).toInt(&width), sides.value(1).toInt(&height)};
        if (!width || !height || sides.size() != 2 || line.size.width() < 200 || line.size.height() < 150 ||
            line.size.width() > 8000 || line.size.height() > 8000)
            refuse("The size %s is not understood: write it as 1440x900.\n", size);
    }
    return line;
}

/// Writes the figure; the exit code of the program.
int renderFigure(const CommandLine &line)
{
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
    Language language;  // English unless asked otherwise, so that every machine draws the same figure
    language.set(line.language);
    try {
        render({line.recipe.toStdString(), line.paths, line.renderFlags, line.device.toStdString(), line.size,
                line.theme == QLatin1String("dark")});
        return 0;
    } catch (const UserError &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 2;
    }
}

/// The person's own, or for a screenshot fresh ones, so that every machine draws the same picture.
std::unique_ptr<QSettings> openSettings(const QTemporaryDir &fresh, bool screenshot)
{
    if (screenshot)
        return std::make_unique<QSettings>(fresh.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat);
    return std::make_unique<QSettings>(QSettings::IniFormat, QSettings::UserScope, QStringLiteral("fcoscope"),
                                       QStringLiteral("fcoscope"));
}

}  // namespace

int main(int argc, char *argv[])
{
    configureProcess(argv);
    // These need no screen, so they ask for none.
    for (int i = 1; i < argc; ++i)
        for (const char *flag : {"--screenshot", "--render", "--version", "-v", "--help", "-h"})
            if (std::string_view(argv[i]).starts_with(flag) && !qEnvironmentVariableIsSet("QT_QPA_PLATFORM"))
                qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    std::setlocale(LC_NUMERIC, "C");  // Qt has just taken the person's: core reads and writes numbers the C way
    QApplication::setApplicationName(QStringLiteral("fcoscope"));
    QApplication::setApplicationDisplayName(QStringLiteral("FCOScope"));
    QApplication::setApplicationVersion(QStringLiteral(FCOSCOPE_VERSION));
    QApplication::setDesktopFileName(QStringLiteral("fcoscope"));
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    const CommandLine line = parse(application);
    if (!line.recipe.isNull())
        return renderFigure(line);

    const QTemporaryDir fresh;
    const auto settings = openSettings(fresh, !line.screenshot.isEmpty());
    const Backend backend = coreBackend(line.device.toStdString());
    Session session(backend);
    MainWindow window(session, *settings);
    if (!line.language.isEmpty())
        window.setLanguage(line.language);
    if (!line.theme.isEmpty() || !line.screenshot.isEmpty())
        window.setTheme(line.theme.isEmpty() ? QStringLiteral("light") : line.theme);
    if (!line.size.isEmpty())
        window.resize(line.size);
    window.show();

    bool modelNamed = false;
    for (const QString &path : line.paths)
        modelNamed = modelNamed || isModel(QFile::encodeName(path).toStdString(), backend);
    if (const auto model = resourceFile("models/default.safetensors"); !modelNamed && !model.empty())
        session.openModel(model);
    session.open(line.paths);
    return line.screenshot.isEmpty() ? QApplication::exec() : takeScreenshot(window, session, line.screenshot);
}
