// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>

#include "tests/widgets/widget_test.h"
#include "widgets/option_form.h"
#include "widgets/threshold_panel.h"
#include "widgets/translate.h"

using namespace fcoscope;

namespace {

enum class Shape { Round, Square };

struct Made {
    bool on = false;
    int whole = 5;
    double real = 0.25;
    int64_t seed = 1;
    std::string name = "x";
    Shape shape = Shape::Round;
    std::vector<double> list{1, 2};
};

OptionTable tableOf(Made &made)
{
    OptionTable table;
    table.add("on", made.on, message("core", "Help on on."));
    table.add("whole-number", made.whole, 1, 10, "px", message("core", "Help."));
    table.add("real", made.real, 0, 1, "", message("core", "Help."));
    table.add("seed", made.seed, 0, int64_t(1) << 40, "", message("core", "Help."));
    table.add("name", made.name, message("core", "Help."));
    table.addChoice("shape", made.shape, {{"round", Shape::Round}, {"square", Shape::Square}},
                    message("core", "Help."));
    table.add("list", made.list, 0, 100, "", message("core", "Help."));
    return table;
}

template <typename Widget> Widget *named(QWidget &form, const QString &label)
{
    for (auto *widget : form.findChildren<Widget *>())
        if (widget->accessibleName() == label)
            return widget;
    return nullptr;
}

// Drags the handle of a slider from where it stands to a part of its length, with real mouse events.
void drag(QSlider &slider, double to)
{
    const int y = slider.height() / 2, room = slider.width() - 16;
    const double from = double(slider.value() - slider.minimum()) / (slider.maximum() - slider.minimum());
    QTest::mousePress(&slider, Qt::LeftButton, {}, {qRound(8 + from * room), y});
    for (int i = 1; i <= 4; ++i)
        moveMouse(slider, {8 + (from + (to - from) * i / 4) * room, double(y)}, Qt::LeftButton);
    QTest::mouseRelease(&slider, Qt::LeftButton, {}, {qRound(8 + to * room), y});
}

}  // namespace

class TestOptionForm : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }

    void everyKindHasItsEditor()
    {
        Made made;
        OptionForm form;
        form.setTable(tableOf(made));
        form.show();
        QSignalSpy changed(&form, &OptionForm::changed);

        QTest::mouseClick(named<QCheckBox>(form, "On"), Qt::LeftButton, {},
                          {8, named<QCheckBox>(form, "On")->height() / 2});
        QCOMPARE(made.on, true);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(changed.last().at(0).toString(), QString("on"));
        QCOMPARE(named<QCheckBox>(form, "On")->toolTip(), QString("Help on on."));

        auto *whole = named<QDoubleSpinBox>(form, "Whole number");
        QCOMPARE(whole->decimals(), 0);
        QCOMPARE(whole->suffix(), QString(" px"));
        QTest::keyClick(whole, Qt::Key_Up);
        QCOMPARE(made.whole, 6);
        whole->selectAll();
        QTest::keyClicks(whole, "99");
        QTest::keyClick(whole, Qt::Key_Return);
        QVERIFY(made.whole <= 10);  // the range is the table's

        auto *combo = named<QComboBox>(form, "Shape");
        QTest::keyClick(combo, Qt::Key_Down);
        QVERIFY(made.shape == Shape::Square);

        auto *line = named<QLineEdit>(form, "Name");
        QTest::keyClicks(line, "yz");
        QTest::keyClick(line, Qt::Key_Return);
        QCOMPARE(made.name, std::string("xyz"));

        QVERIFY(named<QSlider>(form, "Real"));
        QVERIFY(!named<QSlider>(form, "Seed"));  // nobody aims at a seed
        auto *seed = named<QDoubleSpinBox>(form, "Seed");
        seed->selectAll();
        QTest::keyClicks(seed, "123456789012");
        QTest::keyClick(seed, Qt::Key_Return);
        QCOMPARE(made.seed, int64_t(123456789012));
    }

    void textThatIsNoValueIsRefused()
    {
        Made made;
        OptionForm form;
        form.setTable(tableOf(made));
        form.show();
        QSignalSpy changed(&form, &OptionForm::changed);
        auto *list = named<QLineEdit>(form, "List");
        QCOMPARE(list->text(), QString("1,2"));
        list->setFocus();
        list->selectAll();
        QTest::keyClicks(list, "3,x");
        QTest::keyClick(list, Qt::Key_Return);
        QCOMPARE(list->text(), QString("1,2"));
        QCOMPARE(made.list, (std::vector<double>{1, 2}));
        QVERIFY(list->toolTip().contains("3,x"));
        QCOMPARE(changed.count(), 0);
        list->selectAll();
        QTest::keyClicks(list, "3,4");
        QTest::keyClick(list, Qt::Key_Return);
        QCOMPARE(made.list, (std::vector<double>{3, 4}));
        QCOMPARE(changed.count(), 1);
    }

    void reloadIsSilent()
    {
        Made made;
        OptionForm form;
        form.setTable(tableOf(made), {"real", "on"});
        QSignalSpy changed(&form, &OptionForm::changed);
        made.real = 0.75;
        made.on = true;
        form.reload();
        QCOMPARE(named<QDoubleSpinBox>(form, "Real")->value(), 0.75);
        QVERIFY(named<QCheckBox>(form, "On")->isChecked());
        QCOMPARE(changed.count(), 0);
        QVERIFY(!named<QLineEdit>(form, "Name"));
    }

    void slidersChangeOptionsLive()
    {
        ThresholdPanel panel;
        panel.resize(320, 300);
        panel.show();
        DecodeOptions profile;
        profile.scoreThreshold = 0.3;
        profile.nmsThreshold = 0.5;
        panel.setProfile(profile);
        std::vector<DecodeOptions> told;
        connect(&panel, &ThresholdPanel::changed, this, [&](const DecodeOptions &o) { told.push_back(o); });

        auto *score = named<QSlider>(panel, "Score threshold");
        QVERIFY(score);
        drag(*score, 0.8);
        QVERIFY2(told.size() >= 3, "live while dragging");
        QVERIFY(std::abs(told.back().scoreThreshold - 0.8) < 0.03);
        QCOMPARE(told.back().nmsThreshold, 0.5);
        QCOMPARE(panel.options().scoreThreshold, told.back().scoreThreshold);
        QCOMPARE(named<QDoubleSpinBox>(panel, "Score threshold")->value(), panel.options().scoreThreshold);
        for (size_t i = 1; i < told.size(); ++i)
            QVERIFY(told[i].scoreThreshold > told[i - 1].scoreThreshold);

        QTest::keyClick(score, Qt::Key_End);
        QCOMPARE(panel.options().scoreThreshold, 1.0);
        QTest::keyClick(score, Qt::Key_Home);
        QCOMPARE(panel.options().scoreThreshold, 0.0);

        auto *most = named<QSlider>(panel, "Detections per image");
        QTest::keyClick(most, Qt::Key_Home);
        QCOMPARE(panel.options().detectionsPerImage, 1);
        QTest::keyClick(most, Qt::Key_End);
        QCOMPARE(panel.options().detectionsPerImage, 100000);
    }

    void resetGoesBackToTheProfile()
    {
        ThresholdPanel panel;
        panel.show();
        DecodeOptions profile;
        profile.nmsThreshold = 0.45;
        panel.setProfile(profile);
        auto *reset = panel.findChild<QPushButton *>();
        QVERIFY(!reset->isEnabled());
        int told = 0;
        connect(&panel, &ThresholdPanel::changed, this, [&] { ++told; });
        auto *spin = named<QDoubleSpinBox>(panel, "NMS threshold");
        QCOMPARE(spin->value(), 0.45);
        QTest::keyClick(spin, Qt::Key_Up);
        QCOMPARE(told, 1);
        QCOMPARE(panel.options().nmsThreshold, 0.46);
        QVERIFY(reset->isEnabled());
        QTest::mouseClick(reset, Qt::LeftButton);
        QCOMPARE(told, 2);
        QCOMPARE(panel.options().nmsThreshold, 0.45);
        QCOMPARE(spin->value(), 0.45);
        QVERIFY(!reset->isEnabled());
    }

    void theWheelChangesNothingByChance()
    {
        ThresholdPanel panel;
        panel.show();
        auto *slider = named<QSlider>(panel, "Score threshold");
        panel.findChild<QPushButton *>()->setFocus();
        const int before = slider->value();
        turnWheel(*slider, {20, 8}, 120);
        QCOMPARE(slider->value(), before);
    }

    void everyLabelCanBeTranslated()
    {
        QFile source(QStringLiteral(FCOSCOPE_SOURCE_DIR "/widgets/translate.cpp"));
        QVERIFY(source.open(QIODevice::ReadOnly));
        const QString text = source.readAll();
        DecodeOptions options;
        OptionTable table;
        visit(table, options);
        for (const Option &option : table.all())
            QVERIFY2(text.contains(
                         QStringLiteral("QT_TRANSLATE_NOOP(\"option\", \"%1\")").arg(optionLabelInEnglish(option))),
                     option.name.c_str());
    }
};

QTEST_MAIN(TestOptionForm)
#include "tst_option_form.moc"
