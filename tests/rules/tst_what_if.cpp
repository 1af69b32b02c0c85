// SPDX-License-Identifier: GPL-3.0-or-later
// What a person can change to see what follows.
#include <QTest>

#include <set>

#include "core/base/error.h"
#include "core/rules/what_if.h"
#include "tests/rules/scenes.h"

using namespace fcoscope;

class WhatIfTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void optionsReadAsTheyAreWritten();
    void oneLevelLess();
    void limitsThatShareTheBoxes();
};

void WhatIfTest::optionsReadAsTheyAreWritten()
{
    WhatIf whatIf;
    OptionTable table;
    visit(table, whatIf);
    QCOMPARE(table.all().size(), size_t(4));
    table.set("centerness-source", "labels", "--centerness-source");
    table.set("label-source", "detections", "--label-source");
    table.set("training-sample", "true", "--training-sample");
    table.set("sample-seed", "77", "--sample-seed");
    QVERIFY(whatIf.centerness == CenternessSource::Labels && whatIf.labels == LabelSource::Detections &&
            whatIf.trainingSample && whatIf.sampleSeed == 77);
    QVERIFY(!(whatIf == WhatIf()));
    // Not a word that the profile's own table has: both are shown together.
    OptionTable profiles;
    visit(profiles, whatIf.profile);
    visit(profiles, whatIf.profile.decode);
    for (const Option &option : table.all()) {
        QVERIFY2(!profiles.find(option.name), option.name.c_str());
        const std::string text = option.get();
        option.set(text);
        QCOMPARE(option.get(), text);
        QVERIFY(!option.help.english().empty());
    }
    QVERIFY_EXCEPTION_THROWN(table.set("centerness-source", "nowhere", "--centerness-source"), UserError);
}

void WhatIfTest::oneLevelLess()
{
    const Profile profile = profileNamed("fcoscope");
    const std::vector<std::vector<double>> limits{
        {128, 256, 512}, {128, 256, 512}, {64, 256, 512}, {64, 128, 512}, {64, 128, 256}};
    for (size_t level = 0; level < 5; ++level) {
        const Profile fewer = withoutLevel(profile, level);
        checkProfile(fewer);
        QCOMPARE(fewer.strides.size(), size_t(4));
        QVERIFY(std::count(fewer.strides.begin(), fewer.strides.end(), profile.strides[level]) == 0);
        QCOMPARE(fewer.rangeLimits, limits[level]);
        // No range is lost: a box that level learnt has another one that may.
        const double middle = level == 4 ? 600 : (profile.rangeLow(level) + profile.rangeHigh(level)) / 2;
        bool found = false;
        for (size_t l = 0; l < 4; ++l)
            found |= fewer.rangeLow(l) < middle && middle < fewer.rangeHigh(l) &&
                     (fewer.strides[l] < profile.strides[level] || level == 0);
        QVERIFY(found);
    }
    Profile one = profile;
    for (int i = 0; i < 4; ++i)
        one = withoutLevel(one, one.strides.size() - 1);
    QVERIFY(one.strides == std::vector<double>{8} && one.rangeLimits.empty());
    QVERIFY_EXCEPTION_THROWN(withoutLevel(one, 0), UserError);
    QVERIFY_EXCEPTION_THROWN(withoutLevel(profile, 5), std::out_of_range);
}

void WhatIfTest::limitsThatShareTheBoxes()
{
    Profile profile = profileNamed("fcoscope");
    Random random(91);
    std::vector<Box> boxes;
    for (int i = 0; i < 1003; ++i) {
        const double w = std::exp(random.uniform(2.5, 7)), h = w * random.uniform(0.3, 1);
        boxes.push_back(random.chance(0.5) ? Box{5, 5, 5 + w, 5 + h} : Box{5, 5, 5 + h, 5 + w});
    }
    std::vector<double> limits = proposedLimits(boxes, profile);
    QCOMPARE(limits.size(), size_t(4));
    std::vector<int> share(5, 0);
    for (const Box &box : boxes) {
        const double reach = std::max(box.width(), box.height()) / 2;
        ++share[size_t(std::count_if(limits.begin(), limits.end(), [&](double limit) { return reach > limit; }))];
    }
    for (const int count : share)
        QVERIFY2(std::abs(count - 200) < 15, qPrintable(QString::number(count)));
    for (const double limit : limits)
        QCOMPARE(limit, std::round(limit));
    profile.rangeLimits = limits;
    checkProfile(profile);
    // All alike, or smaller than a pixel: still rising, still usable.
    profile.rangeLimits = limits = proposedLimits(std::vector<Box>(50, Box{0, 0, 0.4, 0.2}), profile);
    QCOMPARE(limits, (std::vector<double>{1, 2, 3, 4}));
    checkProfile(profile);
    QCOMPARE(proposedLimits(std::vector<Box>(50, Box{0, 0, 100, 20}), profile), (std::vector<double>{50, 51, 52, 53}));
    QVERIFY(proposedLimits({}, profile).empty());
    boxes = std::vector<Box>(4, Box{0, 0, 9, 9});
    boxes.push_back({0, 0, 0, 9});
    QVERIFY(proposedLimits(boxes, profile).empty());
    boxes.push_back({0, 0, 9, 9});
    QCOMPARE(proposedLimits(boxes, profile).size(), size_t(4));
    profile.strides = {8};
    profile.rangeLimits = {};
    QVERIFY(proposedLimits(boxes, profile).empty());
}

QTEST_GUILESS_MAIN(WhatIfTest)
#include "tst_what_if.moc"
