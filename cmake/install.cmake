# SPDX-License-Identifier: GPL-3.0-or-later
# What belongs to an installation, once: packaging/build-rpm and packaging/build-deb stage it from here.
# /etc/nrear is not among it: where it exists nrear reads it instead of /etc/rear, and that is for the operator to choose.
include(GNUInstallDirs)

set(nrear_share "${CMAKE_INSTALL_DATAROOTDIR}")
install(TARGETS nrear RUNTIME DESTINATION sbin)
install(FILES docs/man/nrear.8 DESTINATION "${nrear_share}/man/man8")
install(FILES cli/completion/nrear.bash DESTINATION "${nrear_share}/bash-completion/completions" RENAME nrear)
install(FILES README.md CHANGELOG.md packaging/example.conf DESTINATION "${nrear_share}/doc/nrear")
install(FILES LICENSE DESTINATION "${nrear_share}/licenses/nrear")
install(FILES packaging/nrear.logrotate DESTINATION /etc/logrotate.d RENAME nrear)
# Archives' lists and layouts tell more about a machine than every user should know.
install(DIRECTORY DESTINATION /var/lib/nrear DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
install(DIRECTORY DESTINATION /var/log/nrear DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
