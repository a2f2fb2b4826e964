// SPDX-License-Identifier: GPL-3.0-or-later
// Developer's program for bench/archive: a longer or slower line to a server on this machine. Prints its port and works until standard input ends.
//
//   line_proxy SERVER_PORT [--delay MILLISECONDS_EACH_WAY] [--rate BYTES_PER_SECOND]
#include <unistd.h>

#include <iostream>
#include <string>

#include "tests/integration/transport/tcp_proxy.h"

int main(int count, char** words) {
    try {
        nrear::transport::testing::LineFaults line;
        for (int i = 2; i + 1 < count; i += 2) {
            if (const std::string word = words[i]; word == "--delay") {
                line.delay = std::chrono::milliseconds(std::stoi(words[i + 1]));
            } else if (word == "--rate") {
                line.bytes_per_second = std::stoull(words[i + 1]);
            }
        }
        const nrear::transport::testing::TcpProxy proxy(static_cast<std::uint16_t>(std::stoi(words[1])), line);
        std::cout << proxy.port() << std::endl;
        char byte = 0;
        while (::read(STDIN_FILENO, &byte, 1) > 0) {
        }
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "line_proxy: " << error.what() << '\n';
        return 1;
    }
}
