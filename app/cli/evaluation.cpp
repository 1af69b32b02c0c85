// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/evaluation.h"

#include <algorithm>
#include <cstdio>

#include "app/cli/image_ahead.h"
#include "core/base/error.h"
#include "core/base/json_writer.h"
#include "core/rules/decode.h"

namespace fcoscope {
namespace {

std::string figureText(double figure)
{
    if (figure < 0)
        return "     –";
    char text[32];
    std::snprintf(text, sizeof text, "%6.3f", figure);
    return text;
}

}  // namespace

std::vector<ImageResult> detectAll(const Predictor &model, const Dataset &dataset, const DecodeOptions &decodeOptions,
                                   const ReadLimits &limits, const RunContext &context, Console &console,
                                   std::vector<size_t> *unread)
{
    std::vector<std::string> files;
    std::vector<ImageResult> results;
    for (const DatasetImage &image : dataset.images) {
        files.push_back(image.file);
        results.push_back({{}, image.labels});
    }
    for (ImageAhead images(files, limits); !images.atEnd();) {
        if (context.shouldStop())
            throw Stopped();
        const size_t i = images.position();
        context.report(static_cast<double>(i) / static_cast<double>(files.size()),
                       message("core", "looking at image {0} of {1}").with(i + 1, files.size()));
        try {
            const Image image = images.next();
            results[i].detections =
                decode(*model.run(image, {context.stopRequested, {}}), model.info().profile, decodeOptions);
        } catch (const UserError &error) {
            console.error(error.message().english());
            if (unread)
                unread->push_back(i);
        }
    }
    return results;
}

const std::vector<std::string> &figureNames()
{
    static const std::vector<std::string> names{"AP",  "AP50", "AP75",  "AP-small", "AP-medium", "AP-large",
                                                "AR1", "AR10", "AR100", "AR-small", "AR-medium", "AR-large"};
    return names;
}

std::string figureTable(const ApSummary &summary)
{
    std::string text;
    const auto twelve = summary.twelve();
    for (size_t i = 0; i < twelve.size(); ++i) {
        char line[64];
        std::snprintf(line, sizeof line, "%-10s %s\n", figureNames()[i].c_str(), figureText(twelve[i]).c_str());
        text += line;
    }
    return text;
}

std::string classTable(const ApSummary &summary, const std::vector<std::string> &classNames)
{
    size_t width = 5;
    for (const auto &name : classNames)
        width = std::max(width, printable(name).size());
    const auto padded = [width](const std::string &name) { return name + std::string(width - name.size(), ' '); };
    std::string text = padded("class") + "     AP   AP50   AP75   labels\n";
    for (size_t c = 0; c < summary.classes.size() && c < classNames.size(); ++c) {
        const ClassAp &figures = summary.classes[c];
        text += padded(printable(classNames[c])) + " " + figureText(figures.ap) + " " + figureText(figures.ap50) + " " +
                figureText(figures.ap75) + "   " + std::to_string(figures.labels) + "\n";
    }
    return text;
}

std::string figureJson(double figure)
{
    return figure < 0 ? "null" : jsonNumber(figure);
}

std::string classJson(const ApSummary &summary, const std::vector<std::string> &classNames)
{
    std::vector<std::string> classes;
    for (size_t c = 0; c < summary.classes.size() && c < classNames.size(); ++c) {
        const ClassAp &figures = summary.classes[c];
        classes.push_back(JsonObject()
                              .add("class", classNames[c])
                              .raw("AP", figureJson(figures.ap))
                              .raw("AP50", figureJson(figures.ap50))
                              .raw("AP75", figureJson(figures.ap75))
                              .raw("AR100", figureJson(figures.ar100))
                              .add("labels", static_cast<int64_t>(figures.labels))
                              .text());
    }
    return jsonArray(classes);
}

}  // namespace fcoscope
