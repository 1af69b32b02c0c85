// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runs/process_facts.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

namespace fcoscope {

ProcessFacts processOf(int pid)
{
    ProcessFacts facts;
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    // The process's name may hold blanks and brackets, so counting starts behind its last bracket, at field 3.
    std::istringstream fields(text.substr(std::min(text.rfind(')') + 1, text.size())));
    std::string state, field;
    fields >> state;
    for (int i = 4; i <= 22; ++i)
        fields >> field;
    if (!fields)
        return facts;
    facts.alive = state != "Z" && state != "X";
    facts.started = field;
    double up = 0;
    std::ifstream("/proc/uptime") >> up;
    facts.ageSeconds = up - std::strtod(field.c_str(), nullptr) / static_cast<double>(::sysconf(_SC_CLK_TCK));
    return facts;
}

double residentBytes()
{
    std::ifstream file("/proc/self/statm");
    double all = 0, resident = 0;
    file >> all >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

void offerFirstWhereMemoryRunsOut()
{
    std::ofstream("/proc/self/oom_score_adj") << 500;  // where that is not allowed, it is as likely as any other
}

}  // namespace fcoscope
