#pragma once

#include "node/config/user_kind.hpp"
#include "node/sandbox/pool_settings.hpp"

#include <filesystem>
#include <vector>

namespace dure::node {

/// Returns how the operator's handlers are run. `scratch` is the folder that the strict profile
/// lets them write to.
std::vector<pool_settings> user_pools(const std::vector<user_kind>& kinds,
                                      const std::filesystem::path& scratch);

} // namespace dure::node
