# SPDX-License-Identifier: GPL-3.0-or-later
# What reads weight files without Torch.
set(FCOSCOPE_CHECKPOINT_SOURCES)
foreach(name byte_source containers crc32 element_type facts file_kind pickle pickle_calls pickle_tree pickled_tensors
             refusal safetensors_header state_plan weights zip_archive)
  list(APPEND FCOSCOPE_CHECKPOINT_SOURCES ${CMAKE_CURRENT_LIST_DIR}/${name}.cpp)
endforeach()
