# SPDX-License-Identifier: GPL-3.0-or-later
# Finds QCustomPlot 2.1 built with Qt 6. Debian's package of its header brings in Qt 5 and is not installed, so the header
# is looked for where packaging/setup.sh unpacks it, then in the system; the library has no name without a version then.
# Gives the target QCustomPlotQt6 with what its header includes, and QCustomPlot_VERSION.
find_path(QCustomPlot_INCLUDE_DIR qcustomplot.h HINTS ${PROJECT_SOURCE_DIR}/.deps/qcustomplot/usr/include)
find_library(QCustomPlot_LIBRARY NAMES QCustomPlotQt6 libQCustomPlotQt6.so.2.1)
mark_as_advanced(QCustomPlot_INCLUDE_DIR QCustomPlot_LIBRARY)
if(QCustomPlot_INCLUDE_DIR)
  file(STRINGS ${QCustomPlot_INCLUDE_DIR}/qcustomplot.h line REGEX "define QCUSTOMPLOT_VERSION_STR ")
  string(REGEX MATCH "[0-9.]+" QCustomPlot_VERSION "${line}")
endif()
find_package(Qt6 6.4 QUIET COMPONENTS Widgets PrintSupport)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(QCustomPlot
  REQUIRED_VARS QCustomPlot_LIBRARY QCustomPlot_INCLUDE_DIR Qt6PrintSupport_FOUND
  VERSION_VAR QCustomPlot_VERSION REASON_FAILURE_MESSAGE "Run packaging/setup.sh, which installs it.")

if(QCustomPlot_FOUND AND NOT TARGET QCustomPlotQt6)
  add_library(QCustomPlotQt6 UNKNOWN IMPORTED)
  set_target_properties(QCustomPlotQt6 PROPERTIES IMPORTED_LOCATION ${QCustomPlot_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${QCustomPlot_INCLUDE_DIR}
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${QCustomPlot_INCLUDE_DIR}
    INTERFACE_LINK_LIBRARIES "Qt6::Widgets;Qt6::PrintSupport")
endif()
