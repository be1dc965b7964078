#include "gateway/api/node_directory.hpp"

#include "actors/core/job.hpp"
#include "actors/core/keys.hpp"
#include "actors/core/rows.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace dure::gateway {

namespace {

using nlohmann::json;

struct named_role {
  std::string_view name;
  bool node_definition::*has;
};

constexpr named_role roles[] = {{"gateway", &node_definition::gateway},
                                {"scheduler", &node_definition::scheduler},
                                {"worker", &node_definition::worker}};

/// Throws nlohmann's exceptions for anything missing or of another type.
node_definition read(const json& value) {
  node_definition node;
  node.name = value.at("name").get<std::string>();
  node.slots = value.at("slots").get<std::uint32_t>();
  for (const auto& kind : value.at("kinds"))
    node.kinds.push_back({kind.at("name").get<std::string>(), kind.at("queue").get<std::string>()});
  const auto& has = value.at("roles");
  for (const auto& role : roles)
    node.*role.has = std::find(has.begin(), has.end(), json(role.name)) != has.end();
  return node;
}

} // namespace

std::string node_record_key(std::string_view name) {
  return std::string{node_key_prefix} + std::string{name};
}

std::vector<std::string_view> role_names(const node_definition& node) {
  std::vector<std::string_view> names;
  for (const auto& role : roles)
    if (node.*role.has)
      names.push_back(role.name);
  return names;
}

std::string to_json_text(const node_definition& node) {
  auto kinds = json::array();
  for (const auto& kind : node.kinds)
    kinds.push_back({{"name", kind.name}, {"queue", kind.queue}});
  return json{{"name", node.name},
              {"roles", role_names(node)},
              {"slots", node.slots},
              {"kinds", std::move(kinds)}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

result<node_definition> parse_node_definition(std::string_view text) {
  const auto value = json::parse(text, nullptr, false);
  try {
    if (auto node = read(value); is_name(node.name))
      return node;
  } catch (const json::exception&) {
    // Falls through: one answer for every kind of damage.
  }
  return error{errc::corrupt, "A node's record lacks a field or has one of another type."};
}

result<std::vector<node_definition>> read_nodes(const state_reader& view) {
  std::vector<node_definition> nodes;
  std::optional<error> failed;
  auto visit = [&](std::string_view, std::string_view value) {
    auto row = decode_row<record_row>(value);
    auto node = row ? parse_node_definition(row->value) : row.error();
    if (node)
      nodes.push_back(std::move(*node));
    else
      failed = node.error();
    return !failed;
  };
  auto scanned = view.scan(family::records, keys::records_of(control_log, node_key_prefix),
                           scan_order::ascending, visit);
  if (!scanned)
    return scanned.error();
  if (failed)
    return *failed;
  return nodes;
}

} // namespace dure::gateway
