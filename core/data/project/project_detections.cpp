// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/project/project_detections.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "core/base/json_writer.h"

namespace fcoscope {
namespace {

static_assert(std::endian::native == std::endian::little, "detections are stored as they lie in memory");

/// A detection in the file: 88 bytes, little-endian, without holes. JSON would be three times as long, and a run over
/// a large folder finds millions.
struct Packed {
    double box[4];
    double distances[4];
    float score, classProbability, centerness;
    int32_t classIndex, level, location;
};
static_assert(sizeof(Packed) == 88);

Packed packed(const Detection &d)
{
    return {{d.box.x1, d.box.y1, d.box.x2, d.box.y2},
            {d.distances.left, d.distances.top, d.distances.right, d.distances.bottom},
            d.score,
            d.classProbability,
            d.centerness,
            d.classIndex,
            d.level,
            d.location};
}

Detection unpacked(const Packed &p)
{
    Detection d;
    d.box = {p.box[0], p.box[1], p.box[2], p.box[3]};
    d.distances = {p.distances[0], p.distances[1], p.distances[2], p.distances[3]};
    d.score = p.score, d.classProbability = p.classProbability, d.centerness = p.centerness;
    d.classIndex = p.classIndex, d.level = p.level, d.location = p.location;
    return d;
}

bool isFinite(const Packed &p)
{
    bool finite = std::isfinite(p.score) && std::isfinite(p.classProbability) && std::isfinite(p.centerness);
    for (int i = 0; i < 4; ++i)
        finite = finite && std::isfinite(p.box[i]) && std::isfinite(p.distances[i]);
    return finite;
}

std::vector<Detection> parsedDetections(const std::string &bytes, size_t classes, const ProjectDatabase &database)
{
    const auto expect = [&](bool holds) {
        if (!holds)
            throw UserError(message("core", "The project {0} is damaged.").with(database.file().string()));
    };
    expect(bytes.size() % sizeof(Packed) == 0);
    std::vector<Detection> detections;
    for (size_t at = 0; at < bytes.size(); at += sizeof(Packed)) {
        Packed p;
        std::memcpy(&p, bytes.data() + at, sizeof p);
        // Whoever shows it looks its class up by this number.
        expect(isFinite(p) && p.classIndex >= 0 && static_cast<size_t>(p.classIndex) < classes);
        detections.push_back(unpacked(p));
    }
    return detections;
}

std::vector<std::string> parsedNames(const std::string &json)
{
    std::vector<std::string> names;
    for (const Json &name : parseJson(json).items)
        names.push_back(name.text);
    return names;
}

}  // namespace

void putDetectionRows(ProjectDatabase &database, const StoredDetections &found)
{
    std::string bytes;
    for (const Detection &detection : found.detections) {
        const Packed p = packed(detection);
        const bool named = p.classIndex >= 0 && static_cast<size_t>(p.classIndex) < found.classNames.size();
        if (named && isFinite(p))
            bytes.append(reinterpret_cast<const char *>(&p), sizeof p);
    }
    const std::string names = jsonTexts(found.classNames);
    database.command("INSERT OR IGNORE INTO models(model, class_names) VALUES(?, ?)").with(found.model, names).run();
    database.command("DELETE FROM detections WHERE image = ? AND model IN (SELECT number FROM models WHERE model = ?)")
        .with(found.image, found.model)
        .run();
    database
        .command("INSERT INTO detections(image, model, found) "
                 "SELECT ?, number, CAST(? AS BLOB) FROM models WHERE model = ? AND class_names = ?")
        .with(found.image, bytes, found.model, names)
        .run();
}

std::vector<StoredDetections> detectionRows(const ProjectDatabase &database, Key image)
{
    std::vector<StoredDetections> all;
    Command row =
        database.command("SELECT models.model, class_names, found FROM detections "
                         "JOIN models ON detections.model = models.number WHERE image = ? ORDER BY models.number");
    row.with(image);
    while (row.next()) {
        StoredDetections one{image, row.text(0), {}, parsedNames(row.text(1))};
        one.detections = parsedDetections(row.text(2), one.classNames.size(), database);
        all.push_back(std::move(one));
    }
    return all;
}

}  // namespace fcoscope
