// SPDX-License-Identifier: GPL-3.0-or-later
// Why does this place of the image learn what it learns, and why is it (not) detected? The inspector tells, level by
// level, the location under a point: every label and the test it fails there, the target, what the network says, and
// what became of that after threshold, top-k and NMS. It follows the cursor in few words, and tells all of the points
// that were pinned, under one another or side by side.
#pragma once

#include <QPointF>
#include <QSet>
#include <QWidget>
#include <optional>
#include <string>
#include <vector>

#include "core/rules/inspect.h"
#include "core/rules/layers.h"

class QLabel;
class QSplitter;
class QTextBrowser;
class QTimer;
class QToolButton;

namespace fcoscope {

struct LocationWords;

/// What is inspected. Everything but the frame may be missing.
struct InspectorContext {
    LensFramePtr frame;    ///< null: no image is open
    DecodeTracePtr trace;  ///< of frame->raw
    DecodeOptions options;
    Profile modelProfile;  ///< of frame->raw
    std::vector<std::string> labelNames,
        modelNames;  ///< class names of the labels (or of what stands in), of the model
};

class LocationInspector : public QWidget {
    Q_OBJECT
public:
    explicit LocationInspector(QWidget *parent = nullptr);

    /// Pins stay at their points of the image and are worked out anew; with another image, or none, they go.
    void setContext(InspectorContext context);
    const InspectorContext &context() const { return context_; }

    /// The cursor is here (image coordinates), or nowhere over the image. Worked out once control is back in the event
    /// loop, for the last point only, and only while the inspector can be seen.
    void hover(std::optional<QPointF> inImage);
    /// One more point to keep. A point whose locations are all pinned already is let go of instead.
    void pin(QPointF inImage);
    void removePin(int index);
    size_t pins() const { return pins_.size(); }
    QPointF pinnedAt(int index) const { return pins_[static_cast<size_t>(index)].inImage; }
    std::vector<LocationRef> hoveredLocations() const;
    std::vector<LocationRef> pinnedLocations() const;
    /// All pins, or where there are none what is under the cursor, as plain text in the program's language.
    QString text() const;

public Q_SLOTS:
    void clearPins();
    void copyToClipboard() const;
    void setSideBySide(bool sideBySide);

Q_SIGNALS:
    /// Others are looked at now: one of each level for every point.
    void locationsChanged(const std::vector<fcoscope::LocationRef> &hovered,
                          const std::vector<fcoscope::LocationRef> &pinned);
    /// A link was followed: index into frame->assigned->labels; into the trace's detections.
    void labelActivated(int label);
    void detectionActivated(int detection);

protected:
    void changeEvent(QEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    struct Pin {
        QPointF inImage;
        std::vector<LocationReport> reports;
    };
    QTextBrowser *makeView(const char *name);
    Inspected inspected() const;
    std::vector<LocationReport> reportsAt(QPointF inImage) const;
    LocationWords words() const;
    void lookUnderCursor();
    void pinsChanged();
    void tellOfLocations();
    void showHovered();
    void showPins();
    void showHead();
    void follow(const QString &link);
    QString pinHeading(size_t index) const;
    QString listHtml() const;
    QString tableHtml() const;
    void retranslate();

    InspectorContext context_;
    std::optional<QPointF> cursor_;
    std::vector<LocationReport> hovered_;
    std::vector<Pin> pins_;
    std::vector<LocationRef> toldHovered_, toldPinned_;
    QSet<QString> opened_;

    QLabel *transform_;
    QToolButton *copy_, *sideBySide_, *clear_;
    QSplitter *splitter_;
    QTextBrowser *cursorView_, *pinView_;
    QTimer *soon_;
};

}  // namespace fcoscope
