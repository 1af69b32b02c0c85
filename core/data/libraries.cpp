// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/libraries.h"

#include <opencv2/core/utility.hpp>
#include <pugixml.hpp>
#include <simdjson.h>

namespace fcoscope {

std::vector<std::pair<std::string, std::string>> dataLibraries()
{
    const auto numbered = [](int major, int minor, int patch) {
        return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
    };
    return {{"OpenCV", cv::getVersionString()},
            {"OpenCV threads", std::to_string(cv::getNumThreads())},
            {"simdjson", numbered(simdjson::SIMDJSON_VERSION_MAJOR, simdjson::SIMDJSON_VERSION_MINOR,
                                  simdjson::SIMDJSON_VERSION_REVISION)},
            {"simdjson kernel", std::string(simdjson::get_active_implementation()->name())},
            {"pugixml", numbered(PUGIXML_VERSION / 1000, PUGIXML_VERSION % 1000 / 10, PUGIXML_VERSION % 10)}};
}

}  // namespace fcoscope
