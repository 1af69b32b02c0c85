// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFile>
#include <QLabel>
#include <QLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalSpy>
#include <QSlider>
#include <QToolButton>
#include <QTranslator>

#include "tests/widgets/widget_test.h"
#include "widgets/fold.h"
#include "widgets/option_form.h"
#include "widgets/translate.h"
#include "widgets/what_if_panel.h"

using namespace fcoscope;

namespace {

template <typename Widget> Widget *named(QWidget &panel, const QString &name)
{
    for (auto *widget : panel.findChildren<Widget *>())
        if (widget->accessibleName() == name)
            return widget;
    return nullptr;
}

template <typename Button> Button *withText(QWidget &panel, const QString &text)
{
    for (auto *button : panel.findChildren<Button *>())
        if (button->text() == text)
            return button;
    return nullptr;
}

WhatIf unchanged()
{
    WhatIf whatIf;
    whatIf.profile = profileNamed("fcoscope");
    return whatIf;
}

// Every text marked, and half as long again.
class Marked : public QTranslator {
public:
    QString translate(const char *, const char *text, const char *, int) const override
    {
        const QString word = QString::fromUtf8(text);
        return QStringLiteral("»") + word + QStringLiteral("m").repeated(int(word.size()) / 4);
    }
    bool isEmpty() const override { return false; }
};

}  // namespace

class TestWhatIfPanel : public QObject {
    Q_OBJECT

    std::unique_ptr<WhatIfPanel> panel_;
    std::vector<WhatIf> told_;

    void typeInto(const QString &name, const QString &text)
    {
        auto *line = named<QLineEdit>(*panel_, name);
        QVERIFY(line);
        line->setFocus();
        line->selectAll();
        QTest::keyClicks(line, text);
        QTest::keyClick(line, Qt::Key_Return);
    }
    void choose(QComboBox *box, const QString &text)
    {
        box->setFocus();
        box->setCurrentIndex(0);
        for (int i = 0; i < box->count() && box->currentText() != text; ++i)
            QTest::keyClick(box, Qt::Key_Down);
        QCOMPARE(box->currentText(), text);
    }
    void tick(const QString &level)
    {
        auto *box = withText<QCheckBox>(*panel_, level);
        QVERIFY(box);
        QTest::mouseClick(box, Qt::LeftButton, {}, {8, box->height() / 2});
    }
    QString cell(const QString &name) { return named<QLabel>(*panel_, name)->text(); }

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init()
    {
        panel_ = std::make_unique<WhatIfPanel>();
        panel_->resize(280, 700);
        panel_->show();
        QVERIFY(QTest::qWaitForWindowExposed(panel_.get()));
        told_.clear();
        connect(panel_.get(), &WhatIfPanel::changed, this, [this](const WhatIf &now) { told_.push_back(now); });
    }

    void aProfileIsChosenAndNamed()
    {
        auto *chooser = named<QComboBox>(*panel_, "Profile");
        QCOMPARE(chooser->currentText(), QString("The model's"));
        QCOMPARE(panel_->whatIf().profile, profileNamed("fcoscope"));
        QCOMPARE(chooser->count(), int(profileNames().size()) + 2);
        choose(chooser, "tz-orig");
        QCOMPARE(panel_->whatIf().profile, profileNamed("tz-orig"));
        QCOMPARE(told_.back().profile, profileNamed("tz-orig"));
        QCOMPARE(named<QComboBox>(*panel_, "Center region")->currentText(), QString("none"));
        // A knob makes another one of it.
        QTest::keyClick(named<QComboBox>(*panel_, "Center region"), Qt::Key_Down);
        QCOMPARE(panel_->whatIf().profile.centerRegion, CenterRegion::Square);
        QCOMPARE(chooser->currentText(), QString("Changed"));
        QTest::keyClick(named<QComboBox>(*panel_, "Center region"), Qt::Key_Up);
        QCOMPARE(chooser->currentText(), QString("tz-orig"));
        auto *reset = withText<QPushButton>(*panel_, "Reset");
        QVERIFY(reset->isEnabled());
        QTest::mouseClick(reset, Qt::LeftButton);
        QVERIFY(panel_->whatIf() == unchanged());
        QVERIFY(told_.back() == unchanged());
        QCOMPARE(chooser->currentText(), QString("The model's"));
        QVERIFY(!reset->isEnabled());
    }

    void theModelsProfileIsFollowedUntilItIsLeft()
    {
        Profile model = profileNamed("tv");
        model.name = "mine";
        panel_->setModelProfile(model);
        QCOMPARE(panel_->whatIf().profile, model);
        QCOMPARE(named<QComboBox>(*panel_, "Profile")->currentText(), QString("The model's"));
        WhatIf other;
        other.profile = profileNamed("ad");
        panel_->setWhatIf(other);
        panel_->setModelProfile(profileNamed("zg"));
        QCOMPARE(panel_->whatIf().profile, profileNamed("ad"));
        QCOMPARE(named<QComboBox>(*panel_, "Profile")->currentText(), QString("ad"));
        QVERIFY2(told_.empty(), "what is set from outside is not told");
        QTest::mouseClick(withText<QPushButton>(*panel_, "Reset"), Qt::LeftButton);
        QCOMPARE(panel_->whatIf().profile, profileNamed("zg"));
    }

    void slidersAreLive()
    {
        auto *radius = named<QSlider>(*panel_, "Center radius");
        QVERIFY(radius);
        const double before = panel_->whatIf().profile.centerRadius;
        for (int i = 0; i < 3; ++i)
            QTest::keyClick(radius, Qt::Key_Right);
        QCOMPARE(told_.size(), size_t(3));
        QVERIFY(told_[0].profile.centerRadius > before);
        QVERIFY(told_[2].profile.centerRadius > told_[1].profile.centerRadius);
        QCOMPARE(panel_->whatIf(), told_.back());
        QTest::keyClick(named<QComboBox>(*panel_, "Centerness source"), Qt::Key_Down);
        QVERIFY(told_.back().centerness != CenternessSource::Branch);
        QTest::keyClick(named<QSlider>(*panel_, "NMS threshold"), Qt::Key_Home);
        QCOMPARE(told_.back().profile.decode.nmsThreshold, 0.0);
    }

    void levelsAreSwitchedOffAndOn()
    {
        const Profile full = panel_->whatIf().profile;
        for (const char *level : {"P3", "P4", "P5", "P6", "P7"})
            QVERIFY2(withText<QCheckBox>(*panel_, level)->isChecked(), level);
        tick("P5");
        QCOMPARE(told_.size(), size_t(1));
        QCOMPARE(panel_->whatIf().profile.strides, (std::vector<double>{8, 16, 64, 128}));
        QCOMPARE(panel_->whatIf().profile, withoutLevel(full, 2));
        QCOMPARE(named<QLineEdit>(*panel_, "Strides")->text(), QString("8,16,64,128"));
        tick("P7");
        QCOMPARE(panel_->whatIf().profile, withoutLevel(withoutLevel(full, 4), 2));
        // A setting made meanwhile is kept when they come back.
        QTest::keyClick(named<QComboBox>(*panel_, "Center region"), Qt::Key_Up);
        tick("P5");
        tick("P7");
        QCOMPARE(panel_->whatIf().profile.strides, full.strides);
        QCOMPARE(panel_->whatIf().profile.rangeLimits, full.rangeLimits);
        QCOMPARE(panel_->whatIf().profile.centerRegion, CenterRegion::None);
        QCOMPARE(named<QLineEdit>(*panel_, "Range limits")->text(), QString("64,128,256,512"));
    }

    void theLastLevelStays()
    {
        for (const char *level : {"P3", "P4", "P5", "P6"})
            tick(level);
        QCOMPARE(panel_->whatIf().profile.strides, (std::vector<double>{128}));
        const size_t before = told_.size();
        tick("P7");
        QCOMPARE(told_.size(), before);
        QVERIFY(withText<QCheckBox>(*panel_, "P7")->isChecked());
        QVERIFY(!panel_->problem().isEmpty());
        QCOMPARE(panel_->whatIf().profile.strides, (std::vector<double>{128}));
        tick("P3");
        QVERIFY(panel_->problem().isEmpty());
        QCOMPARE(panel_->whatIf().profile.strides, (std::vector<double>{8, 128}));
    }

    // A what-if that lacks levels of the model has a box for them, off.
    void missingLevelsCanBeTicked()
    {
        WhatIf less = unchanged();
        less.profile = withoutLevel(less.profile, 0);
        panel_->setWhatIf(less);
        QVERIFY(!withText<QCheckBox>(*panel_, "P3")->isChecked());
        tick("P3");
        QVERIFY(panel_->whatIf() == unchanged());
        // Strides of another kind have boxes of their own.
        panel_->setWhatIf(unchanged());
        typeInto("Strides", "12,24");
        typeInto("Range limits", "100");
        QVERIFY(withText<QCheckBox>(*panel_, "12 px"));
        QVERIFY(!withText<QCheckBox>(*panel_, "P3"));
    }

    void anInvalidCombinationIsExplainedAndKept()
    {
        typeInto("Strides", "8,16,32");
        QVERIFY(panel_->problem().contains("range-limits"));
        QVERIFY(told_.empty());
        QVERIFY(panel_->whatIf() == unchanged());
        QCOMPARE(named<QLineEdit>(*panel_, "Strides")->text(), QString("8,16,32"));
        QCOMPARE(named<QComboBox>(*panel_, "Profile")->currentText(), QString("Changed"));
        // Another knob is turned, and the one in force is told back, as a session does: nothing that was typed is lost.
        QTest::keyClick(named<QComboBox>(*panel_, "Tie rule"), Qt::Key_Down);
        panel_->setWhatIf(panel_->whatIf());
        QCOMPARE(named<QLineEdit>(*panel_, "Strides")->text(), QString("8,16,32"));
        QVERIFY(told_.empty());
        typeInto("Range limits", "64,128");
        QVERIFY(panel_->problem().isEmpty());
        QCOMPARE(told_.size(), size_t(1));
        QCOMPARE(panel_->whatIf().profile.strides, (std::vector<double>{8, 16, 32}));
        QCOMPARE(panel_->whatIf().profile.tieRule, TieRule::Torchvision);
        QVERIFY(!withText<QCheckBox>(*panel_, "P6")->isChecked());  // what was typed is the pyramid without P6 and P7

        auto *side = named<QDoubleSpinBox>(*panel_, "Long side");
        side->setFocus();
        side->selectAll();
        QTest::keyClicks(side, "300");
        QTest::keyClick(side, Qt::Key_Return);
        QVERIFY(panel_->problem().contains("300"));
        QCOMPARE(panel_->whatIf().profile.longSide, 1333);
        QTest::mouseClick(withText<QPushButton>(*panel_, "Reset"), Qt::LeftButton);
        QVERIFY(panel_->problem().isEmpty());
        QVERIFY(panel_->whatIf() == unchanged());
    }

    void limitsAreProposed()
    {
        QSignalSpy asked(panel_.get(), &WhatIfPanel::proposeLimitsRequested);
        QTest::mouseClick(withText<QPushButton>(*panel_, "Propose from the data set"), Qt::LeftButton);
        QCOMPARE(asked.count(), 1);
        panel_->takeLimits({20, 30, 40, 50});
        QCOMPARE(told_.size(), size_t(1));
        QCOMPARE(panel_->whatIf().profile.rangeLimits, (std::vector<double>{20, 30, 40, 50}));
        QCOMPARE(named<QLineEdit>(*panel_, "Range limits")->text(), QString("20,30,40,50"));
        panel_->takeLimits({});
        QCOMPARE(told_.size(), size_t(1));
        QVERIFY(!panel_->problem().isEmpty());
    }

    void labelsAndSamples()
    {
        QSignalSpy draw(panel_.get(), &WhatIfPanel::drawBoxesToggled),
            restore(panel_.get(), &WhatIfPanel::restoreLabelsRequested);
        auto *button = withText<QPushButton>(*panel_, "Draw boxes");
        QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(draw.last().at(0).toBool(), true);
        panel_->setDrawingBoxes(false);
        QVERIFY(!button->isChecked());
        QCOMPARE(draw.count(), 1);
        auto *back = withText<QPushButton>(*panel_, "Restore labels");
        QVERIFY(!back->isEnabled());
        panel_->setLabelsEdited(true);
        QTest::mouseClick(back, Qt::LeftButton);
        QCOMPARE(restore.count(), 1);

        auto *another = withText<QPushButton>(*panel_, "Another sample");
        QVERIFY(!another->isEnabled());
        auto *sample = named<QCheckBox>(*panel_, "Training sample");
        QTest::mouseClick(sample, Qt::LeftButton, {}, {8, sample->height() / 2});
        QVERIFY(told_.back().trainingSample);
        const int64_t seed = told_.back().sampleSeed;
        QTest::mouseClick(another, Qt::LeftButton);
        QVERIFY(told_.back().sampleSeed != seed);
        QTest::keyClick(named<QComboBox>(*panel_, "Label source"), Qt::Key_Down);
        QCOMPARE(told_.back().labels, LabelSource::Labels);
    }

    void countsAndTheirDifference()
    {
        QCOMPARE(cell("Best possible recall, What if"), QString("–"));
        AssignmentCounts model, whatIf;
        model.labels = whatIf.labels = 8;
        model.recalled = 8;
        whatIf.recalled = 6;
        model.positives = 1200;
        whatIf.positives = 1345;
        model.ambiguous = whatIf.ambiguous = 31;
        model.ambiguousAcrossClasses = 4;
        panel_->setCounts({}, whatIf);
        QCOMPARE(cell("Positives, What if"), QString("1,345"));
        QCOMPARE(cell("Positives, Change"), QString("–"));
        panel_->setCounts(model, whatIf);
        QCOMPARE(cell("Best possible recall, Model"), QString::fromUtf8("100.0\u202f%"));
        QCOMPARE(cell("Best possible recall, What if"), QString::fromUtf8("75.0\u202f%"));
        QCOMPARE(cell("Best possible recall, Change"), QString::fromUtf8("−25.0"));
        QCOMPARE(cell("Positives, Change"), QString("+145"));
        QCOMPARE(cell("Ambiguous, Change"), QString("="));
        panel_->setCounts(AssignmentCounts(), AssignmentCounts());  // an image without labels
        QCOMPARE(cell("Best possible recall, What if"), QString("–"));
        QCOMPARE(cell("Positives, What if"), QString("0"));
    }

    void sectionsFold()
    {
        auto *heading = withText<QToolButton>(*panel_, "Assignment");
        auto *editor = named<QComboBox>(*panel_, "Tie rule");
        QVERIFY(editor->isVisible());
        QTest::keyClick(heading, Qt::Key_Space);
        QVERIFY(!editor->isVisible());
        QTest::mouseClick(heading, Qt::LeftButton);
        QVERIFY(editor->isVisible());
    }

    void itFitsANarrowDock_data()
    {
        QTest::addColumn<bool>("longWords");
        QTest::newRow("English") << false;
        QTest::newRow("longer words") << true;
    }
    void itFitsANarrowDock()
    {
        QFETCH(bool, longWords);
        Marked translator;
        if (longWords)
            QApplication::installTranslator(&translator);
        AssignmentCounts model, whatIf;
        model.labels = model.recalled = whatIf.labels = 21;
        whatIf.positives = 12345;
        panel_->setCounts(model, whatIf);
        panel_->resize(longWords ? 320 : 260, 700);
        QCoreApplication::processEvents();
        auto *scroll = panel_->findChild<QScrollArea *>();
        const int needed = scroll->widget()->minimumSizeHint().width(), room = scroll->viewport()->width();
        const int head = panel_->layout()->minimumSize().width();
        QApplication::removeTranslator(&translator);
        QVERIFY2(longWords || head <= 260, qPrintable(QString::number(head)));
        QVERIFY2(needed <= room, qPrintable(QStringLiteral("%1 in %2").arg(needed).arg(room)));
    }

    void theLanguageChanges()
    {
        typeInto("Strides", "8,16,32");
        Marked translator;
        QApplication::installTranslator(&translator);
        QCoreApplication::processEvents();
        const QString problem = panel_->problem();
        const bool fold = withText<QToolButton>(*panel_, QString::fromUtf8("»Inputm"));
        const QString profile = named<QComboBox>(*panel_, QString::fromUtf8("»Profilem"))->currentText();
        QApplication::removeTranslator(&translator);
        QVERIFY(problem.startsWith(QString::fromUtf8("»")));
        QVERIFY(fold);
        QCOMPARE(profile, QString::fromUtf8("»Changedm"));
        QVERIFY(told_.empty());
        QCoreApplication::processEvents();
        QCOMPARE(named<QLineEdit>(*panel_, "Strides")->text(), QString("8,16,32"));
        QVERIFY(withText<QCheckBox>(*panel_, "P7"));
    }

    // What lupdate finds for the labels of this panel's options.
    void everyLabelCanBeTranslated()
    {
        QFile source(QStringLiteral(FCOSCOPE_SOURCE_DIR "/widgets/translate.cpp"));
        QVERIFY(source.open(QIODevice::ReadOnly));
        const QString text = source.readAll();
        int rows = 0;
        for (auto *form : panel_->findChildren<OptionForm *>())
            for (auto *label : form->findChildren<QLabel *>()) {
                ++rows;
                QVERIFY2(text.contains(QStringLiteral("QT_TRANSLATE_NOOP(\"option\", \"%1\")").arg(label->text())),
                         qPrintable(label->text()));
            }
        QVERIFY(rows >= 25);
    }

    void aStepOfASliderIsQuick()
    {
        auto *radius = named<QSlider>(*panel_, "Center radius");
        QVERIFY(timed("a step of a slider", [&] { QTest::keyClick(radius, Qt::Key_Right); }) < 50);
    }
};

QTEST_MAIN(TestWhatIfPanel)
#include "tst_what_if_panel.moc"
