#include "node/wiring/node_records.hpp"

#include "actors/core/keys.hpp"
#include "actors/core/lookup.hpp"
#include "gateway/api/node_directory.hpp"
#include "node/handlers/handlers.hpp"

#include <algorithm>
#include <utility>

namespace dure::node {

node_definition definition_of(const node_options& options) {
  node_definition own;
  own.name = options.name;
  own.gateway = options.roles.gateway;
  own.scheduler = options.roles.scheduler;
  own.worker = options.roles.worker;
  if (!own.worker)
    return own;
  own.slots = options.slots;
  for (const auto& kind : built_in_kinds())
    own.kinds.push_back({std::string{kind}, {}});
  for (const auto& kind : options.kinds)
    own.kinds.push_back({kind.name, kind.queue});
  return own;
}

std::vector<put_record> missing_node_record(const state_reader& view, const node_definition& own) {
  auto key = gateway::node_record_key(own.name);
  auto value = gateway::to_json_text(own);
  auto row = find_row<record_row>(view, family::records, keys::record(control_log, key));
  if (!row || (*row && (*row)->value == value))
    return {};
  return {{std::move(key), std::move(value), {}, {}}};
}

result<std::vector<std::string>> schedulers_of_cluster(const state_reader& view) {
  auto nodes = gateway::read_nodes(view);
  if (!nodes)
    return nodes.error();
  std::vector<std::string> names;
  for (auto& node : *nodes)
    if (node.scheduler)
      names.push_back(std::move(node.name));
  return names;
}

std::vector<offered_kind> kinds_of_cluster(const state_reader& view) {
  std::vector<offered_kind> kinds;
  auto nodes = gateway::read_nodes(view);
  if (!nodes)
    return kinds; // The supervisor reads them too, and says why not.
  for (const auto& node : *nodes)
    for (const auto& kind : node.kinds) {
      auto same = [&](const offered_kind& known) { return known.name == kind.name; };
      if (!kind.queue.empty() && std::none_of(kinds.begin(), kinds.end(), same))
        kinds.push_back(kind);
    }
  return kinds;
}

} // namespace dure::node
