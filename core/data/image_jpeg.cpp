// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_jpeg.h"

#include <csetjmp>
#include <cstddef>
#include <cstdio>  // jpeglib.h wants FILE

#include <jpeglib.h>

#include <jerror.h>  // after jpeglib.h, whose version decides what it names

namespace fcoscope {
namespace {

/// What libjpeg told us, and the way out of it: it is C, so nothing may be thrown through it.
struct Report {
    jpeg_error_mgr functions{};
    jpeg_progress_mgr progress{};
    std::jmp_buf giveUp;
    bool cutShort = false, damaged = false;
};

Report &reportOf(j_common_ptr codec)
{
    return *static_cast<Report *>(codec->client_data);
}

[[noreturn]] void onError(j_common_ptr codec)
{
    reportOf(codec).damaged = true;
    std::longjmp(reportOf(codec).giveUp, 1);
}

/// Warnings that mean lost pixels. The others (bytes between segments, an odd version) leave the picture whole.
void onMessage(j_common_ptr codec, int level)
{
    if (level >= 0)
        return;
    switch (codec->err->msg_code) {
    case JWRN_JPEG_EOF:
        reportOf(codec).cutShort = true;
        break;
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_BOGUS_PROGRESSION:
        reportOf(codec).damaged = true;
        break;
    default:
        break;
    }
}

/// A progressive file may ask for its picture to be refined without end; none that is honest has hundreds of scans.
void onProgress(j_common_ptr codec)
{
    constexpr int mostScans = 500;
    if (codec->is_decompressor && reinterpret_cast<j_decompress_ptr>(codec)->input_scan_number > mostScans)
        onError(codec);
}

/// Adobe's convention: 255 is no ink.
void cmykToRgb(const uint8_t *cmyk, uint8_t *rgb, int width)
{
    for (int x = 0; x < width; ++x, cmyk += 4, rgb += 3)
        for (int c = 0; c < 3; ++c)
            rgb[c] = static_cast<uint8_t>((cmyk[c] * cmyk[3] + 127) / 255);
}

/// The part that libjpeg may leave by longjmp: it owns nothing.
void decodeRows(jpeg_decompress_struct &codec, Size size, uint8_t *rgb, int eighths)
{
    jpeg_read_header(&codec, TRUE);
    const bool inks = codec.jpeg_color_space == JCS_CMYK || codec.jpeg_color_space == JCS_YCCK;
    codec.out_color_space = inks ? JCS_CMYK : JCS_RGB;
    codec.scale_num = static_cast<unsigned>(eighths);
    codec.scale_denom = 8;
    jpeg_start_decompress(&codec);
    if (codec.output_width != static_cast<JDIMENSION>(size.width) ||
        codec.output_height != static_cast<JDIMENSION>(size.height))
        onError(reinterpret_cast<j_common_ptr>(&codec));
    JSAMPARRAY inkRow = nullptr;
    if (inks)
        inkRow =
            codec.mem->alloc_sarray(reinterpret_cast<j_common_ptr>(&codec), JPOOL_IMAGE, codec.output_width * 4, 1);
    while (codec.output_scanline < codec.output_height) {
        JSAMPROW row = rgb + static_cast<size_t>(codec.output_scanline) * codec.output_width * 3;
        jpeg_read_scanlines(&codec, inks ? inkRow : &row, 1);
        if (inks)
            cmykToRgb(inkRow[0], row, size.width);
    }
    // jpeg_finish_decompress would only look for the end marker; a file that lacks nothing else is whole enough.
}

}  // namespace

Size jpegSizeAt(Size size, int eighths)
{
    return {(size.width * eighths + 7) / 8, (size.height * eighths + 7) / 8};
}

JpegOutcome decodeJpeg(std::string_view bytes, Size size, uint8_t *rgb, int eighths)
{
    Report report;
    jpeg_decompress_struct codec{};
    codec.err = jpeg_std_error(&report.functions);
    codec.client_data = &report;
    report.functions.error_exit = onError;
    report.functions.emit_message = onMessage;
    report.functions.output_message = [](j_common_ptr) {};
    report.progress.progress_monitor = onProgress;
    if (setjmp(report.giveUp) == 0) {
        jpeg_create_decompress(&codec);
        codec.progress = &report.progress;
        jpeg_mem_src(&codec, reinterpret_cast<const unsigned char *>(bytes.data()), bytes.size());
        decodeRows(codec, jpegSizeAt(size, eighths), rgb, eighths);
    }
    jpeg_destroy_decompress(&codec);
    if (report.cutShort)
        return JpegOutcome::CutShort;
    return report.damaged ? JpegOutcome::Damaged : JpegOutcome::Good;
}

}  // namespace fcoscope
