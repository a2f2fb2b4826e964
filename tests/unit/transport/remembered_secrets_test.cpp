// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/remembered_secrets.h"

#include <catch2/catch.hpp>

#include "tests/integration/transport/scripted_questions.h"

namespace nrear::transport {

TEST_CASE("a secret is asked for once for each prompt, until it is forgotten") {
    testing::ScriptedQuestions somebody({"one", "two", "three"});
    RememberedSecrets secrets(somebody);
    CHECK(secrets.interactive());
    CHECK_FALSE(secrets.forget());
    CHECK(secrets.secret("Password: ") == "one");
    CHECK(secrets.secret("Password: ") == "one");
    CHECK(secrets.secret("Passphrase: ") == "two");
    CHECK(secrets.secret("Password: ") == "one");
    CHECK(secrets.forget());
    CHECK(secrets.secret("Password: ") == "three");
    CHECK(somebody.asked == std::vector<std::string>{"Password: ", "Passphrase: ", "Password: "});
    CHECK_FALSE(secrets.secret("Other: "));  // nobody answers
    CHECK_FALSE(secrets.secret("Other: "));  // and is asked again
    CHECK(somebody.asked.size() == 5);
}

}  // namespace nrear::transport
