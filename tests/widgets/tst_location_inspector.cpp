// SPDX-License-Identifier: GPL-3.0-or-later
#include <QClipboard>
#include <QLabel>
#include <QPainter>
#include <QSignalSpy>
#include <QTextBrowser>
#include <QTextCursor>
#include <QTextTable>
#include <QToolButton>
#include <QTranslator>
#include <limits>

#include "tests/pace.h"
#include "tests/widgets/inspected_scene.h"
#include "tests/widgets/widget_test.h"
#include "widgets/location_inspector.h"
#include "widgets/location_overlay.h"

using namespace fcoscope;

namespace {

class Marked : public QTranslator {
public:
    QString translate(const char *, const char *text, const char *, int) const override
    {
        return QStringLiteral("»") + QString::fromUtf8(text);
    }
    bool isEmpty() const override { return false; }
};

QToolButton *button(QWidget &widget, const QString &text)
{
    for (auto *found : widget.findChildren<QToolButton *>())
        if (found->text() == text)
            return found;
    return nullptr;
}

}  // namespace

class TestLocationInspector : public QObject {
    Q_OBJECT

    std::unique_ptr<LocationInspector> inspector_;

    QTextBrowser *view(const char *name) { return inspector_->findChild<QTextBrowser *>(name); }
    QString hoverText() { return view("cursorView")->toPlainText().replace(QChar(0xa0), ' '); }
    QString pinText() { return view("pinView")->toPlainText().replace(QChar(0xa0), ' '); }

    // What is written in the pinned view: where, and how.
    QTextCursor find(const QString &text)
    {
        QTextBrowser *browser = view("pinView");
        QTextCursor found = browser->document()->find(text);
        return found;
    }
    // A real click on a link's words.
    void follow(const QString &words)
    {
        QTextBrowser *browser = view("pinView");
        QTextCursor cursor = find(words);
        QVERIFY2(!cursor.isNull(), qPrintable(words + " in " + pinText()));
        cursor.setPosition(cursor.selectionStart() + 1);
        browser->setTextCursor(cursor);
        browser->ensureCursorVisible();
        const QPoint at = browser->cursorRect().center();
        QVERIFY2(!browser->anchorAt(at).isEmpty(), qPrintable(words));
        QTest::mouseClick(browser->viewport(), Qt::LeftButton, {}, at);
    }

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init()
    {
        inspector_ = std::make_unique<LocationInspector>();
        inspector_->resize(280, 900);
        inspector_->show();
        QVERIFY(QTest::qWaitForWindowExposed(inspector_.get()));
        inspector_->setContext(contextOf(smallProfile(), cells(), outputs(smallProfile())));
    }

    void hoveringFollowsTheCursorOnceATurn()
    {
        QSignalSpy changed(inspector_.get(), &LocationInspector::locationsChanged);
        for (int i = 0; i < 100; ++i)
            inspector_->hover(QPointF(i, i));
        QCOMPARE(changed.count(), 0);
        inspector_->hover(QPointF(85, 86));
        QTRY_COMPARE(changed.count(), 1);
        const auto hovered = changed.last().at(0).value<std::vector<LocationRef>>();
        QCOMPARE(hovered.size(), size_t(5));
        QCOMPARE(hovered[0].location, 10 * 32 + 10);
        QVERIFY(hovered == inspector_->hoveredLocations());
        QVERIFY2(hoverText().contains("P3 · column 10, row 10 · (84, 84)"), qPrintable(hoverText()));
        QVERIFY(hoverText().contains("Box 3 (WBC): positive"));
        inspector_->hover({});
        QTRY_COMPARE(changed.count(), 2);
        QVERIFY(inspector_->hoveredLocations().empty());
        QVERIFY(hoverText().startsWith("Move the cursor over the image"));

        inspector_->hide();
        inspector_->hover(QPointF(85, 86));
        QCoreApplication::processEvents();
        QCOMPARE(changed.count(), 2);  // nobody sees it
        inspector_->show();
        QTRY_COMPARE(changed.count(), 3);
        QTest::mouseClick(button(*inspector_, "Copy"), Qt::LeftButton);
        QVERIFY(QApplication::clipboard()->text().startsWith("Under the cursor (85, 86)\nP3, column 10, row 10"));
    }

    void aPinTellsAll()
    {
        QVERIFY(!view("pinView")->isVisible());
        inspector_->pin({85, 86});
        QVERIFY(view("pinView")->isVisible());
        const QString text = pinText();
        for (const char *words :
             {"Pin 1 (85, 86)", "Box 3 (WBC): positive", "Box 2 (RBC): lost to the smaller box 3",
              "Target: l 24.0 · t 24.0 · r 26.0 · b 26.0 px, centerness 0.92",
              "Predicts: l 24.0 · t 24.0 · r 24.0 · b 24.0 px, centerness 0.88, IoU with its target 0.92",
              "WBC · p 0.95 · score 0.92: detected, as number 1", "+ 1 label that does not contain it",
              "+ 2 classes below the threshold", "P7 · column 0, row 0 · (64, 64)"})
            QVERIFY2(text.contains(words), qPrintable(QString(words) + " in " + text));
        // The positive one by weight and a mark, the failing one paler than either.
        const QTextCharFormat positive = find("positive").charFormat(), lost = find("lost to").charFormat();
        QVERIFY(positive.fontWeight() > lost.fontWeight());
        QCOMPARE(lost.foreground().color(), inspector_->palette().color(QPalette::PlaceholderText));
        QTextCursor mark = find("Box 3 (WBC): positive");
        mark.setPosition(mark.selectionStart() - 1);
        QVERIFY(mark.charFormat().isImageFormat());
    }

    void countsOpenAndClose()
    {
        inspector_->pin({85, 86});
        QVERIFY(!pinText().contains("Box 4"));
        follow("+ 1 label that does not");
        QVERIFY2(pinText().contains("Box 4 (RBC): outside the box: l = "), qPrintable(pinText()));
        follow("Hide the labels");
        QVERIFY(!pinText().contains("Box 4"));
        QVERIFY(!pinText().contains("Platelets"));
        follow("+ 2 classes");
        QVERIFY(pinText().contains("Platelets"));
    }

    void linksLeadToLabelsAndDetections()
    {
        QSignalSpy label(inspector_.get(), &LocationInspector::labelActivated),
            detection(inspector_.get(), &LocationInspector::detectionActivated);
        inspector_->pin({92, 86});  // column 11: its detection is suppressed by that of column 10
        QVERIFY2(pinText().contains("suppressed by a better WBC at IoU 0.71"), qPrintable(pinText()));
        follow("suppressed by");
        QCOMPARE(detection.count(), 1);
        QCOMPARE(detection.last().at(0).toInt(), 0);
        follow("Box 3 (WBC)");
        QCOMPARE(label.last().at(0).toInt(), 1);  // of those that are trained on: the crowd is not
        follow("Box 2 (RBC)");
        QCOMPARE(label.last().at(0).toInt(), 0);
        // And by the keyboard: the first link lets go of the pin.
        view("pinView")->moveCursor(QTextCursor::Start);
        view("pinView")->setFocus();
        QTest::keyClick(view("pinView"), Qt::Key_Tab);
        QTest::keyClick(view("pinView"), Qt::Key_Return);
        QCOMPARE(inspector_->pins(), size_t(0));
    }

    void pinsComeAndGo()
    {
        QSignalSpy changed(inspector_.get(), &LocationInspector::locationsChanged);
        inspector_->pin({85, 86});
        inspector_->pin({200, 190});
        QCOMPARE(inspector_->pins(), size_t(2));
        QCOMPARE(inspector_->pinnedLocations().size(), size_t(10));
        QCOMPARE(changed.last().at(1).value<std::vector<LocationRef>>().size(), size_t(10));
        inspector_->pin({82, 84});  // the same cells: let go of
        QCOMPARE(inspector_->pins(), size_t(1));
        QCOMPARE(inspector_->pinnedAt(0), QPointF(200, 190));
        inspector_->pin({85, 86});
        follow("Remove");
        QCOMPARE(inspector_->pins(), size_t(1));
        QCOMPARE(inspector_->pinnedAt(0), QPointF(85, 86));
        QTest::mouseClick(button(*inspector_, "Clear pins"), Qt::LeftButton);
        QCOMPARE(inspector_->pins(), size_t(0));
        QVERIFY(!view("pinView")->isVisible());
        QVERIFY(changed.last().at(1).value<std::vector<LocationRef>>().empty());
        QVERIFY(!button(*inspector_, "Clear pins")->isEnabled());
        inspector_->pin({5000, 20});  // outside all cells
        QCOMPARE(inspector_->pins(), size_t(0));
    }

    void pinsSurviveAWhatIfAndGoWithTheImage()
    {
        inspector_->pin({85, 86});
        inspector_->hover(QPointF(85, 86));
        QTRY_VERIFY(!inspector_->hoveredLocations().empty());
        Profile narrower = smallProfile();
        narrower.rangeLimits = {16, 32, 64, 100};
        inspector_->setContext(contextOf(narrower, cells(), outputs(smallProfile())));
        QCOMPARE(inspector_->pins(), size_t(1));
        QVERIFY2(pinText().contains("Box 3 (WBC): max(l, t, r, b) = 26 is not in [0, 16]"), qPrintable(pinText()));
        QVERIFY(hoverText().contains("is not in [0, 16]"));
        // A what-if that moves the locations: the network says nothing about them, the pin is still there.
        Profile moved = smallProfile();
        moved.strides = {12, 24};
        moved.rangeLimits = {64};
        inspector_->setContext(contextOf(moved, cells(), outputs(smallProfile())));
        QVERIFY2(pinText().contains("12 px · column 7, row 7"), qPrintable(pinText()));
        QVERIFY(!pinText().contains("Predicts"));

        QSignalSpy changed(inspector_.get(), &LocationInspector::locationsChanged);
        inspector_->setContext(contextOf(smallProfile(), cells(), outputs(smallProfile()), "b.png"));
        QCOMPARE(inspector_->pins(), size_t(0));
        QVERIFY(changed.count() >= 1);
        QVERIFY(changed.last().at(0).value<std::vector<LocationRef>>().empty());
        QVERIFY(changed.last().at(1).value<std::vector<LocationRef>>().empty());
    }

    void pinsSideBySide()
    {
        inspector_->pin({85, 86});
        QVERIFY(!button(*inspector_, "Side by side")->isEnabled());
        inspector_->pin({200, 190});
        const auto tableShown = [&]() -> QTextTable * {
            for (QTextFrame *frame : view("pinView")->document()->rootFrame()->childFrames())
                if (auto *table = qobject_cast<QTextTable *>(frame))
                    return table;
            return nullptr;
        };
        QVERIFY(!tableShown());
        QTest::mouseClick(button(*inspector_, "Side by side"), Qt::LeftButton);
        QTextTable *table = tableShown();
        QVERIFY(table);
        QCOMPARE(table->columns(), 2);
        QCOMPARE(table->rows(), 6);  // the headings, five levels
        QTextCursor second = table->cellAt(0, 1).firstCursorPosition();
        QVERIFY(second.block().text().startsWith("Pin 2"));
        QVERIFY(table->cellAt(1, 0).firstCursorPosition().block().text().startsWith("P3"));
    }

    void copyAsText()
    {
        QVERIFY(!button(*inspector_, "Copy")->isEnabled());
        inspector_->pin({85, 86});
        inspector_->pin({200, 190});
        QTest::mouseClick(button(*inspector_, "Copy"), Qt::LeftButton);
        const QString text = QApplication::clipboard()->text();
        QCOMPARE(text, inspector_->text());
        QVERIFY(text.startsWith("Pin 1 (85, 86)\nP3, column 10, row 10"));
        QVERIFY(text.contains("\nPin 2 (200, 190)\n"));
        QVERIFY(text.contains("lost to the smaller box 3"));
    }

    void withoutModelLabelsOrImage()
    {
        inspector_->setContext(contextOf(smallProfile(), cells(), {}));  // no model
        inspector_->pin({85, 86});
        QVERIFY(pinText().contains("positive"));
        QVERIFY(!pinText().contains("Predicts"));
        inspector_->setContext(contextOf(smallProfile(), {}, outputs(smallProfile())));  // no labels
        QCOMPARE(inspector_->pins(), size_t(1));
        QVERIFY(!pinText().contains("Target"));
        QVERIFY(!pinText().contains("Background"));
        QVERIFY2(pinText().contains("WBC · p 0.95"), qPrintable(pinText()));
        inspector_->setContext(contextOf(smallProfile(), {}, {}));  // neither
        inspector_->hover(QPointF(10, 10));
        QCoreApplication::processEvents();
        QVERIFY(hoverText().startsWith("There is nothing to inspect"));
        inspector_->pin({10, 10});
        inspector_->setContext({});  // no image
        inspector_->hover(QPointF(10, 10));
        inspector_->pin({10, 10});
        QCoreApplication::processEvents();
        QCOMPARE(inspector_->pins(), size_t(0));
        QVERIFY(inspector_->text().isEmpty());

        auto broken = std::make_shared<RawOutputs>(*outputs(smallProfile()));
        for (LevelOutputs &level : broken->levels)
            for (Grid *grid : {&level.classLogits, &level.centernessLogits, &level.distances})
                std::fill(grid->values.begin(), grid->values.end(), std::numeric_limits<float>::quiet_NaN());
        inspector_->setContext(contextOf(smallProfile(), cells(), broken));
        inspector_->pin({85, 86});
        QVERIFY(pinText().contains("positive"));
    }

    void namesAreNoMarkup()
    {
        InspectorContext context = contextOf(smallProfile(), cells(), outputs(smallProfile()));
        context.labelNames = {"<b>bold</b>", "a & b"};
        context.modelNames = {"<i>it</i>", "x", "y"};
        inspector_->setContext(context);
        inspector_->pin({85, 86});
        QVERIFY(pinText().contains("Box 2 (<b>bold</b>)"));
        QVERIFY(pinText().contains("Box 3 (a & b)"));
        QVERIFY(pinText().contains("<i>it</i> · p"));
    }

    void theLanguageChanges()
    {
        inspector_->pin({85, 86});
        Marked translator;
        QApplication::installTranslator(&translator);
        QCoreApplication::processEvents();
        const QString text = pinText();
        const bool copy = button(*inspector_, QString::fromUtf8("»Copy"));
        QApplication::removeTranslator(&translator);
        QVERIFY(copy);
        QVERIFY2(text.contains(QString::fromUtf8("»positive")), qPrintable(text));
        QVERIFY(text.contains(QString::fromUtf8("»Target")));
    }

    void coloursFollowTheTheme()
    {
        inspector_->pin({85, 86});
        for (const ThemeChoice choice : {ThemeChoice::Dark, ThemeChoice::Light}) {
            applyTheme(choice);
            QCoreApplication::processEvents();
            const QPalette colours = QApplication::palette();
            QCOMPARE(find("lost to").charFormat().foreground().color(), colours.color(QPalette::PlaceholderText));
            QCOMPARE(find("positive").charFormat().foreground().color(), successColor(colours));
        }
    }

    void theOverlayPaintsWhatLearns_data()
    {
        QTest::addColumn<double>("ratio");
        QTest::newRow("1") << 1.0;
        QTest::newRow("2") << 2.0;
    }
    void theOverlayPaintsWhatLearns()
    {
        QFETCH(double, ratio);
        LocationOverlay overlay;
        overlay.setFrame(inspector_->context().frame, {});
        connect(inspector_.get(), &LocationInspector::locationsChanged, inspector_.get(),
                [&](const auto &hovered, const auto &pinned) { overlay.setLocations(hovered, pinned); });
        const View view{{256, 256}, {512 / ratio, 512 / ratio}, ratio, 2, {128, 128}};
        const auto painted = [&] {
            QImage screen(512, 512, QImage::Format_RGB32);
            screen.fill(QColor(90, 90, 90));
            QPainter painter(&screen);
            overlay.paint(painter, view);
            painter.end();
            return screen;
        };
        const int all = 512 * 512;
        QCOMPARE(count(painted(), QColor(90, 90, 90)), all);
        inspector_->pin({85, 86});
        const QImage pinned = painted();
        // From the location, (84, 84), to the sides of its target, 60 … 110: something on both arms, nothing far off.
        const auto touched = [&](const QRect &part) {
            return part.width() * part.height() - count(pinned, part, QColor(90, 90, 90));
        };
        QVERIFY(touched(QRect(125, 160, 20, 16)) > 0);
        QVERIFY(touched(QRect(160, 185, 16, 20)) > 0);
        QCOMPARE(touched(QRect(300, 300, 200, 200)), 0);
        overlay.setLevel(4);
        QVERIFY(painted() != pinned);
        overlay.setLevel(0);
        QVERIFY2(painted() == pinned, "of five levels P3 alone learns anything here");
        inspector_->clearPins();
        inspector_->pin({250, 10});  // nothing is learnt: the finest level stands for the point
        const QImage background = painted();
        overlay.setLevel(-1);
        QVERIFY(painted() == background);
        QVERIFY(count(background, QColor(90, 90, 90)) < all);
        inspector_->clearPins();
        QCOMPARE(count(painted(), QColor(90, 90, 90)), all);
    }

    void twentyThousandLabelsStayQuick_data()
    {
        QTest::addColumn<bool>("stacked");
        QTest::newRow("spread") << false;
        QTest::newRow("all over the point") << true;
    }
    void twentyThousandLabelsStayQuick()
    {
        QFETCH(bool, stacked);
        std::vector<Label> labels;
        for (int i = 0; i < 20000; ++i) {
            const double x = i % 240, y = i / 84.0;
            labels.push_back(stacked ? labelOf({10 + i / 4000.0, 10, 200, 200}, i % 2)
                                     : labelOf({x, y, x + 8 + i % 7, y + 9}, i % 2));
        }
        inspector_->setContext(contextOf(smallProfile(), labels, outputs(smallProfile())));
        int moved = 0;
        const double hovering = timed("20,000 labels, the cursor moves", [&] {
            inspector_->hover(QPointF(100 + ++moved % 3, 101));
            QCoreApplication::processEvents();
        });
        QVERIFY(!inspector_->hoveredLocations().empty());
        const double pinning = timed("20,000 labels, a pin", [&] {
            inspector_->clearPins();
            inspector_->pin({100, 101});
        });
        QVERIFY(hovering < 50 * slower);
        QVERIFY(pinning < 50 * slower);
        QVERIFY(pinText().contains(stacked ? "more that contain it" : "labels that do not contain it"));
    }
};

QTEST_MAIN(TestLocationInspector)
#include "tst_location_inspector.moc"
