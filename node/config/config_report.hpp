#pragma once

#include "node/config/node_options.hpp"

#include <string>

namespace dure::node {

/// Returns what `dure config` prints: every option as a line of TOML with its origin behind it, or,
/// when JSON was asked for, {"options": {key: {value, origin}}, "kinds": {name: {command, …}},
/// "questions": {key: {value, origin}}}. Secrets are masked. Requires: `parsed.options` is set.
std::string config_report(const parsed_options& parsed);

} // namespace dure::node
