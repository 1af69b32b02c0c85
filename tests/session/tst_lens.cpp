// SPDX-License-Identifier: GPL-3.0-or-later
// The lens over a backend whose world is known: whose boxes are assigned, what follows a what if and what does not run
// the network, and that no frame ever reaches an image that it was not made from.
#include <QSignalSpy>
#include <QTest>

#include <memory>

#include "app/session/lens.h"
#include "core/data/project/edits.h"
#include "tests/session/fake_backend.h"

using namespace fcoscope;

class LensTest : public QObject {
    Q_OBJECT

    std::unique_ptr<FakeBackend> fake_;
    std::unique_ptr<Session> session_;
    std::unique_ptr<Lens> lens_;
    std::vector<Failure> failures_;
    int strangers_ = 0;  // frames of another image than the current one

    void make(int images)
    {
        lens_.reset();
        session_.reset();
        failures_.clear();
        strangers_ = 0;
        fake_ = std::make_unique<FakeBackend>(images);
        session_ = std::make_unique<Session>(fake_->backend());
        lens_ = std::make_unique<Lens>(*session_);
        connect(lens_.get(), &Lens::failed, this, [this](const Failure &f) { failures_.push_back(f); });
        connect(lens_.get(), &Lens::frameChanged, this,
                [this] { strangers_ += lens_->look() && lens_->look()->frame->imageId != session_->current(); });
    }
    QString model() const { return fake_->folder() + QStringLiteral("/small.safetensors"); }
    QString dataSet() const { return fake_->folder() + QStringLiteral("/labels.json"); }
    const LensFrame *frame() const { return lens_->look() ? lens_->look()->frame.get() : nullptr; }
    const AssignedImage *assigned() const { return frame() ? frame()->assigned.get() : nullptr; }
    bool settled() const { return frame() && !lens_->looking() && session_->findings(); }
    static std::vector<Layer> only(LayerKind kind)
    {
        std::vector<Layer> layers = standardLayers();
        for (Layer &layer : layers)
            layer.visible = layer.kind == kind;
        return layers;
    }

private Q_SLOTS:
    void cleanup()
    {
        QCOMPARE(strangers_, 0);
        lens_.reset();
        session_.reset();
    }

    void nothingStandsInForAnImageThatIsEmpty()
    {
        make(1);
        session_->open({fake_->folder(), model()});
        QTRY_VERIFY(settled() && frame()->detectionsStandIn);
        const ImageEntry *image = session_->labels().find(session_->current());
        QVERIFY(session_->labels().apply(setStatus(std::span(&image, 1), ReviewStatus::Empty)));
        QTRY_VERIFY(settled() && !frame()->detectionsStandIn);
        session_->labels().undo();
        QTRY_VERIFY(settled() && frame()->detectionsStandIn);
    }

    void labelsOfTheDataSetAreAssigned()
    {
        make(3);
        session_->open({dataSet(), model()});
        QTRY_VERIFY(settled());
        QCOMPARE(lens_->look()->classNames, (std::vector<std::string>{"round", "square", "triangle"}));
        QVERIFY(!frame()->detectionsStandIn);
        QCOMPARE(assigned()->labels.size(), 2u);
        // The data set counts its classes in another order than the model, and has one more.
        QCOMPARE(assigned()->labels[0].classIndex, 1);
        QCOMPARE(assigned()->labels[1].classIndex, 2);
        QCOMPARE(assigned()->labels[0].box, (Box{100, 100, 200, 200}));
        QVERIFY(frame()->counts.positives > 0);
        QVERIFY(!lens_->look()->unchanged);

        // An image that has a place in the data set and no label in it is empty, not without labels.
        session_->setCurrent(fake_->id(1));
        QTRY_VERIFY(settled());
        QVERIFY(!frame()->detectionsStandIn);
        QVERIFY(assigned()->labels.empty());
    }

    void detectionsStandInWhereThereAreNoLabels()
    {
        make(4);
        session_->open({fake_->file(3)});
        QTRY_VERIFY(frame());
        QVERIFY(!assigned());  // nothing to assign: no labels, no model
        session_->openModel(model().toStdString());
        QTRY_VERIFY(settled() && assigned());
        QVERIFY(frame()->detectionsStandIn);
        QCOMPARE(assigned()->labels.size(), session_->findings()->detections.size());
        QCOMPARE(assigned()->labels.size(), 3u);

        WhatIf whatIf = lens_->whatIf();
        whatIf.labels = LabelSource::Labels;
        lens_->setWhatIf(whatIf);
        QTRY_VERIFY(settled() && assigned() && assigned()->labels.empty());
    }

    void whatIfFollowsWithoutTheNetwork()
    {
        make(3);
        session_->open({dataSet(), model()});
        QTRY_VERIFY(settled());
        const int positives = frame()->counts.positives, runs = fake_->runs;
        WhatIf whatIf = lens_->whatIf();
        whatIf.profile.centerRegion = CenterRegion::None;
        lens_->setWhatIf(whatIf);
        QTRY_VERIFY(settled() && lens_->look()->unchanged);
        QVERIFY(frame()->counts.positives > positives);
        QCOMPARE(lens_->look()->unchanged->positives, positives);
        QCOMPARE(fake_->runs.load(), runs);

        whatIf = lens_->whatIf();
        whatIf.profile.strides = {16, 32};
        whatIf.profile.rangeLimits = {100};
        lens_->setWhatIf(whatIf);
        QTRY_COMPARE(frame()->assigned->levels.size(), 2u);
        QCOMPARE(fake_->runs.load(), runs);
    }

    void scoresFollowWithoutTheNetwork()
    {
        make(6);
        session_->open({fake_->file(5), model()});
        QTRY_VERIFY(settled());
        const float product = session_->findings()->detections.at(0).score;
        WhatIf whatIf = lens_->whatIf();
        whatIf.profile.scoreRule = ScoreRule::SquareRoot;
        lens_->setWhatIf(whatIf);
        QTRY_VERIFY(session_->findings()->detections.at(0).score > product + 0.01f);
        QCOMPARE(session_->findings()->profile.strides, session_->model()->info.profile.strides);

        whatIf.profile.scoreRule = ScoreRule::Product;
        whatIf.centerness = CenternessSource::Labels;  // no label learns: no location has a centerness
        whatIf.labels = LabelSource::Labels;
        lens_->setWhatIf(whatIf);
        QTRY_VERIFY(session_->findings()->detections.empty());
        QCOMPARE(fake_->runs.load(), 1);

        session_->openModel(model().toStdString());  // brings its own profile
        QTRY_VERIFY(settled() && !session_->modelLoading());
        QTRY_COMPARE(session_->findings()->detections.size(), 5u);
        QCOMPARE(lens_->whatIf().centerness, CenternessSource::Branch);
        QVERIFY(lens_->whatIf().profile == session_->model()->info.profile);
    }

    void thresholdsMovedElsewhereAreInTheWhatIf()
    {
        make(20);
        session_->open({fake_->file(19), model()});
        QTRY_VERIFY(settled());
        QSignalSpy told(lens_.get(), &Lens::whatIfChanged);
        DecodeOptions options = session_->decodeOptions();
        options.scoreThreshold = 0.9;
        session_->setDecodeOptions(options);
        QCOMPARE(told.count(), 1);
        QCOMPARE(lens_->whatIf().profile.decode, options);
        QTRY_COMPARE(session_->findings()->detections.size(), 3u);
    }

    void boxesThatAreDraggedAreAssignedAndForgotten()
    {
        make(3);
        session_->open({dataSet(), model()});
        QTRY_VERIFY(settled());
        std::vector<Label> boxes = lens_->labels();
        boxes[0].box = {10, 20, 90, 80};
        lens_->setBoxes(boxes);
        QTRY_COMPARE(assigned()->labels[0].box, boxes[0].box);
        QVERIFY(lens_->boxesChanged());
        for (int x = 0; x < 50; ++x) {  // a drag: what is asked for last comes at last
            boxes[1].box = {double(x), 0, double(x) + 60, 60};
            lens_->setBoxes(boxes);
        }
        QTRY_COMPARE(assigned()->labels[1].box, boxes[1].box);
        session_->setCurrent(fake_->id(1));
        QVERIFY(!lens_->boxesChanged());
        session_->setCurrent(fake_->id(0));
        QTRY_VERIFY(settled());
        QCOMPARE(assigned()->labels[0].box, (Box{100, 100, 200, 200}));
    }

    void layersAreMadeAsTheyAreAskedFor()
    {
        make(3);
        session_->open({dataSet(), model()});
        QTRY_VERIFY(settled());
        QVERIFY(frame()->layers.empty());
        for (const LayerKind kind : {LayerKind::CenternessTarget, LayerKind::ClassLoss, LayerKind::Score}) {
            lens_->setLayers(only(kind));
            QTRY_VERIFY(settled() && frame()->layers.size() == 1 && frame()->layers[0].layer.kind == kind);
            QVERIFY2(frame()->layers[0].missing.text.empty(), frame()->layers[0].missing.text.c_str());
            QVERIFY(!frame()->layers[0].map.empty());
        }
        QCOMPARE(fake_->runs.load(), 1);
        QVERIFY(failures_.empty());
    }

    void featuresAreKeptOnlyWhenTheyAreLookedAt()
    {
        make(3);
        session_->open({dataSet(), model()});
        QTRY_VERIFY(settled());
        QVERIFY(session_->findings()->raw->features.empty());
        std::vector<Layer> layers = only(LayerKind::Activation);
        for (Layer &layer : layers)
            layer.features = "P5";
        lens_->setLayers(layers);
        QTRY_COMPARE(fake_->runs.load(), 2);
        QTRY_VERIFY(settled() && !session_->findings()->raw->features.empty() && frame()->layers.size() == 1 &&
                    frame()->layers[0].missing.text.empty());
        QCOMPARE(frame()->layers[0].map.values.at(0).at(0), 0.5f);
    }

    void aTrainingSampleNamesItsTransform()
    {
        make(3);
        session_->open({dataSet(), model()});
        QTRY_VERIFY(settled());
        const Message validation = frame()->transform;
        WhatIf whatIf = lens_->whatIf();
        whatIf.trainingSample = true;
        std::vector<ImageTransform> seen;
        for (int64_t seed = 1; seed <= 4; ++seed) {
            whatIf.sampleSeed = seed;
            lens_->setWhatIf(whatIf);
            QTRY_VERIFY(settled() && !(frame()->transform == validation) &&
                        (seen.empty() || !(assigned()->transform == seen.back())));
            seen.push_back(assigned()->transform);
        }
        whatIf.trainingSample = false;
        lens_->setWhatIf(whatIf);
        QTRY_COMPARE(frame()->transform, validation);
    }

    void fastSwitchingShowsNoStranger()
    {
        make(30);
        lens_->setLayers(only(LayerKind::Assignment));
        session_->open({fake_->folder(), model()});
        QTRY_VERIFY(settled());
        for (int i = 0; i < 200; ++i) {
            session_->setCurrent(fake_->id(i * 7 % 30));
            QCoreApplication::processEvents();
        }
        session_->setCurrent(fake_->id(12));
        QTRY_VERIFY(settled());
        QCOMPARE(frame()->imageId, fake_->id(12));
    }
};

QTEST_MAIN(LensTest)
#include "tst_lens.moc"
