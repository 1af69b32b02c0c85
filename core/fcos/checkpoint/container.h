// SPDX-License-Identifier: GPL-3.0-or-later
// The four kinds of file in which weights come.
#pragma once

namespace fcoscope {

enum class Container {
    Safetensors,  ///< a JSON header and raw data
    Zip,          ///< PyTorch 1.6 and later
    Legacy,       ///< PyTorch 0.1.10 to 1.5, and what mmdetection publishes: pickles in a row, then raw data
    Pickle,       ///< a plain pickle with NumPy arrays (detectron2, Caffe2)
};
const char *nameOf(Container container);  ///< for people: "zip archive of PyTorch", …

}  // namespace fcoscope
