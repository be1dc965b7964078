#pragma once

#include "node/config/option_table.hpp"

#include <string>
#include <vector>

namespace dure::node {

/// Puts what a TOML file says into `to.options` and where it said so into `to.origins`: the options
/// at the top, tables `[kinds."name"]` and table `[questions]`. Returns the first mistake, with
/// file and line, or nothing. Requires: `to.options` is set.
std::string apply_config_file(parsed_options& to, const std::vector<option>& known,
                              const std::string& path, const std::string& content);

} // namespace dure::node
