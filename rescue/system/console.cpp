// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/system/console.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <algorithm>
#include <array>

#include "core/base/text.h"

namespace nrear::system {

namespace {

constexpr const char* kScreen = "tty1";

/// "ttyS0,115200n8" -> ttyS0 at 115200; "tty0" is the foreground virtual terminal: tty1, where the rescue system is.
Console parse_console(std::string_view argument) {
    Console console;
    const auto comma = argument.find(',');
    console.name = argument.substr(0, comma);
    if (console.name.starts_with("/dev/")) {
        console.name.erase(0, 5);
    }
    if (comma != std::string_view::npos) {
        const auto rest = argument.substr(comma + 1);
        console.speed = static_cast<unsigned>(base::parse_u64(rest.substr(0, rest.find_first_not_of("0123456789"))).value_or(0));
    }
    if (console.name == "tty0" || console.name == "tty") {
        console.name = kScreen;
    }
    const bool virtual_terminal = console.name.size() > 3 && console.name.starts_with("tty") && console.name[3] >= '0' && console.name[3] <= '9';
    console.serial = !virtual_terminal;
    return console;
}

/// Kernel consoles that are no terminals: nobody can type there.
bool is_terminal_name(std::string_view name) {
    constexpr std::array<std::string_view, 4> kNone{"null", "netcon", "pstore", "ttynull"};
    return !name.empty() && name.find('/') == std::string_view::npos && std::none_of(kNone.begin(), kNone.end(), [&](auto none) { return name.starts_with(none); });
}

/// Puts it last; a speed that was known stays known.
void put(std::vector<Console>& consoles, Console console) {
    if (!is_terminal_name(console.name)) {
        return;
    }
    const auto same = std::find_if(consoles.begin(), consoles.end(), [&](const Console& known) { return known.name == console.name; });
    if (same != consoles.end()) {
        console.speed = console.speed == 0 ? same->speed : console.speed;
        consoles.erase(same);
    }
    consoles.push_back(console);
}

speed_t speed_code(unsigned speed) {
    struct Code {
        unsigned speed;
        speed_t code;
    };
    constexpr std::array<Code, 8> kCodes{{{9600, B9600}, {19200, B19200}, {38400, B38400}, {57600, B57600}, {115200, B115200}, {230400, B230400}, {460800, B460800}, {921600, B921600}}};
    const auto found = std::find_if(kCodes.begin(), kCodes.end(), [&](const Code& code) { return code.speed == speed; });
    return found == kCodes.end() ? B0 : found->code;
}

void make_sane(int fd, const Console& console) {
    termios state{};
    if (tcgetattr(fd, &state) != 0) {
        return;
    }
    state.c_iflag = ICRNL | IXON | (state.c_iflag & IUTF8);
    state.c_oflag = OPOST | ONLCR;
    state.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
    // CLOCAL: a line without carrier must not hang up; no HUPCL: it stays up between shells.
    state.c_cflag = (state.c_cflag & ~static_cast<tcflag_t>(HUPCL)) | CREAD | CLOCAL;
    if (const speed_t code = speed_code(console.speed); console.serial && code != B0) {
        cfsetispeed(&state, code);
        cfsetospeed(&state, code);
    }
    tcsetattr(fd, TCSANOW, &state);
    winsize size{};
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && (size.ws_row == 0 || size.ws_col == 0)) {
        size.ws_row = 24;
        size.ws_col = 80;
        ioctl(fd, TIOCSWINSZ, &size);
    }
}

}  // namespace

std::vector<Console> list_consoles(const std::vector<std::string>& recorded, const std::vector<std::string>& arguments, std::string_view active) {
    std::vector<Console> consoles;
    put(consoles, parse_console(kScreen));
    for (const auto& argument : recorded) {
        put(consoles, parse_console(argument));
    }
    for (const auto& argument : arguments) {
        put(consoles, parse_console(argument));
    }
    for (const auto& name : base::split_words(active)) {
        put(consoles, parse_console(name));
    }
    return consoles;
}

std::string terminal_type(const Console& console) { return console.serial ? "vt220" : "linux"; }

base::UniqueFd open_console(const Console& console) {
    const std::string path = "/dev/" + console.name;
    base::UniqueFd fd(open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    termios state{};
    if (!fd || tcgetattr(fd.get(), &state) != 0) {
        return {};
    }
    fcntl(fd.get(), F_SETFL, 0);
    make_sane(fd.get(), console);
    return fd;
}

}  // namespace nrear::system
