// SPDX-License-Identifier: GPL-3.0-or-later
// server.py, running for as long as this object lives, and a file on it whose bytes and hash are known.
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QProcess>
#include <QString>
#include <QTemporaryDir>

class LocalServer {
public:
    /// Ends as not started where there is no Python. `certificate` and `key`: also over TLS.
    explicit LocalServer(const QString &certificate = {}, const QString &key = {});
    ~LocalServer();

    bool started() const { return !ports_.isEmpty(); }
    /// Puts a file of that name and size on the server and answers its bytes: "PK" and what a seed makes of the rest.
    QByteArray put(const QString &name, int bytes = 1000000, unsigned seed = 1) const;

    QString url(const QString &manner, const QString &name = {}) const;
    int port(const char *what) const { return ports_[QLatin1String(what)].toInt(); }
    /// What was asked of it: {"web": [{"path", "range", "if_range"}…], "proxy": […]}.
    QJsonObject log() const;
    /// How often `manner`/`name` was asked for.
    int asked(const QString &manner, const QString &name) const;
    /// Lets the downloads of `name` that wait in the manner "slow" or "gated" go on.
    void release(const QString &name) const { fetch(QStringLiteral("/release/") + name); }

private:
    QByteArray fetch(const QString &path) const;

    QTemporaryDir folder_;
    QProcess process_;
    QJsonObject ports_;
};
