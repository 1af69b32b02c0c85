// SPDX-License-Identifier: GPL-3.0-or-later
// What plans are made of: loops, layers, and the memory they use again.
#include <QTest>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "core/fcos/engine.h"
#include "core/fcos/plan_kernels.h"
#include "tests/fcos/planned_networks.h"

using namespace fcoscope;

namespace {

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

double largest(const at::Tensor &difference)
{
    return difference.abs().max().item<double>();
}

}  // namespace

class PlanPartsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { configureEngine(2); }
    void kernels_data();
    void kernels();
    void groupNormFarFromZero();
    void layersAgainstLibTorch();
    void sizesInTurnsWithoutPageFaults();
    void restGivesMemoryBack();
    void twoPlansOnTwoThreads();
    void blocksMayOutliveTheirArena();
    void arenaShrinks();
};

void PlanPartsTest::kernels_data()
{
    QTest::addColumn<int>("index");
    const PlanKernels *list[8];
    const int count = usablePlanKernels(list, 8);
    QVERIFY(count > 0 && &planKernels() == list[0]);
    for (int i = 0; i < count; ++i)
        QTest::newRow(list[i]->name) << i;
}

void PlanPartsTest::kernels()
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
            QCOMPARE(fine[size_t(i)], before[size_t(i)] + row[column[size_t(i / channels)] * channels + i % channels]);
    }
}

/// Values around 3000 that vary by 1: sums of squares in floats would lose all of the variance.
void PlanPartsTest::groupNormFarFromZero()
{
    const at::Tensor x = (input(70, 90).select(1, 0).unsqueeze(1).repeat({1, 32, 1, 1}) *
                              at::linspace(0.5, 1.5, 32).view({1, 32, 1, 1}) +
                          3000)
                             .contiguous(at::MemoryFormat::ChannelsLast);
    GroupNorm norm = GroupNorm::make(32, 4);
    norm.weight.copy_(at::linspace(0.5, 2, 32));
    norm.bias.copy_(at::linspace(-1, 1, 32));
    const at::Tensor expected =
        at::relu(at::group_norm(x.to(at::kDouble), 4, norm.weight.to(at::kDouble), norm.bias.to(at::kDouble), 1e-5));
    const at::Tensor said = PlannedGroupNorm(norm, at::kCPU, PlanBackend::OneDnn)(x.clone());
    QVERIFY2(largest(said - expected) < 2e-3, qPrintable(QString::number(largest(said - expected))));
}

void PlanPartsTest::layersAgainstLibTorch()
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

void PlanPartsTest::sizesInTurnsWithoutPageFaults()
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
    [[maybe_unused]] const long before = pageFaults();
    for (int i = 0; i < 4; ++i) {
        QVERIFY(valuesOf(plan.run(one)) == first);
        QVERIFY(valuesOf(plan.run(two)) == second);
        QCOMPARE(plan.arenaBytes(), bytes);
        QCOMPARE(plan.blocksInUse(), size_t(0));
    }
#ifndef __SANITIZE_ADDRESS__  // its shadow memory has page faults of its own
    const long faults = pageFaults() - before;
    // What the test itself allocates is far below the 5000 small pages of the arena, eight times over.
    QVERIFY2(faults < 2500, qPrintable(QString::number(faults)));
#endif
}

void PlanPartsTest::restGivesMemoryBack()
{
    NetworkOptions network;
    network.backboneDepth = 18;
    network.classCount = 3;
    const Plan plan(made(network), at::kCPU);
    const at::Tensor image = input(768, 768);
    const std::vector<float> before = valuesOf(plan.run(image));
    plan.run(image);
    const size_t held = plan.arenaBytes();
    [[maybe_unused]] const size_t resident = residentBytes();
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

void PlanPartsTest::twoPlansOnTwoThreads()
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

void PlanPartsTest::blocksMayOutliveTheirArena()
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

void PlanPartsTest::arenaShrinks()
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

QTEST_GUILESS_MAIN(PlanPartsTest)
#include "tst_plan_parts.moc"
