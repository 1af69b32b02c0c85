// SPDX-License-Identifier: GPL-3.0-or-later
// The window: makes the widgets and introduces them to the Session. Each signal of the one side is put into a call of
// the other here, and nothing else happens here.
#pragma once

#include <QMainWindow>
#include <QSettings>
#include <QTimer>

#include <functional>

#include "app/gui/actions.h"
#include "app/gui/language.h"
#include "app/session/session.h"

namespace fcoscope {

class Canvas;
class DetectionPanel;
class Docks;
class ImageList;
class LabelDocks;
class LensDocks;
class ListLink;
class MessageStrip;
class Minimap;
class SavingLink;
class StatusLine;
class StudyDocks;
class ThresholdPanel;
class TrainingDocks;
class ViewAids;

class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    /// `settings` remembers geometry, language, theme and the last folder, at the moment they change.
    MainWindow(Session &session, QSettings &settings, QWidget *parent = nullptr);
    ~MainWindow() override;

    void setLanguage(const QString &code);
    void setTheme(const QString &name);  ///< "system", "light", "dark"
    /// Nothing is being worked out for what is shown.
    bool atRest() const;

protected:
    void closeEvent(QCloseEvent *event) override;
    void changeEvent(QEvent *event) override;
    bool event(QEvent *event) override;

private:
    void makeDocks();
    void connectActions();
    void connectViewActions();
    void connectWidgets();
    void on(ActionId id, std::function<void()> call);
    void onToggled(ActionId id, std::function<void(bool)> call);

    void sessionChanged(const Change &change);
    void sessionFailed(const Failure &failure);
    void showCurrent();
    void showPicture();
    void showFindings();
    void showModel();
    void showStatus(const ImageId &id);
    void showWork();
    void importLabels();
    void exportLabels(bool split);
    void updateEnabled();
    void openUrls(const QList<QUrl> &urls);
    void rememberGeometry();
    void retranslate();

    Session &session_;
    QSettings &settings_;
    Language language_;
    Actions actions_;
    Canvas *canvas_;
    MessageStrip *strip_;
    ImageList *list_;
    DetectionPanel *detections_;
    ThresholdPanel *thresholds_;
    LensDocks *lenses_;
    StudyDocks *studies_;
    LabelDocks *labels_;
    TrainingDocks *training_;
    ViewAids *aids_;
    Minimap *minimap_;
    ListLink *listLink_;
    SavingLink *saving_;
    Docks *docks_;
    StatusLine *status_;
    QToolBar *toolBar_;
    ImageId left_;  ///< the image shown before: its notice goes when another is shown
    QTimer geometryTimer_;
};

}  // namespace fcoscope
