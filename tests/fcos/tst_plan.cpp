// SPDX-License-Identifier: GPL-3.0-or-later
// A plan says what the modules it was compiled from say, for every structure; and what it does with memory.
#include <QTest>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <set>
#include <thread>

#include "core/base/random.h"
#include "core/fcos/engine.h"
#include "core/fcos/plan.h"
#include "core/fcos/plan_kernels.h"

using namespace fcoscope;

namespace {

/// Weights that keep activations near 1, and norms that do something.
void fill(Detector &detector)
{
    Random random(5);
    for (const NamedTensor &entry : detector.tensors()) {
        at::Tensor &tensor = *entry.tensor;
        const auto taps = tensor.dim() == 4 ? double(tensor[0].numel()) : 1.0;
        for (int64_t i = 0; i < tensor.numel(); ++i) {
            const double u = random.uniform();
            double value = 0.7 + 0.3 * u;  // norm weights, scales, variances
            if (tensor.dim() == 4)
                value = (2 * u - 1) * std::sqrt(4 / taps);
            else if (entry.name.ends_with("bias") || entry.name.ends_with("mean"))
                value = 0.4 * u - 0.2;
            tensor.data_ptr<float>()[i] = static_cast<float>(value);
        }
    }
}

NetworkOptions small(int depth = 18)
{
    NetworkOptions network;
    network.backboneDepth = depth;
    network.backboneWidth = 0.25;
    network.pyramidChannels = 32;
    network.towerGroups = 8;
    network.towerDepth = 2;
    network.classCount = 5;
    return network;
}

Detector made(const NetworkOptions &network, const Profile &profile = profileNamed("fcoscope"))
{
    Detector detector = Detector::make(network, profile);
    fill(detector);
    return detector;
}

at::Tensor input(int64_t height, int64_t width)
{
    at::Tensor image = at::empty({1, 3, height, width});
    Random random(9);
    for (int64_t i = 0; i < image.numel(); ++i)
        image.data_ptr<float>()[i] = static_cast<float>(random.normal());
    return image;
}

QString difference(const char *what, const Grid &ours, const at::Tensor &theirs)
{
    if (!theirs.defined())
        return ours.values.empty() ? QString() : QStringLiteral("%1 should be absent").arg(what);
    if (theirs.sizes() != at::IntArrayRef{1, ours.channels, ours.height, ours.width})
        return QStringLiteral("%1 has another shape").arg(what);
    const at::Tensor expected = theirs.contiguous().reshape({-1}),
                     said = at::from_blob(const_cast<float *>(ours.values.data()), expected.sizes());
    const double error =
        ((said - expected).abs().max() / std::max(1.0, expected.abs().max().item<double>())).item<double>();
    if (!(error <= 1e-4))
        return QStringLiteral("%1 differs by %2").arg(what).arg(error);
    if (expected.numel() > 50 && std::set<float>(ours.values.begin(), ours.values.end()).size() < 10)
        return QStringLiteral("%1 is all the same: nothing was compared").arg(what);
    return {};
}

/// A plan's outputs against the modules', whatever computes it, for inputs small, odd and wide.
QString differences(const Detector &detector, const std::vector<std::array<int64_t, 2>> &sizes)
{
    const c10::InferenceMode inference;
    for (const PlanBackend backend : {PlanBackend::OneDnn, PlanBackend::Operators}) {
        const Plan plan(detector, at::kCPU, backend);
        for (const auto &[height, width] : sizes) {
            const at::Tensor image = input(height, width);
            const std::vector<LevelTensors> expected = detector(image, {});
            const std::vector<LevelOutputs> said = plan.run(image);
            if (said.size() != expected.size())
                return QStringLiteral("%1 levels instead of %2").arg(said.size()).arg(expected.size());
            for (size_t i = 0; i < said.size(); ++i)
                for (const QString &wrong : {difference("class logits", said[i].classLogits, expected[i].classLogits),
                                             difference("centerness", said[i].centernessLogits,
                                                        expected[i].centernessLogits),
                                             difference("distances", said[i].distances, expected[i].distances)})
                    if (!wrong.isEmpty())
                        return QStringLiteral("backend %1, %2 x %3, level %4: %5")
                            .arg(int(backend)).arg(height).arg(width).arg(i).arg(wrong);
        }
    }
    return {};
}

std::vector<float> valuesOf(const std::vector<LevelOutputs> &outputs)
{
    std::vector<float> values;
    for (const LevelOutputs &level : outputs)
        for (const Grid *grid : {&level.classLogits, &level.centernessLogits, &level.distances})
            values.insert(values.end(), grid->values.begin(), grid->values.end());
    return values;
}

size_t residentBytes()
{
    std::ifstream statm("/proc/self/statm");
    size_t all = 0, resident = 0;
    statm >> all >> resident;
    return resident * size_t(::sysconf(_SC_PAGESIZE));
}

long pageFaults()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

double largest(const at::Tensor &difference) { return difference.abs().max().item<double>(); }

}  // namespace

class PlanTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { configureEngine(2); }
    void sameAsTheModules_data();
    void sameAsTheModules();
    void profilesOfTheLiterature_data();
    void profilesOfTheLiterature();
    void fullWidth();
    void weightsAreItsOwn();
    void oneDnnIsChosenHere();
    void kernels_data();
    void kernels();
    void groupNormFarFromZero();
    void layersAgainstLibTorch();
    void stopBetweenLayers();
    void sizesInTurnsWithoutPageFaults();
    void restGivesMemoryBack();
    void twoPlansOnTwoThreads();
    void blocksMayOutliveTheirArena();
    void arenaShrinks();
};

void PlanTest::sameAsTheModules_data()
{
    QTest::addColumn<QString>("what");
    QTest::addColumn<std::function<void(NetworkOptions &, Profile &)>>("change");
    const auto row = [](const char *name, std::function<void(NetworkOptions &, Profile &)> change) {
        QTest::newRow(name) << QString(name) << std::move(change);
    };
    row("ResNet-18", [](NetworkOptions &, Profile &) {});
    row("ResNet-34", [](NetworkOptions &n, Profile &) { n.backboneDepth = 34; });
    row("ResNet-50", [](NetworkOptions &n, Profile &) { n.backboneDepth = 50; });
    row("ResNet-50, stride in the 1x1", [](NetworkOptions &n, Profile &) {
        n.backboneDepth = 50;
        n.strideConv = StrideConv::First1x1;
    });
    row("ResNeXt", [](NetworkOptions &n, Profile &) {
        n.backboneDepth = 50;
        n.backboneGroups = 8;
        n.groupWidth = 16;
    });
    row("frozen norms, epsilon 0", [](NetworkOptions &n, Profile &) {
        n.backboneNorm = BackboneNorm::Frozen;
        n.normEpsilon = 0;
    });
    row("no tower norm", [](NetworkOptions &n, Profile &) { n.towerNorm = TowerNorm::None; });
    row("batch norm in towers", [](NetworkOptions &n, Profile &) { n.towerNorm = TowerNorm::Batch; });
    row("batch norm by level", [](NetworkOptions &n, Profile &) { n.towerNorm = TowerNorm::BatchPerLevel; });
    row("batch norm by level, no bias, shared tower", [](NetworkOptions &n, Profile &) {
        n.towerNorm = TowerNorm::BatchPerLevel;
        n.towerBias = false;
        n.sharedTowerDepth = 2;
    });
    row("no tower bias", [](NetworkOptions &n, Profile &) { n.towerBias = false; });
    row("shared tower only", [](NetworkOptions &n, Profile &) {
        n.sharedTowerDepth = 2;
        n.towerDepth = 0;
    });
    row("no towers", [](NetworkOptions &n, Profile &) { n.towerDepth = 0; });
    row("shared and own towers", [](NetworkOptions &n, Profile &) { n.sharedTowerDepth = 1; });
    row("bilinear", [](NetworkOptions &n, Profile &) { n.upsampling = Upsampling::Bilinear; });
    row("P6 from C5", [](NetworkOptions &n, Profile &) { n.p6Source = P6Source::C5; });
    row("centerness on the class tower",
        [](NetworkOptions &n, Profile &) { n.centernessBranch = CenternessBranch::ClassTower; });
    row("no centerness", [](NetworkOptions &n, Profile &) { n.centernessBranch = CenternessBranch::None; });
    row("no scales", [](NetworkOptions &n, Profile &) { n.levelScale = false; });
    row("exp in pixels", [](NetworkOptions &, Profile &p) {
        p.boxActivation = BoxActivation::Exponential;
        p.boxUnit = BoxUnit::Pixels;
    });
    const auto levels = [](std::vector<double> strides) {
        return [strides](NetworkOptions &, Profile &p) {
            p.strides = strides;
            p.rangeLimits.clear();
            for (size_t i = 1; i < strides.size(); ++i)
                p.rangeLimits.push_back(64 * double(i));
        };
    };
    row("P3 to P5", levels({8, 16, 32}));
    row("P4 alone", levels({16}));
    row("P5 to P7", levels({32, 64, 128}));
}

void PlanTest::sameAsTheModules()
{
    QFETCH(std::function<void(NetworkOptions &, Profile &)>, change);
    NetworkOptions network = small();
    Profile profile = profileNamed("fcoscope");
    change(network, profile);
    QCOMPARE(differences(made(network, profile), {{64, 96}, {65, 97}, {32, 32}, {1, 1}, {136, 200}, {64, 96}}),
             QString());
}

void PlanTest::profilesOfTheLiterature_data()
{
    QTest::addColumn<QString>("name");
    for (const std::string &name : profileNames())
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

void PlanTest::profilesOfTheLiterature()
{
    QFETCH(QString, name);
    NetworkOptions network = networkOfProfile(name.toStdString());
    network.backboneWidth = 0.25;
    network.pyramidChannels = 64;
    network.towerGroups = 8;  // eight channels in a group, as at full width: two on a map of one pixel amplify rounding
    network.classCount = 7;
    QCOMPARE(differences(made(network, profileNamed(name.toStdString())), {{96, 128}, {97, 131}}), QString());
}

/// The kernels of wide layers differ from those of narrow ones.
void PlanTest::fullWidth()
{
    for (const int depth : {18, 50}) {
        NetworkOptions network;
        network.backboneDepth = depth;
        QCOMPARE(differences(made(network), {{96, 160}, {128, 101}}), QString());
    }
}

void PlanTest::weightsAreItsOwn()
{
    for (const TowerNorm norm : {TowerNorm::Group, TowerNorm::Batch, TowerNorm::None})
        for (const PlanBackend backend : {PlanBackend::OneDnn, PlanBackend::Operators}) {
            NetworkOptions network = small();
            network.towerNorm = norm;
            Detector detector = made(network);
            const Plan plan(detector, at::kCPU, backend);
            for (const NamedTensor &entry : detector.tensors())  // before the first run, and after it
                entry.tensor->zero_();
            const std::vector<float> first = valuesOf(plan.run(input(64, 64)));
            for (const NamedTensor &entry : detector.tensors())
                entry.tensor->fill_(3);
            QVERIFY(valuesOf(plan.run(input(64, 64))) == first);
            QVERIFY(first == valuesOf(Plan(made(network), at::kCPU, backend).run(input(64, 64))));
        }
}

void PlanTest::oneDnnIsChosenHere()
{
    if (!at::globalContext().hasMKLDNN())
        QSKIP("This LibTorch is built without oneDNN.");
    QVERIFY(planBackendFor(at::kCPU) == PlanBackend::OneDnn);
}

void PlanTest::kernels_data()
{
    QTest::addColumn<int>("index");
    const PlanKernels *list[8];
    const int count = usablePlanKernels(list, 8);
    QVERIFY(count > 0 && &planKernels() == list[0]);
    for (int i = 0; i < count; ++i)
        QTest::newRow(list[i]->name) << i;
}

void PlanTest::kernels()
{
    QFETCH(int, index);
    const PlanKernels *list[8];
    usablePlanKernels(list, 8);
    const PlanKernels &kernels = *list[index];
    Random random(3);
    const auto noise = [&](int64_t count) {
        std::vector<float> values(static_cast<size_t>(count));
        for (float &value : values)
            value = static_cast<float>(random.normal());
        return values;
    };
    for (const int64_t channels : {1, 5, 16, 37, 64}) {
        const int64_t pixels = 23;
        const std::vector<float> x = noise(pixels * channels), pivot = noise(channels), shift = noise(channels);
        std::vector<float> sum(size_t(channels), 2), square(size_t(channels), 3), y(x.size()), turned(x.size());
        kernels.statistics(x.data(), pixels, channels, pivot.data(), sum.data(), square.data());
        kernels.scaleShiftRelu(x.data(), channels, y.data(), channels, pixels, channels, pivot.data(), shift.data());
        kernels.channelsOutermost(x.data(), channels, pixels, channels, turned.data(), pixels);
        for (int64_t c = 0; c < channels; ++c) {
            double one = 2, two = 3;
            for (int64_t p = 0; p < pixels; ++p) {
                const auto at = static_cast<size_t>(p * channels + c);
                const double away = double(x[at]) - double(pivot[size_t(c)]);
                one += away;
                two += away * away;
                const float scaled = std::max(0.0F, x[at] * pivot[size_t(c)] + shift[size_t(c)]);
                QVERIFY(std::abs(y[at] - scaled) < 1e-5);
                QCOMPARE(turned[static_cast<size_t>(c * pixels + p)], x[at]);
            }
            QVERIFY(std::abs(double(sum[size_t(c)]) - one) < 1e-4);
            QVERIFY(std::abs(double(square[size_t(c)]) - two) < 1e-3);
        }
        const std::vector<float> rows = noise(3 * 7 * channels);
        const float *row = rows.data();
        for (const int64_t width : {7, 6, 1}) {
            const int64_t half = (width + 1) / 2;
            std::vector<float> pooled(static_cast<size_t>(half * channels));
            kernels.maxPoolRow(row, row + 7 * channels, row + 14 * channels, width, channels, pooled.data(), half);
            for (int64_t i = 0; i < half * channels; ++i) {
                float best = -1e9F;
                for (int64_t r = 0; r < 3; ++r)
                    for (int64_t at = std::max<int64_t>(0, i / channels * 2 - 1);
                         at <= std::min(width - 1, i / channels * 2 + 1); ++at)
                        best = std::max(best, row[(r * 7 + at) * channels + i % channels]);
                QCOMPARE(pooled[size_t(i)], best);
            }
        }
        std::vector<float> fine = noise(7 * channels);
        const std::vector<float> before = fine;
        const std::vector<int64_t> column{0, 0, 0, 1, 1, 2, 2};
        kernels.addEnlargedRow(fine.data(), row, column.data(), 7, channels);
        for (int64_t i = 0; i < 7 * channels; ++i)
            QCOMPARE(fine[size_t(i)],
                     before[size_t(i)] + row[column[size_t(i / channels)] * channels + i % channels]);
    }
}

/// Values around 3000 that vary by 1: sums of squares in floats would lose all of the variance.
void PlanTest::groupNormFarFromZero()
{
    const at::Tensor x = (input(70, 90).select(1, 0).unsqueeze(1).repeat({1, 32, 1, 1}) * at::linspace(0.5, 1.5, 32)
                              .view({1, 32, 1, 1}) + 3000).contiguous(at::MemoryFormat::ChannelsLast);
    GroupNorm norm = GroupNorm::make(32, 4);
    norm.weight.copy_(at::linspace(0.5, 2, 32));
    norm.bias.copy_(at::linspace(-1, 1, 32));
    const at::Tensor expected =
        at::relu(at::group_norm(x.to(at::kDouble), 4, norm.weight.to(at::kDouble), norm.bias.to(at::kDouble), 1e-5));
    const at::Tensor said = PlannedGroupNorm(norm, at::kCPU, PlanBackend::OneDnn)(x.clone());
    QVERIFY2(largest(said - expected) < 2e-3, qPrintable(QString::number(largest(said - expected))));
}

void PlanTest::layersAgainstLibTorch()
{
    const auto map = [](int64_t channels, int64_t height, int64_t width) {
        return at::randn({1, channels, height, width}).contiguous(at::MemoryFormat::ChannelsLast);
    };
    for (const auto &[height, width] : std::vector<std::array<int64_t, 2>>{{1, 1}, {2, 3}, {7, 8}, {90, 61}}) {
        const at::Tensor x = map(24, height, width);
        QVERIFY(at::equal(maxPool(x, PlanBackend::OneDnn), at::max_pool2d(x, 3, 2, 1)));
        for (const int64_t by : {1, 2, 3}) {  // also where sizes do not double
            at::Tensor fine = map(24, height * by + 1, width * by + (by > 1 ? 1 : 0));
            const at::Tensor expected = fine + at::upsample_nearest2d(x, {fine.size(2), fine.size(3)});
            addEnlarged(fine, x, PlanBackend::OneDnn);
            QVERIFY(at::equal(fine, expected));
        }
        const Grid grid = gridOf(x.narrow(1, 3, 10));
        const at::Tensor plain = x.narrow(1, 3, 10).contiguous();
        QVERIFY(std::equal(grid.values.begin(), grid.values.end(), plain.data_ptr<float>(),
                           plain.data_ptr<float>() + plain.numel()));
        GroupNorm norm = GroupNorm::make(24, 6);
        norm.weight.uniform_(0.5, 1.5);
        const at::Tensor both = at::relu(at::group_norm(x, 6, norm.weight, norm.bias, 1e-5));
        const auto halves = PlannedGroupNorm(norm, at::kCPU, PlanBackend::OneDnn).halves(x.clone());
        QVERIFY(largest(at::cat({halves.first, halves.second}, 1) - both) < 1e-5);
    }
}

void PlanTest::stopBetweenLayers()
{
    const Plan plan(made(small()), at::kCPU);
    const std::vector<float> whole = valuesOf(plan.run(input(64, 64)));
    int asked = 0, stopAt = 1 << 20;
    const RunContext context{[&] { return ++asked >= stopAt; }, {}};
    plan.run(input(64, 64), context);
    const int layers = asked;
    QVERIFY2(layers >= 35, qPrintable(QString::number(layers)));
    for (stopAt = 1; stopAt <= layers; stopAt += 7) {
        asked = 0;
        QVERIFY_EXCEPTION_THROWN(plan.run(input(64, 64), context), Stopped);
        QCOMPARE(asked, stopAt);
    }
    QVERIFY(valuesOf(plan.run(input(64, 64))) == whole);
}

void PlanTest::sizesInTurnsWithoutPageFaults()
{
    NetworkOptions network;
    network.backboneDepth = 18;
    network.classCount = 3;  // few outputs: their memory is not the arena's
    const Plan plan(made(network), at::kCPU);
    const at::Tensor one = input(256, 320), two = input(352, 192);
    const std::vector<float> first = valuesOf(plan.run(one)), second = valuesOf(plan.run(two));
    plan.run(one);
    plan.run(two);
    const size_t bytes = plan.arenaBytes();
    QVERIFY2(bytes > 20u << 20, qPrintable(QString::number(bytes)));
    const long before = pageFaults();
    for (int i = 0; i < 4; ++i) {
        QVERIFY(valuesOf(plan.run(one)) == first);
        QVERIFY(valuesOf(plan.run(two)) == second);
        QCOMPARE(plan.arenaBytes(), bytes);
        QCOMPARE(plan.blocksInUse(), size_t(0));
    }
    const long faults = pageFaults() - before;
    // What the test itself allocates is far below the 5000 small pages of the arena, eight times over.
    QVERIFY2(faults < 2500, qPrintable(QString::number(faults)));
}

void PlanTest::restGivesMemoryBack()
{
    NetworkOptions network;
    network.backboneDepth = 18;
    network.classCount = 3;
    const Plan plan(made(network), at::kCPU);
    const at::Tensor image = input(768, 768);
    const std::vector<float> before = valuesOf(plan.run(image));
    plan.run(image);
    const size_t held = plan.arenaBytes(), resident = residentBytes();
    QVERIFY(held > size_t(40) << 20);
    plan.rest();
    QCOMPARE(plan.arenaBytes(), size_t(0));
#ifndef __SANITIZE_ADDRESS__
    const size_t now = residentBytes();
    QVERIFY2(now + held / 2 < resident, qPrintable(QStringLiteral("%1 of %2").arg(now).arg(resident)));
#endif
    plan.rest();  // twice is as good
    QVERIFY(valuesOf(plan.run(image)) == before);
    QVERIFY(plan.arenaBytes() > 0);
}

void PlanTest::twoPlansOnTwoThreads()
{
    const Detector first = made(small(18)), second = made(small(50));
    const Plan one(first, at::kCPU), two(second, at::kCPU);
    const std::vector<float> alone[2]{valuesOf(one.run(input(96, 128))), valuesOf(two.run(input(128, 64)))};
    std::atomic<int> wrong = 0;
    const auto work = [&](const Plan &plan, int64_t height, int64_t width, const std::vector<float> &expected) {
        configureEngine(2);  // LibTorch keeps some of it for each thread
        const at::Tensor image = input(height, width);
        for (int i = 0; i < 20; ++i) {
            wrong += valuesOf(plan.run(image)) != expected;
            if (i % 5 == 0)
                (i % 2 ? one : two).rest();  // in the middle of the other's run
        }
    };
    std::thread beside(work, std::cref(one), 96, 128, std::cref(alone[0]));
    work(two, 128, 64, alone[1]);
    beside.join();
    QCOMPARE(wrong.load(), 0);
}

void PlanTest::blocksMayOutliveTheirArena()
{
    auto arena = std::make_unique<Arena>();
    at::Tensor kept, paused;
    {
        const Arena::Use use(*arena);
        const at::Tensor gone = at::ones({1000});
        kept = at::full({1 << 20}, 7.0);
        {
            const Arena::Pause pause;
            paused = at::full({100}, 8.0);
        }
        QCOMPARE(arena->blocksInUse(), size_t(2));
        const at::Tensor again = at::full({4 << 20}, 9.0);  // does not change what others hold
        QVERIFY(kept.eq(7).all().item<bool>());
    }
    QCOMPARE(arena->blocksInUse(), size_t(1));
    arena->release();
    QCOMPARE(arena->bytes(), size_t(0));
    arena.reset();
    QVERIFY(kept.eq(7).all().item<bool>());
    kept.fill_(6);
    std::thread([&] { kept.reset(); }).join();  // given back by another thread, after the arena
    QVERIFY(paused.eq(8).all().item<bool>());
    QVERIFY(at::full({1 << 20}, 5.0).eq(5).all().item<bool>());
}

void PlanTest::arenaShrinks()
{
    Arena arena;
    const auto run = [&](int64_t floats) {
        const Arena::Use use(arena);
        at::empty({floats});
    };
    run(64 << 20);
    const size_t large = arena.bytes();
    QVERIFY(large >= 256u << 20);
    for (int i = 0; i < 15; ++i)
        run(1000);
    QCOMPARE(arena.bytes(), large);
    run(1000);
    run(1000);
    QVERIFY(arena.bytes() < large / 4);
}

QTEST_GUILESS_MAIN(PlanTest)
#include "tst_plan.moc"
