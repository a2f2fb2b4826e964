// SPDX-License-Identifier: GPL-3.0-or-later
// Image files, and running plans against them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/command.h"
#include "core/base/temp_dir.h"
#include "core/plan/plan.h"

namespace nrear::storage_test {

/// A sparse file of that many bytes.
std::string make_image(const base::TempDir& directory, const std::string& name, std::uint64_t size);

/// Output of a program that must succeed.
std::string run(const std::vector<std::string>& argv, const std::string& input = {});

/// Executes the steps that run programs or write tables; waiting for devices and udev have no meaning for files.
void run_steps(const std::vector<plan::Step>& steps);

}  // namespace nrear::storage_test
