// SPDX-License-Identifier: GPL-3.0-or-later
// The list of images, introduced to the session: which are listed, what is said about them, their thumbnails.
#pragma once

#include <QObject>

#include "app/session/session.h"
#include "app/session/thumbnails.h"

class QSettings;

namespace fcoscope {

class ImageList;
struct ImageReview;
struct ListFilter;

class ListLink : public QObject {
    Q_OBJECT
public:
    ListLink(Session &session, ImageList &list, QSettings &settings, QObject *parent);

    /// The whole list anew, or what was added to it.
    void showImages();

private:
    void documentChanged(const LabelsChange &change);
    void showListed();
    void showClasses();
    void filter(const ListFilter &filter);
    ImageReview reviewOf(const ImageEntry &image) const;

    Session &session_;
    LabelDocument &document_;
    ImageList &list_;
    Thumbnails thumbnails_;
};

}  // namespace fcoscope
