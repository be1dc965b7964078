#include "gateway/api/cluster_view.hpp"

#include "actors/core/replica_rows.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

using nlohmann::json;

bool is_alive(const seen_node& node) {
  return node.silent < seen_node::dead_after;
}

std::string_view state_of(const seen_node* node) {
  if (!node || !is_alive(*node))
    return "silent";
  return node->leaving ? "draining" : "ready";
}

json roles_of(const node_definition& node) {
  auto roles = json::array();
  if (node.gateway)
    roles.push_back("gateway");
  if (node.scheduler)
    roles.push_back("scheduler");
  if (node.worker)
    roles.push_back("worker");
  return roles;
}

json kinds_of(const node_definition& node) {
  auto kinds = json::array();
  for (const auto& kind : node.kinds)
    kinds.push_back(kind.name);
  return kinds;
}

const seen_node* find(const std::vector<seen_node>& seen, const std::string& name) {
  auto found = std::find_if(seen.begin(), seen.end(),
                            [&](const seen_node& node) { return node.name == name; });
  return found == seen.end() ? nullptr : &*found;
}

json to_shard(const std::string& queue, std::size_t shard, log_number log,
              const log_position& position, const std::vector<seen_node>& seen) {
  auto newest = position.index;
  for (const auto& node : seen)
    if (auto found = node.replicas.find(log); found != node.replicas.end())
      newest = std::max(newest, found->second.index);
  json leader = nullptr;
  auto replicas = json::array();
  for (const auto& node : seen) {
    auto found = node.replicas.find(log);
    if (found == node.replicas.end())
      continue;
    const auto& [index, leads] = found->second;
    if (leads && is_alive(node) && node.name == position.leader)
      leader = node.name;
    replicas.push_back({{"node", node.name},
                        {"index", number(index)},
                        {"lag", number(newest) - number(index)},
                        {"alive", is_alive(node)}});
  }
  return {{"queue", queue},
          {"shard", shard},
          {"leader", std::move(leader)},
          {"epoch", number(position.epoch)},
          {"index", number(position.index)},
          {"replicas", std::move(replicas)}};
}

} // namespace

bool is_offered(std::string_view kind, const std::vector<node_definition>& registered,
                const std::vector<seen_node>& seen) {
  auto offers = [&](const node_definition& node) {
    auto has_kind = std::any_of(node.kinds.begin(), node.kinds.end(),
                                [kind](const offered_kind& one) { return one.name == kind; });
    const auto* heard = has_kind ? find(seen, node.name) : nullptr;
    return heard && is_alive(*heard);
  };
  return registered.empty() || std::any_of(registered.begin(), registered.end(), offers);
}

json to_nodes_json(const std::vector<node_definition>& registered,
                   const std::vector<seen_node>& seen) {
  auto nodes = json::array();
  for (const auto& node : registered) {
    const auto* heard = find(seen, node.name);
    nodes.push_back({{"name", node.name},
                     {"boot_id", heard ? json(to_string(heard->boot)) : json(nullptr)},
                     {"roles", roles_of(node)},
                     {"slots", node.slots},
                     {"kinds", kinds_of(node)},
                     {"state", state_of(heard)}});
  }
  return {{"nodes", std::move(nodes)}};
}

result<json> to_shards_json(const state_reader& view, const std::vector<queue_definition>& queues,
                            const std::vector<seen_node>& seen) {
  auto shards = json::array();
  auto add = [&](const std::string& queue, std::size_t shard, log_number log) -> result<void> {
    auto position = read_position(view, log);
    if (!position)
      return position.error();
    shards.push_back(to_shard(queue, shard, log, *position, seen));
    return {};
  };
  if (auto added = add("control", 0, control_log); !added)
    return added.error();
  for (const auto& queue : queues)
    for (std::size_t shard = 0; shard < queue.logs.size(); ++shard)
      if (auto added = add(queue.name, shard, queue.logs[shard]); !added)
        return added.error();
  json all{{"shards", std::move(shards)}};
  return result<json>{boost::system::in_place_value, std::move(all)};
}

} // namespace dure::gateway
