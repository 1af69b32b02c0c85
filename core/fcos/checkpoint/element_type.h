// SPDX-License-Identifier: GPL-3.0-or-later
// The types that numbers in weight files have, and what each format calls them.
#pragma once

#include <cstdint>
#include <string_view>

namespace fcoscope {

enum class ElementType : uint8_t {
    Float64, Float32, Float16, BFloat16, Int64, Int32, Int16, Int8, UInt8, Bool, Complex64, Complex128,
    UInt16, UInt32, UInt64, Float8E4M3, Float8E5M2,
};

struct ElementTypeFacts {
    ElementType type;
    uint8_t bytes;
    const char *name;         ///< PyTorch's: "float32"
    const char *storage;      ///< PyTorch's storage class: "FloatStorage"; "" if it has none
    const char *safetensors;  ///< "F32"
    const char *numpy;        ///< "f4"; "" if NumPy has no such type
};
const ElementTypeFacts &factsOf(ElementType type);

/// The type whose `field` is `name`; nullptr if there is none.
const ElementTypeFacts *findElementType(const char *ElementTypeFacts::*field, std::string_view name);

}  // namespace fcoscope
