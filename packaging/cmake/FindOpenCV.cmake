# SPDX-License-Identifier: GPL-3.0-or-later
# Finds the three modules of OpenCV 4 that are used (core, imgproc, imgcodecs) through headers and libraries. OpenCV's own
# package file insists on every module being installed, and with highgui comes Qt 5, which must not be in our process.
# Gives the targets opencv_core, opencv_imgproc, opencv_imgcodecs, named as OpenCV's own, and OpenCV_VERSION.
find_path(OpenCV_INCLUDE_DIR opencv2/core/version.hpp PATH_SUFFIXES opencv4)
set(modules core imgproc imgcodecs)
set(moduleVariables "")
foreach(module ${modules})
  find_library(OpenCV_${module}_LIBRARY opencv_${module})
  list(APPEND moduleVariables OpenCV_${module}_LIBRARY)
endforeach()
mark_as_advanced(OpenCV_INCLUDE_DIR ${moduleVariables})

if(OpenCV_INCLUDE_DIR)
  set(parts "")
  foreach(part MAJOR MINOR REVISION)
    file(STRINGS ${OpenCV_INCLUDE_DIR}/opencv2/core/version.hpp line REGEX "define CV_VERSION_${part} ")
    string(REGEX MATCH "[0-9]+" number "${line}")
    list(APPEND parts ${number})
  endforeach()
  list(JOIN parts "." OpenCV_VERSION)
endif()
foreach(module ${OpenCV_FIND_COMPONENTS})
  if(module IN_LIST modules AND OpenCV_${module}_LIBRARY)
    set(OpenCV_${module}_FOUND ON)
  endif()
endforeach()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenCV REQUIRED_VARS ${moduleVariables} OpenCV_INCLUDE_DIR VERSION_VAR OpenCV_VERSION
  HANDLE_COMPONENTS REASON_FAILURE_MESSAGE "Run packaging/setup.sh, which installs it.")

if(OpenCV_FOUND AND NOT TARGET opencv_core)
  foreach(module ${modules})
    add_library(opencv_${module} UNKNOWN IMPORTED)
    set_target_properties(opencv_${module} PROPERTIES IMPORTED_LOCATION ${OpenCV_${module}_LIBRARY}
      INTERFACE_INCLUDE_DIRECTORIES ${OpenCV_INCLUDE_DIR} INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${OpenCV_INCLUDE_DIR})
  endforeach()
  set_property(TARGET opencv_imgproc PROPERTY INTERFACE_LINK_LIBRARIES opencv_core)
  set_property(TARGET opencv_imgcodecs PROPERTY INTERFACE_LINK_LIBRARIES opencv_imgproc)
endif()
