#include "actors/worker/attempt_log.hpp"

#include <string>

namespace dure {

void log_attempt(const worker_state& state, log_level level, std::string_view name,
                 std::string_view text, const lease& of) {
  const auto link = state.shards.find(log_of(of.job));
  const bool known = link != state.shards.end();
  state.context->log.write(
      level, name, text,
      {{"job", to_string(of.job)},
       {"attempt", std::to_string(of.attempt)},
       {"queue", known ? link->second.route.queue : std::string{}},
       {"shard", known ? std::to_string(link->second.route.shard) : std::string{}},
       {"epoch", std::to_string(number(of.epoch))}});
}

} // namespace dure
