// SPDX-License-Identifier: GPL-3.0-or-later
// Small pictures of the images that a list shows, read one after the other on a thread of their own. Only what is in
// view is asked for, so what has been asked for before and not yet read is forgotten with the next wish.
#pragma once

#include <QImage>
#include <QObject>

#include <vector>

#include "app/session/backend.h"
#include "app/session/job.h"

namespace fcoscope {

class Thumbnails : public QObject {
    Q_OBJECT
public:
    explicit Thumbnails(const Backend &backend, QObject *parent = nullptr);
    ~Thumbnails() override;

    /// These, first the first; `side` is the longer side in pixels of the screen.
    void want(std::vector<ImageId> ids, int side);

Q_SIGNALS:
    /// Null: the image cannot be read; its row says so when it is opened.
    void ready(const fcoscope::ImageId &id, const QImage &thumbnail);

private:
    void next();

    const Backend backend_;
    std::vector<ImageId> wanted_;  // the last one is read first
    int side_ = 0;
    WorkThread thread_;
    Job<QImage> reading_{thread_};
};

}  // namespace fcoscope
