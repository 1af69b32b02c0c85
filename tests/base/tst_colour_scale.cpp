// SPDX-License-Identifier: GPL-3.0-or-later
// Colour scales as they are seen: lightness, equal steps, and what is left of them without one kind of cones.
#include <QtTest>
#include <array>
#include <cmath>

#include "core/base/colour_scale.h"

using namespace fcoscope;

namespace {

using Rgb = std::array<double, 3>;
struct Lab {
    double lightness, a, b;
};

double distance(const Lab &p, const Lab &q)
{
    return std::hypot(p.lightness - q.lightness, p.a - q.a, p.b - q.b);
}

Rgb linear(Colour colour)
{
    const auto one = [](uint8_t byte) {
        const double c = byte / 255.0;
        return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    return {one(colour.r), one(colour.g), one(colour.b)};
}

// Dichromats: Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color vision
// deficiency" (2009), severity 1, on linear RGB.
Rgb seenBy(const std::string &eyes, const Rgb &c)
{
    static const std::map<std::string, std::array<Rgb, 3>> matrices{
        {"protanopia",
         {{{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}}},
        {"deuteranopia",
         {{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}}},
        {"tritanopia",
         {{{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}}},
    };
    const auto found = matrices.find(eyes);
    if (found == matrices.end())
        return c;
    Rgb out;
    for (size_t i = 0; i < 3; ++i) {
        const Rgb &row = found->second[i];
        out[i] = std::clamp(row[0] * c[0] + row[1] * c[1] + row[2] * c[2], 0.0, 1.0);
    }
    return out;
}

// CIELAB (D65): another measure than the one the scales are laid out in.
Lab cieLab(const Rgb &c)
{
    const double x = (0.4124 * c[0] + 0.3576 * c[1] + 0.1805 * c[2]) / 0.9505,
                 y = 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2],
                 z = (0.0193 * c[0] + 0.1192 * c[1] + 0.9505 * c[2]) / 1.089;
    const auto f = [](double t) { return t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116; };
    return {116 * f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z))};
}

Lab okLab(const Rgb &c)
{
    const double l = std::cbrt(0.4122214708 * c[0] + 0.5363325363 * c[1] + 0.0514459929 * c[2]),
                 m = std::cbrt(0.2119034982 * c[0] + 0.6806995451 * c[1] + 0.1073969566 * c[2]),
                 s = std::cbrt(0.0883024619 * c[0] + 0.2817188376 * c[1] + 0.6299787005 * c[2]);
    return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

void eyes()
{
    QTest::addColumn<std::string>("eyes");
    for (const char *name : {"all cones", "protanopia", "deuteranopia", "tritanopia"})
        QTest::newRow(name) << std::string(name);
}

}  // namespace

class TestColourScale : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void uniformGetsLighterAllTheWay_data() { eyes(); }
    void uniformGetsLighterAllTheWay()
    {
        QFETCH(std::string, eyes);
        double former = -1;
        for (int i = 0; i <= 51; ++i) {
            const double light = cieLab(seenBy(eyes, linear(colourAt(ColourScale::Uniform, i / 51.0)))).lightness;
            QVERIFY2(light > former, qPrintable(QString("%1: %2 after %3").arg(i).arg(light).arg(former)));
            former = light;
        }
        QVERIFY2(former > 90, qPrintable(QString::number(former)));
    }

    void uniformStepsAreEqual()
    {
        constexpr int steps = 32;
        double whole = 0;
        std::vector<double> all;
        for (int i = 0; i < steps; ++i) {
            all.push_back(distance(okLab(linear(colourAt(ColourScale::Uniform, double(i) / steps))),
                                   okLab(linear(colourAt(ColourScale::Uniform, (i + 1.0) / steps)))));
            whole += all.back();
        }
        // 8 bits a channel and 255 entries do not divide into equal parts exactly.
        for (const double step : all)
            QVERIFY2(std::abs(step - whole / steps) < 0.15 * whole / steps,
                     qPrintable(QString("%1, mean %2").arg(step).arg(whole / steps)));
    }

    // A tenth of the scale is seen by everyone: 2.3 is what CIELAB calls just noticeable.
    void uniformTenthsAreToldApart_data() { eyes(); }
    void uniformTenthsAreToldApart()
    {
        QFETCH(std::string, eyes);
        for (int i = 0; i < 10; ++i) {
            const auto seen = [&](int tenth) {
                return cieLab(seenBy(eyes, linear(colourAt(ColourScale::Uniform, tenth / 10.0))));
            };
            const double apart = distance(seen(i), seen(i + 1));
            QVERIFY2(apart > 7, qPrintable(QString("%1: %2").arg(i).arg(apart)));
        }
    }

    void divergingIsNeutralInTheMiddleAndEquallyDarkAtItsEnds()
    {
        const Lab middle = cieLab(linear(divergingColourAt(0.5)));
        QVERIFY(middle.lightness > 88);
        QVERIFY(std::hypot(middle.a, middle.b) < 4);
        for (int i = 1; i <= 10; ++i) {
            const Lab below = okLab(linear(divergingColourAt(0.5 - i / 20.0))),
                      above = okLab(linear(divergingColourAt(0.5 + i / 20.0)));
            QVERIFY2(std::abs(below.lightness - above.lightness) < 0.02,
                     qPrintable(QString("%1: %2 %3").arg(i).arg(below.lightness).arg(above.lightness)));
        }
        const Colour blue = divergingColourAt(0), orange = divergingColourAt(1);
        QVERIFY(blue.b > blue.r && orange.r > orange.b);
    }

    void bothDirectionsOfDivergingAreToldApart_data() { eyes(); }
    void bothDirectionsOfDivergingAreToldApart()
    {
        QFETCH(std::string, eyes);
        const auto seen = [&](double t) { return cieLab(seenBy(eyes, linear(divergingColourAt(t)))); };
        QVERIFY(distance(seen(0), seen(1)) > 40);
        QVERIFY(distance(seen(0.25), seen(0.75)) > 20);
    }

    void blueToRedGoesThroughTheSpectrum()
    {
        QCOMPARE(colourAt(ColourScale::BlueToRed, 0), (Colour{0, 0, 255}));
        QCOMPARE(colourAt(ColourScale::BlueToRed, 1), (Colour{255, 0, 0}));
        const Colour cyan = colourAt(ColourScale::BlueToRed, 0.25), yellow = colourAt(ColourScale::BlueToRed, 0.75);
        QVERIFY(cyan.g > 240 && cyan.b > 240 && cyan.r == 0);
        QVERIFY(yellow.r > 240 && yellow.g > 240 && yellow.b == 0);
    }

    void greyIsGreyAndGetsLighter()
    {
        QCOMPARE(colourAt(ColourScale::Grey, 0), (Colour{0, 0, 0}));
        QCOMPARE(colourAt(ColourScale::Grey, 1), (Colour{255, 255, 255}));
        int former = -1;
        for (int i = 0; i <= 50; ++i) {
            const Colour c = colourAt(ColourScale::Grey, i / 50.0);
            QCOMPARE(c.r, c.g);
            QCOMPARE(c.g, c.b);
            QVERIFY(c.r > former);
            former = c.r;
        }
    }

    void valuesBeyondTheScaleTakeItsEnds()
    {
        for (const auto scale : {ColourScale::Uniform, ColourScale::BlueToRed, ColourScale::Grey}) {
            QCOMPARE(colourAt(scale, -3), colourAt(scale, 0));
            QCOMPARE(colourAt(scale, 7), colourAt(scale, 1));
            QCOMPARE(colourAt(scale, std::nan("")), colourAt(scale, 0));
        }
        QCOMPARE(divergingColourAt(1e30), divergingColourAt(1));
    }
};

QTEST_APPLESS_MAIN(TestColourScale)
#include "tst_colour_scale.moc"
