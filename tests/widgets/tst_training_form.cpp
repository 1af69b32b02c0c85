// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/training_form_test.h"

using namespace fcoscope;

class TestTrainingForm : public QObject, private FormInWindow {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init() { openForm(); }
    void cleanup() { form_.reset(); }

    // Each option once, its help as a sentence, as tool tip and for who listens.
    void whatMattersStandsOpenAndTheRestIsFolded()
    {
        for (const char *label : {"Epochs", "Train width", "Train height", "Batch"}) {
            auto *spin = named<QDoubleSpinBox>(label);
            QVERIFY2(spin && spin->isVisible(), label);
            QVERIFY(!spin->toolTip().isEmpty());
            QCOMPARE(spin->accessibleDescription(), spin->toolTip());
            QVERIFY2(says(spin->toolTip()), label);
        }
        QVERIFY(named<QComboBox>("Device")->isVisible());
        QVERIFY(says("Weights that the training begins with; what they know need not be learnt again."));
        QCOMPARE(form_->findChildren<Fold *>().size(), 2);
        QVERIFY(!fold(0)->isOpen() && !fold(1)->isOpen());
        QVERIFY(named<QDoubleSpinBox>("Learning rate") && !named<QDoubleSpinBox>("Learning rate")->isVisible());
        int epochs = 0;
        for (auto *spin : form_->findChildren<QDoubleSpinBox *>())
            epochs += spin->accessibleName() == "Epochs";
        QCOMPARE(epochs, 1);
        // In the order in which they were named, though they come from two tables.
        int y = 0;
        for (const char *label : {"Epochs", "Train width", "Train height", "Batch"}) {
            const int at = named<QDoubleSpinBox>(label)->mapTo(form_.get(), QPoint()).y();
            QVERIFY2(at > y, label);
            y = at;
        }
    }

    void changesAreToldAndReloadIsSilent()
    {
        QSignalSpy changed(form_.get(), &TrainingForm::optionChanged),
            begun(form_.get(), &TrainingForm::startFromChosen), images(form_.get(), &TrainingForm::imagesChosen);
        QTest::keyClick(named<QDoubleSpinBox>("Epochs"), Qt::Key_Up);
        QCOMPARE(asked_.epochs, 51);
        QCOMPARE(changed.takeFirst().at(0).toString(), QString("epochs"));
        QTest::keyClick(named<QComboBox>("Device"), Qt::Key_Down);
        QCOMPARE(asked_.device, std::string("cpu"));
        QCOMPARE(changed.takeFirst().at(0).toString(), QString("device"));
        QCOMPARE(named<QComboBox>("Start from")->currentText(), QString("ImageNet"));
        QTest::keyClick(named<QComboBox>("Start from"), Qt::Key_Down);
        QCOMPARE(begun.takeFirst().at(0).toString(), QString("none"));
        QTest::keyClick(named<QComboBox>("Images"), Qt::Key_Down);
        QCOMPARE(images.takeFirst().at(0).toString(), QString("verified"));

        asked_.epochs = 7;
        asked_.rate = 0.5;
        asked_.device = "cuda:3";  // not among those that were offered, and yet what is asked
        form_->reload();
        QCOMPARE(named<QDoubleSpinBox>("Epochs")->value(), 7.0);
        QCOMPARE(named<QDoubleSpinBox>("Learning rate")->value(), 0.5);
        QCOMPARE(named<QComboBox>("Device")->currentText(), QString("cuda:3"));
        form_->setStarts({{"Nothing", "none"}}, "none");
        form_->setImages({}, "");
        QVERIFY(changed.isEmpty() && begun.isEmpty() && images.isEmpty());
    }

    // Somebody scrolls with the wheel: nothing on the way changes.
    void theWheelChangesNothingByChance()
    {
        QSignalSpy begun(form_.get(), &TrainingForm::startFromChosen),
            changed(form_.get(), &TrainingForm::optionChanged);
        start()->setFocus();
        for (QWidget *at : std::initializer_list<QWidget *>{named<QComboBox>("Start from"), named<QComboBox>("Device"),
                                                            named<QSlider>("Epochs"), named<QDoubleSpinBox>("Batch")}) {
            const QPointF point(20, 8);
            QWheelEvent event(point, at->mapToGlobal(point), {}, {0, -120}, Qt::NoButton, Qt::NoModifier,
                              Qt::NoScrollPhase, false);
            QApplication::sendEvent(at, &event);
            QVERIFY(!event.isAccepted());  // so that it goes on to what scrolls
        }
        QVERIFY(begun.isEmpty() && changed.isEmpty());
    }

    // A change may lead to other options, while the editor that was changed is still telling of it.
    void optionsMayBeSetAnewWhileOneChanges()
    {
        fold(0)->setOpen(true);
        connect(form_.get(), &TrainingForm::optionChanged, form_.get(), [this] {
            asked_.rate = 0.25;
            form_->setOptions(asked_.groups(), {"epochs"});
        });
        auto *slider = named<QSlider>("Batch");
        slider->setFocus();
        QTest::keyClick(slider, Qt::Key_Right);
        QCOMPARE(asked_.batch, 9);
        QCOMPARE(form_->findChildren<Fold *>().size(), 2);
        QVERIFY(fold(0)->isOpen() && !fold(1)->isOpen());  // by its title
        QCOMPARE(named<QDoubleSpinBox>("Learning rate")->value(), 0.25);
        QVERIFY(fold(0)->isAncestorOf(named<QDoubleSpinBox>("Batch")));
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QTest::keyClick(named<QDoubleSpinBox>("Epochs"), Qt::Key_Up);
        QCOMPARE(asked_.epochs, 51);
    }

    void goingOnShowsWhatCannotChange()
    {
        QSignalSpy changed(form_.get(), &TrainingForm::optionChanged), started(form_.get(), &TrainingForm::startWanted);
        form_->setResuming(true, {"train-width", "optimizer"});
        QCOMPARE(start()->text(), QString("Go on training"));
        auto *width = named<QDoubleSpinBox>("Train width");
        QVERIFY(width->isVisible() && !width->isEnabled());
        QCOMPARE(width->value(), 512.0);
        QVERIFY(width->toolTip().contains("Fixed since the run began"));
        QCOMPARE(width->accessibleDescription(), width->toolTip());
        QVERIFY(says("Fixed since the run began; a new run can have another."));
        QVERIFY(!named<QSlider>("Train width")->isEnabled());
        QVERIFY(!named<QComboBox>("Optimizer")->isEnabled());
        QVERIFY(named<QComboBox>("Start from")->isEnabled() && !named<QComboBox>("Images")->isEnabled());
        QTest::keyClick(width, Qt::Key_Up);
        QTest::mouseClick(named<QSlider>("Train width"), Qt::LeftButton);
        QCOMPARE(changed.count(), 0);
        QTest::keyClick(named<QDoubleSpinBox>("Epochs"), Qt::Key_Up);
        QCOMPARE(changed.count(), 1);
        form_->setOptions(asked_.groups(), mainOptions);  // still going on
        QVERIFY(!named<QDoubleSpinBox>("Train width")->isEnabled());
        QTest::mouseClick(start(), Qt::LeftButton);
        QCOMPARE(started.count(), 1);
        form_->setResuming(false, {});
        QCOMPARE(start()->text(), QString("Start training"));
        QVERIFY(named<QDoubleSpinBox>("Train width")->isEnabled() && named<QComboBox>("Start from")->isEnabled());
        QVERIFY(!says("Fixed since the run began; a new run can have another."));
    }

    void dataExpectationAndPreview()
    {
        QSignalSpy preview(form_.get(), &TrainingForm::previewWanted);
        auto *which = named<QToolButton>("Which images validate");
        QVERIFY(!which->isVisible());
        form_->setDataWords("16 images train, 4 validate", "a.png\nb.png");
        form_->setExpectation("About 12 min and 1.8 GB");
        QVERIFY(says("16 images train, 4 validate") && says("About 12 min and 1.8 GB"));
        QVERIFY(which->isVisible());
        QCOMPARE(which->toolTip(), QString("a.png\nb.png"));
        form_->setExpectation("");
        QVERIFY(!says("About 12 min and 1.8 GB"));
        for (QPushButton *button : visible<QPushButton>())
            if (button->text() == "Look at samples")
                QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(preview.count(), 1);
    }

    // From top to bottom, whatever came late, through the folds that are open, to the button.
    void tabGoesThroughItInOrder()
    {
        form_->setOptions(asked_.groups(), mainOptions);
        form_->setDataWords("16 images train", "a.png");
        form_->setFindings({found(Weight::Note, "One.")});
        fold(0)->setOpen(true);
        QTRY_VERIFY(named<QDoubleSpinBox>("Learning rate")->isVisible());  // layouts show what comes late later
        named<QComboBox>("Start from")->setFocus();
        QStringList passed;
        for (int i = 0; i < 40 && QApplication::focusWidget() != start(); ++i) {
            QWidget *at = QApplication::focusWidget();
            const auto *button = qobject_cast<QAbstractButton *>(at);
            passed += button && !button->text().isEmpty() ? button->text() : at->accessibleName();
            QVERIFY2(inSight(at), qPrintable(passed.last()));
            QTest::keyClick(at, Qt::Key_Tab);
        }
        QCOMPARE(passed, QStringList({"Start from", "Images", "Epochs", "Epochs", "Train width", "Train width",
                                      "Train height", "Train height", "Batch", "Batch", "Device",
                                      "Which images validate", "Look at samples", "What was found before the start",
                                      "Training", "Optimizer", "Learning rate", "Learning rate", "Augmentation"}));
        QCOMPARE(QApplication::focusWidget(), start());
        QTest::keyClick(start(), Qt::Key_Tab, Qt::ShiftModifier);
        QCOMPARE(static_cast<QToolButton *>(QApplication::focusWidget())->text(), QString("Augmentation"));
    }

    // In a dock nothing lies beyond its edges; in a dialog what was found stands beside the settings.
    void fitsADockAndADialog()
    {
        form_->setDataWords("16 images train, 4 validate: 212 boxes of 3 classes", "a.png");
        form_->setFindings(
            {found(Weight::Warning, "Some boxes are smaller than the finest stride at this size.", "", "train-width")});
        fold(0)->setOpen(true);
        fold(1)->setOpen(true);
        const auto within = [&] {
            for (QWidget *widget : visible<QWidget>())
                if (scroll()->widget()->isAncestorOf(widget) &&
                    widget->mapTo(scroll()->widget(), QPoint()).x() + widget->width() > scroll()->viewport()->width())
                    return widget->metaObject()->className() + QString(" ") + widget->accessibleName();
            return QString();
        };
        QVERIFY(form_->minimumSizeHint().width() <= 300);
        QTRY_COMPARE(within(), QString());
        auto *epochs = named<QDoubleSpinBox>("Epochs");
        QVERIFY(list()->mapTo(form_.get(), QPoint()).y() > epochs->mapTo(form_.get(), QPoint()).y());
        form_->resize(900, 620);
        QTRY_VERIFY(list()->mapTo(form_.get(), QPoint()).x() >
                    epochs->mapTo(form_.get(), QPoint()).x() + epochs->width());
        QVERIFY(list()->mapTo(form_.get(), QPoint()).y() < epochs->mapTo(form_.get(), QPoint()).y());
        QCOMPARE(within(), QString());
        form_->resize(300, 620);
        QTRY_COMPARE(within(), QString());
        QVERIFY(list()->mapTo(form_.get(), QPoint()).x() < 20);
    }
};

QTEST_MAIN(TestTrainingForm)
#include "tst_training_form.moc"
