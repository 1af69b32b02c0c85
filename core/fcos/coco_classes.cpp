// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/coco_classes.h"

namespace fcoscope {

const std::vector<std::string> &coco91Names()
{
    static const std::vector<std::string> names{"__background__",
                                                "person",
                                                "bicycle",
                                                "car",
                                                "motorcycle",
                                                "airplane",
                                                "bus",
                                                "train",
                                                "truck",
                                                "boat",
                                                "traffic light",
                                                "fire hydrant",
                                                "N/A",
                                                "stop sign",
                                                "parking meter",
                                                "bench",
                                                "bird",
                                                "cat",
                                                "dog",
                                                "horse",
                                                "sheep",
                                                "cow",
                                                "elephant",
                                                "bear",
                                                "zebra",
                                                "giraffe",
                                                "N/A",
                                                "backpack",
                                                "umbrella",
                                                "N/A",
                                                "N/A",
                                                "handbag",
                                                "tie",
                                                "suitcase",
                                                "frisbee",
                                                "skis",
                                                "snowboard",
                                                "sports ball",
                                                "kite",
                                                "baseball bat",
                                                "baseball glove",
                                                "skateboard",
                                                "surfboard",
                                                "tennis racket",
                                                "bottle",
                                                "N/A",
                                                "wine glass",
                                                "cup",
                                                "fork",
                                                "knife",
                                                "spoon",
                                                "bowl",
                                                "banana",
                                                "apple",
                                                "sandwich",
                                                "orange",
                                                "broccoli",
                                                "carrot",
                                                "hot dog",
                                                "pizza",
                                                "donut",
                                                "cake",
                                                "chair",
                                                "couch",
                                                "potted plant",
                                                "bed",
                                                "N/A",
                                                "dining table",
                                                "N/A",
                                                "N/A",
                                                "toilet",
                                                "N/A",
                                                "tv",
                                                "laptop",
                                                "mouse",
                                                "remote",
                                                "keyboard",
                                                "cell phone",
                                                "microwave",
                                                "oven",
                                                "toaster",
                                                "sink",
                                                "refrigerator",
                                                "N/A",
                                                "book",
                                                "clock",
                                                "vase",
                                                "scissors",
                                                "teddy bear",
                                                "hair drier",
                                                "toothbrush"};
    return names;
}

const std::vector<std::string> &coco80Names()
{
    static const std::vector<std::string> names = [] {
        std::vector<std::string> used;
        for (const std::string &name : coco91Names())
            if (name != "N/A" && name != "__background__")
                used.push_back(name);
        return used;
    }();
    return names;
}

}  // namespace fcoscope
