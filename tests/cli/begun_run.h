// SPDX-License-Identifier: GPL-3.0-or-later
// A run of tests/cli/tiny_run.h in a folder of its own for each test, begun and gone on with.
#pragma once

#include <QTemporaryDir>
#include <QTest>

#include "run_says.h"
#include "tiny_run.h"

namespace fcoscope {

class WithTinyRun {
protected:
    QString path(const QString &name) const { return folder_.filePath(name); }
    Said train(const QStringList &more = {}) const { return fcos(QStringList{"train", "--run", run_} + more); }
    /// A run of `epochs` that was stopped after three steps.
    void begun(int epochs = 2)
    {
        writeTinyRun(run_, data_, tinyRequest(epochs));
        const Said said = train({"--stop-after", "3"});
        QVERIFY2(said.exitCode == 0, said.all());
        QCOMPARE(stepsOf(run_), std::string("3"));
    }
    /// Whether the run comes to the checkpoints of one that nothing happened to: "", or what came instead.
    QString goesOnAsIfNothingHappened()
    {
        if (expected_.isEmpty()) {
            writeTinyRun(path("untouched"), data_, tinyRequest(2));
            const Said said = fcos({"train", "--run", path("untouched")});
            expected_ = checkpointsOf(path("untouched"));
            if (said.exitCode != 0 || expected_.isEmpty())
                return said.all();
        }
        const Said said = train();
        if (said.exitCode != 0)
            return said.all();
        return checkpointsOf(run_) == expected_ ? QString() : QString("other checkpoints");
    }

    const QTemporaryDir folder_;
    Dataset data_;
    QString run_;
    QByteArray expected_;
    int count_ = 0;
};

}  // namespace fcoscope
