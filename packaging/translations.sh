#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Brings translations/*.ts up to date with the words in the sources: new ones are added unfinished, gone ones dropped.
# With a folder as argument the .ts files there are updated instead (the test uses a copy).
# message("core", "…") of core is extracted as a translate() with that context.
set -eu
cd "$(dirname "$0")/.."
folder=${1:-translations}
PATH=/usr/lib/qt6/bin:$PATH  # a bare "lupdate" may be another Qt's
command -v lupdate >/dev/null || { echo "lupdate is missing: install qt6-l10n-tools." >&2; exit 2; }
# Without line numbers a sentence that only moved does not change the file.
update() {
    lupdate -silent -I . -no-obsolete -locations none -tr-function-alias translate+=message core app widgets "$@"
}
update -ts "$folder/fcoscope_zh_CN.ts"
# English is what the sources say, but for "1 image" and "2 images".
update -pluralonly -source-language en -target-language en -ts "$folder/fcoscope_en.ts"
