#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The borders of the house: who may include what, who may link what, and what every file owes its readers.

    house.py CHECK [PROGRAM…] [--root FOLDER]   answers 0 (kept), 1 (broken; a line for each place), 77 (could not look)

self_test.py breaks every rule in a made-up tree and asks whether its check says so. The tables below are the plan of
CONTRIBUTING.md in a form that can be checked; change both together.
"""
import argparse
import pathlib
import re
import subprocess
import sys

SKIPPED = 77  # ctest's SKIP_RETURN_CODE

# room → the rooms whose headers it may include, besides its own
ROOMS = {
    "core/base": [],
    "core/rules": ["core/base"],
    "core/fcos": ["core/base", "core/rules"],
    "core/eval": ["core/base", "core/rules"],
    "core/data": ["core/base"],
    "core/weights": ["core/base"],
    "core/runs": ["core/base", "core/rules", "core/fcos", "core/eval", "core/data"],
    "widgets": ["core/base", "core/rules", "core/eval"],
    "app/session": ["core/base", "core/rules", "core/fcos", "core/eval", "core/data", "core/weights", "core/runs"],
    "app/gui": ["core/base", "core/rules", "core/fcos", "core/eval", "core/data", "core/weights", "core/runs", "app/session",
                "widgets"],
    "app/cli": ["core/base", "core/rules", "core/fcos", "core/eval", "core/data", "core/weights", "core/runs"],
}

# library → (what its headers look like in an include, the only folders that may name them)
LIBRARIES = {
    "Qt": (r"Q[A-Z]\w*|Qt[A-Z]\w*/.*|q[a-z]+\.h", ["widgets", "app/session", "app/gui"]),
    "LibTorch": (r"(torch|ATen|c10|caffe2)/.*", ["core/fcos"]),
    "OpenCV": (r"opencv2/.*", ["core/data"]),
    "libjpeg": (r"j(peglib|error)\.h", ["core/data"]),
    "simdjson": (r"simdjson.*", ["core/data"]),
    "pugixml": (r"pugi.*", ["core/data"]),
    "SQLite": (r"SQLiteCpp/.*|sqlite3.*", ["core/data"]),
    "yaml-cpp": (r"yaml-cpp/.*", ["core/data"]),
    "libcurl": (r"curl/.*", ["core/weights"]),
    "CLI11": (r"CLI/.*", ["app/cli"]),
    "toml++": (r"toml\+\+/.*|toml\.hpp", ["core/runs"]),
    "QCustomPlot": (r"qcustomplot\.h", ["widgets/plot"]),
}

# The engine's headers for everyone: they name no Torch, not even in passing. Its other headers are its own affair.
ENGINE_PUBLIC = ["predictor.h", "trainer.h", "checkpoint.h", "network_options.h", "engine.h", "loss_terrain.h",
                 "training_pace.h"]

# Option names that stand in two tables, never in one, and why. Whoever adds to this list explains it here.
SAME_WORD = {
    "seed": "of the training, and of the drawn pictures",
    "width": "of the drawn pictures, and of fcos_bench's made-up images",
    "height": "likewise",
    "images": "the folder of a data set's images, and fcos_bench's number of them",
    "device": "of the training, where it is stored in the checkpoint, and of commands that only look at images",
    "threads": "likewise",
    "profile": "of the command's training and counting, and of figures that the window's program renders",
}

# target → what its link list may name. The law is the list in CMake; this is the law's law.
EVERYWHERE = {"fcoscope_common", "Threads::Threads", "${CMAKE_DL_LIBS}"}
LINKS = {
    "base": set(),
    "rules": {"base"},
    "fcos_engine": {"base", "rules", "LibTorch::LibTorch"},
    "fcos_bench": {"base", "rules", "fcos_engine"},
    "eval": {"base", "rules"},
    "data": {"base", "opencv_core", "opencv_imgproc", "opencv_imgcodecs", "JPEG::JPEG", "simdjson::simdjson",
             "pugixml::pugixml", "SQLiteCpp", "yaml-cpp"},
    "weights": {"base", "CURL::libcurl"},
    "runs": {"base", "rules", "fcos_engine", "eval", "data"},
    "widgets": {"base", "rules", "eval", "plot", "Qt6::Core", "Qt6::Gui", "Qt6::Widgets", "Qt6::Svg"},
    "plot": {"base", "rules", "eval", "Qt6::Core", "Qt6::Gui", "Qt6::Widgets", "QCustomPlotQt6"},
    "session": {"base", "rules", "fcos_engine", "eval", "data", "weights", "runs", "Qt6::Core", "Qt6::Gui"},
    "gui": {"base", "rules", "weights", "runs", "session", "widgets", "Qt6::Core", "Qt6::Gui", "Qt6::Widgets", "Qt6::Svg"},
    "cli": {"base", "rules", "fcos_engine", "eval", "data", "weights", "runs", "CLI11::CLI11"},
}
LINKS["fcoscope"] = LINKS["gui"] | {"gui"}
LINKS["fcos"] = LINKS["cli"] | {"cli"}
# Seen by nobody but the target that names them: a private dependency that leaks is one that everybody pays for.
PRIVATE = {"LibTorch::LibTorch", "opencv_core", "opencv_imgproc", "opencv_imgcodecs", "JPEG::JPEG",
           "simdjson::simdjson", "pugixml::pugixml", "SQLiteCpp", "yaml-cpp", "CURL::libcurl", "QCustomPlotQt6"}

# Programs that must not have Qt in them at all; no program of ours may have Qt 5.
WITHOUT_QT = {"fcos", "fcos_bench"}

ASK_TO_BE_CUT, TOO_LONG = 400, 500  # lines
SOURCE_SUFFIXES = {".cpp", ".h", ".py", ".sh", ".cmake"}
NOT_OURS = {".git", ".deps", "build", "runs", "__pycache__"}


def files(root, folder="", suffixes=SOURCE_SUFFIXES):
    """Every file of ours below root/folder that ends in one of `suffixes`, as (path, path from the root)."""
    for path in sorted((root / folder).rglob("*")):
        inside = path.relative_to(root)
        if path.is_file() and path.suffix in suffixes and not NOT_OURS & set(inside.parts):
            yield path, inside.as_posix()


def text_of(path):
    return path.read_text(encoding="utf-8", errors="replace")


def without_comments(text):
    """C++ without comments, its line numbers kept."""
    return re.sub(r"//[^\n]*|/\*.*?\*/", lambda found: "\n" * found.group().count("\n"), text, flags=re.S)


def includes(path):
    """(line, what is included) of each include."""
    for number, line in enumerate(without_comments(text_of(path)).splitlines(), 1):
        if found := re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line):
            yield number, found.group(1)


def within(inside, folder):
    return inside.startswith(folder + "/")


def check_includes(root):
    """core/ includes no Qt, widgets/ and app/ no Torch and no OpenCV: a library is named only in the room that hides it."""
    for top in ["core", "widgets", "app"]:
        for path, inside in files(root, top):
            for line, header in includes(path):
                for library, (pattern, folders) in LIBRARIES.items():
                    if re.fullmatch(pattern, header) and not any(within(inside, folder) for folder in folders):
                        yield f"{inside}:{line}: includes {header}; {library} belongs to {', '.join(folders)} alone"
                        break


def check_rooms(root):
    """A room includes only the rooms it may enter."""
    for room, allowed in ROOMS.items():
        for path, inside in files(root, room):
            for line, header in includes(path):
                other = next((each for each in ROOMS if within(header, each)), None)
                if other and other != room and other not in allowed:
                    yield f"{inside}:{line}: {room} may not enter {other} ({header})"
    for top in ["core", "app"]:
        for folder in sorted((root / top).iterdir()) if (root / top).is_dir() else []:
            if folder.is_dir() and f"{top}/{folder.name}" not in ROOMS:
                yield f"{top}/{folder.name}: this room is not in the plan of the house"


def check_engine(root):
    """The engine's public headers name no Torch; of the others, only core/fcos is let in."""
    for name in ENGINE_PUBLIC:
        path = root / "core/fcos" / name
        if not path.exists():
            yield f"core/fcos/{name}: a public header of the engine is missing"
            continue
        for number, line in enumerate(without_comments(text_of(path)).splitlines(), 1):
            if re.search(r"\b(torch|at|c10)::|[<\"](torch|ATen|c10)/", line):
                yield f"core/fcos/{name}:{number}: a public header of the engine names Torch"
        for number, header in includes(path):
            if within(header, "core/fcos") and header.rsplit("/", 1)[1] not in ENGINE_PUBLIC:
                yield f"core/fcos/{name}:{number}: a public header of the engine includes {header}, which is its own affair"
    for top in ["core", "widgets", "app"]:
        for path, inside in files(root, top):
            if within(inside, "core/fcos"):
                continue
            for line, header in includes(path):
                if within(header, "core/fcos") and header.rsplit("/", 1)[1] not in ENGINE_PUBLIC:
                    yield f"{inside}:{line}: {header} is the engine's own affair; public are {', '.join(ENGINE_PUBLIC)}"


def link_lists(path):
    """(target, how, library) of each entry of each target_link_libraries in one CMake file."""
    text = re.sub(r"#[^\n]*", "", text_of(path))
    for call in re.findall(r"target_link_libraries\s*\(([^()]*)\)", text):
        target, *words = call.split()
        how = "PUBLIC"  # what CMake takes where no word says otherwise
        for word in words:
            if word in {"PUBLIC", "PRIVATE", "INTERFACE"}:
                how = word
                continue
            conditional = re.fullmatch(r"\$<(?:TARGET_NAME_IF_EXISTS|LINK_ONLY|BUILD_INTERFACE):(.*)>", word)
            yield target, how, conditional.group(1) if conditional else word


def check_links(root):
    """Every link list keeps to the plan, and what is private stays private."""
    seen = set()
    for top in ["core", "widgets", "app"]:
        for path, inside in files(root, top, {".txt"}):
            if path.name != "CMakeLists.txt":
                continue
            for target, how, library in link_lists(path):
                seen.add(target)
                if target not in LINKS:
                    yield f"{inside}: the target {target} is not in the plan of the house"
                elif library not in LINKS[target] | EVERYWHERE:
                    yield f"{inside}: {target} may not link {library}"
                elif library in PRIVATE and how != "PRIVATE":
                    yield f"{inside}: {target} must link {library} as PRIVATE"
    if not seen:
        yield "no link list was found at all"


def check_spdx(root):
    """Every source file says under which licence it stands, in its first line (the second after #!)."""
    also = [path for path in root.rglob("CMakeLists.txt") if not NOT_OURS & set(path.relative_to(root).parts)]
    also += [path for path in (root / ".ci").glob("*") if path.is_file()]
    for path in [path for path, _ in files(root)] + sorted(also):
        lines = text_of(path).splitlines()[:2]
        first = lines[1:] if lines and lines[0].startswith("#!") else lines[:1]
        if not first or not re.search(r"SPDX-License-Identifier: GPL-3\.0-or-later\s*$", first[0]):
            yield f"{path.relative_to(root)}: no SPDX-License-Identifier: GPL-3.0-or-later at its head"


def check_length(root):
    """A file over 400 lines asks to be cut (it is listed), one over 500 must be."""
    for path, inside in files(root):
        lines = len(text_of(path).splitlines())
        if lines > TOO_LONG:
            yield f"{inside}: {lines} lines; more than {TOO_LONG} must be cut"
        elif lines > ASK_TO_BE_CUT:
            print(f"note: {inside}: {lines} lines ask to be cut")


def check_options(root):
    """An option's name is written once in the tree, in one visit()."""
    where = {}
    for top in ["core", "widgets", "app"]:
        for path, inside in files(root, top, {".cpp", ".h"}):
            text = without_comments(text_of(path))
            for found in re.finditer(r'\btable\s*(?:\.|->)\s*add(?:Choice)?\s*(?:<[^<>]*>)?\s*\(\s*"([^"]*)"', text):
                place = f"{inside}:{text.count(chr(10), 0, found.start()) + 1}"
                where.setdefault(found.group(1), []).append(place)
    for name, places in where.items():
        if len(places) > (2 if name in SAME_WORD else 1):
            yield f"{places[-1]}: the option \"{name}\" is written already at {', '.join(places[:-1])}"
        elif len(places) == 2 and places[0].split(":")[0] == places[1].split(":")[0]:
            yield f"{places[1]}: the option \"{name}\" is written already at {places[0]}"
    if not where:
        yield "no option was found at all"


def qt_complaints(name, listing):
    """What a program loads, as `ldd` lists it."""
    for line in listing.splitlines():
        library = line.split()[0] if line.split() else ""
        if re.match(r"libQt5|libQCustomPlot\.so", library):
            yield f"{name}: loads {library}, which is Qt 5"
        elif library.startswith("libQt") and name in WITHOUT_QT:
            yield f"{name}: loads {library}, and it must be free of Qt"
        elif "not found" in line:
            yield f"{name}: {library} is not found"


def check_programs(root, programs):
    """Built programs load no Qt 5; fcos and fcos_bench load no Qt at all."""
    for program in map(pathlib.Path, programs):
        listing = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
        yield from qt_complaints(program.name, listing)


CHECKS = {name.removeprefix("check_"): check for name, check in list(globals().items()) if name.startswith("check_")}


def run_check(name, root, programs):
    check = CHECKS[name]
    if name == "programs":
        built = [program for program in programs if pathlib.Path(program).exists()]
        if not built:
            print(f"SKIPPED: none of the programs to look into is built: {', '.join(programs) or 'none was named'}")
            return SKIPPED
        for program in set(programs) - set(built):
            print(f"note: {program} is not built and was not looked into")
        complaints = list(check(root, built))
    else:
        complaints = list(check(root))
    for complaint in complaints:
        print(complaint)
    print(f"{name}: {check.__doc__.splitlines()[0]} " + (f"{len(complaints)} broken." if complaints else "Kept."))
    return 1 if complaints else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("check", choices=sorted(CHECKS))
    parser.add_argument("programs", nargs="*")
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    arguments = parser.parse_args()
    return run_check(arguments.check, arguments.root, arguments.programs)


if __name__ == "__main__":
    sys.exit(main())
