// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/system/power.h"

#include <signal.h>

#include <catch2/catch.hpp>

using namespace nrear::system;

TEST_CASE("power commands go by their name, wherever they lie") {
    CHECK(power_action_of("reboot") == PowerAction::kReboot);
    CHECK(power_action_of("/usr/sbin/poweroff") == PowerAction::kPowerOff);
    CHECK(power_action_of("/sbin/halt") == PowerAction::kHalt);
    CHECK_FALSE(power_action_of("nrear"));
    CHECK_FALSE(power_action_of("/reboot/nrear"));
    CHECK_FALSE(power_action_of(""));
}

TEST_CASE("each action has its signal, Ctrl-Alt-Del reboots, other signals mean nothing") {
    for (const auto action : {PowerAction::kReboot, PowerAction::kPowerOff, PowerAction::kHalt}) {
        CHECK(power_action_for(signal_for(action)) == action);
    }
    CHECK(power_action_for(SIGINT) == PowerAction::kReboot);
    CHECK_FALSE(power_action_for(SIGCHLD));
    CHECK_FALSE(power_action_for(SIGHUP));
    CHECK_FALSE(power_action_for(-1));
}

TEST_CASE("outside of the rescue system the power commands refuse: PID 1 is somebody else there") {
    CHECK(run_power_command({"reboot"}) == 2);
    CHECK(run_power_command({"/usr/sbin/poweroff"}) == 2);
    CHECK(run_power_command({"nrear"}) == 2);
}
