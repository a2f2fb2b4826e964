// SPDX-License-Identifier: GPL-3.0-or-later
// The passphrase of the encrypted volumes: asked for once, held while the plan runs, wiped. Nothing else in recover ever holds it.
#pragma once

#include <string>
#include <vector>

#include "core/layout/layout.h"
#include "core/plan/plan.h"
#include "rescue/recover/recover.h"

namespace nrear::recover {

class Secrets {
public:
    Secrets(const RecoverContext& context, const layout::Layout& layout, const plan::Plan& plan);
    Secrets(const Secrets&) = delete;
    Secrets& operator=(const Secrets&) = delete;
    ~Secrets();

    /// Before the operator agrees to anything: reads the passphrase file, if one was named. Throws Error: kAuthentication when a passphrase is needed and nobody
    /// is there to type it, kConfig for a file that cannot be used.
    void expect();
    /// After the operator has agreed, and before the first write: asks, two times the same. Throws Error (kAuthentication) when none was given.
    void obtain();
    /// For the executor, by the name in the plan. Throws Error for a name that the plan did not have.
    std::string get(const std::string& name) const;

private:
    std::string ask();

    const RecoverContext& context_;
    std::vector<std::string> volumes_;  ///< "cr_root (/dev/vda3)": those that open by a passphrase
    bool needs_one_time_key_ = false;
    std::string passphrase_;
    std::string one_time_key_;
};

}  // namespace nrear::recover
