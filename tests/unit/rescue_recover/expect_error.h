// SPDX-License-Identifier: GPL-3.0-or-later
// The Error that an action throws, for tests of its kind and words.
#pragma once

#include <catch2/catch.hpp>

#include "core/base/error.h"

namespace nrear::test {

template <class Action>
Error expect_error(Action&& action) {
    try {
        action();
    } catch (const Error& error) {
        return error;
    }
    FAIL("no Error was thrown");
    throw std::logic_error("not reached");
}

}  // namespace nrear::test
