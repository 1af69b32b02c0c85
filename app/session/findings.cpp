// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/findings.h"

#include <QElapsedTimer>

#include <new>
#include <stdexcept>

#include "core/rules/decode.h"

namespace fcoscope {

QImage toQImage(const Image &image)
{
    const QImage wrapped(image.pixels.data(), image.size.width, image.size.height,
                         static_cast<qsizetype>(image.size.width) * 3, QImage::Format_RGB888);
    QImage converted = wrapped.convertToFormat(QImage::Format_RGB32);
    if (converted.isNull())
        throw std::bad_alloc();
    return converted;
}

PicturePtr readPicture(const Backend &backend, const ImageId &id)
{
    auto picture = std::make_shared<Picture>();
    picture->image = backend.readImage(id);
    picture->image.id = id;
    picture->shown = toQImage(picture->image);
    return picture;
}

FindingsPtr decoded(const RawOutputsPtr &raw, const ModelPtr &model, const Decoding &decoding, double networkMs)
{
    QElapsedTimer clock;
    clock.start();
    auto findings = std::make_shared<Findings>();
    findings->decoding = decoding;
    findings->profile = withDecodingOf(model->info.profile, decoding.rules);
    findings->raw = findings->read = raw;
    if (decoding.centerness != CenternessSource::Branch) {
        const AssignedImage assigned =
            assignImage(raw->imageId, raw->transform.imageSize, decoding.labels, model->info.profile);
        findings->read = withCenterness(raw, decoding.centerness, findings->profile, &assigned);
    }
    findings->detections = decode(*findings->read, findings->profile, findings->profile.decode);
    findings->model = model;
    findings->networkMs = networkMs;
    findings->decodeMs = static_cast<double>(clock.nsecsElapsed()) / 1e6;
    return findings;
}

FindingsPtr detectIn(const Image &image, const ModelPtr &model, const Decoding &decoding, bool features,
                     const RunContext &context)
{
    QElapsedTimer clock;
    clock.start();
    const RawOutputsPtr raw = model->run(image, context, features);
    if (raw->imageId != image.id)
        throw std::logic_error("raw outputs of " + raw->imageId + " for " + image.id);
    return decoded(raw, model, decoding, static_cast<double>(clock.nsecsElapsed()) / 1e6);
}

size_t bytesOf(const Picture &picture)
{
    return picture.image.pixels.size() + static_cast<size_t>(picture.shown.sizeInBytes());
}

size_t bytesOf(const Findings &findings)
{
    size_t values = 0;
    for (const LevelOutputs &level : findings.raw->levels)
        values +=
            level.classLogits.values.size() + level.centernessLogits.values.size() + level.distances.values.size();
    for (const FeatureMap &map : findings.raw->features)
        values += map.values.values.size();
    return values * sizeof(float) + findings.detections.size() * sizeof(Detection);
}

}  // namespace fcoscope
