// SPDX-License-Identifier: GPL-3.0-or-later
// What reaches the network: channels, range and statistics of every profile, the same in training as in inference, and
// zeros in the padding. input_reference.py compares the pixels with the codebases' own libraries.
#include <QTest>

#include "core/base/random.h"
#include "core/fcos/input.h"
#include "core/rules/locations.h"

using namespace fcoscope;

namespace {

Image noise(Size size)
{
    Image image{"noise", size, {}};
    Random random(7);
    for (int i = 0; i < size.width * size.height * 3; ++i)
        image.pixels.push_back(static_cast<uint8_t>(random.next()));
    return image;
}

/// An image of exactly the size that the profile would give it.
Image fitting(const Profile &profile)
{
    return noise(inferenceTransform({300, 200}, profile).contentSize);
}

}  // namespace

class InputTest : public QObject {
    Q_OBJECT

    static void eachProfile()
    {
        QTest::addColumn<QString>("name");
        for (const std::string &name : profileNames())
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
    static Profile profileOfRow()
    {
        QFETCH(QString, name);
        Profile profile = profileNamed(name.toStdString());
        profile.shortSide /= 8, profile.longSide /= 8;  // the same rules on a small picture
        return profile;
    }

private Q_SLOTS:
    void everyPixelIsWhatTheProfileSays_data() { eachProfile(); }
    void everyPixelIsWhatTheProfileSays()
    {
        const Profile profile = profileOfRow();
        const Image image = fitting(profile);
        const ImageTransform fit = inferenceTransform(image.size, profile);
        QVERIFY(fit.contentSize == image.size);
        QVERIFY(fit.paddedSize != image.size);
        const at::Tensor input = networkInput(image, fit, profile, at::kCPU);
        QVERIFY((input.sizes() == at::IntArrayRef{1, 3, fit.paddedSize.height, fit.paddedSize.width}));
        QVERIFY(input.is_contiguous(at::MemoryFormat::ChannelsLast));
        double worst = 0, largest = 0;
        for (int channel = 0; channel < 3; ++channel) {
            const auto colour = static_cast<size_t>(profile.channelOrder == ChannelOrder::Bgr ? 2 - channel : channel);
            const at::Tensor plane = input[0][channel].contiguous();
            const float *values = plane.data_ptr<float>();
            for (int y = 0; y < fit.paddedSize.height; ++y)
                for (int x = 0; x < fit.paddedSize.width; ++x) {
                    double expected = 0;
                    if (x < image.size.width && y < image.size.height) {
                        const double byte = image.row(y)[static_cast<size_t>(x) * 3 + colour];
                        const double pixel = profile.pixelRange == PixelRange::Unit ? byte / 255 : byte;
                        expected = (pixel - profile.mean[colour]) / profile.deviation[colour];
                    }
                    worst = std::max(worst, std::abs(*values++ - expected));
                    largest = std::max(largest, std::abs(expected));
                }
        }
        QVERIFY2(worst < 1e-6 * largest, qPrintable(QString::number(worst)));
    }

    void trainingSeesWhatInferenceSees_data() { eachProfile(); }
    void trainingSeesWhatInferenceSees()
    {
        const Profile profile = profileOfRow();
        const Image image = fitting(profile);
        const ImageTransform fit = inferenceTransform(image.size, profile);
        // As the loader lays them: two samples of the padded size, rubbish where there is no content.
        at::Tensor samples = at::full({2, fit.paddedSize.height, fit.paddedSize.width, 3}, 77, at::kByte);
        const at::Tensor bytes = at::from_blob(const_cast<uint8_t *>(image.pixels.data()),
                                               {image.size.height, image.size.width, 3}, at::kByte);
        samples[1].slice(0, 0, image.size.height).slice(1, 0, image.size.width).copy_(bytes);
        const at::Tensor batch = networkInput(samples, {fit, fit}, profile, at::kCPU);
        QVERIFY(batch.is_contiguous(at::MemoryFormat::ChannelsLast));
        QVERIFY(at::equal(batch[1], networkInput(image, fit, profile, at::kCPU)[0]));
    }

    void aRuleChangesPixelsOnlyWhereThereIsSomethingToResize()
    {
        const Image image = noise({101, 67});
        std::vector<at::Tensor> resized;
        for (ResizeRule rule : {ResizeRule::Bilinear, ResizeRule::Antialiased, ResizeRule::Pillow, ResizeRule::OpenCv,
                                ResizeRule::OpenCvFloat}) {
            Profile profile;
            profile.resize = rule;
            const ImageTransform same = fitTransform(image.size, 67, 101, 1),
                                 half = fitTransform(image.size, 33, 50, 1);
            Profile plain;
            QVERIFY(
                at::equal(networkInput(image, same, profile, at::kCPU), networkInput(image, same, plain, at::kCPU)));
            resized.push_back(networkInput(image, half, profile, at::kCPU));
        }
        // Four taps are not a filter that widens; on noise that cannot be missed. Among themselves they nearly agree:
        // by one grey level of 255, divided by the smallest deviation.
        const auto apart = [&](size_t a, size_t b) { return (resized[a] - resized[b]).abs().max().item<double>(); };
        const double level = 1.01 / 255 / 0.224;
        QVERIFY(apart(1, 2) > 0 && apart(1, 2) < 2 * level);
        QVERIFY(apart(0, 3) > 0 && apart(0, 3) < level);
        QVERIFY(apart(0, 4) < 1e-3);
        QVERIFY(apart(0, 1) > 20 * level);
    }
};

QTEST_GUILESS_MAIN(InputTest)
#include "tst_input.moc"
