#pragma once

#include "node/config/user_kind.hpp"

#include <string>
#include <toml++/toml.h>
#include <variant>

namespace dure::node {

/// What is wrong with a kind's table, and in which line.
struct kind_mistake {
  std::string text;
  std::size_t line = 0;
};

/// Reads one table `[kinds."name"]`. An unknown key names the nearest known one.
std::variant<user_kind, kind_mistake> read_kind(std::string_view name, const toml::table& table);

} // namespace dure::node
