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
constexpr unsigned one = Spec::Checkable | Spec::OneOfMenu;

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
         QT_TRANSLATE_NOOP("Actions", "Use the whole screen"), "", "F11", check | section},

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
    const char *icon;
};
constexpr std::array menuTable = {
    MenuSpec{M::File, QT_TRANSLATE_NOOP("Actions", "&File"), ""},
    MenuSpec{M::Image, QT_TRANSLATE_NOOP("Actions", "&Image"), ""},
    MenuSpec{M::Model, QT_TRANSLATE_NOOP("Actions", "&Model"), ""},
    MenuSpec{M::View, QT_TRANSLATE_NOOP("Actions", "&View"), ""},
    MenuSpec{M::Theme, QT_TRANSLATE_NOOP("Actions", "Th&eme"), "theme"},
    MenuSpec{M::Language, QT_TRANSLATE_NOOP("Actions", "Lan&guage"), "language"},
    MenuSpec{M::Help, QT_TRANSLATE_NOOP("Actions", "&Help"), ""},
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
        const bool inView = spec.id == M::Theme || spec.id == M::Language;
        QMenu *menu = inView ? menus_[M::View]->addMenu(QString()) : menuBar.addMenu(QString());
        if (*spec.icon)
            menu->setIcon(icon(QString::fromLatin1(spec.icon)));
        menus_[spec.id] = menu;
    }
    for (const Spec &spec : table) {
        QMenu *menu = menus_[spec.menu];
        // The submenus of View stand in front of its last section.
        QAction *before = nullptr;
        if (spec.menu == M::View && spec.id != Id::FullScreen)
            before = menus_[M::Theme]->menuAction();
        if (spec.flags & Spec::StartsSection)
            menu->insertSeparator(before);
        menu->insertAction(before, actions_[spec.id]);
    }
    menus_[M::View]->insertSeparator(menus_[M::Theme]->menuAction());
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
