// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/made_up_source.h"

#include "core/base/image_transform.h"
#include "core/base/random.h"

namespace fcoscope {

std::vector<std::string> MadeUpSource::classNames() const
{
    std::vector<std::string> names;
    for (int i = 0; i < classes_; ++i)
        names.push_back("class " + std::to_string(i));
    return names;
}

LabelledImage MadeUpSource::original(int index) const
{
    const auto [width, height] = size_;
    Random random(7, static_cast<uint64_t>(index));
    LabelledImage drawn;
    drawn.image.size = size_;
    drawn.image.pixels.resize(static_cast<size_t>(width) * static_cast<size_t>(height) * 3);
    for (uint8_t &value : drawn.image.pixels)
        value = static_cast<uint8_t>(100 + random.below(30));
    for (int i = 0; i < 10; ++i) {
        const int w = 16 + random.below(width / 4), h = 16 + random.below(height / 4);
        const int x = random.below(width - w), y = random.below(height - h), kind = random.below(classes_);
        for (int row = y; row < y + h; ++row)
            for (int column = x; column < x + w; ++column)
                drawn.image.row(row)[column * 3 + kind % 3] = static_cast<uint8_t>(200 + kind % 50);
        drawn.labels.push_back({{double(x), double(y), double(x + w), double(y + h)}, kind});
    }
    return drawn;
}

Sample MadeUpSource::trainingSample(int index, uint64_t, int64_t) const
{
    LabelledImage drawn = original(index);
    return {std::move(drawn.image), fitTransform(size_, size_.height, size_.width, 1), std::move(drawn.labels)};
}

}  // namespace fcoscope
