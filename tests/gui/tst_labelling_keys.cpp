// SPDX-License-Identifier: GPL-3.0-or-later
// What labelling offers beyond drawing, by the keys that the action table gives it, or through the palette where it
// gives none: copies into the next images, tightening, what cannot be learnt, selecting and accepting by class,
// importing and splitting.
#include <QFileDialog>
#include <QPushButton>
#include <QSpinBox>

#include "app/gui/command_palette.h"
#include "app/gui/label_export_dialog.h"
#include "labelling_window.h"
#include "widgets/message_strip.h"

using namespace fcoscope;

class LabellingKeysTest : public QObject, private LabellingWindow {
    Q_OBJECT

    QAction &action(ActionId id) const { return the<Actions>()[id]; }
    /// As a person does it.
    void press(ActionId id)
    {
        QVERIFY2(action(id).isEnabled(), qPrintable(action(id).text()));
        if (const QKeySequence keys = action(id).shortcut(); !keys.isEmpty())
            return key(keys[0].key(), keys[0].keyboardModifiers());
        const QKeySequence keys = action(ActionId::CommandPalette).shortcut();
        key(keys[0].key(), keys[0].keyboardModifiers());
        QTRY_VERIFY(QApplication::focusWidget() && the<CommandPalette>().isAncestorOf(QApplication::focusWidget()));
        const QString words = action(id).text().remove(QLatin1Char('&')).remove(QChar(0x2026));
        QTest::keyClicks(QApplication::focusWidget(), words);
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
    }
    /// Answers the dialog that the next gesture opens.
    template <typename Dialog> static void whenThereIs(std::function<void(Dialog &)> answer)
    {
        auto *timer = new QTimer;
        QObject::connect(timer, &QTimer::timeout, timer, [timer, answer] {
            if (auto *dialog = qobject_cast<Dialog *>(QApplication::activeModalWidget())) {
                timer->deleteLater();
                timer->stop();
                answer(*dialog);
            }
        });
        timer->start(20);
    }
    /// To the window, from a dialog.
    void comeBack()
    {
        window_->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(window_));
    }
    const ImageEntry &imageAt(size_t place) const { return document().set().images.at(place); }

private Q_SLOTS:
    void init() { makeWindow(); }
    void cleanup() { demo_.reset(); }

    void boxesAreCopiedIntoTheNextImages()
    {
        open({plainFolder()});
        docks_->desk().draw({40, 40, 120, 100}, "cell");
        key(Qt::Key_A, Qt::ControlModifier);
        whenThereIs<QDialog>([](QDialog &dialog) {
            auto *count = dialog.findChild<QSpinBox *>();
            count->selectAll();
            QTest::keyClicks(count, QStringLiteral("2"));
            QTest::keyClick(count, Qt::Key_Return);
        });
        press(ActionId::PropagateBoxes);
        QCOMPARE(imageAt(1).boxes.size(), 1u);
        QCOMPARE(imageAt(2).boxes.size(), 1u);
        QCOMPARE(imageAt(2).boxes[0].box, box(0));
        QVERIFY(imageAt(3).boxes.empty());
        comeBack();
        key(Qt::Key_Z, Qt::ControlModifier);  // one step
        QCOMPARE(document().set().boxCount(), 1u);
    }

    void edgesGoToThoseOfThePicture()
    {
        open({demo_->demoFolder()});
        const Box truth = box(0);
        click(middleOf(truth));
        const Key chosen = tool().selection().at(0);
        const Box loose{truth.x1 - 4, truth.y1 - 4, truth.x2 + 4, truth.y2 + 4};
        const auto now = [&] { return findBox(image(), chosen)->box; };
        docks_->desk().move({{chosen, loose}});
        press(ActionId::TightenBoxes);
        QVERIFY(now() != loose);
        QVERIFY(intersectionOverUnion(now(), truth) > intersectionOverUnion(loose, truth));
        key(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(now(), loose);
    }

    void whatCannotBeLearntIsPointedOut()
    {
        open({resource("models/default.safetensors"), plainFolder()});
        press(ActionId::ShowUnlearnable);
        QVERIFY(tool().selection().empty());
        press(ActionId::ShowUnlearnable);
        docks_->desk().draw({40, 40, 42, 42}, "cell");
        for (int i = 1; i < 6; ++i)  // too small for any location to lie in, most of them
            docks_->desk().draw({40.0 + 21 * i, 40, 42.0 + 21 * i, 42});
        docks_->desk().draw({200, 200, 280, 280});
        QTRY_VERIFY_WITH_TIMEOUT(
            demo_->settled() && tool().boxes().size() == 7 && tool().boxes()[6].unlearnable == false, 60000);
        const auto unlearnable = [&] {
            std::vector<int64_t> keys;
            for (const CanvasBox &shown : tool().boxes())
                if (shown.unlearnable)
                    keys.push_back(shown.key);
            return keys;
        };
        QTRY_VERIFY(!unlearnable().empty());
        press(ActionId::ShowUnlearnable);
        QVERIFY(action(ActionId::LensAssignment).isChecked());
        QTRY_COMPARE(tool().selection(), unlearnable());
        press(ActionId::ShowUnlearnable);
        QVERIFY(!action(ActionId::LensAssignment).isChecked());
    }

    void aClassIsAcceptedAtOnce()
    {
        open({resource("models/default.safetensors"), plainFolder()});
        const FindingsPtr findings = session_->findings();
        QVERIFY(!findings->detections.empty());
        const int wanted = findings->detections[0].classIndex;
        const auto found = std::count_if(findings->detections.begin(), findings->detections.end(),
                                         [&](const Detection &d) { return d.classIndex == wanted; });
        press(ActionId::AcceptClassDetections);
        QVERIFY(!image().boxes.empty() && image().boxes.size() <= size_t(found));
        QCOMPARE(document().set().classNames(),
                 std::vector<std::string>{findings->model->info.classNames[size_t(wanted)]});
        QVERIFY(size_t(found) < findings->detections.size());  // others are left
        const size_t accepted = image().boxes.size();
        press(ActionId::AcceptAllDetections);
        QVERIFY(image().boxes.size() > accepted);
        QVERIFY(document().set().classes.size() > 1);
    }

    void boxesAreSelectedByClassAndByScore()
    {
        open({demo_->demoFolder()});
        click(middleOf(box(0)));
        const Key chosen = findBox(image(), tool().selection().at(0))->classKey;
        press(ActionId::SelectByClass);
        std::vector<int64_t> expected;
        for (const BoxEntry &entry : image().boxes)
            if (entry.classKey == chosen)
                expected.push_back(entry.key);
        std::vector<int64_t> selected = tool().selection();
        std::sort(selected.begin(), selected.end());
        QCOMPARE(selected, expected);
        QVERIFY(expected.size() > 1 && expected.size() < image().boxes.size());
        press(ActionId::SelectUnsure);  // what a person drew has no score
        QTRY_VERIFY(tool().selection().empty());
        comeBack();

        session_->closeImages();
        open({resource("models/default.safetensors"), plainFolder()});
        press(ActionId::AcceptAllDetections);
        DecodeOptions options = session_->decodeOptions();
        std::vector<float> scores;
        for (const BoxEntry &entry : image().boxes)
            scores.push_back(*entry.score);
        std::sort(scores.begin(), scores.end());
        QVERIFY(scores.size() > 3);
        options.scoreThreshold = scores[2];
        session_->setDecodeOptions(options);
        press(ActionId::SelectUnsure);
        QTRY_COMPARE(tool().selection().size(),
                     size_t(std::lower_bound(scores.begin(), scores.end(), scores[2]) - scores.begin()));
        for (int64_t selectedKey : tool().selection())
            QVERIFY(*findBox(image(), selectedKey)->score < scores[2]);
    }

    void labelsAreImported()
    {
        const QString folder = plainFolder();
        open({folder});
        const QString theirs = folder + QStringLiteral("/theirs.json");
        QVERIFY(QFile::copy(resource("demo/annotations.json"), theirs));
        whenThereIs<QFileDialog>([theirs](QFileDialog &dialog) {
            auto *name = dialog.findChild<QLineEdit *>(QStringLiteral("fileNameEdit"));
            name->setText(theirs);
            QTest::keyClick(name, Qt::Key_Return);
        });
        press(ActionId::ImportLabels);
        QTRY_VERIFY_WITH_TIMEOUT(document().set().boxCount() > 0, 60000);
        const size_t boxes = readLabels(theirs.toStdString()).set.boxCount();
        QCOMPARE(document().set().boxCount(), boxes);
        QVERIFY(the<MessageStrip>().text().contains(QString::number(boxes)));
        comeBack();
        key(Qt::Key_Z, Qt::ControlModifier);  // one step
        QCOMPARE(document().set().boxCount(), 0u);
    }

    void theSetIsSplit()
    {
        open({demo_->demoFolder()});
        press(ActionId::SplitSet);
        LabelExportDialog *dialog = nullptr;
        QTRY_VERIFY((dialog = window_->findChild<LabelExportDialog *>()));
        const QString to = demo_->dir.filePath(QStringLiteral("parts.json"));
        QLineEdit *target = nullptr;
        for (QLineEdit *field : dialog->findChildren<QLineEdit *>())
            target = field->text().endsWith(QStringLiteral(".json")) ? field : target;
        target->selectAll();
        QTest::keyClicks(target, to);
        QTest::keyClick(target, Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(dialog->report().contains(QStringLiteral("parts_val.json")), 60000);
        QVERIFY2(!fs::exists(to.toStdString()), "all in one, too");
        FormatOptions options;
        options.reading.images = demo_->demoFolder().toStdString();
        size_t images = 0, boxes = 0;
        for (const char *part : {"parts_train.json", "parts_val.json"}) {
            const LabelSet set = readLabels(demo_->dir.filePath(QLatin1String(part)).toStdString(), options).set;
            const auto reviewed = std::count_if(set.images.begin(), set.images.end(), [](const ImageEntry &entry) {
                return entry.status != ReviewStatus::New;
            });
            const double fraction = double(reviewed) / double(document().set().images.size());
            QVERIFY(std::abs(fraction - (images == 0 ? 0.8 : 0.2)) < 1.0 / double(document().set().images.size()));
            images += size_t(reviewed), boxes += set.boxCount();
        }
        QCOMPARE(images, document().set().images.size());
        QCOMPARE(boxes, document().set().boxCount());
        dialog->close();
    }
};

QTEST_MAIN(LabellingKeysTest)
#include "tst_labelling_keys.moc"
