// SPDX-License-Identifier: GPL-3.0-or-later
// fcoscope --render as a script calls it: the program is started, its files are looked into.
#include <QImage>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

#include <cmath>

#include "core/base/colour_scale.h"
#include "core/data/dataset.h"
#include "core/data/image.h"
#include "core/fcos/engine.h"
#include "core/fcos/predictor.h"
#include "core/rules/layers.h"
#include "core/rules/trace.h"
#include "tests/cli/said.h"

using namespace fcoscope;

namespace {

Said run(const QStringList &arguments, bool platform = true)
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    static const QTemporaryDir own;  // Qt says so where there is none
    environment.insert(QStringLiteral("XDG_RUNTIME_DIR"), own.path());
    environment.remove(QStringLiteral("DISPLAY"));
    environment.remove(QStringLiteral("WAYLAND_DISPLAY"));
    if (!platform)
        environment.remove(QStringLiteral("QT_QPA_PLATFORM"));
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral(FCOSCOPE_PROGRAM), arguments);
    return ended(process);
}

struct Svg {
    bool whole = false;
    int shapes = 0, images = 0;
    QString words;
};

Svg lookInto(const QByteArray &bytes)
{
    QXmlStreamReader xml(bytes);
    Svg svg;
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement)
            continue;
        const QString name = xml.name().toString();
        svg.images += name == QLatin1String("image");
        for (const char *shape : {"path", "rect", "circle", "ellipse", "polyline", "polygon", "line"})
            svg.shapes += name == QLatin1String(shape);
        if (name == QLatin1String("text"))
            svg.words += xml.readElementText() + QLatin1Char('\n');
    }
    svg.whole = !xml.hasError();
    return svg;
}

}  // namespace

class RenderTest : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    const QString resources_ = QStringLiteral(FCOSCOPE_SOURCE_DIR "/resources/");
    const QString demo_ = resources_ + QStringLiteral("demo"),
                  model_ = resources_ + QStringLiteral("models/default.safetensors");
    QString path(const char *name) const { return dir_.filePath(QString::fromLatin1(name)); }

    /// One magenta picture of 64 × 48 with one box: (12, 8) to (52, 40).
    QString oneBox() const
    {
        const QString folder = path("one");
        QDir().mkpath(folder);
        QImage picture(64, 48, QImage::Format_RGB32);
        picture.fill(QColor(255, 0, 255));
        picture.save(folder + QStringLiteral("/a.png"));
        QFile file(folder + QStringLiteral("/labels.json"));
        if (file.open(QIODevice::WriteOnly))
            file.write(R"({"images": [{"id": 1, "file_name": "a.png", "width": 64, "height": 48}],
                "categories": [{"id": 1, "name": "thing"}],
                "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [12, 8, 40, 32], "area": 1280}]})");
        return folder;
    }

private Q_SLOTS:
    void aPngOfTheRightSizeWithoutAScreen()
    {
        const Said said = run({"--render", "layers", "--layers", "assignment,labels", "--size", "640x480", "--scale",
                               "1.5", "--out", path("a.png"), demo_},
                              false);
        QVERIFY2(said.exitCode == 0, said.err);
        QCOMPARE(said.err, QByteArray());
        const QImage image(path("a.png"));
        QCOMPARE(image.size(), QSize(960, 720));
        QCOMPARE(image.pixelColor(0, 0), QColor(Qt::white));
        QVERIFY(run({"--render", "layers", "--dark", "--size", "640x480", "--out", path("d.png"), demo_}).exitCode ==
                0);
        QVERIFY(QImage(path("d.png")).pixelColor(0, 0).lightness() < 80);
    }

    void layersChangeThePicture()
    {
        const auto drawn = [&](const char *layers, const char *level) {
            const Said said = run({"--render", "layers", "--layers", layers, "--level", level, "--size", "500x400",
                                   "--no-legend", "--title", "-", "--out", path("l.png"), demo_});
            return said.exitCode == 0 ? QImage(path("l.png")) : QImage();
        };
        const QImage p3 = drawn("assignment", "P3"), p4 = drawn("assignment", "P4"), all = drawn("assignment", "all"),
                     target = drawn("centerness-target", "all"), both = drawn("centerness-target,assignment", "all");
        QVERIFY(!p3.isNull() && !p4.isNull() && !all.isNull() && !target.isNull() && !both.isNull());
        QVERIFY(p3 != p4 && p4 != all && all != target && both != all && both != target);
    }

    void anSvgHoldsShapesAndOneImage()
    {
        const Said said =
            run({"--render", "layers", "--layers", "assignment,ambiguity,labels", "--out", path("a.svg"), demo_});
        QVERIFY2(said.exitCode == 0, said.err);
        const Svg svg = lookInto(contents(path("a.svg")));
        QVERIFY(svg.whole);
        QVERIFY2(svg.shapes > 500, qPrintable(QString::number(svg.shapes)));
        QCOMPARE(svg.images, 1);
        QVERIFY2(svg.words.contains("00.jpg") && svg.words.contains("RBC") && svg.words.contains("1066 × 800"),
                 qPrintable(svg.words));
    }

    void aPdfIsOne()
    {
        QCOMPARE(run({"--render", "figure-1", "--out", path("a.pdf"), demo_}).exitCode, 0);
        QVERIFY(contents(path("a.pdf")).startsWith("%PDF"));
        QVERIFY(contents(path("a.pdf")).contains("%%EOF"));
    }

    void twoRunsGiveTheSame()
    {
        for (const char *ending : {"png", "svg"})
            for (const char *recipe : {"layers", "figure-1", "figure-3"}) {
                QByteArray first;
                for (int i = 0; i < 2; ++i) {
                    const QString file = path("same.") + QLatin1String(ending);
                    QCOMPARE(run({"--render", recipe, "--out", file, demo_}).exitCode, 0);
                    if (i == 0)
                        first = contents(file);
                    else
                        QCOMPARE(contents(file), first);
                }
                QVERIFY(first.size() > 5000);
            }
    }

    void figure1NamesWhatItShows()
    {
        QCOMPARE(run({"--render", "figure-1", "--out", path("f1.svg"), demo_}).exitCode, 0);
        const Svg svg = lookInto(contents(path("f1.svg")));
        QVERIFY(svg.whole && svg.images == 2 && svg.shapes > 20);
        // The largest label of the first demo image, a WBC, and distances that add up to its sides in the network.
        static const QRegularExpression said(
            "A location of P(\\d) that learns (\\w+): l ([\\d.]+), t ([\\d.]+), r ([\\d.]+), b ([\\d.]+) px");
        const auto found = said.match(QString(svg.words).replace('\n', ' '));
        QVERIFY2(found.hasMatch(), qPrintable(svg.words));
        const Dataset demo = readDataset(demo_.toStdString());
        const DatasetImage &image = demo.images.front();
        const auto largest =
            std::max_element(image.labels.begin(), image.labels.end(),
                             [](const Label &a, const Label &b) { return a.box.area() < b.box.area(); });
        QCOMPARE(found.captured(2).toStdString(), demo.classNames[size_t(largest->classIndex)]);
        const Box box = fitTransform(image.size, 800, 1333, 32).toNetwork(largest->box);
        QVERIFY(std::abs(found.captured(3).toDouble() + found.captured(5).toDouble() - box.width()) < 0.15);
        QVERIFY(std::abs(found.captured(4).toDouble() + found.captured(6).toDouble() - box.height()) < 0.15);
        QVERIFY(svg.words.contains("it learns the smallest"));
    }

    void figure3FollowsTheFormula()
    {
        const Said said =
            run({"--render", "figure-3", "--opacity", "1", "--size", "900x800", "--out", path("f3.png"), oneBox()});
        QVERIFY2(said.exitCode == 0, said.err);
        const QImage image = QImage(path("f3.png")).convertToFormat(QImage::Format_RGB32);
        QRect picture;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                if (image.pixelColor(x, y) == QColor(255, 0, 255))
                    picture |= QRect(x, y, 1, 1);
        const double zoom = picture.width() / 64.0;
        QVERIFY(zoom > 8);
        QVERIFY(std::abs(picture.height() - 48 * zoom) < 2);
        int looked = 0, hot = 0;
        for (double v = 0.08; v < 0.95; v += 0.07)
            for (double u = 0.08; u < 0.95; u += 0.07) {
                if (std::abs(u - 0.66) < 0.05 || std::abs(v - 0.4) < 0.05)
                    continue;  // the arrows
                const int x = picture.left() + int((12 + 40 * u) * zoom), y = picture.top() + int((8 + 32 * v) * zoom);
                const double inX = (x + 0.5 - picture.left()) / zoom, inY = (y + 0.5 - picture.top()) / zoom;
                const double l = inX - 12, r = 52 - inX, t = inY - 8, b = 40 - inY;
                const double value = std::sqrt(std::min(l, r) / std::max(l, r) * std::min(t, b) / std::max(t, b));
                const Colour expected = colourAt(ColourScale::BlueToRed, value);
                const QColor there = image.pixelColor(x, y);
                const int off = std::max({std::abs(there.red() - expected.r), std::abs(there.green() - expected.g),
                                          std::abs(there.blue() - expected.b)});
                QVERIFY2(off <= 12, qPrintable(QStringLiteral("%1, %2: %3").arg(u).arg(v).arg(there.name())));
                ++looked;
                hot += value > 0.6;
            }
        QVERIFY(looked > 100 && hot > 10);
        // The paper's colours: blue at the border, red in the middle.
        const QColor middle = image.pixelColor(picture.left() + int(32 * zoom), picture.top() + int(24 * zoom));
        QVERIFY(middle.red() > 230 && middle.blue() < 60);
    }

    void figure7CountsTheCandidates()
    {
        const QString bccd = qEnvironmentVariable("FCOSCOPE_SHARED") + QStringLiteral("/datasets/bccd/BCCD");
        if (!QFile::exists(bccd))
            QSKIP("FCOSCOPE_SHARED has no datasets/bccd");
        const Said said = run({"--render", "figure-7", "--image-limit", "3", "--out", path("f7.svg"), bccd, model_});
        QVERIFY2(said.exitCode == 0, said.err);
        const Svg svg = lookInto(contents(path("f7.svg")));
        QVERIFY(svg.whole);
        // The same by hand.
        configureEngine(2);
        const Predictor predictor = Predictor::load(model_.toStdString(), "cpu");
        const Dataset data = readDataset(bccd.toStdString());
        DecodeOptions weak = predictor.info().profile.decode;
        weak.scoreThreshold = 0.05;
        size_t points = 0, below = 0, belowWith = 0;
        for (size_t i = 0; i < 3; ++i) {
            const RawOutputsPtr raw = predictor.run(readImage(data.images[i].file));
            for (const TracedCandidate &c : traceDecode(*raw, predictor.info().profile, weak).candidates) {
                if (c.fate == Fate::NoBox || c.fate == Fate::BelowThreshold || !c.boxInImage.hasArea())
                    continue;
                double best = 0;
                for (const Label &label : data.images[i].labels)
                    if (data.classNames[size_t(label.classIndex)] ==
                        predictor.info().classNames[size_t(c.pair.classIndex)])
                        best = std::max(best, intersectionOverUnion(c.boxInImage, label.box));
                ++points;
                below += double(c.pair.p) > double(float(best));
                belowWith += double(c.pair.p * c.pair.o) > double(float(best));
            }
        }
        QVERIFY(points > 300);
        for (const size_t n : {below, belowWith}) {
            const QString line = QStringLiteral("%1 candidates, %2 % below")
                                     .arg(QLocale(QLocale::English, QLocale::UnitedStates).toString(qulonglong(points)))
                                     .arg(100.0 * double(n) / double(points), 0, 'f', 1);
            QVERIFY2(svg.words.contains(line), qPrintable(line + " in " + svg.words));
        }
    }

    void detectionsStandInForLabels()
    {
        const QString image = demo_ + QStringLiteral("/03.jpg");
        QCOMPARE(run({"--render", "layers", "--detections", "--out", path("s.svg"), image, model_}).exitCode, 0);
        const Svg with = lookInto(contents(path("s.svg")));
        QVERIFY(with.words.contains("detections stand in for labels"));
        QVERIFY(with.shapes > 200);
        QCOMPARE(run({"--render", "layers", "--out", path("n.svg"), image}).exitCode, 0);
        const Svg without = lookInto(contents(path("n.svg")));
        QVERIFY2(without.words.contains("has no labels"), qPrintable(without.words));
    }

    void modelLayersAreDrawn()
    {
        QCOMPARE(run({"--render", "layers", "--layers", "score,class-loss", "--class", "RBC", "--out", path("m.png"),
                      demo_, model_})
                     .exitCode,
                 0);
        QCOMPARE(run({"--render", "layers", "--layers", "activation", "--features", "P4", "--out", path("p.png"), demo_,
                      model_})
                     .exitCode,
                 0);
        QVERIFY(QImage(path("m.png")) != QImage(path("p.png")));
    }

    void tinyAndOtherImagesAreFigures()
    {
        QImage tiny(1, 1, QImage::Format_RGB32);
        tiny.fill(Qt::gray);
        tiny.save(path("tiny.png"));
        QCOMPARE(
            run({"--render", "layers", "--layers", "stride-grid", "--out", path("t.png"), path("tiny.png"), model_})
                .exitCode,
            0);
        QCOMPARE(run({"--render", "figure-3", "--image", "05.jpg", "--language", "zh_CN", "--label", "1", "--out",
                      path("z.svg"), demo_})
                     .exitCode,
                 0);
        QVERIFY(lookInto(contents(path("z.svg"))).words.contains("05.jpg"));
    }

    void whatCannotBeIsASentence_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("words");
        const QString out = path("e.png");
        QTest::newRow("recipe") << QStringList{"figure-9", "--out", out, demo_} << "no figure \"figure-9\"";
        QTest::newRow("no file") << QStringList{"layers", demo_} << "--out";
        QTest::newRow("ending") << QStringList{"layers", "--out", path("e.jpeg"), demo_} << ".png, .svg or .pdf";
        QTest::newRow("folder") << QStringList{"layers", "--out", path("no/e.png"), demo_} << "no/e.png";
        QTest::newRow("no data") << QStringList{"layers", "--out", out} << "Name the image";
        QTest::newRow("missing") << QStringList{"layers", "--out", out, path("gone.jpg")} << "gone.jpg";
        QTest::newRow("two") << QStringList{"layers", "--out", out, demo_, demo_ + "/01.jpg"} << "Both";
        QTest::newRow("layer") << QStringList{"layers", "--layers", "asignment", "--out", out, demo_}
                               << "did you mean \"assignment\"";
        QTest::newRow("level") << QStringList{"layers", "--level", "P9", "--out", out, demo_} << "no level P9";
        QTest::newRow("profile") << QStringList{"layers", "--profile", "yolo", "--out", out, demo_} << "yolo";
        QTest::newRow("number") << QStringList{"layers", "--scale", "many", "--out", out, demo_} << "scale";
        QTest::newRow("image") << QStringList{"layers", "--image", "99.jpg", "--out", out, demo_} << "no image 99.jpg";
        QTest::newRow("index") << QStringList{"layers", "--image-index", "12", "--out", out, demo_} << "0 to 11";
        QTest::newRow("label") << QStringList{"figure-3", "--label", "999", "--out", out, demo_} << "no label 999";
        QTest::newRow("no labels") << QStringList{"figure-1", "--out", out, demo_ + "/01.jpg"} << "has no labels";
        QTest::newRow("no model") << QStringList{"figure-7", "--out", out, demo_} << "needs a model";
        QTest::newRow("unlabelled") << QStringList{"figure-7", "--out", out, demo_ + "/01.jpg", model_}
                                    << "has no labels";
        QTest::newRow("class") << QStringList{"layers", "--layers", "score", "--class", "cat",
                                              "--out",  out,        demo_,   model_}
                               << "no class \"cat\"";
        QTest::newRow("flag") << QStringList{"layers", "--lairs", "x", "--out", out, demo_} << "lairs";
        QTest::newRow("too large") << QStringList{"layers", "--size", "8000x8000", "--scale", "4", "--out", out, demo_}
                                   << "megapixels";
    }
    void whatCannotBeIsASentence()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QString, words);
        QFile::remove(path("e.png"));
        const Said said = run(QStringList{"--render"} + arguments);
        QCOMPARE(said.exitCode, 2);
        QVERIFY2(QString::fromUtf8(said.err).contains(words), said.err);
        QCOMPARE(said.err.count('\n'), 1);
        QVERIFY2(said.err.endsWith(".\n") || said.err.endsWith("?\n"), said.err);
        QVERIFY(!QFile::exists(path("e.png")));
    }

    void itsOptionsAreNotTheWindows()
    {
        const Said said = run({"--layers", "labels", demo_});
        QCOMPARE(said.exitCode, 2);
        QVERIFY2(said.err.contains("--render"), said.err);
    }

    void helpTellsOfAll()
    {
        const Said said = run({"--help"});
        QCOMPARE(said.exitCode, 0);
        for (const char *word : {"figure-1", "figure-3", "figure-7", "--layers", "--no-legend", "--image-index"})
            QVERIFY2(said.out.contains(word), word);
        for (const Layer &layer : standardLayers())
            QVERIFY2(said.out.contains(nameOf(layer.kind)), nameOf(layer.kind));
    }
};

QTEST_GUILESS_MAIN(RenderTest)
#include "tst_render.moc"
