// SPDX-License-Identifier: GPL-3.0-or-later
#include "tiny_run.h"

#include <QDir>

#include "core/base/file.h"
#include "fcos_process.h"

using namespace fcoscope;

Dataset drawnSmears(const QString &folder, int count)
{
    const Said drawn = fcos({"demo", folder, "--count", QString::number(count), "--width", "160", "--height", "128"});
    if (drawn.exitCode != 0)
        qFatal("%s", drawn.all().constData());
    return readDataset(folder.toStdString());
}

TrainRequest tinyRequest(int epochs)
{
    TrainRequest request;
    setStructure(request, true);
    const RequestTables tables(request);
    for (const auto &[name, value] : {std::pair{"backbone-depth", "18"},
                                      {"backbone-width", "0.125"},
                                      {"pyramid-channels", "16"},
                                      {"tower-depth", "1"},
                                      {"tower-groups", "4"}})
        tables.network.set(name, value, "the test");
    request.source.augment.width = request.profile.longSide = 128;
    request.source.augment.height = request.profile.shortSide = 96;
    request.train.epochs = epochs;
    request.train.batch = 2;
    request.train.warmupSteps = 2;
    request.train.device = "cpu";
    request.train.threads = 1;
    request.train.validateEvery = 2;
    request.train.checkpointEverySteps = 3;
    return request;
}

void writeTinyRun(const QString &folder, const Dataset &data, const TrainRequest &request, bool validate)
{
    QDir().mkpath(folder);
    Snapshot snapshot{data, {}};
    if (validate)
        snapshot.validation = data;
    writeFile((folder + "/dataset.json").toStdString(), snapshotText(snapshot, {}));
    writeFile((folder + "/run.toml").toStdString(), requestText(request));
}

QByteArray checkpointsOf(const QString &run)
{
    QByteArray all;
    for (const char *file : {"last/model.safetensors", "last/training.safetensors", "best/model.safetensors",
                             "best/training.safetensors"}) {
        const QByteArray bytes = contents(run + "/checkpoints/" + file);
        if (bytes.isEmpty())
            return {};
        all += bytes;
    }
    return all;
}
