// SPDX-License-Identifier: GPL-3.0-or-later
// What each edit means, which suggestions are open, and which images a query finds.
#include <QTest>

#include <limits>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/data/image.h"
#include "core/data/project/edits.h"
#include "core/data/project/image_query.h"
#include "core/data/project/suggestions.h"

using namespace fcoscope;

namespace {

constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

/// Cats and dogs. a: two cats, the second locked; b: new; c: empty on purpose; d: a verified dog with a score.
struct Scene {
    LabelSet set;
    Key cat = 0, dog = 0;

    Scene()
    {
        cat = set.newKey(), dog = set.newKey();
        set.classes = {{cat, "cat", 0, 1, 0, {}}, {dog, "dog", 5, 2, 0, {}}};
        for (const char *path : {"a10.jpg", "b.jpg", "C.jpg", "a9.jpg"})
            set.images.push_back({set.newKey(), path, {100, 100}, ReviewStatus::New, -1, {}, {}});
        add(0, cat, {10, 10, 20, 20});
        add(0, cat, {30, 30, 50, 50}).locked = true;
        add(3, dog, {1, 1, 9, 9}).score = 0.25f;
        set.images[0].status = ReviewStatus::Labelled;
        set.images[2].status = ReviewStatus::Empty;
        set.images[3].status = ReviewStatus::Verified;
    }
    BoxEntry &add(size_t image, Key classKey, const Box &box)
    {
        set.images[image].boxes.push_back({set.newKey(), classKey, box, {}, false, false, false, -1, {}});
        return set.images[image].boxes.back();
    }
    ImageEntry &a() { return set.images[0]; }
    ImageEntry &b() { return set.images[1]; }
    ImageEntry &c() { return set.images[2]; }
    ImageEntry &d() { return set.images[3]; }
    std::vector<Key> all(const ImageEntry &image) const
    {
        std::vector<Key> keys;
        for (const BoxEntry &box : image.boxes)
            keys.push_back(box.key);
        return keys;
    }
    LabelEdit operator()(const LabelEdit &edit) { return apply(set, ImagePlaces(set), edit); }
};

using Places = std::vector<size_t>;

}  // namespace

class TestEdits : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void reasons()
    {
        const Size image{100, 50};
        QVERIFY(!reasonAgainst({0, 0, 1, 1}, image));
        QVERIFY(!reasonAgainst({-5, -5, 0.5, 0.5}, image));  // over the edge: it can be clipped
        QVERIFY(!reasonAgainst({500, 500, 600, 600}, {}));
        for (const Box &box : {Box{notANumber, 0, 5, 5}, Box{0, 0, 0.9, 5}, Box{0, 0, 5, 0.9}, Box{5, 5, 1, 1},
                               Box{100, 0, 110, 10}, Box{0, 50, 10, 60}, Box{-10, 0, 0, 10}, Box{-1e308, 0, 1e308, 5}})
            QVERIFY(reasonAgainst(box, image));
        QCOMPARE(reasonAgainst({0, 0, 0.25, 5}, image)->english(),
                 std::string("The box is 0.25 × 5 pixels: thinner than one pixel."));
    }

    void drawing()
    {
        Scene s;
        const std::vector<NewBox> boxes = {{s.cat, {0, 0, 5, 5}, {}, true, false},
                                           {s.cat, {notANumber, 0, 5, 5}, {}, false, false},
                                           {s.dog, {5, 5, 5, 5}, {}, false, false}};
        for (ImageEntry *image : {&s.b(), &s.c()}) {
            s(addBoxes(s.set, *image, boxes, message("core", "Draw a box")));
            QCOMPARE(image->boxes.size(), size_t(1));
            QVERIFY(image->status == ReviewStatus::Labelled && image->boxes[0].crowd);
        }
        s(addBoxes(s.set, s.d(), boxes, {}));
        QVERIFY(s.d().status == ReviewStatus::Verified);
        QVERIFY(addBoxes(s.set, s.b(), {}, {}).empty());
    }

    void moving()
    {
        Scene s;
        s.a().boxes[0].area = 55;
        const std::vector<MovedBox> moved = {
            {s.all(s.a())[0], {11, 10, 21, 20}}, {s.all(s.a())[1], {0, 0, 9, 9}}, {999, {0, 0, 9, 9}}};
        const LabelEdit edit = moveBoxes(s.a(), moved);
        QCOMPARE(edit.words.english(), std::string("Move a box"));
        s(edit);
        QCOMPARE(s.a().boxes[0].box, (Box{11, 10, 21, 20}));
        QCOMPARE(s.a().boxes[0].area, -1.0);
        QCOMPARE(s.a().boxes[1].box, (Box{30, 30, 50, 50}));  // locked
        QVERIFY(moveBoxes(s.a(), std::vector<MovedBox>{{s.all(s.a())[0], {notANumber, 0, 1, 1}}}).empty());
        QVERIFY(moveBoxes(s.a(), std::vector<MovedBox>{{s.all(s.a())[0], s.a().boxes[0].box}}).empty());
        QCOMPARE(moveBoxes(s.a(), std::vector<MovedBox>{{s.all(s.a())[0], {0, 0, 1, 2}}}).words.english(),
                 std::string("Resize a box"));
    }

    void deletingFlagsAndClass()
    {
        Scene s;
        const std::vector<Key> both = s.all(s.a());
        s(setClass(s.set, s.a(), both, s.dog));
        QCOMPARE(s.a().boxes[0].classKey, s.dog);
        QCOMPARE(s.a().boxes[1].classKey, s.cat);  // locked
        QVERIFY(setClass(s.set, s.a(), both, 999).empty());
        s(deleteBoxes(s.set, s.a(), both));
        QCOMPARE(s.all(s.a()), std::vector<Key>{both[1]});
        QVERIFY(s.a().status == ReviewStatus::Labelled);
        const LabelEdit unlock = setFlag(s.a(), both, BoxFlag::Locked, false);
        QCOMPARE(unlock.words.english(), std::string("Unlock a box"));
        s(unlock);
        QVERIFY(setFlag(s.a(), both, BoxFlag::Locked, false).empty());
        const LabelEdit back = s(deleteBoxes(s.set, s.a(), both));
        QVERIFY(s.a().boxes.empty() && s.a().status == ReviewStatus::New);
        s(back);
        QVERIFY(s.a().status == ReviewStatus::Labelled);
        s(deleteBoxes(s.set, s.d(), s.all(s.d())));
        QVERIFY(s.d().status == ReviewStatus::Verified);  // a person corrects what they have verified
    }

    void propagating()
    {
        Scene s;
        s.b().size = {40, 40};
        s.add(3, s.cat, {10, 10, 20, 20.1});
        const std::vector<const ImageEntry *> to = {&s.b(), &s.d()};
        s(propagate(s.set, s.a().boxes, to));
        QCOMPARE(s.b().boxes.size(), size_t(2));
        QCOMPARE(s.b().boxes[1].box, (Box{30, 30, 40, 40}));  // clipped
        QVERIFY(!s.b().boxes[1].locked && s.b().status == ReviewStatus::Labelled);
        QCOMPARE(s.d().boxes.size(), size_t(3));  // one of the two was there already
        QVERIFY(propagate(s.set, s.a().boxes, std::vector<const ImageEntry *>{&s.d()}).empty());
    }

    void statuses()
    {
        Scene s;
        const std::vector<const ImageEntry *> all = {&s.a(), &s.b(), &s.c(), &s.d()};
        QCOMPARE(touchedBy(setStatus(all, ReviewStatus::Empty)).images, size_t(1));     // b: c is, a and d have boxes
        QCOMPARE(touchedBy(setStatus(all, ReviewStatus::Labelled)).images, size_t(1));  // d
        QCOMPARE(setStatus(all, ReviewStatus::Verified).words.english(), std::string("Mark 3 images as verified"));
        QCOMPARE(touchedBy(setStatus(all, ReviewStatus::New)).images, size_t(3));
    }

    void classes()
    {
        Scene s;
        for (const char *name : {"", "  ", "cat"}) {
            QVERIFY_EXCEPTION_THROWN(addClass(s.set, name), UserError);
            QVERIFY_EXCEPTION_THROWN(renameClass(s.set, s.dog, name), UserError);
        }
        QVERIFY(renameClass(s.set, s.cat, "cat").empty());
        s(addClass(s.set, "bird"));
        QCOMPARE(s.set.classNames(), (std::vector<std::string>{"cat", "dog", "bird"}));
        const Key bird = s.set.classes[2].key;
        s(reorderClasses(s.set, std::vector<Key>{bird, s.cat, s.dog}));
        QCOMPARE(s.set.classNames(), (std::vector<std::string>{"bird", "cat", "dog"}));
        QVERIFY(reorderClasses(s.set, std::vector<Key>{bird, s.cat, s.dog}).empty());
        QVERIFY_EXCEPTION_THROWN(reorderClasses(s.set, std::vector<Key>{bird, bird, s.dog}), std::logic_error);
        QCOMPARE(s.a().boxes[0].classKey, s.cat);  // no order of classes moves a label
        s(recolourClass(s.set, bird, 0xFF112233));
        QCOMPARE(s.set.findClass(bird)->colour, 0xFF112233u);
        const LabelEdit merge = mergeClasses(s.set, s.cat, s.dog);
        QCOMPARE(touchedBy(merge).boxes, size_t(2));
        QCOMPARE(touchedBy(merge).images, size_t(1));
        const LabelEdit apart = s(merge);
        QVERIFY(!s.set.findClass("cat"));
        QCOMPARE(s.a().boxes[1].classKey, s.dog);  // locked ones, too
        s(apart);
        s(deleteClass(s.set, s.cat));
        QVERIFY(s.a().boxes.empty() && s.a().status == ReviewStatus::New);
        QVERIFY(mergeClasses(s.set, s.dog, s.dog).empty());
    }

    void acceptingAndRefusing()
    {
        Scene s;
        const std::vector<NewBox> found = {{s.cat, {10, 10, 20, 20}, 0.9f, false, false},  // is a label already
                                           {s.dog, {60, 60, 80, 80}, 0.8f, false, false},
                                           {s.dog, {60, 60, 80, 80}, float(notANumber), false, false},
                                           {s.dog, {1, 1, notANumber, 2}, 0.8f, false, false}};
        s(acceptDetections(s.set, s.a(), found));
        QCOMPARE(s.a().boxes.size(), size_t(3));
        QCOMPARE(s.a().boxes[2].score, std::optional(0.8f));
        QVERIFY(acceptDetections(s.set, s.a(), found).empty());
        s(refuseDetections(s.set, s.b(),
                           std::vector<NamedDetection>{{"cat", {0, 0, 10, 10}, {}}, {"owl", {30, 30, 40, 40}, {}}}));
        QVERIFY(!s.set.findClass("owl"));  // a refusal adds no class
        const std::vector<Suggested> suggested = {
            {s.cat, "cat", {0, 0, 10, 9}},  {s.dog, "dog", {0, 0, 10, 9}},         {0, "bat", {0, 0, 10, 9}},
            {s.cat, "cat", {0, 0, 10, 30}}, {s.cat, "cat", {notANumber, 0, 1, 1}}, {0, "owl", {30, 30, 40, 39}}};
        using enum Suggestion;
        QCOMPARE(suggestionsOf(s.b(), s.set.refusals, suggested),
                 (std::vector{Refused, Open, Unknown, Open, Open, Refused}));
        s.add(1, s.cat, {0, 0, 10, 10});
        QCOMPARE(suggestionsOf(s.b(), s.set.refusals, suggested),
                 (std::vector{Labelled, Open, Unknown, Open, Open, Refused}));
        QCOMPARE(suggestionsOf(s.b(), s.set.refusals, suggested, {0.2})[3], Labelled);
        QCOMPARE(suggestionsOf(s.c(), s.set.refusals, suggested)[0], Open);  // refused in another image
        // Whatever becomes of the class, what was refused stays so.
        LabelSet without = s.set;
        apply(without, ImagePlaces(without), deleteClass(without, s.cat));
        const Suggested again{0, "cat", {0, 0, 10, 9}};
        QCOMPARE(suggestionsOf(without.images[1], without.refusals, std::span(&again, 1))[0], Refused);

        // Of classes that are not there yet, in several images, as one edit.
        const std::vector<ImageDetections> many = {
            {&s.b(), {{"bird", {50, 50, 60, 60}, 0.5f}, {"cat", {0, 0, 10, 10}, 0.5f}}},
            {&s.c(), {{"bird", {50, 50, 60, 60}, 0.5f}, {"fish", {0, 0, 9, 9}, {}}}}};
        const LabelSet before = s.set;
        const LabelEdit back = s(acceptDetections(s.set, many));
        QCOMPARE(s.set.classNames(), (std::vector<std::string>{"cat", "dog", "bird", "fish"}));
        QCOMPARE(s.b().boxes.size(), size_t(2));
        QCOMPARE(s.c().boxes.size(), size_t(2));
        QVERIFY(s.c().status == ReviewStatus::Labelled);
        s(back);
        s.set.nextKey = before.nextKey;
        QVERIFY(s.set == before);
    }

    void queries()
    {
        Scene s;
        const auto found = [&](const ImageQuery &query) { return matching(s.set, query); };
        using Sort = ImageQuery::Sort;
        QCOMPARE(found({}), (Places{0, 1, 2, 3}));
        QCOMPARE(found({.name = "A"}), (Places{0, 3}));
        QCOMPARE(found({.name = "c.JPG"}), (Places{2}));
        QCOMPARE(found({.name = "zzz"}), Places{});
        QCOMPARE(found({.classes = {s.cat}}), (Places{0}));
        QCOMPARE(found({.classes = {s.dog, s.cat}}), (Places{0, 3}));
        QCOMPARE(found({.classes = {s.cat}, .most = 0}), (Places{1, 2, 3}));
        QCOMPARE(found({.classes = {s.cat}, .least = 3}), Places{});
        QCOMPARE(found({.statuses = {ReviewStatus::Empty, ReviewStatus::New}}), (Places{1, 2}));
        QCOMPARE(found({.least = 1, .most = 1}), (Places{3}));
        QCOMPARE(found({.descending = true}), (Places{3, 2, 1, 0}));
        QCOMPARE(found({.sort = Sort::Name}), (Places{3, 0, 1, 2}));
        QCOMPARE(found({.sort = Sort::Boxes}), (Places{1, 2, 3, 0}));
        QCOMPARE(found({.sort = Sort::Boxes, .descending = true}), (Places{0, 3, 1, 2}));  // equal ones as listed
        QCOMPARE(found({.sort = Sort::Status}), (Places{1, 0, 3, 2}));
        s.a().boxes[0].score = 0.75f;
        QCOMPARE(found({.sort = Sort::Score}), (Places{3, 0, 1, 2}));
        QCOMPARE(found({.sort = Sort::Score, .descending = true}), (Places{0, 3, 1, 2}));
    }

    void namesInNaturalOrder()
    {
        Random random(4);
        LabelSet set;
        for (int i = 0; i < 3000; ++i) {
            std::string name;
            for (int n = random.below(8); n >= 0; --n)
                name += std::string("0019aAbZ.-_/\xff")[size_t(random.below(13))];
            set.images.push_back({set.newKey(), name, {}, ReviewStatus::New, -1, {}, {}});
        }
        const Places found = matching(set, {.sort = ImageQuery::Sort::Name});
        QCOMPARE(found.size(), set.images.size());
        for (size_t i = 1; i < found.size(); ++i)
            QVERIFY(!naturallyBefore(set.images[found[i]].path, set.images[found[i - 1]].path));
    }

    void nextAndCounts()
    {
        Scene s;
        const Places listed = {3, 1, 0, 2};
        QCOMPARE(nextUnreviewed(s.set, listed, -1, 1), 1);
        QCOMPARE(nextUnreviewed(s.set, listed, 1, 1), 1);  // once round
        QCOMPARE(nextUnreviewed(s.set, listed, 3, 1), 1);
        QCOMPARE(nextUnreviewed(s.set, listed, 0, -1), 1);
        s.c().status = ReviewStatus::New;
        QCOMPARE(nextUnreviewed(s.set, listed, 1, 1), 3);
        QCOMPARE(nextUnreviewed(s.set, listed, -1, -1), 3);
        QCOMPARE(nextUnreviewed(s.set, listed, 1, -1), 3);
        QCOMPARE(nextUnreviewed(s.set, Places{0, 3}, 0, 1), -1);
        QCOMPARE(nextUnreviewed(s.set, Places{}, -1, 1), -1);
        s.add(3, s.cat, {0, 0, 2, 2});
        const auto counts = countClasses(s.set);
        QCOMPARE(counts[0].boxes, size_t(3));
        QCOMPARE(counts[0].images, size_t(2));
        QCOMPARE(counts[1].boxes, size_t(1));
        QVERIFY(countClasses({}).empty());
    }
};

QTEST_GUILESS_MAIN(TestEdits)
#include "tst_edits.moc"
