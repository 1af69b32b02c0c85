# SPDX-License-Identifier: GPL-3.0-or-later
# Finds LibTorch through its headers and libraries alone, so that a CUDA wheel links without a CUDA toolkit (LibTorch's
# own TorchConfig.cmake asks for one). Looks in
#   LIBTORCH (CMake or environment)   a LibTorch of the user's own: the folder that holds include/ and lib/
#   .deps/libtorch/torch              where packaging/setup.sh unpacks the wheel
# Gives the target LibTorch::LibTorch. Tried with 2.13.0 (CPU wheel); other versions may work and are not promised.
if(NOT LIBTORCH AND DEFINED ENV{LIBTORCH} AND NOT "$ENV{LIBTORCH}" STREQUAL "")
  set(LIBTORCH "$ENV{LIBTORCH}")
endif()
if(NOT LIBTORCH)
  set(LIBTORCH "${PROJECT_SOURCE_DIR}/.deps/libtorch/torch")
endif()

# What was found is remembered; another folder, or another wheel in the same one, is looked at afresh.
set(lookedIn "${LIBTORCH}")
foreach(mark lib/libtorch_cpu.so lib/libtorch_cuda.so)
  if(EXISTS "${LIBTORCH}/${mark}")
    file(TIMESTAMP "${LIBTORCH}/${mark}" time)
    string(APPEND lookedIn " ${mark} ${time}")
  endif()
endforeach()
if(NOT LibTorch_LOOKED_IN STREQUAL lookedIn)
  foreach(found INCLUDE_DIR VERSION_FILE torch_LIBRARY cpu_LIBRARY c10_LIBRARY cuda_LIBRARY c10cuda_LIBRARY)
    unset(LibTorch_${found} CACHE)
  endforeach()
  set(LibTorch_LOOKED_IN "${lookedIn}" CACHE INTERNAL "")
endif()

find_path(LibTorch_INCLUDE_DIR ATen/ATen.h PATHS ${LIBTORCH}/include NO_DEFAULT_PATH)
find_library(LibTorch_torch_LIBRARY torch PATHS ${LIBTORCH}/lib NO_DEFAULT_PATH)
find_library(LibTorch_cpu_LIBRARY torch_cpu PATHS ${LIBTORCH}/lib NO_DEFAULT_PATH)
find_library(LibTorch_c10_LIBRARY c10 PATHS ${LIBTORCH}/lib NO_DEFAULT_PATH)
find_library(LibTorch_cuda_LIBRARY torch_cuda PATHS ${LIBTORCH}/lib NO_DEFAULT_PATH)
find_library(LibTorch_c10cuda_LIBRARY c10_cuda PATHS ${LIBTORCH}/lib NO_DEFAULT_PATH)
mark_as_advanced(LibTorch_INCLUDE_DIR LibTorch_torch_LIBRARY LibTorch_cpu_LIBRARY LibTorch_c10_LIBRARY
  LibTorch_cuda_LIBRARY LibTorch_c10cuda_LIBRARY)

if(LibTorch_INCLUDE_DIR)
  # torch/headeronly since 2.8, torch/ before.
  find_file(LibTorch_VERSION_FILE NAMES torch/headeronly/version.h torch/csrc/api/include/torch/version.h
    PATHS ${LibTorch_INCLUDE_DIR} NO_DEFAULT_PATH)
  mark_as_advanced(LibTorch_VERSION_FILE)
  set(parts "")
  foreach(part MAJOR MINOR PATCH)
    file(STRINGS ${LibTorch_VERSION_FILE} line REGEX "define TORCH_VERSION_${part} ")
    string(REGEX MATCH "[0-9]+" number "${line}")
    list(APPEND parts ${number})
  endforeach()
  list(JOIN parts "." LibTorch_VERSION)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LibTorch_torch_LIBRARY LibTorch_cpu_LIBRARY LibTorch_c10_LIBRARY LibTorch_INCLUDE_DIR
  VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE "Run packaging/setup.sh, or name a LibTorch of your own with LIBTORCH (its folder with include/ and lib/).")

if(LibTorch_FOUND AND NOT TARGET LibTorch::LibTorch)
  add_library(LibTorch::LibTorch INTERFACE IMPORTED)
  set(libraries ${LibTorch_torch_LIBRARY} ${LibTorch_cpu_LIBRARY} ${LibTorch_c10_LIBRARY})
  if(LibTorch_cuda_LIBRARY AND LibTorch_c10cuda_LIBRARY)
    # Nothing of ours names a symbol of torch_cuda, so the linker would drop it, and with it the CUDA kernels.
    list(APPEND libraries -Wl,--no-as-needed ${LibTorch_cuda_LIBRARY} ${LibTorch_c10cuda_LIBRARY} -Wl,--as-needed)
    set(LibTorch_CUDA ON)
  endif()
  # SYSTEM: its headers are not held to our warnings. The libraries come directly and first on the link line: OpenCV's
  # codecs pull in another BLAS that exports the same sgemm_, and the first one loaded wins.
  set_target_properties(LibTorch::LibTorch PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${LibTorch_INCLUDE_DIR};${LibTorch_INCLUDE_DIR}/torch/csrc/api/include"
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${LibTorch_INCLUDE_DIR};${LibTorch_INCLUDE_DIR}/torch/csrc/api/include"
    INTERFACE_LINK_LIBRARIES "${libraries}")
endif()
