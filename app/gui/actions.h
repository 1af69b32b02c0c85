// SPDX-License-Identifier: GPL-3.0-or-later
// Every action of the window, in one table: its words, icon, keys, menu and place in the tool bar. Menus, tool bar,
// shortcuts and the list of keys under Help are all made from it, in its order; nothing is named a second time.
#pragma once

#include <QAction>
#include <QKeySequence>
#include <QList>
#include <QObject>

#include <map>
#include <optional>
#include <span>

class QActionGroup;
class QMenu;
class QMenuBar;
class QToolBar;

namespace fcoscope {
Q_NAMESPACE

/// Their names are what settings remember: a name that was released stays.
enum class ActionId {
    OpenImages,
    OpenFolder,
    OpenModel,
    GetWeights,
    ExportFigure,
    ImportLabels,
    ExportLabels,
    CloseImages,
    Quit,
    Undo,
    Redo,
    CopyBoxes,
    PasteBoxes,
    DuplicateBoxes,
    DeleteBoxes,
    SelectAllBoxes,
    SelectByClass,
    SelectUnsure,
    NextBox,
    PreviousBox,
    CustomiseKeys,
    DrawBox,
    ChangeClass,
    Class1,
    Class2,
    Class3,
    Class4,
    Class5,
    Class6,
    Class7,
    Class8,
    Class9,
    Class10,
    TightenBoxes,
    PropagateBoxes,
    LockBoxes,
    HideBoxes,
    ShowHidden,
    PeekLabels,
    ToggleDifficult,
    ToggleCrowd,
    AcceptDetection,
    AcceptAllDetections,
    AcceptClassDetections,
    AcceptFolderDetections,
    RefuseDetection,
    KeepLabelFiles,
    SplitSet,
    PreviousImage,
    NextImage,
    NextUnreviewed,
    PreviousUnreviewed,
    MarkVerified,
    MarkEmpty,
    FindImage,
    Detect,
    DetectFolder,
    Stop,
    ResetThresholds,
    CopyDetections,
    ModelCard,
    ShowTrainingForm,
    ShowTraining,
    StartTraining,
    PauseTraining,
    StopTraining,
    GoOnTraining,
    UseTrainedModel,
    FollowImage,
    LookWithTraining,
    PreviewTraining,
    LensLabels,
    LensAssignment,
    LensAmbiguity,
    LensCenternessTarget,
    LensCenternessPredicted,
    LensClassProbability,
    LensScore,
    LensRegression,
    LensStrideGrid,
    ShowUnlearnable,
    LevelAll,
    LevelP3,
    LevelP4,
    LevelP5,
    LevelP6,
    LevelP7,
    DrawBoxes,
    RestoreLabels,
    CopyInspection,
    ClearPins,
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
    ShowLabels,
    ShowClasses,
    ShowMinimap,
    ShowBrightness,
    FullScreen,
    ThemeSystem,
    ThemeLight,
    ThemeDark,
    LanguageEnglish,
    LanguageChinese,
    CommandPalette,
    CheatSheet,
    About,
};
Q_ENUM_NS(ActionId)

enum class MenuId { File, Edit, Labels, Classes, Image, Model, Training, Lenses, Levels, View, Theme, Language, Help };

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

struct MenuSpec {
    MenuId id;
    const char *text;
    const char *icon = "";
    MenuId within = id;  ///< the menu it is a submenu of; itself: it stands in the bar
};
std::span<const MenuSpec> menuTable();

/// The keys it comes with.
QList<QKeySequence> keysOf(const ActionSpec &spec);
/// "OpenImages": the name of an action in settings, the same in every language and version.
QString nameOf(ActionId id);
std::optional<ActionId> actionOf(const QString &name);
/// Keys that the picture, lists and fields need themselves: no action may have them. Tab moves on, Escape gives up,
/// Space holds the picture, arrows move it or, with Shift and Ctrl, the selected boxes.
bool isWidgetKey(const QKeySequence &key);

class Actions : public QObject {
    Q_OBJECT
public:
    explicit Actions(QObject *parent);

    QAction &operator[](ActionId id) const { return *actions_.at(id); }
    void fill(QMenuBar &bar);
    void fill(QToolBar &bar);
    /// Its keys from now on, in menus and tips as well; the first is the one that is shown.
    void setKeys(ActionId id, const QList<QKeySequence> &keys);
    /// "Open images": its words without mnemonic and dots, in the language of the moment.
    static QString plain(QString text);
    /// Words in the language of the moment; menus too.
    void retranslate();

private:
    void showTip(QAction &action);

    std::map<ActionId, QAction *> actions_;
    std::map<MenuId, QMenu *> menus_;
    std::map<MenuId, QActionGroup *> groups_;
};

}  // namespace fcoscope
