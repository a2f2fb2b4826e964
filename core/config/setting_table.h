// SPDX-License-Identifier: GPL-3.0-or-later
// Every setting of ReaR that nrear knows: shape, default, and whether it has an effect here.
#pragma once

#include <span>
#include <string_view>

namespace nrear::config {

enum class Shape {
    kScalar,
    kArray,
    kEither,  ///< scripts that may be one string or several
};

enum class Effect {
    kUsed,
    kNeedless,  ///< does what nrear does anyway, or is about a part of ReaR that nrear does not have: a note
    kIgnored,   ///< no effect here, and somebody may rely on it: a warning
    kRefused,   ///< ignoring it would give something else than asked for: an error
};

struct KnownSetting {
    std::string_view name;
    Shape shape = Shape::kScalar;
    std::string_view value = "";  ///< default, as the right side of an assignment
    Effect effect = Effect::kUsed;
    std::string_view remark = "";  ///< why it has no effect, and what to do
};

/// In groups by topic. Names that end in '*' stand for all that start so.
std::span<const KnownSetting> known_settings();

/// Nothing for third-party and own variables.
const KnownSetting* find_known(std::string_view name);

/// kEither for unknown names: their shape is whatever they are given.
Shape shape_of(std::string_view name);

struct LegacyName {
    std::string_view name;
    std::string_view successor;
};

/// Names of old ReaR versions that still work.
std::span<const LegacyName> legacy_names();

}  // namespace nrear::config
