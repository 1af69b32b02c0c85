// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fcos/golden.h"

#include "tests/fcos/formula_weights.h"

namespace fcoscope {

std::filesystem::path golden(const std::string &file)
{
    return std::filesystem::path(qgetenv("FCOSCOPE_GOLDEN").toStdString()) / file;
}

double relativeError(const at::Tensor &ours, const at::Tensor &theirs)
{
    if (ours.sizes() != theirs.sizes())
        return 1e9;
    return ((ours - theirs).abs().max() / theirs.abs().max()).item<double>();
}

double scalar(const Safetensors &file, const std::string &name)
{
    const at::Tensor *value = file.find(name);
    return value ? value->item<double>() : std::numeric_limits<double>::quiet_NaN();
}

std::vector<Box> boxesOf(const at::Tensor &rows)
{
    std::vector<Box> boxes;
    for (int64_t i = 0; i < rows.size(0); ++i) {
        const float *row = rows.data_ptr<float>() + 4 * i;
        boxes.push_back({row[0], row[1], row[2], row[3]});
    }
    return boxes;
}

std::vector<int> classesOf(const at::Tensor &labels, int first)
{
    std::vector<int> classes;
    for (int64_t i = 0; i < labels.numel(); ++i)
        classes.push_back(static_cast<int>(labels.data_ptr<int64_t>()[i]) - first);
    return classes;
}

at::Tensor formulaInput(int64_t height, int64_t width, double scale, double offset)
{
    return formulaTensor("input", {1, 3, height, width}, scale, offset);
}

void wantGradients(const NamedTensors &names)
{
    for (const NamedTensor &entry : names)
        entry.tensor->set_requires_grad(!entry.name.ends_with(".mean") && !entry.name.ends_with(".var"));
}

}  // namespace fcoscope
