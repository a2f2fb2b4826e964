# SPDX-License-Identifier: GPL-3.0-or-later
# One folder of the house = one library.
#
#   nrear_library(nrear_plan FILES plan.cpp plan_lvm.cpp DEPENDS nrear_layout nrear_base dep::json)
#
# FILES are the .cpp files beside the CMakeLists.txt that calls it; headers need no mention. Libraries of ours in DEPENDS
# are passed on to whoever links this one, external ones (dep::) are not: only their own folder includes them.
function(nrear_library target)
  cmake_parse_arguments(arg "" "" "FILES;DEPENDS" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_FILES)
    message(FATAL_ERROR "nrear_library(${target}): expected FILES and DEPENDS, got '${ARGN}'")
  endif()
  add_library(${target} STATIC ${arg_FILES})
  target_include_directories(${target} PUBLIC "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${target} PRIVATE nrear::warnings)
  foreach(dependency IN LISTS arg_DEPENDS)
    if(dependency MATCHES "^dep::")
      target_link_libraries(${target} PRIVATE ${dependency})
    else()
      target_link_libraries(${target} PUBLIC ${dependency})
    endif()
  endforeach()
endfunction()

# nrear_program(nrear FILES main.cpp DEPENDS nrear_cli): the program, at the top of the build directory. The static one is
# stripped, since it travels inside every rescue image; its debug information is beside it and found by gdb through a link.
function(nrear_program target)
  cmake_parse_arguments(arg "" "" "FILES;DEPENDS" ${ARGN})
  add_executable(${target} ${arg_FILES})
  target_include_directories(${target} PRIVATE "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${target} PRIVATE nrear::warnings ${arg_DEPENDS})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
  if(NREAR_LINK STREQUAL "static")
    add_custom_command(TARGET ${target} POST_BUILD VERBATIM
      COMMAND "${CMAKE_OBJCOPY}" --only-keep-debug $<TARGET_FILE:${target}> $<TARGET_FILE:${target}>.debug
      COMMAND "${CMAKE_STRIP}" --strip-all $<TARGET_FILE:${target}>
      COMMAND "${CMAKE_OBJCOPY}" --remove-section=.gnu_debuglink --add-gnu-debuglink=$<TARGET_FILE:${target}>.debug $<TARGET_FILE:${target}>)
  endif()
endfunction()
