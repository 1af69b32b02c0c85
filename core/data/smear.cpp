// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/smear.h"

#include <cmath>
#include <cstdio>
#include <memory>
#include <numbers>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/data/smear_cells.h"

namespace fcoscope {
namespace {

constexpr double pi = std::numbers::pi;
enum ClassIndex { platelet, redCell, whiteCell };

/// What one preparation and one camera have in common.
struct Slide {
    std::array<double, 3> light;     ///< grey levels of an empty field
    std::array<double, 3> redStain;  ///< optical density of a red cell's rim
    double pallor, middle, roundness, wobble, radius;
    bool rolls, bubbles;  ///< red cells lie on one another; they are beaded
    double blur, noise;   ///< px, grey levels
};

struct White {
    Outline outline;
    WhiteKind kind;
};

Slide chooseSlide(Random &random)
{
    Slide slide{};
    const double brightness = random.uniform(0.95, 1.06);
    // Halogen light behind blue glass, greenish to cream, now and then lilac.
    const double cream = random.uniform(-5, 6), lilac = random.chance(0.15) ? random.uniform(6, 14) : 0;
    slide.light = {brightness * (202 + cream + lilac), brightness * (207 - 0.6 * lilac),
                   brightness * (200 - 1.5 * cream + lilac)};
    const double depth = random.uniform(0.75, 1.15), brown = random.uniform(-0.02, 0.09);
    slide.redStain = {depth * 0.13, depth * (0.375 + brown / 2), depth * (0.36 + brown)};
    slide.pallor = random.uniform(0.2, 0.75);
    slide.middle = random.uniform(0.38, 0.64);
    slide.roundness = random.uniform(0.06, 0.26);
    slide.wobble = random.uniform(0.02, 0.06);
    slide.radius = random.uniform(47, 57);
    slide.rolls = random.chance(0.5);
    slide.bubbles = random.chance(0.22);
    slide.blur = random.chance(0.12) ? random.uniform(1.6, 2.4) : random.uniform(0.7, 1.5);
    slide.noise = random.uniform(1.2, 2.6);
    return slide;
}

Outline outlineAt(double x, double y, double radius, double spread, double wobble, Random &random)
{
    const double elongation = std::exp(std::abs(spread * random.normal())), angle = random.uniform(0, pi);
    return Outline(x, y, radius, std::min(elongation, 1.7), angle, wobble, random);
}

double between(const Outline &a, const Outline &b)
{
    return std::hypot(a.x() - b.x(), a.y() - b.y());
}

std::vector<White> placeWhiteCells(Size size, double fields, Random &random)
{
    std::vector<White> cells;
    // As counted in real pictures: nearly always one, seldom none or two.
    int wanted = 0;
    for (double left = fields; left > 0; left -= 1) {
        const double u = random.uniform() / std::min(1.0, left);
        wanted += u < 0.05 ? 2 : u < 0.97 ? 1 : 0;
    }
    for (int attempt = 0; attempt < 20 * wanted && static_cast<int>(cells.size()) < wanted; ++attempt) {
        const double u = random.uniform();
        const WhiteKind kind = u < 0.45  ? WhiteKind::Neutrophil
                               : u < 0.7 ? WhiteKind::Eosinophil
                               : u < 0.9 ? WhiteKind::Lymphocyte
                                         : WhiteKind::Monocyte;
        const bool small = kind == WhiteKind::Lymphocyte;
        const double radius = small ? random.uniform(56, 80) : random.uniform(84, 118);
        const double x = random.uniform(0.1 * radius, size.width - 0.1 * radius);
        const double y = random.uniform(0.1 * radius, size.height - 0.1 * radius);
        const Outline outline = outlineAt(x, y, radius, 0.13, 0.035, random);
        bool free = true;
        for (const White &other : cells)
            free = free && between(outline, other.outline) > outline.radius() + other.outline.radius();
        if (free)
            cells.push_back({outline, kind});
    }
    return cells;
}

/// Whether a red cell may lie here: how near the others may be depends on the slide, and white cells push.
bool fits(const Outline &cell, const std::vector<Outline> &others, const std::vector<White> &whites, bool rolls,
          double push)
{
    int touching = 0;
    for (const Outline &other : others) {
        const double share = between(cell, other) / (cell.radius() + other.radius());
        if (share < (rolls ? 0.42 : 0.8))
            return false;
        touching += share < 0.9;
    }
    if (touching > (rolls ? 3 : 2))
        return false;
    for (const White &white : whites)
        if (between(cell, white.outline) < white.outline.radius() + push * cell.radius())
            return false;
    return true;
}

std::vector<Outline> placeRedCells(const Slide &slide, Size size, double fields, const std::vector<White> &whites,
                                   Random &random)
{
    std::vector<Outline> cells;
    const int wanted =
        static_cast<int>(std::lround(fields * (slide.rolls ? random.uniform(14, 28) : random.uniform(9, 25))));
    for (int attempt = 0; attempt < 60 * wanted && static_cast<int>(cells.size()) < wanted; ++attempt) {
        const double radius = slide.radius * std::clamp(1 + 0.1 * random.normal(), 0.68, 1.3);
        double x = random.uniform(-0.6 * radius, size.width + 0.6 * radius);
        double y = random.uniform(-0.6 * radius, size.height + 0.6 * radius);
        if (slide.rolls && !cells.empty() && random.chance(0.8)) {
            const Outline &neighbour = cells[static_cast<size_t>(random.below(static_cast<int>(cells.size())))];
            const double away = (neighbour.radius() + radius) * random.uniform(0.45, 0.95),
                         at = random.uniform(0, 2 * pi);
            x = neighbour.x() + away * std::cos(at);
            y = neighbour.y() + away * std::sin(at);
        }
        const Outline cell = outlineAt(x, y, radius, slide.roundness, slide.wobble, random);
        const double push = random.chance(0.2) ? 0.55 : 0.85;
        const bool near =
            x > -0.8 * radius && y > -0.8 * radius && x < size.width + 0.8 * radius && y < size.height + 0.8 * radius;
        if (near && fits(cell, cells, whites, slide.rolls, push))
            cells.push_back(cell);
    }
    return cells;
}

std::vector<Outline> placePlatelets(Size size, double fields, const std::vector<Outline> &reds,
                                    const std::vector<White> &whites, Random &random)
{
    constexpr std::array<double, 5> atLeast{0.62, 0.34, 0.15, 0.07, 0.03};  ///< chance of one more than the index
    const double u = random.uniform();
    int wanted = 0;
    for (const double chance : atLeast)
        wanted += u < chance;
    wanted = static_cast<int>(std::lround(wanted * std::max(1.0, fields)));
    std::vector<Outline> cells;
    for (int attempt = 0; attempt < 40 * wanted && static_cast<int>(cells.size()) < wanted; ++attempt) {
        const double x = random.uniform(6, size.width - 6), y = random.uniform(6, size.height - 6);
        const double radius = 20 * std::exp(std::clamp(0.22 * random.normal(), -0.45, 0.5));
        const Outline cell = outlineAt(x, y, radius, 0.2, 0.07, random);
        const bool lieOnRed = random.chance(0.2);
        bool free = true;
        for (const White &white : whites)
            free = free && between(cell, white.outline) > white.outline.radius() + 0.9 * radius;
        for (const Outline &red : reds)
            free = free && (lieOnRed || between(cell, red) > red.radius() + 0.3 * radius);
        for (const Outline &other : cells)
            free = free && between(cell, other) > 0.8 * (radius + other.radius());
        if (free)
            cells.push_back(cell);
    }
    return cells;
}

void drawDust(Film &film, Random &random)
{
    for (int specks = random.below(4); specks > 0; --specks) {
        const double x = random.uniform(0, film.size.width), y = random.uniform(0, film.size.height);
        const double radius = random.uniform(5, 14), density = random.uniform(0.08, 0.4);
        drawDirt(film, x, y, radius, density);
    }
    // Dust on the sensor: small rings at the same places in every picture.
    for (int ring = 0; ring < 8; ++ring) {
        const double x = film.size.width * (0.07 + 0.613 * ring - std::floor(0.07 + 0.613 * ring));
        const double y = film.size.height * (0.11 + 0.379 * ring - std::floor(0.11 + 0.379 * ring));
        for (int py = std::max(0, static_cast<int>(y) - 8); py < std::min(film.size.height, static_cast<int>(y) + 9);
             ++py)
            for (int px = std::max(0, static_cast<int>(x) - 8); px < std::min(film.size.width, static_cast<int>(x) + 9);
                 ++px) {
                const double d = (std::hypot(px + 0.5 - x, py + 0.5 - y) - 4.5) / 1.1;
                for (float &density : film.stain[film.at(px, py)])
                    density += static_cast<float>(0.1 * std::exp(-0.5 * d * d));
            }
    }
}

/// The light that reaches the camera, in grey levels: uneven lamp, red cells and stain.
cv::Mat3f developed(const Film &film, const Slide &slide, Random &random)
{
    const uint64_t key = random.next();
    const double centreX = film.size.width * random.uniform(0.3, 0.7),
                 centreY = film.size.height * random.uniform(0.3, 0.7);
    const double fall = random.uniform(0.03, 0.16), half = std::hypot(film.size.width, film.size.height) / 2;
    const double tintX = random.uniform(-0.03, 0.03), tintY = random.uniform(-0.03, 0.03);
    cv::Mat3f light(film.size.height, film.size.width);
    for (int y = 0; y < film.size.height; ++y)
        for (int x = 0; x < film.size.width; ++x) {
            const double dx = (x - centreX) / half, dy = (y - centreY) / half;
            const double lamp = 1.03 - fall * (dx * dx + dy * dy) + 0.03 * (relief(x, y, 170, key) - 0.5);
            const double tint = tintX * dx + tintY * dy;  // the lamp's colour drifts across the field
            const size_t at = film.at(x, y);
            // Cells that lie on one another are squeezed: the second layer adds less than the first.
            const double thick = film.red[at], red = thick > 0 ? thick / (1 + 0.5 * std::max(0.0, thick - 0.6)) : thick;
            for (int channel = 0; channel < 3; ++channel) {
                const auto c = static_cast<size_t>(channel);
                const double density = red * slide.redStain[c] + film.stain[at][c];
                const double drift = 1 + (channel == 0 ? tint : channel == 2 ? -tint : 0);
                light(y, x)[channel] = static_cast<float>(slide.light[c] * lamp * drift * std::exp(-density));
            }
        }
    return light;
}

/// Defocus, then noise as a one-chip colour camera makes it: grains a little wider than a pixel.
Image photographed(cv::Mat3f light, const Slide &slide, Random &random)
{
    cv::GaussianBlur(light, light, cv::Size(), slide.blur);
    cv::Mat3f noise(light.size());
    for (int y = 0; y < noise.rows; ++y)
        for (int x = 0; x < noise.cols; ++x) {
            const double common = random.normal();
            for (int channel = 0; channel < 3; ++channel)
                noise(y, x)[channel] = static_cast<float>(common + 0.8 * random.normal());
        }
    cv::GaussianBlur(noise, noise, cv::Size(), 0.7);
    Image image{{}, {light.cols, light.rows}, std::vector<uint8_t>(light.total() * 3)};
    for (int y = 0; y < light.rows; ++y)
        for (int x = 0; x < light.cols; ++x)
            for (int channel = 0; channel < 3; ++channel) {
                const float grain = static_cast<float>(slide.noise) * noise(y, x)[channel];
                image.row(y)[x * 3 + channel] =
                    static_cast<uint8_t>(std::clamp(std::lround(light(y, x)[channel] + grain), 0l, 255l));
            }
    return image;
}

std::string numberedName(int number, int count)
{
    std::array<char, 32> name{};
    std::snprintf(name.data(), name.size(), "%0*d.jpg", count > 1000 ? 5 : count > 100 ? 3 : 2, number);
    return name.data();
}

std::string jpegBytes(const Image &image, int quality)
{
    cv::Mat rgb(image.size.height, image.size.width, CV_8UC3, const_cast<uint8_t *>(image.pixels.data()));
    cv::Mat bgr;
    cv::cvtColor(rgb, bgr, cv::COLOR_RGB2BGR);
    std::vector<uint8_t> bytes;
    if (!cv::imencode(".jpg", bgr, bytes, {cv::IMWRITE_JPEG_QUALITY, quality}))
        throw std::runtime_error("a JPEG could not be encoded");
    return {bytes.begin(), bytes.end()};
}

/// The COCO entries of one picture, hundredths of a pixel.
void appendEntries(std::string &images, std::string &annotations, const Smear &smear, const std::string &name,
                   int number, int &id)
{
    const auto hundredths = [](double value) { return numberText(std::round(value * 100) / 100); };
    images += (images.empty() ? "" : ",\n") + std::string("  {\"id\": ") + std::to_string(number + 1) +
              ", \"file_name\": \"" + name + "\", \"width\": " + std::to_string(smear.image.size.width) +
              ", \"height\": " + std::to_string(smear.image.size.height) + "}";
    for (const Label &label : smear.labels) {
        const Box &b = label.box;
        annotations += (annotations.empty() ? "" : ",\n") + std::string("  {\"id\": ") + std::to_string(++id) +
                       ", \"image_id\": " + std::to_string(number + 1) +
                       ", \"category_id\": " + std::to_string(label.classIndex + 1) + ", \"bbox\": [" +
                       hundredths(b.x1) + ", " + hundredths(b.y1) + ", " + hundredths(b.width()) + ", " +
                       hundredths(b.height()) + "], \"area\": " + hundredths(b.area()) + ", \"iscrowd\": 0}";
    }
}

std::string cocoText(const std::string &images, const std::string &annotations)
{
    std::string categories;
    for (size_t i = 0; i < smearClassNames().size(); ++i)
        categories += (i == 0 ? "" : ",\n") + std::string("  {\"id\": ") + std::to_string(i + 1) + ", \"name\": \"" +
                      smearClassNames()[i] + "\"}";
    return "{\n\"info\": {\"description\": \"Blood smears drawn by fcos demo\"},\n\"images\": [\n" + images +
           "\n],\n\"annotations\": [\n" + annotations + "\n],\n\"categories\": [\n" + categories + "\n]\n}\n";
}

}  // namespace

void visit(OptionTable &table, SmearOptions &options)
{
    table.add("seed", options.seed, 0, INT64_MAX, "",
              message("core", "The series of pictures: the same seed draws the same ones."));
    table.add("count", options.count, 1, 100000, "", message("core", "How many pictures are drawn."));
    table.add("width", options.width, 64, 8192, "px", message("core", "Width of every picture."));
    table.add("height", options.height, 64, 8192, "px", message("core", "Height of every picture."));
    table.add("quality", options.quality, 1, 100, "", message("core", "Quality of the JPEG files."));
}

std::vector<std::string> smearClassNames()
{
    return {"Platelets", "RBC", "WBC"};
}

Smear drawSmear(uint64_t seed, int number, Size size)
{
    // One stream for each step, so that a change to one leaves the others as they were.
    const auto stream = [&](uint64_t step) { return Random(seed, static_cast<uint64_t>(number), step); };
    Random slideRandom = stream(1), placeRandom = stream(2), drawRandom = stream(3), cameraRandom = stream(4);
    const Slide slide = chooseSlide(slideRandom);
    const double fields = static_cast<double>(size.width) * size.height / (640.0 * 480.0);
    const std::vector<White> whites = placeWhiteCells(size, fields, placeRandom);
    const std::vector<Outline> reds = placeRedCells(slide, size, fields, whites, placeRandom);
    const std::vector<Outline> platelets = placePlatelets(size, fields, reds, whites, placeRandom);

    Film film(size);
    for (const Outline &cell : reds) {
        RedLook look;
        look.thickness = std::clamp(1 + 0.13 * drawRandom.normal(), 0.7, 1.35);
        look.pallor = std::clamp(slide.pallor + 0.16 * drawRandom.normal(), 0.0, 0.85);
        look.middle = std::clamp(slide.middle + 0.07 * drawRandom.normal(), 0.25, 0.68);
        look.softness = drawRandom.uniform(1.8, 3.2);
        look.bubbles = slide.bubbles && drawRandom.chance(0.6);
        drawRedCell(film, cell, look, drawRandom);
    }
    for (const White &cell : whites)
        drawWhiteCell(film, cell.outline, cell.kind, drawRandom);
    for (const Outline &cell : platelets)
        drawPlatelet(film, cell, drawRandom);
    drawDust(film, drawRandom);

    Smear smear;
    const auto label = [&](const Outline &cell, ClassIndex classIndex, double share) {
        if (share >= 0.3)
            smear.labels.push_back({.box = clipped(cell.box(), size.width, size.height), .classIndex = classIndex});
    };
    for (const Outline &cell : reds)
        label(cell, redCell, visibleShare(film, cell));
    for (const White &cell : whites)
        label(cell.outline, whiteCell, insideShare(film, cell.outline));
    for (const Outline &cell : platelets)
        label(cell, platelet, insideShare(film, cell));
    smear.image = photographed(developed(film, slide, cameraRandom), slide, cameraRandom);
    return smear;
}

void writeSmears(const std::filesystem::path &folder, const SmearOptions &options, const RunContext &context)
{
    namespace fs = std::filesystem;
    std::error_code error;
    if (fs::exists(folder, error) && !(fs::is_directory(folder, error) && fs::is_empty(folder, error)))
        throw UserError(message("core", "{0} exists already and is not an empty folder.").with(folder.string()));
    // Drawn beside, then renamed: the folder appears whole or not at all.
    const fs::path whole = fs::absolute(folder.has_filename() ? folder : folder.parent_path());
    const fs::path beside = whole.parent_path() / ("." + whole.filename().string() + ".drawing");
    fs::remove_all(beside, error);
    if (!fs::create_directories(beside, error))
        throw UserError(message("core", "The folder {0} cannot be made: {1}.").with(beside.string(), error.message()));
    const std::unique_ptr<const fs::path, void (*)(const fs::path *)> tidy(&beside, [](const fs::path *path) {
        std::error_code ignored;
        fs::remove_all(*path, ignored);
    });

    std::string images, annotations;
    int id = 0;
    for (int number = 0; number < options.count; ++number) {
        if (context.shouldStop())
            throw Stopped{};
        context.report(static_cast<double>(number) / options.count, message("core", "Drawing blood smears"));
        const Smear smear = drawSmear(static_cast<uint64_t>(options.seed), number, {options.width, options.height});
        const std::string name = numberedName(number, options.count);
        writeFile(beside / name, jpegBytes(smear.image, options.quality));
        appendEntries(images, annotations, smear, name, number, id);
    }
    writeFile(beside / "annotations.json", cocoText(images, annotations));
    renameFolderIntoPlace(beside, whole);
    context.report(1, message("core", "Drawing blood smears"));
}

}  // namespace fcoscope
