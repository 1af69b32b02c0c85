// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/actions.h"

#include <QActionGroup>
#include <QCoreApplication>
#include <QMenu>
#include <QMenuBar>
#include <QToolBar>

#include <array>

#include "widgets/theme.h"

namespace fcoscope {
namespace {

using Id = ActionId;
using M = MenuId;
using Spec = ActionSpec;

constexpr unsigned section = Spec::StartsSection, bar = Spec::OnToolBar, check = Spec::Checkable;
constexpr unsigned one = Spec::Checkable | Spec::OneOfMenu, below = Spec::BelowSubmenus | Spec::StartsSection;

// clang-format off
constexpr std::array table = {
    Spec{Id::OpenImages, M::File, QT_TRANSLATE_NOOP("Actions", "&Open images…"),
         QT_TRANSLATE_NOOP("Actions", "Add image files to the list"), "open-image", "Ctrl+O", bar},
    Spec{Id::OpenFolder, M::File, QT_TRANSLATE_NOOP("Actions", "Open &folder…"),
         QT_TRANSLATE_NOOP("Actions", "Add all images of a folder or a data set to the list"), "open-folder", "Ctrl+Shift+O; Ctrl+U", bar},
    Spec{Id::OpenModel, M::File, QT_TRANSLATE_NOOP("Actions", "Open &model…"),
         QT_TRANSLATE_NOOP("Actions", "Load the weights of another detector"), "open-model", "Ctrl+M", bar},
    Spec{Id::GetWeights, M::File, QT_TRANSLATE_NOOP("Actions", "&Get weights…"),
         QT_TRANSLATE_NOOP("Actions", "List the weights that others have published, and download some of them"), "download", "Ctrl+G"},
    Spec{Id::ExportFigure, M::File, QT_TRANSLATE_NOOP("Actions", "&Export figure…"),
         QT_TRANSLATE_NOOP("Actions", "Write what is seen, with a legend, as PNG, SVG or PDF"), "save", "Ctrl+E", section},
    Spec{Id::CloseImages, M::File, QT_TRANSLATE_NOOP("Actions", "&Close all images"),
         QT_TRANSLATE_NOOP("Actions", "Empty the list of images"), "close", "Ctrl+W", section},
    Spec{Id::Quit, M::File, QT_TRANSLATE_NOOP("Actions", "&Quit"),
         QT_TRANSLATE_NOOP("Actions", "Close the program"), "quit", "Ctrl+Q", section},

    Spec{Id::PreviousImage, M::Image, QT_TRANSLATE_NOOP("Actions", "&Previous image"),
         QT_TRANSLATE_NOOP("Actions", "Show the image before this one"), "previous", "A; PgUp", bar | section},
    Spec{Id::NextImage, M::Image, QT_TRANSLATE_NOOP("Actions", "&Next image"),
         QT_TRANSLATE_NOOP("Actions", "Show the image after this one"), "next", "D; PgDown", bar},
    Spec{Id::FindImage, M::Image, QT_TRANSLATE_NOOP("Actions", "&Find image…"),
         QT_TRANSLATE_NOOP("Actions", "Filter the list of images by name"), "search", "Ctrl+F", section},

    Spec{Id::Detect, M::Model, QT_TRANSLATE_NOOP("Actions", "&Detect"),
         QT_TRANSLATE_NOOP("Actions", "Run the detector on this image again"), "detect", "F5", bar | section},
    Spec{Id::Stop, M::Model, QT_TRANSLATE_NOOP("Actions", "&Stop"),
         QT_TRANSLATE_NOOP("Actions", "Stop detecting or loading"), "stop", "Ctrl+.", bar},
    Spec{Id::ResetThresholds, M::Model, QT_TRANSLATE_NOOP("Actions", "&Reset thresholds"),
         QT_TRANSLATE_NOOP("Actions", "Go back to the thresholds of the model's profile"), "reset", "Ctrl+R", section},
    Spec{Id::CopyDetections, M::Model, QT_TRANSLATE_NOOP("Actions", "&Copy detections"),
         QT_TRANSLATE_NOOP("Actions", "Copy the table of detections as text"), "copy", "Ctrl+Shift+C"},
    Spec{Id::ModelCard, M::Model, QT_TRANSLATE_NOOP("Actions", "&Model card"),
         QT_TRANSLATE_NOOP("Actions", "Show what is known of the model: classes, structure, profile, training"), "info", "Ctrl+I", section},

    Spec{Id::LensLabels, M::Lenses, QT_TRANSLATE_NOOP("Actions", "&Labels"),
         QT_TRANSLATE_NOOP("Actions", "Draw the boxes that are assigned"), "labels", "L", check | section},
    Spec{Id::LensAssignment, M::Lenses, QT_TRANSLATE_NOOP("Actions", "&Assignment map"),
         QT_TRANSLATE_NOOP("Actions", "Show which location of which level learns which box"), "assignment", "S", check | bar | section},
    Spec{Id::LensAmbiguity, M::Lenses, QT_TRANSLATE_NOOP("Actions", "A&mbiguous samples"),
         QT_TRANSLATE_NOOP("Actions", "Show the locations that two or more boxes claim"), "ambiguity", "M", check | bar},
    Spec{Id::LensCenternessTarget, M::Lenses, QT_TRANSLATE_NOOP("Actions", "Centerness, &target"),
         QT_TRANSLATE_NOOP("Actions", "Show what the centerness branch should say"), "centerness", "C", check | bar},
    Spec{Id::LensCenternessPredicted, M::Lenses, QT_TRANSLATE_NOOP("Actions", "Centerness, p&redicted"),
         QT_TRANSLATE_NOOP("Actions", "Show what the centerness branch says"), "", "Shift+C", check},
    Spec{Id::LensClassProbability, M::Lenses, QT_TRANSLATE_NOOP("Actions", "Class &probability"),
         QT_TRANSLATE_NOOP("Actions", "Show how sure the model is of a class at each location"), "", "P", check},
    Spec{Id::LensScore, M::Lenses, QT_TRANSLATE_NOOP("Actions", "&Score"),
         QT_TRANSLATE_NOOP("Actions", "Show by what detections are ranked at each location"), "", "Shift+P", check},
    Spec{Id::LensRegression, M::Lenses, QT_TRANSLATE_NOOP("Actions", "Re&gression"),
         QT_TRANSLATE_NOOP("Actions", "Show l, t, r and b at the location under the cursor and at pins"), "", "R", check},
    Spec{Id::LensStrideGrid, M::Lenses, QT_TRANSLATE_NOOP("Actions", "Stride gri&d"),
         QT_TRANSLATE_NOOP("Actions", "Show the cells of a level"), "grid", "G", check},
    Spec{Id::LevelAll, M::Levels, QT_TRANSLATE_NOOP("Actions", "&All levels"),
         QT_TRANSLATE_NOOP("Actions", "Show all levels at once"), "", "Alt+0", one},
    Spec{Id::LevelP3, M::Levels, QT_TRANSLATE_NOOP("Actions", "Level P&3 (stride 8)"),
         QT_TRANSLATE_NOOP("Actions", "Show level P3 alone"), "", "Alt+3", one},
    Spec{Id::LevelP4, M::Levels, QT_TRANSLATE_NOOP("Actions", "Level P&4 (stride 16)"),
         QT_TRANSLATE_NOOP("Actions", "Show level P4 alone"), "", "Alt+4", one},
    Spec{Id::LevelP5, M::Levels, QT_TRANSLATE_NOOP("Actions", "Level P&5 (stride 32)"),
         QT_TRANSLATE_NOOP("Actions", "Show level P5 alone"), "", "Alt+5", one},
    Spec{Id::LevelP6, M::Levels, QT_TRANSLATE_NOOP("Actions", "Level P&6 (stride 64)"),
         QT_TRANSLATE_NOOP("Actions", "Show level P6 alone"), "", "Alt+6", one},
    Spec{Id::LevelP7, M::Levels, QT_TRANSLATE_NOOP("Actions", "Level P&7 (stride 128)"),
         QT_TRANSLATE_NOOP("Actions", "Show level P7 alone"), "", "Alt+7", one},
    Spec{Id::DrawBoxes, M::Lenses, QT_TRANSLATE_NOOP("Actions", "Draw and move &boxes"),
         QT_TRANSLATE_NOOP("Actions", "Draw or drag boxes to see what would learn them; nothing is saved"), "draw-box", "W", check | bar | below},
    Spec{Id::RestoreLabels, M::Lenses, QT_TRANSLATE_NOOP("Actions", "R&estore labels"),
         QT_TRANSLATE_NOOP("Actions", "Take back the boxes that were drawn or moved to see what follows"), "reset", "Shift+W"},
    Spec{Id::CopyInspection, M::Lenses, QT_TRANSLATE_NOOP("Actions", "Copy &inspection"),
         QT_TRANSLATE_NOOP("Actions", "Copy what the inspector says as text"), "copy", "Ctrl+Shift+X", section},
    Spec{Id::ClearPins, M::Lenses, QT_TRANSLATE_NOOP("Actions", "&Clear pins"),
         QT_TRANSLATE_NOOP("Actions", "Remove all pinned locations"), "", "Shift+X"},
    Spec{Id::ShowLayers, M::Lenses, QT_TRANSLATE_NOOP("Actions", "La&yers panel"),
         QT_TRANSLATE_NOOP("Actions", "Show or hide the panel of layers"), "layers", "Ctrl+Shift+L", check | section},
    Spec{Id::ShowInspector, M::Lenses, QT_TRANSLATE_NOOP("Actions", "L&ocation inspector"),
         QT_TRANSLATE_NOOP("Actions", "Show or hide what there is to say about a location"), "inspect", "Ctrl+Shift+I", check | bar},
    Spec{Id::ShowWhatIf, M::Lenses, QT_TRANSLATE_NOOP("Actions", "&What if"),
         QT_TRANSLATE_NOOP("Actions", "Show or hide the panel that changes the profile"), "what-if", "Ctrl+Shift+W", check},
    Spec{Id::ShowReplay, M::Lenses, QT_TRANSLATE_NOOP("Actions", "&NMS replay"),
         QT_TRANSLATE_NOOP("Actions", "Show or hide non-maximum suppression step by step"), "replay", "Ctrl+Shift+R", check},
    Spec{Id::ShowStudy, M::Lenses, QT_TRANSLATE_NOOP("Actions", "W&hole data set"),
         QT_TRANSLATE_NOOP("Actions", "Show or hide the assignment of a whole data set"), "dataset", "Ctrl+Shift+D", check},
    Spec{Id::ShowScores, M::Lenses, QT_TRANSLATE_NOOP("Actions", "Score against Io&U"),
         QT_TRANSLATE_NOOP("Actions", "Show or hide scores against overlaps for a whole data set"), "scatter", "Ctrl+Shift+E", check},

    Spec{Id::ZoomIn, M::View, QT_TRANSLATE_NOOP("Actions", "Zoom &in"),
         QT_TRANSLATE_NOOP("Actions", "Show the image larger"), "zoom-in", "Ctrl++; Ctrl+=", section},
    Spec{Id::ZoomOut, M::View, QT_TRANSLATE_NOOP("Actions", "Zoom &out"),
         QT_TRANSLATE_NOOP("Actions", "Show the image smaller"), "zoom-out", "Ctrl+-"},
    Spec{Id::ZoomToFit, M::View, QT_TRANSLATE_NOOP("Actions", "&Fit"),
         QT_TRANSLATE_NOOP("Actions", "Show the whole image"), "zoom-fit", "F; Ctrl+0", bar | section},
    Spec{Id::ZoomToActualSize, M::View, QT_TRANSLATE_NOOP("Actions", "&Actual size"),
         QT_TRANSLATE_NOOP("Actions", "Show one pixel of the image as one pixel of the screen"), "zoom-actual", "1; Ctrl+1", bar},
    Spec{Id::KeepZoom, M::View, QT_TRANSLATE_NOOP("Actions", "&Keep zoom"),
         QT_TRANSLATE_NOOP("Actions", "Keep zoom and place when going to an image of the same size"), "", "", check},
    Spec{Id::ShowBoxes, M::View, QT_TRANSLATE_NOOP("Actions", "Show &boxes"),
         QT_TRANSLATE_NOOP("Actions", "Draw the detections over the image"), "boxes", "B", check | bar | section},
    Spec{Id::ShowTags, M::View, QT_TRANSLATE_NOOP("Actions", "Show &names"),
         QT_TRANSLATE_NOOP("Actions", "Write class and score beside each box"), "tag", "N", check | bar},
    Spec{Id::ShowImages, M::View, QT_TRANSLATE_NOOP("Actions", "&List of images"),
         QT_TRANSLATE_NOOP("Actions", "Show or hide the list of images"), "list", "F7", check | section},
    Spec{Id::ShowDetections, M::View, QT_TRANSLATE_NOOP("Actions", "&Table of detections"),
         QT_TRANSLATE_NOOP("Actions", "Show or hide the table of detections"), "table", "F8", check},
    Spec{Id::ShowThresholds, M::View, QT_TRANSLATE_NOOP("Actions", "T&hresholds"),
         QT_TRANSLATE_NOOP("Actions", "Show or hide the thresholds"), "sliders", "F9", check},
    Spec{Id::FullScreen, M::View, QT_TRANSLATE_NOOP("Actions", "F&ull screen"),
         QT_TRANSLATE_NOOP("Actions", "Use the whole screen"), "", "F11", check | below},

    Spec{Id::ThemeSystem, M::Theme, QT_TRANSLATE_NOOP("Actions", "As the &system"),
         QT_TRANSLATE_NOOP("Actions", "Take the colours of the desktop"), "", "", one},
    Spec{Id::ThemeLight, M::Theme, QT_TRANSLATE_NOOP("Actions", "&Light"),
         QT_TRANSLATE_NOOP("Actions", "Dark text on light ground"), "", "", one},
    Spec{Id::ThemeDark, M::Theme, QT_TRANSLATE_NOOP("Actions", "&Dark"),
         QT_TRANSLATE_NOOP("Actions", "Light text on dark ground"), "", "", one},
    Spec{Id::LanguageEnglish, M::Language, "English",
         QT_TRANSLATE_NOOP("Actions", "Show all words in English"), "", "", one | Spec::NativeName},
    Spec{Id::LanguageChinese, M::Language, "中文（简体）",
         QT_TRANSLATE_NOOP("Actions", "Show all words in Simplified Chinese"), "", "", one | Spec::NativeName},

    Spec{Id::Keys, M::Help, QT_TRANSLATE_NOOP("Actions", "&Keys and gestures"),
         QT_TRANSLATE_NOOP("Actions", "List every key and what the mouse does"), "help", "F1"},
    Spec{Id::About, M::Help, QT_TRANSLATE_NOOP("Actions", "&About FCOScope"),
         QT_TRANSLATE_NOOP("Actions", "Show the version and the licence"), "", "", section},
};

struct MenuSpec {
    MenuId id;
    const char *text;
    const char *icon = "";
    MenuId within = id;  ///< the menu it is a submenu of; itself: it stands in the bar
};
constexpr std::array menuTable = {
    MenuSpec{M::File, QT_TRANSLATE_NOOP("Actions", "&File")},
    MenuSpec{M::Image, QT_TRANSLATE_NOOP("Actions", "&Image")},
    MenuSpec{M::Model, QT_TRANSLATE_NOOP("Actions", "&Model")},
    MenuSpec{M::Lenses, QT_TRANSLATE_NOOP("Actions", "&Lenses")},
    MenuSpec{M::View, QT_TRANSLATE_NOOP("Actions", "&View")},
    MenuSpec{M::Help, QT_TRANSLATE_NOOP("Actions", "&Help")},
    MenuSpec{M::Levels, QT_TRANSLATE_NOOP("Actions", "Le&vels"), "grid", M::Lenses},
    MenuSpec{M::Theme, QT_TRANSLATE_NOOP("Actions", "Th&eme"), "theme", M::View},
    MenuSpec{M::Language, QT_TRANSLATE_NOOP("Actions", "Lan&guage"), "language", M::View},
};
// clang-format on

QString words(const char *text)
{
    return QCoreApplication::translate("Actions", text);
}

}  // namespace

std::span<const ActionSpec> actionTable()
{
    return table;
}

QList<QKeySequence> keysOf(const ActionSpec &spec)
{
    if (!*spec.keys)
        return {};
    return QKeySequence::listFromString(QString::fromLatin1(spec.keys), QKeySequence::PortableText);
}

Actions::Actions(QObject *parent) : QObject(parent)
{
    for (const Spec &spec : table) {
        auto *action = new QAction(this);
        action->setShortcuts(keysOf(spec));
        action->setCheckable(spec.flags & Spec::Checkable);
        if (*spec.icon)
            action->setIcon(icon(QString::fromLatin1(spec.icon)));
        if (spec.flags & Spec::OneOfMenu) {
            QActionGroup *&group = groups_[spec.menu];
            if (!group)
                group = new QActionGroup(this);
            group->addAction(action);
        }
        if (spec.id == Id::Quit)
            action->setMenuRole(QAction::QuitRole);
        if (spec.id == Id::About)
            action->setMenuRole(QAction::AboutRole);
        actions_[spec.id] = action;
    }
    retranslate();
}

void Actions::fill(QMenuBar &menuBar)
{
    for (const MenuSpec &spec : menuTable) {
        QMenu *menu = menus_[spec.id] = new QMenu(&menuBar);
        if (*spec.icon)
            menu->setIcon(icon(QString::fromLatin1(spec.icon)));
        if (spec.within == spec.id)
            menuBar.addMenu(menu);
    }
    for (const Spec &spec : table) {
        QMenu *menu = menus_[spec.menu];
        if (spec.flags & Spec::BelowSubmenus) {
            menu->addSeparator();
            for (const MenuSpec &inner : menuTable)
                if (inner.within == spec.menu && inner.id != spec.menu)
                    menu->addMenu(menus_[inner.id]);
        }
        if (spec.flags & Spec::StartsSection)
            menu->addSeparator();
        menu->addAction(actions_[spec.id]);
    }
    retranslate();
}

void Actions::fill(QToolBar &toolBar)
{
    toolBar.setIconSize({20, 20});
    for (const Spec &spec : table) {
        if (!(spec.flags & Spec::OnToolBar))
            continue;
        if ((spec.flags & Spec::StartsSection) && !toolBar.actions().isEmpty())
            toolBar.addSeparator();
        toolBar.addAction(actions_[spec.id]);
    }
}

void Actions::retranslate()
{
    for (const Spec &spec : table) {
        QAction &action = *actions_[spec.id];
        action.setText(spec.flags & Spec::NativeName ? QString::fromUtf8(spec.text) : words(spec.text));
        action.setStatusTip(words(spec.statusTip));
        QString plain = action.text().remove(QLatin1Char('&')).remove(QStringLiteral("…"));
        // Chinese puts the mnemonic in brackets behind the words.
        if (const auto bracket = plain.lastIndexOf(QLatin1Char('(')); bracket > 0 && plain.endsWith(QLatin1Char(')')))
            plain.truncate(bracket);
        action.setIconText(plain);
        const QString key = action.shortcut().toString(QKeySequence::NativeText);
        action.setToolTip(key.isEmpty() ? action.statusTip() : QStringLiteral("%1 (%2)").arg(action.statusTip(), key));
    }
    for (const MenuSpec &spec : menuTable)
        if (menus_.contains(spec.id))
            menus_[spec.id]->setTitle(words(spec.text));
}

}  // namespace fcoscope
