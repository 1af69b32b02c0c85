// SPDX-License-Identifier: GPL-3.0-or-later
#include "made_files.h"

#include <QFile>
#include <QProcess>

static QString run(const QStringList &arguments)
{
    QProcess python;
    // The sanitizers' runtime is the test's, not Python's; and Python's torch takes the threads that it wants.
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.remove("LD_PRELOAD");
    python.setProcessEnvironment(environment);
    python.setProcessChannelMode(QProcess::MergedChannels);
    python.start(FCOSCOPE_PYTHON, arguments);
    if (!python.waitForFinished(120'000))
        return "python did not come to an end: " + python.errorString();
    return python.exitCode() == 0 ? QString() : QString::fromUtf8(python.readAll());
}

bool pythonHasTorch()
{
    return QFile::exists(FCOSCOPE_PYTHON) && run({"-c", "import torch, numpy"}).isEmpty();
}

QString runPython(const QString &script, const QStringList &arguments)
{
    return run(QStringList{"-W", "ignore", FCOSCOPE_SOURCE_DIR "/tests/checkpoint/" + script} + arguments);
}
