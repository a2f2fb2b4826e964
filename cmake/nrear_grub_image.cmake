# SPDX-License-Identifier: GPL-3.0-or-later
# GRUB as one EFI program.
#
#   nrear_grub_image(VARIABLE FORMAT x86_64-efi PREFIX /EFI/BOOT MODULES normal ...)
#
# runs grub-mkimage while configuring, since nrear_embed() reads the file's digest then, and sets VARIABLE to its path.
# The same modules give the same bytes.
function(nrear_grub_image variable)
  cmake_parse_arguments(arg "" "FORMAT;PREFIX" "MODULES" ${ARGN})
  set(modules_directory "/usr/lib/grub/${arg_FORMAT}")
  find_program(NREAR_GRUB_MKIMAGE grub-mkimage grub2-mkimage)
  if(NOT NREAR_GRUB_MKIMAGE OR NOT EXISTS "${modules_directory}/moddep.lst")
    message(FATAL_ERROR "grub-mkimage or ${modules_directory} is missing: scripts/build installs what building needs")
  endif()
  set(image "${CMAKE_BINARY_DIR}/grub/${variable}.efi")
  file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/grub")
  execute_process(
    COMMAND "${NREAR_GRUB_MKIMAGE}" -d "${modules_directory}" -O ${arg_FORMAT} -p ${arg_PREFIX} -o "${image}.new" ${arg_MODULES}
    COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND "${CMAKE_COMMAND}" -E copy_if_different "${image}.new" "${image}" COMMAND_ERROR_IS_FATAL ANY)
  file(REMOVE "${image}.new")
  # A newer GRUB package makes a newer image.
  set_property(DIRECTORY "${CMAKE_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${modules_directory}/moddep.lst" "${modules_directory}/kernel.img")
  set(${variable} "${image}" PARENT_SCOPE)
endfunction()
