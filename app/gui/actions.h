// SPDX-License-Identifier: GPL-3.0-or-later
// Every action of the window, in one table: its words, icon, keys, menu and place in the tool bar. Menus, tool bar,
// shortcuts and the list of keys under Help are all made from it, in its order; nothing is named a second time.
#pragma once

#include <QAction>
#include <QKeySequence>
#include <QList>
#include <QObject>

#include <map>
#include <span>

class QActionGroup;
class QMenu;
class QMenuBar;
class QToolBar;

namespace fcoscope {

enum class ActionId {
    OpenImages,
    OpenFolder,
    OpenModel,
    GetWeights,
    ExportFigure,
    CloseImages,
    Quit,
    PreviousImage,
    NextImage,
    FindImage,
    Detect,
    Stop,
    ResetThresholds,
    CopyDetections,
    ModelCard,
    LensLabels,
    LensAssignment,
    LensAmbiguity,
    LensCenternessTarget,
    LensCenternessPredicted,
    LensClassProbability,
    LensScore,
    LensRegression,
    LensStrideGrid,
    LevelAll,
    LevelP3,
    LevelP4,
    LevelP5,
    LevelP6,
    LevelP7,
    DrawBoxes,
    RestoreLabels,
    ClearPins,
    CopyInspection,
    ShowLayers,
    ShowInspector,
    ShowWhatIf,
    ShowReplay,
    ShowStudy,
    ShowScores,
    ZoomIn,
    ZoomOut,
    ZoomToFit,
    ZoomToActualSize,
    KeepZoom,
    ShowBoxes,
    ShowTags,
    ShowImages,
    ShowDetections,
    ShowThresholds,
    FullScreen,
    ThemeSystem,
    ThemeLight,
    ThemeDark,
    LanguageEnglish,
    LanguageChinese,
    Keys,
    About,
};

enum class MenuId { File, Image, Model, Lenses, Levels, View, Theme, Language, Help };

struct ActionSpec {
    enum Flag : unsigned {
        Checkable = 1,
        OnToolBar = 2,
        StartsSection = 4,
        OneOfMenu = 8,
        NativeName = 16,
        BelowSubmenus = 32,  ///< the submenus of its menu come before it
    };

    ActionId id;
    MenuId menu;
    const char *text;       ///< translated in the context "Actions", unless NativeName; & marks the mnemonic
    const char *statusTip;  ///< likewise: one sentence that says what it does
    const char *icon;       ///< of resources/icons; "" for none
    const char *keys;       ///< portable text, several separated by "; "; the first is shown in the menu
    unsigned flags = 0;
};
std::span<const ActionSpec> actionTable();
QList<QKeySequence> keysOf(const ActionSpec &spec);

class Actions : public QObject {
    Q_OBJECT
public:
    explicit Actions(QObject *parent);

    QAction &operator[](ActionId id) const { return *actions_.at(id); }
    void fill(QMenuBar &bar);
    void fill(QToolBar &bar);
    /// Words in the language of the moment; menus too.
    void retranslate();

private:
    std::map<ActionId, QAction *> actions_;
    std::map<MenuId, QMenu *> menus_;
    std::map<MenuId, QActionGroup *> groups_;
};

}  // namespace fcoscope
