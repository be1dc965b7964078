#pragma once

#include "node/config/question_options.hpp"
#include "node/sandbox/pool_settings.hpp"

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace dure::node {

/// Returns how the built-in handlers are run on a node with `slots` slots: this binary as `dure
/// handler KIND`, which writes below `scratch` only. `questions` says who explains them.
std::vector<pool_settings> built_in_pools(std::uint32_t slots, const std::filesystem::path& scratch,
                                          const question_options& questions);

/// Returns the kinds that this binary is the handler of.
std::vector<std::string_view> built_in_kinds();

/// Returns whether this binary is the handler of `kind`.
bool is_built_in(std::string_view kind);

/// Is the built-in handler of `kind`: what `dure handler KIND` does. Returns the exit status; 2
/// when there is no such kind. Requires: called in main before any thread exists.
int run_handler(std::string_view kind);

} // namespace dure::node
