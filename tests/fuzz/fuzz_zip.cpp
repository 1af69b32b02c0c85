// SPDX-License-Identifier: GPL-3.0-or-later
#include "peak.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return readAndCheck(data, size, fcoscope::planZip);
}
