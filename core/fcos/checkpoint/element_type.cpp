// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/checkpoint/element_type.h"

namespace fcoscope {
namespace {

using enum ElementType;
constexpr ElementTypeFacts types[] = {
    // in the order of the enum
    {Float64, 8, "float64", "DoubleStorage", "F64", "f8"},
    {Float32, 4, "float32", "FloatStorage", "F32", "f4"},
    {Float16, 2, "float16", "HalfStorage", "F16", "f2"},
    {BFloat16, 2, "bfloat16", "BFloat16Storage", "BF16", ""},
    {Int64, 8, "int64", "LongStorage", "I64", "i8"},
    {Int32, 4, "int32", "IntStorage", "I32", "i4"},
    {Int16, 2, "int16", "ShortStorage", "I16", "i2"},
    {Int8, 1, "int8", "CharStorage", "I8", "i1"},
    {UInt8, 1, "uint8", "ByteStorage", "U8", "u1"},
    {Bool, 1, "bool", "BoolStorage", "BOOL", "b1"},
    {Complex64, 8, "complex64", "ComplexFloatStorage", "C64", "c8"},
    {Complex128, 16, "complex128", "ComplexDoubleStorage", "", "c16"},
    {UInt16, 2, "uint16", "", "U16", "u2"},
    {UInt32, 4, "uint32", "", "U32", "u4"},
    {UInt64, 8, "uint64", "", "U64", "u8"},
    {Float8E4M3, 1, "float8_e4m3fn", "", "F8_E4M3", ""},
    {Float8E5M2, 1, "float8_e5m2", "", "F8_E5M2", ""},
};

}  // namespace

const ElementTypeFacts &factsOf(ElementType type)
{
    return types[static_cast<size_t>(type)];
}

const ElementTypeFacts *findElementType(const char *ElementTypeFacts::*field, std::string_view name)
{
    if (!name.empty())
        for (const ElementTypeFacts &facts : types)
            if (facts.*field == name)
                return &facts;
    return nullptr;
}

}  // namespace fcoscope
