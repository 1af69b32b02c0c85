// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/render.h"

#include <QCommandLineParser>
#include <QFile>

#include <algorithm>

#include "app/gui/figure_recipes.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/fcos/checkpoint.h"
#include "core/rules/decode.h"
#include "widgets/detection_table.h"

namespace fcoscope {
namespace {

const std::vector<std::string> recipes{"layers", "figure-1", "figure-3", "figure-7"};

/// Every table whose options can be given beside a recipe.
struct Tables {
    RenderOptions options;
    DatasetOptions dataset;
    DecodeOptions decode;
    OptionTable ofRendering, ofDataset, ofDecoding;

    Tables()
    {
        visit(ofRendering, options);
        visit(ofDataset, dataset);
        visit(ofDecoding, decode);
    }
    Tables(const Tables &) = delete;
    Tables &operator=(const Tables &) = delete;
};

void setGiven(const OptionTable &table, const std::map<std::string, std::string> &flags)
{
    for (const auto &[name, text] : flags)
        if (table.find(name))
            table.set(name, text, "--" + name);
}

QString flagHelp(const Option &option)
{
    QStringList facts;
    if (!option.unit.empty())
        facts += QString::fromStdString(option.unit);
    if (option.kind == Option::Kind::Choice) {
        QStringList words;
        for (const std::string &choice : option.choices)
            words += QString::fromStdString(choice);
        facts += words.join(QStringLiteral(" | "));
    }
    if (!option.defaultText.empty() && option.kind != Option::Kind::Switch)
        facts += QStringLiteral("default ") + QString::fromStdString(option.defaultText);
    const QString help = QString::fromStdString(option.help.english());
    return facts.isEmpty() ? help : QStringLiteral("%1 [%2]").arg(help, facts.join(QStringLiteral(", ")));
}

/// The index of the level named "P4" (or -1 for "all") among those of `profile`.
int levelNamed(const std::string &name, const Profile &profile)
{
    if (name == "all")
        return -1;
    std::vector<std::string> known;
    for (const double stride : profile.strides) {
        known.push_back(levelName(stride).toStdString());
        if (name == known.back())
            return static_cast<int>(known.size()) - 1;
    }
    throw UserError(message("core", "There is no level {0}: take one of {1}, or all.").with(name, joined(known)));
}

/// The layers that are named, visible; those named later lie over those named before.
std::vector<Layer> layersNamed(const RenderOptions &options, const Profile &profile,
                               const std::vector<std::string> &modelClasses)
{
    std::vector<std::string> names;
    for (const Layer &layer : standardLayers())
        names.emplace_back(nameOf(layer.kind));
    std::vector<Layer> layers;
    const QStringList wanted = QString::fromStdString(options.layers).split(QLatin1Char(','), Qt::SkipEmptyParts);
    for (const QString &word : wanted) {
        const std::string name = word.trimmed().toStdString();
        const auto kind = layerKindNamed(name);
        if (!kind) {
            const std::string nearest = nearestWord(name, names);
            throw UserError(
                nearest.empty()
                    ? message("core", "There is no layer \"{0}\".").with(name)
                    : message("core", "There is no layer \"{0}\"; did you mean \"{1}\"?").with(name, nearest));
        }
        const std::vector<Layer> standard = standardLayers();
        Layer layer = *std::find_if(standard.begin(), standard.end(), [&](const Layer &l) { return l.kind == *kind; });
        layer.visible = true;
        layer.level = levelNamed(options.level, profile);
        layer.opacity = isHeatMap(layer.kind) ? options.opacity : layer.opacity;
        layer.colours = options.colours;
        layer.features = options.features;
        layer.channel = options.channel;
        if (!options.className.empty()) {
            const auto found = std::find(modelClasses.begin(), modelClasses.end(), options.className);
            if (found == modelClasses.end())
                throw UserError(message("core", "The model has no class \"{0}\".").with(options.className));
            layer.classIndex = static_cast<int>(found - modelClasses.begin());
        }
        layers.push_back(layer);
    }
    return layers;
}

FigureSource sourceOf(const RenderRequest &request, const DatasetOptions &dataset)
{
    FigureSource source;
    source.device = request.device;
    source.dataset = dataset;
    for (const QString &path : request.paths) {
        const std::filesystem::path named = QFile::encodeName(path).toStdString();
        std::filesystem::path &place = looksLikeModel(named) ? source.model : source.data;
        if (!place.empty())
            throw UserError(message("core", "Both {0} and {1} were named; a figure is of one data set and one model.")
                                .with(place.string(), named.string()));
        place = named;
    }
    if (source.data.empty())
        throw UserError(message("core", "Name the image or the data set that the figure is of."));
    return source;
}

Figure figureOf(const std::string &recipe, const RenderOptions &options, const FigureMaterial &material)
{
    std::vector<std::string> modelClasses;
    if (material.model)
        modelClasses = classNamesOn(material.model->info, material.dataset.classNames);
    if (recipe == "figure-7")
        return scoreFigure(scoreOverlapOf(material, static_cast<size_t>(options.imageLimit)), options.roots);
    const Profile profile = !options.profile.empty() ? profileNamed(options.profile)
                            : material.model         ? material.model->info.profile
                                                     : Profile();
    const size_t image = chosenImage(material.dataset, options.image, options.imageIndex);
    std::vector<Layer> layers;
    if (recipe == "layers")
        layers = layersNamed(options, profile, modelClasses);
    const auto seen = std::make_shared<const SeenImage>(seeImage(material, image, profile, layers));
    if (recipe == "figure-1")
        return ambiguityFigure(seen);
    if (recipe == "figure-3")
        return centernessFigure(seen, options.label, options.colours, options.opacity);
    return layersFigure(seen, options.detections);
}

/// As large as suits what is on it.
QSize naturalSize(const std::string &recipe)
{
    return recipe == "figure-7" ? QSize(1000, 540) : recipe == "figure-1" ? QSize(1400, 900) : QSize(1200, 900);
}

}  // namespace

void visit(OptionTable &table, RenderOptions &o)
{
    table.add("out", o.out, message("core", "The file of the figure; its ending says the kind: .png, .svg or .pdf."));
    table.add("scale", o.scale, 0.1, 16, "", message("core", "Pixels of a PNG for each pixel of --size."));
    table.add("legend", o.legend, message("core", "Draw a legend."));
    table.add("title", o.title, message("core", "The figure's title, instead of its own."));
    table.add("profile", o.profile,
              message("core", "Which FCOS assigns the labels; otherwise the model's, or our own."));
    table.add("image-index", o.imageIndex, 0, 1 << 30, "", message("core", "Which image of the data set, from 0."));
    table.add("image", o.image, message("core", "Which image of the data set, by its file name."));
    table.add("layers", o.layers, message("core", "Layers by name, separated by commas, the lowest first."));
    table.add("level", o.level, message("core", "The level of the layers: P3, P4, …, or all."));
    table.add("class", o.className, message("core", "The class of class layers; otherwise the most probable."));
    table.addChoice(
        "colours", o.colours,
        {{"uniform", ColourScale::Uniform}, {"blue-to-red", ColourScale::BlueToRed}, {"grey", ColourScale::Grey}},
        message("core", "The colour scale of heat maps; figure-3 takes blue-to-red unless told otherwise."));
    table.add("opacity", o.opacity, 0, 1, "", message("core", "How much of the picture heat maps hide; 1: all of it."));
    table.add("features", o.features,
              message("core", "Which feature map the layer activation shows: C3 to C5, P3 to P7."));
    table.add("channel", o.channel, -1, 1 << 20, "", message("core", "Which channel of it; -1: the mean of all."));
    table.add("detections", o.detections, message("core", "Draw what the model detects, too."));
    table.add("label", o.label, -1, 1 << 30, "", message("core", "The label of figure-3, from 0; -1: the largest."));
    table.add("roots", o.roots, message("core", "Plot √p and √(p·o) in figure-7, instead of p and p·o."));
    table.add("image-limit", o.imageLimit, 0, 1 << 30, "",
              message("core", "How many images of the data set figure-7 looks at; 0: all."));
}

void addRenderFlags(QCommandLineParser &parser)
{
    const Tables tables;
    for (const OptionTable *table : {&tables.ofRendering, &tables.ofDataset, &tables.ofDecoding})
        for (const Option &option : table->all()) {
            const QString name = QString::fromStdString(option.name);
            if (option.kind != Option::Kind::Switch)
                parser.addOption({name, flagHelp(option),
                                  option.kind == Option::Kind::Text     ? QStringLiteral("text")
                                  : option.kind == Option::Kind::Choice ? QStringLiteral("word")
                                                                        : QStringLiteral("number")});
            else if (option.defaultText == "true")
                parser.addOption({QStringLiteral("no-") + name, QStringLiteral("Not: ") + flagHelp(option)});
            else
                parser.addOption({name, flagHelp(option)});
        }
}

std::map<std::string, std::string> renderFlags(const QCommandLineParser &parser)
{
    const Tables tables;
    std::map<std::string, std::string> flags;
    for (const OptionTable *table : {&tables.ofRendering, &tables.ofDataset, &tables.ofDecoding})
        for (const Option &option : table->all()) {
            const QString name = QString::fromStdString(option.name);
            if (option.kind != Option::Kind::Switch) {
                if (parser.isSet(name))
                    flags[option.name] = parser.value(name).toStdString();
            } else if (const bool on = option.defaultText == "true";
                       parser.isSet(on ? QStringLiteral("no-") + name : name)) {
                flags[option.name] = on ? "false" : "true";
            }
        }
    return flags;
}

QString renderHelp()
{
    QString text = QStringLiteral(
        "Figures without a window:\n"
        "  fcoscope --render layers --layers assignment,ambiguity --level P4 --out map.svg IMAGE-OR-DATASET [MODEL]\n"
        "  fcoscope --render figure-1 --out ambiguity.pdf DATASET     a location's l, t, r, b; an ambiguous location\n"
        "  fcoscope --render figure-3 --out centerness.png DATASET    the centerness target inside a box\n"
        "  fcoscope --render figure-7 --out scores.svg DATASET MODEL  score against IoU, without and with centerness\n"
        "They are the paper's Figs. 1, 3 and 7. Layers:");
    int column = 1000;
    for (const Layer &layer : standardLayers()) {
        const QString name = QString::fromLatin1(nameOf(layer.kind));
        column += static_cast<int>(name.size()) + 1;
        text += column > 76 ? QStringLiteral("\n  ") : QStringLiteral(" ");
        column = column > 76 ? static_cast<int>(name.size()) + 2 : column;
        text += name;
    }
    return text;
}

void render(const RenderRequest &request)
{
    if (std::find(recipes.begin(), recipes.end(), request.recipe) == recipes.end())
        throw UserError(message("core", "There is no figure \"{0}\": take layers, figure-1, figure-3 or figure-7.")
                            .with(request.recipe));
    Tables tables;
    if (request.recipe == "figure-3")
        tables.options.colours = ColourScale::BlueToRed;
    setGiven(tables.ofRendering, request.flags);
    setGiven(tables.ofDataset, request.flags);
    setGiven(tables.ofDecoding, request.flags);  // a wrong value is told before anything is loaded
    const RenderOptions &options = tables.options;
    if (options.out.empty())
        throw UserError(message("core", "Name the file of the figure with --out."));
    if (!options.profile.empty())
        profileNamed(options.profile);
    FigureLook look;
    look.size = request.size.isEmpty() ? naturalSize(request.recipe) : request.size;
    look.scale = options.scale;
    look.legend = options.legend;
    look.dark = request.dark;
    const QString file = QString::fromStdString(options.out);
    checkFigure(look, file);

    FigureMaterial material = openForFigures(sourceOf(request, tables.dataset));
    tables.decode = material.decode;
    if (request.recipe == "figure-7" && material.model)
        tables.decode = evaluationDecode(material.model->info.profile);
    setGiven(tables.ofDecoding, request.flags);
    material.decode = tables.decode;
    Figure figure = figureOf(request.recipe, options, material);
    if (!options.title.empty())
        figure.title = QString::fromStdString(options.title);
    if (request.size.isEmpty())
        look.size = trimmedSize(figure, look);
    writeFigure(figure, look, file);
}

}  // namespace fcoscope
