#include "node/wiring/kind_queues.hpp"

#include "gateway/api/queue_json.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace dure::node {

namespace {

/// Returns the number after the last of those that are given here.
log_number free_log(const std::vector<queue_definition>& queues) {
  std::uint16_t last = number(control_log);
  for (const auto& queue : queues)
    for (auto log : queue.logs)
      if (number(log) < gateway::first_made_log)
        last = std::max(last, number(log));
  return log_number{static_cast<std::uint16_t>(last + 1)};
}

bool lists(const queue_definition& queue, const std::string& kind) {
  return std::find(queue.kinds.begin(), queue.kinds.end(), kind) != queue.kinds.end();
}

} // namespace

std::vector<put_record> missing_kinds(const std::vector<offered_kind>& kinds,
                                      const std::vector<queue_definition>& known) {
  auto queues = known;
  std::map<std::string, std::uint64_t> changed; // Queue -> version that the put expects.
  for (const auto& kind : kinds) {
    auto queue = std::find_if(queues.begin(), queues.end(),
                              [&](const queue_definition& q) { return q.name == kind.queue; });
    if (queue == queues.end())
      queue = queues.insert(queues.end(), {kind.queue, {free_log(queues)}, {}, {}});
    for (auto& other : queues)
      if (other.name != kind.queue && std::erase(other.kinds, kind.name) > 0)
        changed[other.name] = other.settings.version;
    if (lists(*queue, kind.name))
      continue;
    queue->kinds.push_back(kind.name);
    changed[queue->name] = queue->settings.version;
  }
  std::vector<put_record> puts;
  for (const auto& queue : queues)
    if (auto expected = changed.find(queue.name); expected != changed.end())
      puts.push_back({gateway::queue_record_key(queue.name),
                      gateway::to_json_text(queue),
                      expected->second,
                      {}});
  return puts;
}

} // namespace dure::node
