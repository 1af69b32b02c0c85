// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/weights/attempt.h"

#include <atomic>

#include "core/base/error.h"
#include "core/base/sha256.h"

namespace fcoscope {

Ending attempt(const QString &url, const QString &to, const Expectations &expected,
               const std::function<bool(const Progress &)> &stopAt)
{
    Ending ending;
    std::atomic<bool> stop = false;
    const RunContext context{[&] { return stop.load(); },
                             [&](const Progress &p) {
                                 ending.progress.push_back(p);
                                 stop = stop || (stopAt && stopAt(p));
                             }};
    try {
        ending.file = download(url.toStdString(), to.toStdString(), expected, context);
        ending.how = Ending::How::Done;
    } catch (const Stopped &) {
        ending.how = Ending::How::Stopped;
    } catch (const UserError &error) {
        ending.sentence = QString::fromUtf8(error.what());
    }
    return ending;
}

QByteArray bytesOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

Scene::Scene()
{
    for (const char *variable : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
        qunsetenv(variable);
    if (!server->started())
        return;
    content = server->put(name);
    right.bytes = static_cast<uint64_t>(content.size());
    right.sha256 = sha256(content.toStdString());
}

QString Scene::lastRange(const QString &manner) const
{
    QString range = QStringLiteral("never asked");
    for (const QJsonValue &request : server->log()[QLatin1String("web")].toArray())
        if (request[QLatin1String("path")].toString() == QStringLiteral("/%1/%2").arg(manner, name))
            range = request[QLatin1String("range")].toString();
    return range;
}

}  // namespace fcoscope
