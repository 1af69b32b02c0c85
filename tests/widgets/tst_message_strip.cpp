// SPDX-License-Identifier: GPL-3.0-or-later
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QToolButton>
#include <QTranslator>
#include <QVBoxLayout>

#include "tests/widgets/widget_test.h"
#include "widgets/message_strip.h"

using namespace fcoscope;

namespace {

// Translates one sentence of core, as a .qm file would.
class OneSentence : public QTranslator {
public:
    QString translate(const char *context, const char *text, const char *, int) const override
    {
        return QString(context) == "core" && QString(text) == "The file {0} is empty."
                   ? QString("Die Datei {0} ist leer.")
                   : QString();
    }
    bool isEmpty() const override { return false; }
};

}  // namespace

class TestMessageStrip : public QObject {
    Q_OBJECT

    std::unique_ptr<QWidget> window_;
    MessageStrip *strip_ = nullptr;

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init()
    {
        window_ = std::make_unique<QWidget>();
        strip_ = new MessageStrip;
        auto *layout = new QVBoxLayout(window_.get());
        layout->addWidget(strip_);
        layout->addStretch();
        window_->resize(600, 200);
        window_->show();
    }

    void informationDoesNotCoverAFailure()
    {
        strip_->show(MessageStrip::Kind::Info, QString("First."));
        strip_->show(MessageStrip::Kind::Error, QString("Bad."));
        strip_->show(MessageStrip::Kind::Info, QString("By the way."));
        QCOMPARE(strip_->text(), QString("Bad."));
        strip_->show(MessageStrip::Kind::Warning, QString("Careful."));
        QCOMPARE(strip_->text(), QString("Careful."));
        strip_->closeCurrent();
        strip_->closeCurrent();
        QCOMPARE(strip_->text(), QString("By the way."));
        strip_->closeCurrent();
        QCOMPARE(strip_->text(), QString("First."));
    }

    void isHiddenWithoutNotice()
    {
        QVERIFY(!strip_->isVisible());
        strip_->show(MessageStrip::Kind::Error, QString("Bad."));
        QVERIFY(strip_->isVisible());
        QCOMPARE(strip_->text(), QString("Bad."));
        QCOMPARE(strip_->kind(), MessageStrip::Kind::Error);
        QVERIFY(strip_->accessibleDescription().contains("Bad."));
        QTest::mouseClick(strip_->findChild<QToolButton *>(), Qt::LeftButton);
        QVERIFY(!strip_->isVisible());
        QCOMPARE(strip_->text(), QString());
    }

    void severalNoticesWait()
    {
        strip_->show(MessageStrip::Kind::Error, QString("First."), "a");
        strip_->show(MessageStrip::Kind::Warning, QString("Second."), "b");
        QCOMPARE(strip_->text(), QString("Second."));
        strip_->show(MessageStrip::Kind::Warning, QString("First again."), "a");
        QCOMPARE(strip_->count(), 2);  // took the place of the one about a
        QCOMPARE(strip_->text(), QString("First again."));
        strip_->closeCurrent();
        QCOMPARE(strip_->text(), QString("Second."));
        QCOMPARE(strip_->kind(), MessageStrip::Kind::Warning);
        strip_->clearTopic("a");
        QCOMPARE(strip_->count(), 1);
        strip_->clearTopic("b");
        QVERIFY(!strip_->isVisible());
    }

    void actionButton()
    {
        int tried = 0;
        strip_->show({MessageStrip::Kind::Error, [] { return QString("Bad."); }, "x", [] { return QString("Retry"); },
                      [&] { ++tried; }});
        auto *button = strip_->findChild<QPushButton *>();
        QVERIFY(button->isVisible());
        QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(tried, 1);
        QVERIFY(!strip_->isVisible());
        strip_->show(MessageStrip::Kind::Error, QString("Bad."));
        QVERIFY(!button->isVisible());
    }

    void kindsDifferInColour()
    {
        const auto ground = [&] { return shown(*strip_).pixelColor(3, 3); };
        strip_->show(MessageStrip::Kind::Error, QString("Bad."));
        const QColor red = ground();
        QVERIFY(red.red() > red.blue());
        strip_->clear();
        strip_->show(MessageStrip::Kind::Info, QString("Well."));
        QVERIFY(ground() != red);
        applyTheme(ThemeChoice::Dark);
        QTRY_VERIFY(ground().lightness() < 90);
        applyTheme(ThemeChoice::Light);
        QTRY_VERIFY(ground().lightness() > 180);
    }

    void sentencesOfCoreAreTranslatedAtOnce()
    {
        strip_->show(MessageStrip::Kind::Error, message("core", "The file {0} is empty.").with("a<b>.png"));
        QCOMPARE(strip_->text(), QString("The file a<b>.png is empty."));
        OneSentence german;
        QApplication::installTranslator(&german);
        QCoreApplication::sendPostedEvents();
        QCOMPARE(strip_->text(), QString("Die Datei a<b>.png ist leer."));
        QApplication::removeTranslator(&german);
        QCoreApplication::sendPostedEvents();
        QCOMPARE(strip_->text(), QString("The file a<b>.png is empty."));
    }

    void longSentencesWrap()
    {
        strip_->show(MessageStrip::Kind::Error, QString("Short."));
        QCoreApplication::sendPostedEvents();
        const int one = strip_->heightForWidth(560) > 0 ? strip_->heightForWidth(560) : strip_->sizeHint().height();
        strip_->show(MessageStrip::Kind::Error, QString("A long sentence that names a file and a value. ").repeated(6));
        const int many = strip_->heightForWidth(560) > 0 ? strip_->heightForWidth(560) : strip_->sizeHint().height();
        QVERIFY(many > one);
        QVERIFY(strip_->minimumSizeHint().width() < 560);
    }
};

QTEST_MAIN(TestMessageStrip)
#include "tst_message_strip.moc"
