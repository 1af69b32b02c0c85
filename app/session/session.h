// SPDX-License-Identifier: GPL-3.0-or-later
// What is open in the window: images, the current one, the model, what the model found. Session belongs to the GUI
// thread, answers every call at once and does all work in Jobs; one signal, changed(), tells what is new.
//
// Every result carries the id of its image and the model that made it. Making another image current abandons the work
// on the one before, so a result can reach no image but its own. What the network said about an image is kept: moving a
// slider decodes anew (on a worker: a low threshold can cost more than a frame) and never runs the network.
//
// Threads: all inference and loading of models on one (LibTorch keeps a thread pool for each thread that calls it), one
// reads the current image, one the next image, one decodes, one opens folders and data sets.
#pragma once

#include <QObject>
#include <QStringList>
#include <QTimer>

#include <filesystem>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "app/session/failure.h"
#include "app/session/findings.h"
#include "app/session/job.h"
#include "app/session/label_document.h"
#include "app/session/opening.h"
#include "app/session/sidecar_keeper.h"
#include "app/session/weights_shelf.h"
#include "core/data/project/image_query.h"

namespace fcoscope {

struct ImageStatus {
    enum class Stage { None, Loading, Detecting, Detected, Failed };
    Stage stage = Stage::None;
    int detections = 0;  ///< Detected
    Message reason;      ///< Failed
    bool operator==(const ImageStatus &) const = default;
};

struct Change {
    enum Part : unsigned {
        Images = 1,    ///< the list of images
        Current = 2,   ///< another image is current
        Shown = 4,     ///< the current image's picture has come
        Found = 8,     ///< the current image's findings are new
        Model = 16,    ///< another model, or loading one has begun or ended
        Options = 32,  ///< the decode options, by a new model's profile
        Status = 64,   ///< the status of `image`
        Labels = 128,  ///< labels of the current image have changed, or classes, or all of it
        Listed = 256,  ///< listed() has changed: another query
    };
    unsigned parts = 0;
    ImageId image;  ///< for Status
    bool has(Part part) const { return (parts & part) != 0; }
};

class Session : public QObject {
    Q_OBJECT
public:
    explicit Session(Backend backend, QObject *parent = nullptr);
    ~Session() override;  ///< stops everything, then waits

    /// Weights are loaded, single images added; a folder, a label file or a project takes the place of what is open
    /// (opening.h). The first image becomes current.
    void open(const QStringList &paths);
    void openModel(const std::filesystem::path &path);
    void useModel(ModelPtr model);  ///< one that is in memory
    void closeImages();

    void setCurrent(const ImageId &id);  ///< must be in the list; "" for none
    void setDecodeOptions(const DecodeOptions &options);
    /// How outputs are read from now on; a model that is loaded brings its own way.
    void setDecoding(const Decoding &decoding);
    /// From now on the network's feature maps are kept, too (some 100 MB for a large image).
    void setKeepFeatures(bool keep);
    void detect();  ///< runs the network on the current image, again if need be
    void stop();    ///< stops detecting, loading a model, opening

    const std::vector<ImageId> &images() const { return labels_.ids(); }
    const ImageId &current() const { return current_; }
    ImageStatus status(const ImageId &id) const;
    PicturePtr picture() const { return picture_; }     ///< of the current image; null until it has come
    FindingsPtr findings() const { return findings_; }  ///< of the current image; null until there are any
    ModelPtr model() const { return model_; }           ///< null: none
    bool modelLoading() const { return loading_.running(); }
    bool opening() const { return opening_.running() || parked_; }
    bool detecting() const { return detecting_.running(); }
    const Decoding &decoding() const { return readBy_; }
    const DecodeOptions &decodeOptions() const { return readBy_.rules.decode; }
    /// Where the network runs: LibTorch keeps a pool of threads for each that calls it.
    const Backend &backend() const { return backend_; }
    WorkThread &inferenceThread() { return inferenceThread_; }
    WeightsShelf &weights() { return weights_; }  ///< published weights, here and elsewhere

    /// Which images are listed, as positions in images().
    void setQuery(const ImageQuery &query);
    const ImageQuery &query() const { return query_; }
    const std::vector<size_t> &listed() const { return listed_; }

    LabelDocument &labels() { return labels_; }
    const LabelDocument &labels() const { return labels_; }
    SidecarKeeper &sidecars() { return sidecars_; }
    /// Entries of label files that cannot be used.
    const std::vector<Problem> &skippedEntries() const { return skipped_; }

Q_SIGNALS:
    void changed(const fcoscope::Change &change);
    void openingProgressed(const fcoscope::Progress &progress);  ///< fraction 1: it has ended
    void failed(const fcoscope::Failure &failure);
    /// Not a failure, but worth a word: entries of a data set were left out.
    void noticed(const fcoscope::Failure &notice);

private:
    using OpenedOutcome = Outcome<std::shared_ptr<Opened>>;
    void opened(OpenedOutcome outcome);
    bool park(const OpenedOutcome &outcome);
    void goOnWithParked();
    bool mayLeave(const std::filesystem::path &forWhat);
    void tellProblems(const Opened &found);
    void list();
    void openedFirst(const ImageId &id);
    void takeOver(OpenedLabels labels);
    void labelsChanged(const LabelsChange &change);
    void modelLoaded(Outcome<ModelPtr> outcome);
    void leaveCurrent();
    void read(const ImageId &id);
    void prefetch();
    void pictureArrived(const ImageId &id, Outcome<PicturePtr> outcome);
    void show(PicturePtr picture);
    void compareSize(Size size);
    void runNetwork();
    void detected(const ImageId &id, Outcome<FindingsPtr> outcome);
    void restModel();
    void decodeAgain(FindingsPtr findings);
    void setFindings(FindingsPtr findings);
    ImageStatus statusAtRest();
    void setStatus(const ImageId &id, ImageStatus status);
    void fail(const ImageId &id, const Message &reason);
    void tell(unsigned parts) { Q_EMIT changed({parts, {}}); }

    const Backend backend_;
    QTimer idle_;  // since the network last ran
    LabelDocument labels_;
    SidecarKeeper sidecars_{labels_};
    ImageQuery query_;
    std::vector<size_t> listed_;
    std::unordered_map<ImageId, ImageStatus> statuses_;
    std::vector<Problem> skipped_;

    ImageId current_;
    bool forwards_ = true;  // the direction in which the person walks through the list
    PicturePtr picture_;
    FindingsPtr findings_;
    ModelPtr model_;
    Decoding readBy_;
    bool keepFeatures_ = false;
    static constexpr size_t keptBytes = size_t(384) << 20;
    Kept<Picture> keptPictures_{keptBytes};
    Kept<Findings> keptFindings_{size_t(256) << 20};
    std::vector<std::filesystem::path> openLater_;
    std::optional<OpenedOutcome> parked_;  // until the label files of what is open are written
    ImageId prefetching_;                  // what prefetchJob_ reads

    // Threads outlive the jobs that run on them.
    WorkThread inferenceThread_, readingThread_, prefetchThread_, decodeThread_, openThread_;
    Job<ModelPtr> loading_{inferenceThread_};
    Job<FindingsPtr> detecting_{inferenceThread_};
    Job<PicturePtr> reading_{readingThread_};
    Job<PicturePtr> prefetchJob_{prefetchThread_};
    Job<FindingsPtr> decoding_{decodeThread_};
    Job<std::shared_ptr<Opened>> opening_{openThread_};
    WeightsShelf weights_{backend_};
};

}  // namespace fcoscope
