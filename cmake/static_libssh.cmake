# SPDX-License-Identifier: GPL-3.0-or-later
# dep::libssh of the static build: Debian's own libssh.a, its security fixes included, with the references to GSSAPI made weak.
#
# Debian has no static krb5. A weak undefined symbol resolves to 0, so nothing may call ssh_userauth_gssapi(): tests/style holds that.
# Done at every configure (it takes milliseconds), since file times of packages say nothing about which came later.

nrear_find_library(nrear_debian_libssh ssh)
# Before this revision GCM tags were not verified on receive (CVE-2026-59847): never ship such a program.
nrear_package_version(nrear_libssh_version libssh-dev)
if(NOT nrear_libssh_version STREQUAL "unknown")
  execute_process(COMMAND dpkg --compare-versions "${nrear_libssh_version}" ge "0.10.6-0+deb12u3" RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "libssh-dev ${nrear_libssh_version} does not verify AES-GCM tags: 0.10.6-0+deb12u3 or later is needed (apt-get update && apt-get install libssh-dev)")
  endif()
endif()

execute_process(COMMAND "${CMAKE_NM}" --undefined-only --format=posix "${nrear_debian_libssh}"
  OUTPUT_VARIABLE nrear_libssh_undefined RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${CMAKE_NM} cannot read ${nrear_debian_libssh}")
endif()
string(REGEX MATCHALL "(gss_|GSS_)[A-Za-z0-9_]+" nrear_gss_symbols "${nrear_libssh_undefined}")
list(REMOVE_DUPLICATES nrear_gss_symbols)
list(SORT nrear_gss_symbols)
string(REPLACE ";" "\n" nrear_gss_text "${nrear_gss_symbols}")

set(nrear_libssh_dir "${CMAKE_BINARY_DIR}/static-libssh")
file(WRITE "${nrear_libssh_dir}/gss.symbols" "${nrear_gss_text}\n")
execute_process(
  COMMAND "${CMAKE_OBJCOPY}" "--weaken-symbols=${nrear_libssh_dir}/gss.symbols" "${nrear_debian_libssh}" "${nrear_libssh_dir}/new.a"
  RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${CMAKE_OBJCOPY} could not weaken the GSSAPI symbols of ${nrear_debian_libssh}")
endif()
file(COPY_FILE "${nrear_libssh_dir}/new.a" "${nrear_libssh_dir}/libssh.a" ONLY_IF_DIFFERENT)

add_library(dep_libssh INTERFACE IMPORTED GLOBAL)
add_library(dep::libssh ALIAS dep_libssh)
target_compile_definitions(dep_libssh INTERFACE LIBSSH_STATIC)
target_link_libraries(dep_libssh INTERFACE "${nrear_libssh_dir}/libssh.a" dep_libcrypto dep_zlib)
set_property(DIRECTORY "${CMAKE_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${nrear_debian_libssh}")
