# SPDX-License-Identifier: GPL-3.0-or-later
# The assignment against an independent dense computation in NumPy. Included by tests/rules/CMakeLists.txt.
# Python: the tests' own environment where there is one, else the machine's; without NumPy the test says it was skipped.
add_executable(dump_assignment dump_assignment.cpp)
target_link_libraries(dump_assignment PRIVATE rules)
foreach(profile fcoscope tz-orig tz-imprv ad ad-rt tv mm-base mm-tricks zg)
  set(name core/rules/assignment_reference)
  if(NOT profile STREQUAL "fcoscope")
    string(APPEND name "_${profile}")
  endif()
  add_test(NAME ${name} COMMAND sh -c
    "if [ -x '${PROJECT_SOURCE_DIR}/.deps/venv/bin/python' ]; then p='${PROJECT_SOURCE_DIR}/.deps/venv/bin/python'; else p=python3; fi; exec \"$p\" \"$@\""
    python ${CMAKE_CURRENT_SOURCE_DIR}/assignment_reference.py $<TARGET_FILE:dump_assignment> ${profile})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77)
endforeach()
