// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/thumbnails.h"

#include <algorithm>

#include "app/session/findings.h"

namespace fcoscope {

Thumbnails::Thumbnails(const Backend &backend, QObject *parent) : QObject(parent), backend_(backend) {}

Thumbnails::~Thumbnails()
{
    reading_.abandon();
}

void Thumbnails::want(std::vector<ImageId> ids, int side)
{
    wanted_ = std::move(ids);
    std::reverse(wanted_.begin(), wanted_.end());
    side_ = side;
    if (!reading_.running())
        next();
}

void Thumbnails::next()
{
    if (wanted_.empty())
        return;
    const ImageId id = std::move(wanted_.back());
    wanted_.pop_back();
    reading_.start(
        [id, side = side_, read = backend_.readThumbnail](const RunContext &) {
            const Image image = read(id, side);
            return image.pixels.empty() ? QImage() : toQImage(image);
        },
        [this, id](Outcome<QImage> outcome) {
            Q_EMIT ready(id, outcome.result ? *outcome.result : QImage());
            next();
        });
}

}  // namespace fcoscope
