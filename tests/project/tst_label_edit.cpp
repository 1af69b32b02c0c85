// SPDX-License-Identifier: GPL-3.0-or-later
// Edits of labels: applying, taking back, and as the journal keeps them.
#include <QTest>

#include <limits>
#include <set>
#include <stdexcept>

#include "core/base/error.h"
#include "core/data/project/edits.h"
#include "random_labels.h"
#include "tests/pace.h"

using namespace fcoscope;

namespace {

struct Step {
    LabelEdit edit, inverse;
};

/// A class, two images; the first has two boxes.
LabelSet smallSet()
{
    LabelSet set;
    const Key cat = set.newKey(), first = set.newKey(), second = set.newKey();
    set.classes = {{cat, "cat", 0, 1, 0, {}}};
    set.images = {{first, "a.jpg", {100, 100}, ReviewStatus::Labelled, 1, {}, {}},
                  {second, "b.jpg", {100, 100}, ReviewStatus::New, 2, {}, {}}};
    set.images[0].boxes = {{set.newKey(), cat, {1, 1, 9, 9}, {}, false, false, false, 7, "{\"a\":1}"},
                           {set.newKey(), cat, {20, 20, 40, 40}, {}, false, false, true, -1, {}}};
    return set;
}

template <typename Fill> bool isRefused(const LabelSet &before, Fill &&fill)
{
    LabelSet set = before;
    LabelEdit edit;
    // Something that would succeed stands before the fault: nothing of it may stay.
    edit.statuses = {{set.images[1].key, ReviewStatus::Empty}};
    edit.boxes = {{set.images[0].key, set.images[0].boxes[0].key, {}}};
    fill(edit);
    try {
        apply(set, ImagePlaces(set), edit);
    } catch (const std::logic_error &) {
        return set == before;
    }
    return false;
}

bool isRefused(const std::string &json)
{
    try {
        parseEdit(json);
    } catch (const UserError &) {
        return true;
    }
    return false;
}

}  // namespace

class TestLabelEdit : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void undoneAndRedone()
    {
        std::set<int> kinds;
        for (uint64_t seed = 1; seed <= 20; ++seed) {
            Random random(seed);
            RandomLabels how;
            how.images = 1 + random.below(20);
            how.classes = random.below(8);
            const LabelSet first = randomSet(random, how);
            LabelSet set = first;
            const ImagePlaces places(set);
            std::vector<Step> steps;
            while (steps.size() < 1000) {
                const int kind = random.below(editKinds);
                LabelEdit edit = randomEdit(random, set, kind);
                if (edit.empty())
                    continue;
                kinds.insert(kind);
                LabelEdit inverse = apply(set, places, edit);
                QVERIFY(inverse.words == edit.words);
                steps.push_back({std::move(edit), std::move(inverse)});
            }
            const LabelSet last = set;
            for (auto step = steps.rbegin(); step != steps.rend(); ++step)
                step->edit = apply(set, places, step->inverse);  // what comes back leads forth again
            LabelSet expected = first;
            expected.nextKey = last.nextKey;  // keys are never given twice
            QCOMPARE(QString::fromStdString(differenceOf(set, expected)), QString());
            for (const Step &step : steps)
                apply(set, places, step.edit);
            QCOMPARE(QString::fromStdString(differenceOf(set, last)), QString());
        }
        QCOMPARE(int(kinds.size()), editKinds);
    }

    void asJsonAndBack()
    {
        Random random(7);
        LabelSet set = randomSet(random);
        const ImagePlaces places(set);
        for (int i = 0; i < 2000; ++i) {
            const LabelEdit edit = randomEdit(random, set);
            const LabelEdit inverse = apply(set, places, edit);
            QVERIFY(parseEdit(jsonOf(edit)) == edit);
            QVERIFY(parseEdit(jsonOf(inverse)) == inverse);
        }
        // Numbers at the ends of their types.
        LabelEdit edit;
        const Key high = std::numeric_limits<Key>::max() - 1;
        const double big = std::numeric_limits<double>::max(), small = std::numeric_limits<double>::denorm_min();
        edit.boxes = {
            {high, high,
             BoxEntry{
                 high, high, {-big, small, 123456789012345683968.0, 1e15}, 1e-45f, true, true, true, 1e19, "\xff"}}};
        edit.classes = {{1, ClassEntry{1, std::string("\0\xff", 2), std::numeric_limits<int>::min(),
                                       std::numeric_limits<int64_t>::min(), 0xFFFFFFFF, "{}"}}};
        QVERIFY(parseEdit(jsonOf(edit)) == edit);
    }

    void hostileJsonIsRefused()
    {
        const std::string good = jsonOf(LabelEdit{});
        QVERIFY(!isRefused(good));
        const auto with = [&](const std::string &name, const std::string &rows) {
            const std::string empty = "\"" + name + "\":[]";
            std::string json = good;
            return json.replace(json.find(empty), empty.size(), "\"" + name + "\":" + rows);
        };
        for (size_t length = 0; length < good.size(); ++length)
            QVERIFY2(isRefused(good.substr(0, length)), qPrintable(QString::number(length)));
        for (const std::string &json : {std::string("[]"),
                                        std::string("null"),
                                        std::string(200000, '['),
                                        good + "x",
                                        std::string("\xff\xfe"),
                                        with("boxes", "{}"),
                                        with("boxes", "[1]"),
                                        with("boxes", "[[1]]"),
                                        with("boxes", "[[0,1]]"),
                                        with("boxes", "[[-1,1]]"),
                                        with("boxes", "[[1.5,1]]"),
                                        with("boxes", "[[1,9223372036854775807]]"),
                                        with("boxes", "[[1,99999999999999999999]]"),
                                        with("boxes", "[[1,2,3]]"),
                                        with("boxes", "[[1,2,3,0,0,1,1,8,-1,null]]"),
                                        with("boxes", "[[1,2,3,0,0,1,null,0,-1,null]]"),
                                        with("boxes", "[[1,2,3,0,0,1,1e999,0,-1,null]]"),
                                        with("boxes", "[[1,2,3,0,0,1,1,0,-1,1e300]]"),
                                        with("boxes", "[[1,2,3,0,0,1,1,0,-1,null,\"x\",1]]"),
                                        with("boxes", "[[1,2,3,0,0,1,1,0,-1,null,7]]"),
                                        with("statuses", "[[1,\"good\"]]"),
                                        with("statuses", "[[1]]"),
                                        with("statuses", "[[1,2]]"),
                                        with("classes", "[[1,\"a\",0,0]]"),
                                        with("classes", "[[1,\"a\",0,0,-1]]"),
                                        with("classes", "[[1,\"a\",99999999999,0,0]]"),
                                        with("classes", "[[1,{\"hex\":\"zz\"},0,0,0]]"),
                                        with("classes", "[[1,{\"hex\":\"abc\"},0,0,0]]"),
                                        with("classes", "[[1,{},0,0,0]]"),
                                        with("refusals", "[[1,2]]"),
                                        with("refusals", "[[1,2,\"cat\",0,0,1]]"),
                                        with("refusals", "[[1,2,3,0,0,1,1]]"),
                                        with("arguments", "[1]")})
            QVERIFY2(isRefused(json), json.substr(0, 200).c_str());
        QVERIFY(!isRefused(with("boxes", "[[1,2,3,0,0,1,1,7,-1,null,\"x\"],[1,2]]")));
        // Damage at random: refused, or some other edit, but nothing worse.
        Random random(3);
        LabelSet set = randomSet(random);
        const std::string whole = jsonOf(deleteClass(set, set.classes[0].key)) + jsonOf(randomEdit(random, set, 0));
        for (int i = 0; i < 20000; ++i) {
            std::string json = whole.substr(0, whole.find('}') + 1);
            json[size_t(random.below(int(json.size())))] = char(random.below(256));
            isRefused(json);
        }
    }

    void wrongEditsChangeNothing()
    {
        const LabelSet set = smallSet();
        const Key cat = set.classes[0].key, image = set.images[0].key, box = set.images[0].boxes[1].key;
        const Key unknown = set.nextKey + 100;
        const double nan = std::numeric_limits<double>::quiet_NaN(), infinite = std::numeric_limits<double>::infinity();
        const auto fine = [&] { return BoxEntry{box, cat, {1, 1, 2, 2}, {}, false, false, false, -1, {}}; };
        QVERIFY(!isRefused(set, [&](LabelEdit &) {}));
        QVERIFY(!isRefused(set, [&](LabelEdit &e) { e.boxes.push_back({image, box, fine()}); }));
        QVERIFY(isRefused(set, [&](LabelEdit &e) { e.boxes.push_back({unknown, box, fine()}); }));
        QVERIFY(isRefused(set, [&](LabelEdit &e) { e.boxes.push_back({-1, box, fine()}); }));
        QVERIFY(isRefused(set, [&](LabelEdit &e) { e.boxes.push_back({image, 0, {}}); }));
        QVERIFY(isRefused(set, [&](LabelEdit &e) { e.boxes.push_back({image, unknown, fine()}); }));
        const auto boxWith = [&](auto &&change) {
            return isRefused(set, [&](LabelEdit &e) {
                BoxEntry entry = fine();
                change(entry);
                e.boxes.push_back({image, box, entry});
            });
        };
        QVERIFY(boxWith([&](BoxEntry &b) { b.classKey = unknown; }));
        QVERIFY(boxWith([&](BoxEntry &b) { b.box.x1 = nan; }));
        QVERIFY(boxWith([&](BoxEntry &b) { b.box.y2 = infinite; }));
        QVERIFY(boxWith([&](BoxEntry &b) { b.area = nan; }));
        QVERIFY(boxWith([&](BoxEntry &b) { b.score = float(nan); }));
        QVERIFY(isRefused(set, [&](LabelEdit &e) { e.statuses.push_back({unknown, ReviewStatus::New}); }));
        QVERIFY(isRefused(set, [&](LabelEdit &e) { e.classes.push_back({cat, {}}); }));  // boxes are left
        QVERIFY(isRefused(set, [&](LabelEdit &e) {
            e.classes.push_back({unknown, ClassEntry{unknown, "cat", 1, -1, 0, {}}});
        }));
        QVERIFY(isRefused(set, [&](LabelEdit &e) {
            e.refusals.push_back({unknown, Refusal{unknown, unknown, "cat", {}}});
        }));
        QVERIFY(isRefused(set, [&](LabelEdit &e) {
            e.refusals.push_back({unknown, Refusal{unknown, image, "cat", {nan, 0, 1, 1}}});
        }));
        // A class that the edit adds, or takes away together with its boxes, is fine.
        QVERIFY(!isRefused(set, [&](LabelEdit &e) {
            e.classes.push_back({unknown, ClassEntry{unknown, "dog", 1, -1, 0, {}}});
            e.boxes.push_back({image, box, fine()});
            e.boxes.back().to->classKey = unknown;
        }));
        QVERIFY(!isRefused(set, [&](LabelEdit &e) {
            e.classes.push_back({cat, {}});
            e.boxes.push_back({image, box, {}});
        }));
    }

    void oneBoxNamedTwice()
    {
        const LabelSet first = smallSet();
        LabelSet set = first;
        const Key image = set.images[0].key, box = set.images[0].boxes[0].key, fresh = set.nextKey;
        BoxEntry entry = set.images[0].boxes[0];
        entry.box.x2 = 77;
        BoxEntry added = entry;
        added.key = fresh;
        LabelEdit edit;
        edit.boxes = {{image, box, {}}, {image, fresh, added}, {image, box, entry}, {image, fresh, {}}};
        edit.statuses = {{image, ReviewStatus::New}, {image, ReviewStatus::Verified}};
        const ImagePlaces places(set);
        const LabelEdit inverse = apply(set, places, edit);
        QCOMPARE(set.images[0].boxes.size(), size_t(2));
        QCOMPARE(set.images[0].boxes[0].box.x2, 77.0);
        QVERIFY(set.images[0].status == ReviewStatus::Verified);
        QCOMPARE(set.nextKey, fresh + 1);
        apply(set, places, inverse);
        set.nextKey = first.nextKey;
        QCOMPARE(QString::fromStdString(differenceOf(set, first)), QString());
    }

    /// 20,000 boxes of one image go and come back without anybody waiting.
    void manyBoxesOfOneImage()
    {
        LabelSet set = smallSet();
        ImageEntry &image = set.images[1];
        std::vector<NewBox> boxes;
        for (int i = 0; i < 20000; ++i)
            boxes.push_back({set.classes[0].key, {double(i), 0, double(i) + 5, 5}, {}, false, false});
        const ImagePlaces places(set);
        const double took = wallMs([&] {
            const LabelEdit back = apply(set, places, addBoxes(set, image, boxes, {}));
            QCOMPARE(image.boxes.size(), size_t(20000));
            QVERIFY(image.status == ReviewStatus::Labelled);
            const LabelEdit again = apply(set, places, back);
            QVERIFY(image.boxes.empty() && image.status == ReviewStatus::New);
            apply(set, places, again);
            QCOMPARE(image.boxes.size(), size_t(20000));
        });
        QVERIFY2(took < 2000 * slower, qPrintable(QString("%1 ms").arg(took)));
    }
};

QTEST_GUILESS_MAIN(TestLabelEdit)
#include "tst_label_edit.moc"
