#include "node/cli/cluster_commands.hpp"

#include "node/cli/terminal_text.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace dure::node {

namespace {

using json = nlohmann::ordered_json;

/// Returns how far each replica is, as in "n1, n2 (3 behind), n3 (silent)".
std::string replicas_of(const json& shard) {
  std::string text;
  for (const auto& replica : shard.value("replicas", json::array())) {
    text += (text.empty() ? "" : ", ") + text_at(replica, "node");
    if (!replica.value("alive", true))
      text += " (silent)";
    else if (const auto lag = replica.value("lag", std::uint64_t{0}); lag > 0)
      text += " (" + std::to_string(lag) + " behind)";
  }
  return text;
}

void print_nodes(const json& answer) {
  std::vector<std::vector<std::string>> rows{{"NODE", "STATE", "SLOTS", "ROLES", "KINDS"}};
  for (const auto& node : answer.value("nodes", json::array()))
    rows.push_back({text_at(node, "name"), text_at(node, "state"), text_at(node, "slots"),
                    joined(node.value("roles", json::array())),
                    joined(node.value("kinds", json::array()))});
  print(table_text(rows));
}

void print_shards(const json& answer) {
  std::vector<std::vector<std::string>> rows{
      {"QUEUE", "SHARD", "LEADER", "EPOCH", "INDEX", "REPLICAS"}};
  for (const auto& shard : answer.value("shards", json::array()))
    rows.push_back({text_at(shard, "queue"), text_at(shard, "shard"),
                    text_at(shard, "leader").empty() ? "nobody" : text_at(shard, "leader"),
                    text_at(shard, "epoch"), text_at(shard, "index"), replicas_of(shard)});
  print(table_text(rows));
}

std::string path_of(const std::string& queue, std::uint16_t shard, const char* what) {
  return "/api/v1/shards/" + url_encoded(queue) + "/" + std::to_string(shard) + "/" + what;
}

void print_message(const json& answer) {
  print(text_at(answer, "message") + "\n");
}

} // namespace

exit_code list_nodes(const gateway_options& to) {
  return ask_and_print(to, "GET", "/api/v1/nodes", "", print_nodes);
}

exit_code list_shards(const gateway_options& to) {
  return ask_and_print(to, "GET", "/api/v1/shards", "", print_shards);
}

exit_code drain_node(const gateway_options& to, const std::string& name) {
  return ask_and_print(to, "POST", "/api/v1/nodes/" + url_encoded(name) + "/drain", "{}",
                       [](const json& node) {
                         print(text_at(node, "name") + "  " + text_at(node, "state") + "\n");
                       });
}

exit_code recover_shard(const gateway_options& to, const std::string& queue, std::uint16_t shard,
                        bool accept_loss) {
  return ask_and_print(to, "POST", path_of(queue, shard, "recover"),
                       json{{"accept_loss", accept_loss}}.dump(), print_message);
}

exit_code resolve_shard(const gateway_options& to, const std::string& queue, std::uint16_t shard,
                        const std::string& keep) {
  const json body{{"keep", keep}};
  return ask_and_print(to, "POST", path_of(queue, shard, "resolve"),
                       body.dump(-1, ' ', false, json::error_handler_t::replace), print_message);
}

} // namespace dure::node
