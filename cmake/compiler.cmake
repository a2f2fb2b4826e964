# SPDX-License-Identifier: GPL-3.0-or-later
# Language, warnings and code generation, for every file of ours alike. No libraries here.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

# Assertions stay on: a wrong step on somebody's disks costs more than the check.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g1")

add_library(nrear_warnings INTERFACE)
add_library(nrear::warnings ALIAS nrear_warnings)
target_compile_options(nrear_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
  $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast>)
if(NREAR_WERROR)
  target_compile_options(nrear_warnings INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Designated initialisers that leave the rest to the struct's defaults are how option structs are meant to be used.
  target_compile_options(nrear_warnings INTERFACE -Wno-missing-field-initializers -Wno-missing-braces)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(nrear_warnings INTERFACE -Wno-missing-field-initializers)
endif()

# Same sources and packages, same bytes: no build path in the objects.
add_compile_options(-pthread -ffunction-sections -fdata-sections "-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.")
add_link_options(-pthread)
add_compile_definitions($<$<COMPILE_LANGUAGE:CXX>:_GLIBCXX_ASSERTIONS>)
if(NOT NREAR_SANITIZE AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_options(-fstack-protector-strong)
  add_compile_definitions(_FORTIFY_SOURCE=2)
endif()

find_program(NREAR_LLD ld.lld)
if(NREAR_LLD)
  # Ten times as quick as GNU ld here, and silent about getaddrinfo in static programs (nss is pinned at start of main).
  add_link_options(-fuse-ld=lld)
endif()
# In Debian's libarchive.a the unused writers refer to libxml2 and nettle: dropped sections need no definition.
add_link_options(-Wl,--gc-sections)
if(NREAR_LINK STREQUAL "static")
  add_link_options(-static)
endif()

if(NREAR_SANITIZE)
  add_compile_options("-fsanitize=${NREAR_SANITIZE}" -fno-sanitize-recover=all -fno-omit-frame-pointer)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # With instrumented code GCC 12 sees uninitialised reads in <regex> and <optional> that are none; the sanitizer sees the true ones.
    target_compile_options(nrear_warnings INTERFACE -Wno-maybe-uninitialized)
  endif()
  add_link_options("-fsanitize=${NREAR_SANITIZE}")
endif()
if(NREAR_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "NREAR_FUZZ needs clang: -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
