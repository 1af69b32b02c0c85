// SPDX-License-Identifier: GPL-3.0-or-later
// The convolutions of training against LibTorch's own, in double precision: results and all three gradients.
#include <QTest>

#include "core/fcos/engine.h"
#include "core/fcos/fast_convolution.h"

using namespace fcoscope;

class FastConvolutionTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { configureEngine(2); }
    void isAConvolution_data();
    void isAConvolution();
    void threadsDoNotMatter();
    void onlyWhereItIsWanted();
};

namespace {

at::Tensor made(at::IntArrayRef sizes, int64_t seed, double shift = 0)
{
    at::Tensor t = at::arange(1, 1 + c10::multiply_integers(sizes), at::kDouble);
    return (at::sin(t * (0.7 + 0.01 * static_cast<double>(seed)) + t.square() * 1e-3) + shift)
        .view(sizes)
        .to(at::kFloat)
        .contiguous(at::MemoryFormat::ChannelsLast);
}

struct Answers {
    std::vector<at::Tensor> results, gradients;  ///< of the weight, the bias and each map
};
using Convolve =
    std::function<std::vector<at::Tensor>(const std::vector<at::Tensor> &, const at::Tensor &, const at::Tensor &)>;

Answers answersOf(const std::vector<at::Tensor> &maps, const at::Tensor &weight, const at::Tensor &bias,
                  at::ScalarType type, const Convolve &convolve)
{
    const auto leaf = [&](const at::Tensor &tensor) { return tensor.to(type).clone().set_requires_grad(true); };
    std::vector<at::Tensor> leaves;
    for (const at::Tensor &map : maps)
        leaves.push_back(leaf(map));
    const at::Tensor w = leaf(weight), b = bias.defined() ? leaf(bias) : at::Tensor();
    Answers answers;
    answers.results = convolve(leaves, w, b);
    at::Tensor sum = at::zeros({}, type);
    for (const at::Tensor &result : answers.results)
        sum = sum + (result * made(result.sizes(), 5).to(type)).sum();
    sum.backward();
    answers.gradients = {w.grad(), b.defined() ? b.grad() : at::Tensor()};
    for (const at::Tensor &map : leaves)
        answers.gradients.push_back(map.grad());
    return answers;
}

Answers fast(const std::vector<at::Tensor> &maps, const at::Tensor &weight, const at::Tensor &bias)
{
    return answersOf(maps, weight, bias, at::kFloat, [](const auto &m, const at::Tensor &w, const at::Tensor &b) {
        const FastConvolutions wanted(true);
        [&] { QVERIFY(fastConvolutionSuits(m, w, 1, 1)); }();
        return fastConvolution(m, w, b);
    });
}

void compare(const at::Tensor &ours, const at::Tensor &exact, const char *what)
{
    QCOMPARE(ours.defined(), exact.defined());
    if (!ours.defined())
        return;
    const double off = (ours.to(at::kDouble) - exact).abs().max().item<double>();
    const double largest = exact.abs().max().item<double>();
    QVERIFY2(off <= 2e-5 * largest, qPrintable(QStringLiteral("%1: off by %2 of %3").arg(what).arg(off).arg(largest)));
}

}  // namespace

void FastConvolutionTest::isAConvolution_data()
{
    QTest::addColumn<int>("in");
    QTest::addColumn<int>("out");
    QTest::addColumn<bool>("bias");
    QTest::addColumn<bool>("several");
    QTest::newRow("one map") << 64 << 64 << false << false;
    QTest::newRow("several maps, bias") << 64 << 64 << true << true;
    QTest::newRow("wider") << 32 << 96 << true << true;
    QTest::newRow("narrower") << 96 << 32 << false << true;
}

void FastConvolutionTest::isAConvolution()
{
    QFETCH(int, in);
    QFETCH(int, out);
    QFETCH(bool, bias);
    QFETCH(bool, several);
    std::vector<at::Tensor> maps{made({2, in, 37, 50}, 1)};  // neither a multiple of four
    if (several)
        for (const int64_t side : {16, 5, 3, 1})
            maps.push_back(made({2, in, side, side + 2}, side));
    const at::Tensor weight = made({out, in, 3, 3}, 2, 0.1), shift = bias ? at::sin(at::arange(out)) : at::Tensor();
    const Answers ours = fast(maps, weight, shift),
                  exact = answersOf(maps, weight, shift, at::kDouble,
                                    [](const auto &m, const at::Tensor &w, const at::Tensor &b) {
                                        std::vector<at::Tensor> results;
                                        for (const at::Tensor &map : m)
                                            results.push_back(at::conv2d(map, w, b, 1, 1));
                                        return results;
                                    });
    for (size_t i = 0; i < maps.size(); ++i)
        compare(ours.results[i], exact.results[i], "result");
    for (size_t i = 0; i < exact.gradients.size(); ++i)
        compare(ours.gradients[i], exact.gradients[i], i == 0 ? "weight" : i == 1 ? "bias" : "map");
}

void FastConvolutionTest::threadsDoNotMatter()
{
    const std::vector<at::Tensor> maps{made({1, 64, 90, 71}, 1), made({1, 64, 20, 30}, 3)};
    const at::Tensor weight = made({64, 64, 3, 3}, 2);
    configureEngine(1);
    const Answers one = fast(maps, weight, {});
    configureEngine(2);
    const Answers two = fast(maps, weight, {});
    for (size_t i = 0; i < maps.size(); ++i)
        QVERIFY(one.results[i].equal(two.results[i]) && one.gradients[2 + i].equal(two.gradients[2 + i]));
    QVERIFY(one.gradients[0].equal(two.gradients[0]));
}

void FastConvolutionTest::onlyWhereItIsWanted()
{
    const std::vector<at::Tensor> map{made({2, 32, 40, 40}, 1)}, small{made({1, 32, 8, 8}, 1)};
    const at::Tensor weight = made({32, 32, 3, 3}, 2);
    QVERIFY(!fastConvolutionSuits(map, weight, 1, 1));
    const FastConvolutions wanted(true);
    QVERIFY(fastConvolutionSuits(map, weight, 1, 1));
    QVERIFY(!fastConvolutionSuits(map, weight, 2, 1));
    QVERIFY(!fastConvolutionSuits(small, weight, 1, 1));
    QVERIFY(!fastConvolutionSuits(map, made({33, 32, 3, 3}, 2), 1, 1));
}

QTEST_GUILESS_MAIN(FastConvolutionTest)
#include "tst_fast_convolution.moc"
