// SPDX-License-Identifier: GPL-3.0-or-later
// main() of every Catch2 test program, compiled once. Nothing else belongs here.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <csignal>

int main(int argc, char** argv) {
    // As in nrear itself (core/base/interrupt.h): a pipe or socket whose reader has gone is an error of write(), not the end of the process.
    std::signal(SIGPIPE, SIG_IGN);  // NOLINT(cert-err33-c): cannot fail for this signal
    return Catch::Session().run(argc, argv);
}
