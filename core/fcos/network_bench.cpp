// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/network_bench.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>

#include "core/base/error.h"
#include "core/fcos/engine.h"
#include "core/fcos/model_file.h"
#include "core/fcos/plan.h"

namespace fcoscope {
namespace {

struct Times {
    double wall = 0, processor = 0;  // milliseconds
};

Times timed(const std::function<void()> &work)
{
    const auto processorNow = [] {
        timespec now{};
        ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
    };
    const auto start = std::chrono::steady_clock::now();
    const double processor = processorNow();
    work();
    return {std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count(),
            processorNow() - processor};
}

using Network = std::function<std::vector<LevelOutputs>(const at::Tensor &)>;

/// The modules that are trained, as they ran before there were plans.
Network modules(Detector detector, const at::Device &device)
{
    const at::NoGradGuard noGradient;
    detector.to(device);
    detector.fold();
    return [detector = std::move(detector)](const at::Tensor &input) {
        const c10::InferenceMode inference;
        std::vector<LevelOutputs> outputs;
        for (const LevelTensors &level : detector(input, {}))
            outputs.push_back({gridOf(level.classLogits),
                               level.centernessLogits.defined() ? gridOf(level.centernessLogits) : Grid{},
                               gridOf(level.distances)});
        return outputs;
    };
}

Network networkOf(const Detector &detector, const at::Device &device, const std::string &how)
{
    if (how == "modules")
        return modules(detector, device);
    const auto plan = std::make_shared<const Plan>(
        detector, device, how == "operators" ? PlanBackend::Operators : planBackendFor(device));
    return [plan](const at::Tensor &input) { return plan->run(input); };
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

at::Tensor readInput(const std::string &path, int64_t height, int64_t width)
{
    at::Tensor input = at::empty({1, 3, height, width});
    std::ifstream file(path, std::ios::binary);
    if (!file.read(static_cast<char *>(input.data_ptr()), input.numel() * 4))
        throw UserError(message("core", "The file {0} is cut short.").with(path));
    return input.contiguous(at::MemoryFormat::ChannelsLast);
}

void dump(const std::vector<LevelOutputs> &outputs, const std::string &path)
{
    std::ofstream file(path, std::ios::binary);
    for (const LevelOutputs &level : outputs)
        for (const Grid *grid : {&level.classLogits, &level.centernessLogits, &level.distances})
            file.write(reinterpret_cast<const char *>(grid->values.data()),
                       static_cast<std::streamsize>(grid->values.size() * sizeof(float)));
}

}  // namespace

int compareNetworks(const NetworkOptions &network, const Profile &profile, int height, int width, int runs,
                    const std::string &deviceName)
{
    const at::Device device = deviceNamed(deviceName);
    Detector detector = Detector::make(network, profile);
    detector.initialise(1);
    const std::vector<std::string> names{"modules", "operators", "plan"};
    std::vector<Network> networks;
    for (const std::string &name : names)
        networks.push_back(networkOf(detector, device, name));
    const at::Tensor input = at::randn({1, 3, height, width}).to(device).contiguous(at::MemoryFormat::ChannelsLast);
    std::vector<std::vector<Times>> times(names.size());
    for (int run = -3; run < runs; ++run)  // three that warm up
        for (size_t i = 0; i < names.size(); ++i)
            if (const Times time = timed([&] { networks[i](input); }); run >= 0)
                times[i].push_back(time);
    const auto medianOf = [&](size_t i, const std::function<double(size_t)> &figure) {
        std::vector<double> values;
        for (size_t run = 0; run < times[i].size(); ++run)
            values.push_back(figure(run));
        return median(values);
    };
    std::printf("%d x %d, medians of %d rounds\n            wall ms   processor ms   wall, of the modules'\n", height,
                width, runs);
    for (size_t i = 0; i < names.size(); ++i)
        std::printf("%-10s %8.2f %14.2f %14.3f\n", names[i].c_str(),
                    medianOf(i, [&](size_t run) { return times[i][run].wall; }),
                    medianOf(i, [&](size_t run) { return times[i][run].processor; }),
                    medianOf(i, [&](size_t run) { return times[i][run].wall / times[0][run].wall; }));
    return 0;
}

int serveNetwork(const std::vector<std::string> &arguments)
{
    if (arguments.size() < 4) {
        std::fprintf(stderr, "fcos_bench serve MODEL INPUT HEIGHT WIDTH [plan|operators|modules] [THREADS]\n");
        return 2;
    }
    configureEngine(arguments.size() > 5 ? std::atoi(arguments[5].c_str()) : 0);
    Detector detector = detectorOf(readModel(arguments[0]));
    const Network network = networkOf(detector, at::kCPU, arguments.size() > 4 ? arguments[4] : "plan");
    const at::Tensor input = readInput(arguments[1], std::atoi(arguments[2].c_str()), std::atoi(arguments[3].c_str()));
    detector = {};
    std::cout << "ready" << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
        if (line == "run") {
            const Times times = timed([&] { network(input); });
            std::cout << times.wall << ' ' << times.processor << std::endl;
        } else if (line.starts_with("dump ")) {
            dump(network(input), line.substr(5));
            std::cout << "done" << std::endl;
        } else {
            break;
        }
    }
    return 0;
}

}  // namespace fcoscope
