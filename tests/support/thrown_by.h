// SPDX-License-Identifier: GPL-3.0-or-later
// The Error of an action that must fail, to look at all of it: kind, words, hint.
#pragma once

#include <catch2/catch.hpp>

#include "core/base/error.h"

namespace nrear::test {

template <class Action>
Error thrown_by(Action&& action) {
    try {
        action();
    } catch (const Error& error) {
        return error;
    }
    FAIL("nothing was thrown");
    return {ErrorKind::kGeneral, ""};
}

}  // namespace nrear::test
