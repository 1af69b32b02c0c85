// SPDX-License-Identifier: GPL-3.0-or-later
// The published weights as the window sees them: which of them are here, and fetching one. Belongs to the GUI thread,
// answers every call at once and does all work in Jobs, like Session, of which it is a part: a download goes on when
// the dialog that began it is closed.
#pragma once

#include <QObject>

#include <filesystem>
#include <map>
#include <string>

#include "app/session/backend.h"
#include "app/session/job.h"

namespace fcoscope {

class WeightsShelf : public QObject {
    Q_OBJECT
public:
    explicit WeightsShelf(const Backend &backend, QObject *parent = nullptr);
    ~WeightsShelf() override;  ///< stops, then waits; what has arrived is kept

    void look();  ///< asks anew which files are here
    /// The file, or an empty path: not here, or not looked yet.
    std::filesystem::path here(const PublishedWeights &entry) const;

    /// Fetches `entry`, one at a time: nothing happens while another is fetched. `termsAccepted`: by the person, who
    /// has seen them.
    void get(const PublishedWeights &entry, bool termsAccepted);
    void stop();
    const PublishedWeights *getting() const { return getting_; }  ///< null: none
    const Progress &progress() const { return progress_; }        ///< of getting()

Q_SIGNALS:
    void changed();     ///< what is here, or what is being fetched
    void progressed();  ///< progress() is new
    void got(const fcoscope::PublishedWeights *entry);
    void failed(const fcoscope::PublishedWeights *entry, const fcoscope::Message &reason);

private:
    using Files = std::map<std::string, std::filesystem::path>;
    void getEnded(const PublishedWeights &entry, Outcome<std::filesystem::path> outcome);

    const Backend backend_;
    Files here_;
    const PublishedWeights *getting_ = nullptr;
    Progress progress_;

    WorkThread lookThread_, getThread_;
    Job<Files> looking_{lookThread_};
    Job<std::filesystem::path> fetching_{getThread_};
};

}  // namespace fcoscope
