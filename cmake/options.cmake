# SPDX-License-Identifier: GPL-3.0-or-later
# The switches of the build and their defaults. Nothing is searched for here except the prefix with our own static libraries.

# libmount, libfdisk and ISA-L have no static library in Debian; scripts/lib/static-deps builds them once into a cache and knows its path.
# A prefix of its making is asked for anew each time: another recipe or an update of the packages makes another one.
if((NOT DEFINED NREAR_DEPS_PREFIX OR NREAR_DEPS_PREFIX MATCHES "/nrear/deps-[0-9a-f]+$")
    AND EXISTS "${CMAKE_SOURCE_DIR}/scripts/lib/static-deps")
  execute_process(COMMAND "${CMAKE_SOURCE_DIR}/scripts/lib/static-deps" prefix
    OUTPUT_VARIABLE nrear_found_prefix OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE nrear_prefix_result)
  if(NOT nrear_prefix_result EQUAL 0)
    set(nrear_found_prefix "")
  endif()
endif()
if(DEFINED nrear_found_prefix)
  set(NREAR_DEPS_PREFIX "${nrear_found_prefix}" CACHE PATH "Where static libmount, libfdisk and ISA-L are installed (made by scripts/build)" FORCE)
endif()

if(EXISTS "${NREAR_DEPS_PREFIX}/complete")
  set(nrear_default_link static)
else()
  set(nrear_default_link dynamic)
endif()
# One build directory per mode: the paths of the libraries found are cached.
set(NREAR_LINK ${nrear_default_link} CACHE STRING "static (the product) or dynamic (development, sanitizers)")
set_property(CACHE NREAR_LINK PROPERTY STRINGS static dynamic)
if(NOT NREAR_LINK MATCHES "^(static|dynamic)$")
  message(FATAL_ERROR "NREAR_LINK is '${NREAR_LINK}': it must be static or dynamic")
endif()
if(NREAR_LINK STREQUAL "static" AND NOT EXISTS "${NREAR_DEPS_PREFIX}/complete")
  message(FATAL_ERROR "A static build needs libmount, libfdisk and ISA-L in NREAR_DEPS_PREFIX ('${NREAR_DEPS_PREFIX}'): run scripts/build once")
endif()

set(NREAR_SANITIZE "" CACHE STRING "Sanitizers for -fsanitize=, comma separated (dynamic builds only)")
if(NREAR_SANITIZE AND NREAR_LINK STREQUAL "static")
  message(FATAL_ERROR "Sanitizers need NREAR_LINK=dynamic")
endif()

option(NREAR_FUZZ "Build the fuzz targets of tests/fuzz (clang, dynamic)" OFF)
option(NREAR_WERROR "Warnings are errors" ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Kind of build" FORCE)
endif()
