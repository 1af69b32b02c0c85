// SPDX-License-Identifier: GPL-3.0-or-later
#include "local_server.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QStandardPaths>

LocalServer::LocalServer(const QString &certificate, const QString &key)
{
    const QString python = QStandardPaths::findExecutable(QStringLiteral("python3"));
    if (python.isEmpty() || !folder_.isValid())
        return;
    QStringList arguments{QStringLiteral(FCOSCOPE_SOURCE_DIR "/tests/weights/server.py"), folder_.path()};
    if (!certificate.isEmpty())
        arguments << certificate << key;
    process_.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process_.start(python, QStringList{QStringLiteral("-B")} + arguments);
    while (!process_.canReadLine() && process_.waitForReadyRead(30000)) {
    }
    ports_ = QJsonDocument::fromJson(process_.readLine()).object();
}

LocalServer::~LocalServer()
{
    process_.closeWriteChannel();
    process_.waitForFinished(10000);
}

QByteArray LocalServer::put(const QString &name, int bytes, unsigned seed) const
{
    QByteArray content = "PK\x03\x04";
    for (uint32_t state = seed; content.size() < bytes; state = state * 1664525u + 1013904223u)
        content += static_cast<char>(state >> 24);
    QFile file(folder_.filePath(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write %s", qPrintable(file.fileName()));
    return content;
}

QString LocalServer::url(const QString &manner, const QString &name) const
{
    const QString base = QStringLiteral("http://127.0.0.1:%1/%2").arg(port("web")).arg(manner);
    return name.isEmpty() ? base : base + QLatin1Char('/') + name;
}

QJsonObject LocalServer::log() const
{
    return QJsonDocument::fromJson(fetch(QStringLiteral("/log"))).object();
}

int LocalServer::asked(const QString &manner, const QString &name) const
{
    int count = 0;
    for (const QJsonValue &request : log()[QLatin1String("web")].toArray())
        count += request[QLatin1String("path")].toString() == QStringLiteral("/%1/%2").arg(manner, name);
    return count;
}

/// By a plain socket: callable from any thread, and no proxy of the environment stands in between.
QByteArray LocalServer::fetch(const QString &path) const
{
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port("web")));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    QByteArray answer;
    const QByteArray request = "GET " + path.toUtf8() + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    if (::connect(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0 &&
        ::send(fd, request.constData(), static_cast<size_t>(request.size()), MSG_NOSIGNAL) == request.size()) {
        char block[4096];
        for (ssize_t got; (got = ::recv(fd, block, sizeof block, 0)) > 0;)
            answer.append(block, got);
    }
    ::close(fd);
    const qsizetype body = answer.indexOf("\r\n\r\n");
    return body < 0 ? QByteArray() : answer.mid(body + 4);
}
