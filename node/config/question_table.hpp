#pragma once

#include "node/config/node_options.hpp"

#include <string>
#include <toml++/toml.h>

namespace dure::node {

/// Puts what table `[questions]` of the file at `path` says into `to.options` and where it said so
/// into `to.origins`. Returns the first mistake, with file and line, or nothing. Requires:
/// `to.options` is set.
std::string apply_questions(parsed_options& to, const std::string& path, const toml::node& value);

/// Returns the table with all that is set; prices as currency per million tokens, as in the file.
toml::table to_table(const question_options& options);

} // namespace dure::node
