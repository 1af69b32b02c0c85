#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The test of the tests: breaks every rule of house.py in a made-up tree and asks whether its check says so."""
import contextlib
import io
import pathlib
import re
import subprocess
import sys
import tempfile

from house import CHECKS, SKIPPED, qt_complaints, run_check

LICENCE = "// SPDX-License-Identifier: GPL-3.0-or-later\n"
WELL_KEPT = {
    "core/base/values.h": LICENCE + "#include <vector>\n",
    "core/rules/profile.cpp": LICENCE + '#include "core/base/values.h"\ntable.add("strides", s);\n',
    "core/fcos/network_options.h": LICENCE,
    "core/fcos/predictor.h": LICENCE + "// Names no torch::Tensor.\n" + '#include "core/fcos/network_options.h"\n',
    "core/fcos/trainer.h": LICENCE,
    "core/fcos/checkpoint.h": LICENCE,
    "core/fcos/engine.h": LICENCE,
    "core/fcos/loss_terrain.h": LICENCE,
    "core/fcos/training_pace.h": LICENCE,
    "core/fcos/losses.cpp": LICENCE + '#include <torch/torch.h>\n#include "core/fcos/predictor.h"\n',
    "core/data/image.cpp": LICENCE + "#include <opencv2/imgcodecs.hpp>\n// #include <QImage>\n",
    "widgets/canvas.h": LICENCE + '#include <QWidget>\n#include "core/rules/profile.h"\n',
    "app/cli/detect.cpp": LICENCE + '#include <CLI/CLI.hpp>\n#include "core/fcos/predictor.h"\n',
    "core/rules/CMakeLists.txt": "# SPDX-License-Identifier: GPL-3.0-or-later\ntarget_link_libraries(rules PUBLIC base)\n",
    "core/fcos/CMakeLists.txt": "# SPDX-License-Identifier: GPL-3.0-or-later\ntarget_link_libraries(fcos_engine PUBLIC "
                                "rules\n  PRIVATE LibTorch::LibTorch)  # QtCore\n",
    "packaging/run.sh": "#!/bin/sh\n# SPDX-License-Identifier: GPL-3.0-or-later\n",
    "build/dev/moc.cpp": "#include <QWidget>\n",
}
# check, file, what is added to it, words of the complaint that must come
VIOLATIONS = [
    ("includes", "core/base/values.h", "#include <QString>\n", "core/base/values.h:3: includes QString"),
    ("includes", "core/rules/profile.cpp", "#include <QtCore/QString>\n", "Qt belongs"),
    ("includes", "core/rules/profile.cpp", "#include <qstring.h>\n", "Qt belongs"),
    ("includes", "app/cli/detect.cpp", "#include <QImage>\n", "Qt belongs"),
    ("includes", "widgets/canvas.h", "#include <torch/torch.h>\n", "LibTorch belongs"),
    ("includes", "widgets/canvas.h", "#  include <opencv2/core.hpp>\n", "OpenCV belongs"),
    ("includes", "app/cli/detect.cpp", "#include <ATen/ATen.h>\n", "LibTorch belongs"),
    ("includes", "app/cli/detect.cpp", "#include <c10/core/Device.h>\n", "LibTorch belongs"),
    ("includes", "core/data/image.cpp", "#include <torch/types.h>\n", "LibTorch belongs"),
    ("includes", "core/rules/profile.cpp", "#include <simdjson.h>\n", "simdjson belongs"),
    ("rooms", "core/base/values.h", '#include "core/rules/profile.h"\n', "core/base may not enter core/rules"),
    ("rooms", "core/data/image.cpp", '#include "core/fcos/predictor.h"\n', "core/data may not enter core/fcos"),
    ("rooms", "core/rules/profile.cpp", '#include "widgets/canvas.h"\n', "core/rules may not enter widgets"),
    ("rooms", "widgets/canvas.h", '#include "app/session/session.h"\n', "widgets may not enter app/session"),
    ("rooms", "widgets/canvas.h", '#include "core/fcos/predictor.h"\n', "widgets may not enter core/fcos"),
    ("rooms", "app/cli/detect.cpp", '#include "app/gui/main_window.h"\n', "app/cli may not enter app/gui"),
    ("rooms", "core/cellar/wine.cpp", LICENCE, "not in the plan"),
    ("engine", "core/fcos/predictor.h", "torch::Tensor run();\n", "predictor.h:4: a public header"),
    ("engine", "core/fcos/trainer.h", "void train(at::Tensor);\n", "names Torch"),
    ("engine", "core/fcos/checkpoint.h", "#include <torch/types.h>\n", "names Torch"),
    ("engine", "core/fcos/trainer.h", '#include "core/fcos/losses.h"\n', "its own affair"),
    ("engine", "app/cli/detect.cpp", '#include "core/fcos/detector.h"\n', "the engine's own affair"),
    ("links", "core/rules/CMakeLists.txt", "target_link_libraries(rules PUBLIC Qt6::Core)\n", "rules may not link Qt6::Core"),
    ("links", "core/rules/CMakeLists.txt", "target_link_libraries(data PRIVATE fcos_engine)\n", "data may not link"),
    ("links", "core/rules/CMakeLists.txt", "target_link_libraries(data PRIVATE $<TARGET_NAME_IF_EXISTS:eval>)\n", "data may not"),
    ("links", "core/fcos/CMakeLists.txt", "target_link_libraries(fcos_engine PUBLIC\n  LibTorch::LibTorch)\n", "as PRIVATE"),
    ("links", "core/fcos/CMakeLists.txt", "target_link_libraries(data opencv_core)\n", "as PRIVATE"),
    ("links", "core/fcos/CMakeLists.txt", "target_link_libraries(attic PUBLIC base)\n", "attic is not in the plan"),
    ("spdx", "widgets/plain.cpp", "int main() {}\n", "widgets/plain.cpp: no SPDX"),
    ("spdx", "tests/CMakeLists.txt", "project(x)\n", "tests/CMakeLists.txt: no SPDX"),
    ("spdx", "packaging/test.sh", "#!/bin/sh\n", "packaging/test.sh: no SPDX"),
    ("spdx", ".ci/run", "#!/bin/sh\n\n# SPDX-License-Identifier: GPL-3.0-or-later\n", ".ci/run: no SPDX"),
    ("length", "core/data/image.cpp", "\n" * 500, "must be cut"),
    ("options", "core/fcos/losses.cpp", 'table.addChoice<Rule>(\n    "strides", x);\n', 'the option "strides" is written'),
    ("options", "core/rules/profile.cpp", 'table.add("seed", a);\ntable.add("seed", b);\n', 'the option "seed" is written'),
]
LISTINGS = [
    ("fcoscope", "\tlibQt6Core.so.6 => /lib/libQt6Core.so.6 (0x1)\n\tlibc10.so => /x/libc10.so (0x1)\n", ""),
    ("fcoscope", "\tlibQt5Core.so.5 => /lib/libQt5Core.so.5 (0x1)\n", "which is Qt 5"),
    ("fcoscope", "\tlibQCustomPlot.so.2.1 => /lib/libQCustomPlot.so.2.1 (0x1)\n", "which is Qt 5"),
    ("fcoscope", "\tlibQCustomPlotQt6.so.2.1 => /lib/libQCustomPlotQt6.so.2.1 (0x1)\n", ""),
    ("fcos", "\tlibQt6Core.so.6 => /lib/libQt6Core.so.6 (0x1)\n", "free of Qt"),
    ("fcos", "\tlibc10.so => /x/libc10.so (0x1)\n", ""),
    ("fcos", "\tlibtorch.so => not found\n", "libtorch.so is not found"),
]


def make_tree(root, added=None):
    for name, text in WELL_KEPT.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    if added:
        path = root / added[0]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((path.read_text() if path.exists() else "") + added[1])


def as_ctest_runs(name, **values):
    """Runs house.py with the words that CMakeLists.txt gives it for this test, ${variables} replaced by `values`."""
    here = pathlib.Path(__file__).resolve().parent
    text = (here / "CMakeLists.txt").read_text()
    line = re.search(rf"add_test\(NAME house/{re.escape(name)} COMMAND \$\{{house\}}([^()]*)\)", text)
    words = []
    for word in line.group(1).split():
        value = values[word[2:-1]] if word.startswith("${") else word
        words += value if isinstance(value, list) else [value]
    run = subprocess.run([sys.executable, "-B", here / "house.py", *words], capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr


def command_line_failures():
    """Each way in which ctest starts house.py, with the exit code that must come."""
    there, absent = ["/bin/ls", "/bin/sh"], ["/nowhere/fcos", "/nowhere/fcoscope"]
    with tempfile.TemporaryDirectory() as kept, tempfile.TemporaryDirectory() as broken:
        make_tree(pathlib.Path(kept))
        make_tree(pathlib.Path(broken), VIOLATIONS[0][1:3])
        cases = [("programs", {"programs": programs, "PROJECT_SOURCE_DIR": kept}, status)
                 for programs, status in [(there, 0), (there + absent, 0), (absent, SKIPPED), ([], SKIPPED)]]
        cases += [("${check}", {"check": "includes", "PROJECT_SOURCE_DIR": tree}, status)
                  for tree, status in [(kept, 0), (broken, 1)]]
        for name, values, status in cases:
            found, said = as_ctest_runs(name, **values)
            if found != status:
                yield f"house/{name} with {values} answered {found} instead of {status}: {said}"


def self_test():
    failures = []
    tree_checks = [name for name in CHECKS if name != "programs"]
    for name in tree_checks:
        if not any(name == violation[0] for violation in VIOLATIONS):
            failures.append(f"{name}: no violation is planted for it")
        with tempfile.TemporaryDirectory() as folder:
            make_tree(pathlib.Path(folder))
            if complaints := list(CHECKS[name](pathlib.Path(folder))):
                failures.append(f"{name}: complains of a well kept house: {complaints}")
    for name, file, added, words in VIOLATIONS:
        with tempfile.TemporaryDirectory() as folder:
            make_tree(pathlib.Path(folder), (file, added))
            with contextlib.redirect_stdout(io.StringIO()) as output:
                status = run_check(name, pathlib.Path(folder), [])
            if status != 1 or words not in output.getvalue():
                failures.append(f"{name}: {added!r} in {file} went unseen; it said: {output.getvalue()!r}")
    for name, listing, words in LISTINGS:
        complaints = " ".join(qt_complaints(name, listing))
        if words not in complaints or bool(words) != bool(complaints):
            failures.append(f"programs: {listing!r} of {name} gave {complaints!r}")
    with contextlib.redirect_stdout(io.StringIO()) as output:
        if run_check("programs", pathlib.Path("."), ["/nowhere/fcos"]) != SKIPPED or "SKIPPED" not in output.getvalue():
            failures.append("programs: says nothing when there is nothing to look into")
    failures += command_line_failures()
    for failure in failures:
        print(failure)
    print(f"self-test: {len(VIOLATIONS) + len(LISTINGS)} planted cases, {len(failures)} went wrong")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(self_test())
