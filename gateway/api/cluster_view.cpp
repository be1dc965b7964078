#include "gateway/api/cluster_view.hpp"

#include "actors/core/replica_rows.hpp"
#include "gateway/api/node_directory.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

using nlohmann::json;

std::string_view state_of(const seen_node* node) {
  if (!node || !node->is_alive())
    return "silent";
  return node->leaving ? "draining" : "ready";
}

json kinds_of(const node_definition& node) {
  auto kinds = json::array();
  for (const auto& kind : node.kinds)
    kinds.push_back(kind.name);
  return kinds;
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
    if (leads && node.is_alive() && node.name == position.leader)
      leader = node.name;
    replicas.push_back({{"node", node.name},
                        {"index", number(index)},
                        {"lag", number(newest) - number(index)},
                        {"alive", node.is_alive()}});
  }
  return {{"queue", queue},
          {"shard", shard},
          {"leader", std::move(leader)},
          {"epoch", number(position.epoch)},
          {"index", number(position.index)},
          {"replicas", std::move(replicas)}};
}

} // namespace

const seen_node* find_node(const std::vector<seen_node>& seen, std::string_view name) {
  auto found = std::find_if(seen.begin(), seen.end(),
                            [&](const seen_node& node) { return node.name == name; });
  return found == seen.end() ? nullptr : &*found;
}

bool is_offered(std::string_view kind, const std::vector<node_definition>& registered,
                const std::vector<seen_node>& seen) {
  auto offers = [&](const node_definition& node) {
    auto has_kind = std::any_of(node.kinds.begin(), node.kinds.end(),
                                [kind](const offered_kind& one) { return one.name == kind; });
    const auto* heard = has_kind ? find_node(seen, node.name) : nullptr;
    return heard && heard->is_alive();
  };
  return registered.empty() || std::any_of(registered.begin(), registered.end(), offers);
}

json to_nodes_json(const std::vector<node_definition>& registered,
                   const std::vector<seen_node>& seen) {
  auto nodes = json::array();
  for (const auto& node : registered) {
    const auto* heard = find_node(seen, node.name);
    nodes.push_back({{"name", node.name},
                     {"boot_id", heard ? json(to_string(heard->boot)) : json(nullptr)},
                     {"roles", role_names(node)},
                     {"slots", node.slots},
                     {"kinds", kinds_of(node)},
                     {"state", state_of(heard)}});
  }
  return {{"nodes", std::move(nodes)}};
}

result<json> to_shards_json(const state_reader& view, const queue_directory& queues,
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
  for (const auto& [name, queue] : queues.all())
    for (std::size_t shard = 0; shard < queue.logs.size(); ++shard)
      if (auto added = add(name, shard, queue.logs[shard]); !added)
        return added.error();
  json all{{"shards", std::move(shards)}};
  return result<json>{boost::system::in_place_value, std::move(all)};
}

} // namespace dure::gateway
