// SPDX-License-Identifier: GPL-3.0-or-later
// A backend whose world is known: image "img07.png" is 640×480 in a colour of its own and the "network" finds exactly 7
// things in it, at known places with known scores. Each stage can be held at a gate, so that tests control time.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <QStringList>
#include <QTemporaryDir>

#include "app/session/backend.h"

namespace fcoscope {

/// A door on a worker's way. While it is held, whoever comes waits, until it is released or the work is asked to stop.
class Gate {
public:
    void hold();
    void release();
    /// For work that does not listen when asked to stop.
    void setDeaf(bool deaf);
    /// Called by the worker. Throws Stopped if asked to stop while waiting.
    void pass(const RunContext &context);
    int arrivals();  ///< how many have come to the door since the beginning, waiting or not

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool held_ = false, deaf_ = false;
    int arrivals_ = 0;
};

class FakeBackend {
public:
    /// Makes `count` files img00.png, img01.png, … (without content: the fake reader looks at the name alone).
    explicit FakeBackend(int count);

    Backend backend();
    QString folder() const { return dir_.path(); }
    QString file(int number) const;
    ImageId id(int number) const { return file(number).toStdString(); }

    Gate reading, network, loading, getting;
    std::atomic<int> runs = 0;                ///< how often the network ran
    std::atomic<int> paces = 0;               ///< how often a training's pace was measured: 0.1 s
    std::set<int> unreadable;                 ///< set before opening
    Size declared{640, 480};                  ///< what "labels.json" says of its images
    std::vector<Problem> dataSetProblems;     ///< of the data set "labels.json" in folder()
    std::atomic<bool> breakModel = false;     ///< loading a model fails
    std::atomic<bool> breakGetting = false;   ///< getting weights fails, after half of them
    std::atomic<bool> termsAccepted = false;  ///< what the latest getting was told
    /// Where the weights of a name are put. They are here when the file exists.
    QString weightsFile(const char *name) const
    {
        return dir_.filePath(QString::fromUtf8(name) + QStringLiteral(".pth"));
    }

    static int numberOf(const ImageId &id);
    static uint32_t colourOf(int number);  ///< 0xffrrggbb
    static float scoreOf(int detection) { return 0.95f - 0.02f * static_cast<float>(detection); }
    static Box boxOf(int detection);
    /// In the data set "labels.json": a square and a triangle in image 0, nothing in image 1.
    static std::vector<Label> labelsOf(int number);

private:
    QTemporaryDir dir_, userData_;
};

}  // namespace fcoscope
