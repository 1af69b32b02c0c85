// SPDX-License-Identifier: GPL-3.0-or-later
// No text is cut off, at any scale of the display, in English and in words half as long again.
#include <QAbstractButton>
#include <QHeaderView>
#include <QLabel>
#include <QTranslator>
#include <QVBoxLayout>

#include "tests/widgets/widget_test.h"
#include "widgets/assignment_panel.h"
#include "widgets/canvas.h"
#include "widgets/detection_panel.h"
#include "widgets/image_list.h"
#include "widgets/message_strip.h"
#include "widgets/threshold_panel.h"
#include "widgets/training/model_comparison.h"
#include "widgets/training/training_form.h"

using namespace fcoscope;

namespace {

class LongWords : public QTranslator {
public:
    QString translate(const char *, const char *text, const char *, int) const override
    {
        const QString word = QString::fromUtf8(text);
        return word.size() < 4 ? word : word + QString(" more").repeated(int(word.size()) / 10 + 1);
    }
    bool isEmpty() const override { return false; }
};

// The first label or button whose text does not fit into it; "" if all do.
QString cutOff(QWidget &window)
{
    for (auto *label : window.findChildren<QLabel *>()) {
        if (!label->isVisible() || label->text().isEmpty())
            continue;
        const QRect room = label->contentsRect();
        const int flags = int(label->alignment()) | (label->wordWrap() ? Qt::TextWordWrap : 0);
        const QRect needed = label->fontMetrics().boundingRect(QRect(0, 0, room.width(), 10000), flags, label->text());
        // One pixel of height is the rounding of a line's leading, not ink.
        if (needed.width() > room.width() || needed.height() > room.height() + 1)
            return QStringLiteral("%1 (%2 × %3 in %4 × %5)")
                .arg(label->text())
                .arg(needed.width())
                .arg(needed.height())
                .arg(room.width())
                .arg(room.height());
    }
    for (auto *button : window.findChildren<QAbstractButton *>())
        if (button->isVisible() && !button->text().isEmpty() &&
            button->width() < button->fontMetrics().horizontalAdvance(button->text()))
            return button->text();
    for (auto *header : window.findChildren<QHeaderView *>())
        for (int i = 0; header->isVisible() && header->orientation() == Qt::Horizontal && i < header->count(); ++i) {
            const QString title = header->model()->headerData(i, Qt::Horizontal).toString();
            if (header->sectionSize(i) < header->fontMetrics().horizontalAdvance(title) + 8)
                return title;
        }
    return {};
}

}  // namespace

class TestLayout : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }

    void noTextIsCutOff_data()
    {
        QTest::addColumn<bool>("longWords");
        QTest::newRow("English") << false;
        QTest::newRow("words half as long again") << true;
    }
    void noTextIsCutOff()
    {
        QFETCH(bool, longWords);
        LongWords translator;
        if (longWords)
            QApplication::installTranslator(&translator);
        const auto check = [](QWidget &widget, int width, int height) {
            widget.resize(std::max(width, widget.minimumSizeHint().width()), height);
            widget.show();
            QCoreApplication::processEvents();
            return cutOff(widget);
        };
        Canvas canvas;
        QCOMPARE(check(canvas, 420, 360), QString());
        canvas.setFailed("/a/b.png", "A reason that is long enough to need more than the one line that it has.");
        QCOMPARE(check(canvas, 420, 360), QString());

        ThresholdPanel panel;
        QCOMPARE(check(panel, 260, 300), QString());

        DetectionPanel detections;
        detections.setDetections({detectionAt({1, 2, 1003, 2004}, 0, 0.9f)}, {"a class of some length"}, {{8, 100}});
        QCOMPARE(check(detections, 420, 200), QString());
        const auto &table = detections.table();
        for (int c = 0; c < DetectionModel::ColumnCount; ++c) {
            const int decoration = c == 0 ? 12 + 8 : 0;
            const QString text = table.model()->index(0, c).data().toString();
            QVERIFY2(table.columnWidth(c) >= table.fontMetrics().horizontalAdvance(text) + decoration + 6,
                     qPrintable(text));
        }

        ImageList list;
        list.addImages({"/a/b.png"});
        QCOMPARE(check(list, 200, 300), QString());

        AssignmentPanel assignment;
        QCOMPARE(check(assignment, 300, 400), QString());
        Label tiny;
        tiny.box = {1, 1, 3, 3};
        assignment.setStatistics(std::make_shared<AssignmentStatistics>(
            assignmentStatistics({"a data set", {"a class of some length"}, {{"/a/b.png", {1333, 800}, {tiny}}}}, {})));
        QCOMPARE(check(assignment, 300, 500), QString());

        struct {
            int epochs = 50;
            double rate = 0.001;
        } asked;
        OptionTable options;
        options.add("epochs", asked.epochs, 1, 100000, "", message("core", "How often it goes through all images."));
        options.add("learning-rate", asked.rate, 0, 1, "", message("core", "The highest learning rate."));
        TrainingForm form;
        form.setOptions({{"Training", options, {}}}, {"epochs"});
        form.setDataWords("16 images train, 4 validate: 212 boxes of 3 classes", "a.png");
        form.setFindings(
            {{FormFinding::Weight::Obstacle, "The image broken.jpg cannot be read: it is cut short.", "", ""}});
        QCOMPARE(check(form, 300, 900), QString());
        QCOMPARE(check(form, 900, 700), QString());
        form.setResuming(true, {"epochs", "learning-rate"});
        QCOMPARE(check(form, 300, 900), QString());

        ComparedModels models;
        models.before = "before.safetensors";
        models.after = "after.safetensors";
        models.apBefore = 0.4;
        models.apAfter = 0.5;
        models.images = 4;
        models.classes = {{"a class of some length", -1, 0.5, 3}};
        ModelComparison comparison;
        QCOMPARE(check(comparison, 600, 480), QString());
        comparison.setCompared(models);
        QCOMPARE(check(comparison, 600, 560), QString());

        QWidget window;
        auto *strip = new MessageStrip;
        auto *layout = new QVBoxLayout(&window);
        layout->addWidget(strip);
        layout->addStretch();
        strip->show(MessageStrip::Kind::Error, QString("First."));
        strip->show({MessageStrip::Kind::Warning,
                     [] { return QString("A sentence that is long enough to be wrapped over lines. ").repeated(3); },
                     "x",
                     [] { return QString("Try again"); },
                     {}});
        QCOMPARE(check(window, 480, 300), QString());
        QApplication::removeTranslator(&translator);
    }

    // The check itself: a label in too little room is found.
    void theCheckFindsWhatIsCutOff()
    {
        QWidget window;
        auto *label = new QLabel("A label that is wider than its place", &window);
        label->setGeometry(0, 0, 60, 20);
        window.show();
        QVERIFY(!cutOff(window).isEmpty());
        label->setGeometry(0, 0, 600, 40);
        QCOMPARE(cutOff(window), QString());
    }
};

QTEST_MAIN(TestLayout)
#include "tst_layout.moc"
