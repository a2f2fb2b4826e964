# SPDX-License-Identifier: GPL-3.0-or-later
# How tests are declared. Labels: unit (no root, no processes that outlive it, seconds), style (reads the sources),
# integration (real programs, may need root), e2e (the drill).
#
#   nrear_unit_test(plan FILES plan_test.cpp DEPENDS nrear_plan)                  executable test_plan, ctest unit.plan
#   nrear_integration_test(sftp FILES sftp_test.cpp DEPENDS nrear_transport [TIMEOUT 600] [SERIAL])
#   nrear_script_test(rpm COMMAND path/to/script [LABEL integration] [TIMEOUT 600] [SERIAL])
#
# C++ tests may use NREAR_SOURCE_DIR (fixtures) and, at run time, the environment variable NREAR_PROGRAM: the nrear built here.

function(nrear_test_executable target)
  cmake_parse_arguments(arg "" "" "FILES;DEPENDS" ${ARGN})
  add_executable(${target} ${arg_FILES})
  target_compile_definitions(${target} PRIVATE NREAR_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  target_include_directories(${target} PRIVATE "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${target} PRIVATE nrear::warnings nrear_test_main dep::catch2 ${arg_DEPENDS})
  if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
    target_compile_options(${target} PRIVATE -O1)  # Catch's macros take long to optimise, and no test needs it
  endif()
endfunction()

function(nrear_register_test name label timeout serial)
  set_tests_properties(${name} PROPERTIES
    LABELS ${label} TIMEOUT ${timeout} RUN_SERIAL ${serial}
    ENVIRONMENT "NREAR_PROGRAM=${CMAKE_BINARY_DIR}/nrear;NREAR_SOURCE_DIR=${CMAKE_SOURCE_DIR}")
endfunction()

function(nrear_unit_test name)
  nrear_test_executable(test_${name} ${ARGN})
  add_test(NAME unit.${name} COMMAND test_${name})
  nrear_register_test(unit.${name} unit 300 FALSE)
endfunction()

function(nrear_integration_test name)
  cmake_parse_arguments(arg "SERIAL" "TIMEOUT" "" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 900)
  endif()
  nrear_test_executable(integration_${name} ${arg_UNPARSED_ARGUMENTS})
  add_test(NAME integration.${name} COMMAND integration_${name})
  nrear_register_test(integration.${name} integration ${arg_TIMEOUT} ${arg_SERIAL})
endfunction()

function(nrear_script_test name)
  cmake_parse_arguments(arg "SERIAL" "TIMEOUT;LABEL" "COMMAND" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 900)
  endif()
  if(NOT arg_LABEL)
    set(arg_LABEL integration)
  endif()
  add_test(NAME ${arg_LABEL}.${name} COMMAND ${arg_COMMAND})
  nrear_register_test(${arg_LABEL}.${name} ${arg_LABEL} ${arg_TIMEOUT} ${arg_SERIAL})
endfunction()

# nrear_fuzz_target(<name> FILES fuzz_name.cpp DEPENDS ...): a libFuzzer program fuzz_<name>, only with NREAR_FUZZ.
function(nrear_fuzz_target name)
  if(NOT NREAR_FUZZ)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "FILES;DEPENDS" ${ARGN})
  add_executable(fuzz_${name} ${arg_FILES})
  target_include_directories(fuzz_${name} PRIVATE "${CMAKE_SOURCE_DIR}")
  target_link_libraries(fuzz_${name} PRIVATE nrear::warnings ${arg_DEPENDS})
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  if(NOT TARGET fuzzers)
    add_custom_target(fuzzers)
  endif()
  add_dependencies(fuzzers fuzz_${name})
endfunction()
