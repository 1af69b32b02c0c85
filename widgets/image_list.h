// SPDX-License-Identifier: GPL-3.0-or-later
// The images that are open: a list that costs the same for ten and for a hundred thousand files, with pictures that
// come when they are seen, under a bar that asks for some of them in some order.
//
// The list does not know what is in the images. It says filterChanged(); whoever knows answers with setShown(). Until
// somebody has done so once, it goes by the names alone. Likewise thumbnailsWanted() is answered, at any time and from
// whatever thread made them, with setThumbnail() on the GUI thread.
#pragma once

#include <QList>
#include <QTimer>
#include <QUrl>
#include <QWidget>

#include <vector>

#include "widgets/image_list_model.h"
#include "widgets/labels/list_filter.h"

class QListView;

namespace fcoscope {

class ImageFilter;
class ImageListDelegate;

class ImageList : public QWidget {
    Q_OBJECT
public:
    explicit ImageList(QWidget *parent = nullptr);

    /// Adds images; those already there are not added twice. Answers how many are new. Selects nothing, and leaves the
    /// current image and the place scrolled to as they are. They are shown at the end if no filter hides any; else they
    /// wait for the next setShown().
    int addImages(const std::vector<ImageId> &ids);
    void setImages(const std::vector<ImageId> &ids);
    void setState(const ImageId &id, const ImageState &state);
    ImageState stateOf(const ImageId &id) const;
    void setReview(const ImageId &id, const ImageReview &review);
    /// Of all images, in the order in which they were added.
    void setReviews(const std::vector<ImageReview> &reviews);
    ImageReview reviewOf(const ImageId &id) const;

    /// The images that pass the filter, in the order asked for: places in the order of adding, from 0.
    void setShown(const std::vector<int> &places);
    void setClasses(std::vector<FilterClass> classes);  ///< that the filter offers

    /// `side` or less on the longer side, in screen pixels; a null image says that there is none to be had.
    void setThumbnail(const ImageId &id, const QImage &thumbnail);

    int count() const;        ///< images in the list
    const ImageId &idAt(int place) const;  ///< in the order of adding, from 0
    int visible() const;      ///< those that pass the filter
    ImageId current() const;  ///< "": none
    QString filter() const;   ///< by name
    const ListFilter &listFilter() const;
    void setListFilter(const ListFilter &filter);
    bool namesOnly() const;
    void setNamesOnly(bool only);  ///< low rows without pictures; none are wanted then

public Q_SLOTS:
    /// Makes an image the current one and emits activated, unless it already is. A filter that hides it is cleared.
    void setCurrent(const fcoscope::ImageId &id);
    void next();  ///< among those that pass the filter; stays at the last
    void previous();
    void setFilter(const QString &name);
    void focusFilter();

Q_SIGNALS:
    /// The current image changed, by mouse, key or slot.
    void activated(const fcoscope::ImageId &id);
    void filterChanged(const fcoscope::ListFilter &filter);
    /// Pictures that are missing, of at most `side` screen pixels: those in view first, then those a page away. Each
    /// time it replaces what was wanted before; what is not in it is wanted no longer.
    void thumbnailsWanted(const std::vector<fcoscope::ImageId> &ids, int side);
    void namesOnlyChanged(bool only);
    void filesDropped(const QList<QUrl> &urls);

protected:
    void changeEvent(QEvent *event) override;
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dropEvent(QDropEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void connectAll();
    void step(int by);
    void announce(int place);
    void ask(const ListFilter &filter);
    void showByName(const ListFilter &filter);
    template <typename Change> void keepingPlace(Change change);
    void scrollToCurrent();
    void wish();
    std::vector<ImageId> missingThumbnails() const;
    void retranslate();
    void updateCount();

    ImageListModel *model_;
    ImageFilter *filter_;
    QListView *view_;
    ImageListDelegate *delegate_;
    int current_ = -1;       ///< the place that activated was emitted for last
    bool quiet_ = false;     ///< the list moves the selection, not a person
    bool answered_ = false;  ///< somebody answers filterChanged
    QTimer wishing_;         ///< what is wanted is asked for when scrolling rests for a moment
    std::vector<ImageId> wanted_;
};

}  // namespace fcoscope
