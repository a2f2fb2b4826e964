// SPDX-License-Identifier: GPL-3.0-or-later
// main() of every Catch2 test program, compiled once. Nothing else belongs here.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
