// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QSet>
#include <QXmlStreamReader>

#include "tests/widgets/widget_test.h"
#include "widgets/translate.h"

using namespace fcoscope;

namespace {

struct Lab {
    double l, a, b;
};

// CIE Lab (D65) of a colour as a person without red or green cones sees it: Viénot, Brettel and Mollon, "Digital video
// colourmaps for checking the legibility of displays by dichromats" (1999), in linear RGB.
Lab seen(const QColor &color, int eyes)
{
    const auto linear = [](double c) { return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
    double r = linear(color.redF()), g = linear(color.greenF()), b = linear(color.blueF());
    if (eyes == 1) {  // protanopia
        const double both = 0.11238 * r + 0.88762 * g;
        b = 0.00401 * r - 0.00401 * g + b;
        r = g = both;
    } else if (eyes == 2) {  // deuteranopia
        const double both = 0.29275 * r + 0.70725 * g;
        b = -0.02234 * r + 0.02234 * g + b;
        r = g = both;
    }
    const double x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505, y = 0.2126 * r + 0.7152 * g + 0.0722 * b,
                 z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089;
    const auto f = [](double t) { return t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116; };
    return {116 * f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z))};
}

double difference(const Lab &p, const Lab &q) { return std::hypot(p.l - q.l, p.a - q.a, p.b - q.b); }

}  // namespace

class TestTheme : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }

    void classColoursAreToldApart_data()
    {
        QTest::addColumn<int>("eyes");
        QTest::newRow("all cones") << 0;
        QTest::newRow("protanopia") << 1;
        QTest::newRow("deuteranopia") << 2;
    }
    void classColoursAreToldApart()
    {
        QFETCH(int, eyes);
        for (int i = 0; i < 8; ++i)
            for (int j = 0; j < i; ++j) {
                const double apart = difference(seen(classColor(i), eyes), seen(classColor(j), eyes));
                QVERIFY2(apart > 12, qPrintable(QString("%1 and %2: %3").arg(i).arg(j).arg(apart)));
            }
    }

    void classColoursAreReadable()
    {
        QSet<QRgb> different;
        for (int i = 0; i < 100; ++i) {
            const QColor color = classColor(i);
            different.insert(color.rgb());
            QVERIFY2(contrastRatio(color, textColorOn(color)) >= 4.5, qPrintable(QString::number(i)));
            QVERIFY2(contrastRatio(color, Qt::black) >= 3, qPrintable(QString::number(i)));  // against the dark halo
        }
        QVERIFY(different.size() > 95);
        QCOMPARE(classColor(3), classColor(3));
        QVERIFY(classColor(-1).isValid());
    }

    void palettesAreReadable()
    {
        QVERIFY(isDark(darkPalette()));
        QVERIFY(!isDark(lightPalette()));
        for (const QPalette &p : {lightPalette(), darkPalette()}) {
            const QColor window = p.color(QPalette::Window), base = p.color(QPalette::Base);
            QVERIFY(contrastRatio(p.color(QPalette::WindowText), window) >= 7);
            QVERIFY(contrastRatio(p.color(QPalette::Text), base) >= 7);
            QVERIFY(contrastRatio(p.color(QPalette::ButtonText), p.color(QPalette::Button)) >= 7);
            QVERIFY(contrastRatio(p.color(QPalette::HighlightedText), p.color(QPalette::Highlight)) >= 4.5);
            QVERIFY(contrastRatio(p.color(QPalette::PlaceholderText), window) >= 4);
            QVERIFY(contrastRatio(p.color(QPalette::ToolTipText), p.color(QPalette::ToolTipBase)) >= 7);
            for (const QColor &c : {errorColor(p), warningColor(p), successColor(p), p.color(QPalette::Link)})
                QVERIFY(contrastRatio(c, window) >= 4.5);
        }
    }

    void everyIconFollowsThePalette()
    {
        const QDir icons(QStringLiteral(FCOSCOPE_SOURCE_DIR "/resources/icons"));
        const QStringList files = icons.entryList({"*.svg"});
        QVERIFY(files.size() > 20);
        for (const QString &file : files) {
            const QString name = file.chopped(4);
            if (name == "fcoscope")
                continue;
            const QIcon line = icon(name);
            QVERIFY2(!line.isNull(), qPrintable(name + " is not in icons.qrc"));
            applyTheme(ThemeChoice::Light);
            const QImage light = line.pixmap(QSize(24, 24), 2.0).toImage();
            QCOMPARE(light.size(), QSize(48, 48));
            applyTheme(ThemeChoice::Dark);
            const QImage dark = line.pixmap(QSize(24, 24), 2.0).toImage();
            applyTheme(ThemeChoice::Light);
            const auto drawn = [](const QImage &image, const QColor &color) {
                int found = 0;
                for (int y = 0; y < image.height(); ++y)
                    for (int x = 0; x < image.width(); ++x)
                        found += qAlpha(image.pixel(x, y)) == 255 && image.pixelColor(x, y).rgb() == color.rgb();
                return found;
            };
            QVERIFY2(drawn(light, lightPalette().color(QPalette::WindowText)) > 20, qPrintable(name));
            QVERIFY2(drawn(dark, darkPalette().color(QPalette::WindowText)) > 20, qPrintable(name));
        }
        QVERIFY(icon("no such icon").isNull());
        QVERIFY(!applicationIcon().pixmap(64).isNull());
    }

    void namesOfFiles()
    {
        QCOMPARE(fileName("/a/b/c.png"), QString("c.png"));
        QCOMPARE(fileName("c.png"), QString("c.png"));
        QCOMPARE(fileName("/"), QString("/"));
        QCOMPARE(fileName("/a/图像.png"), QString::fromUtf8("图像.png"));
        QCOMPARE(translated(message("core", "{0} of {1}").with(2, 3)), QString("2 of 3"));
    }
};

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
