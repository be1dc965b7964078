#include "gateway/api/queue_view.hpp"

#include "actors/core/queries.hpp"
#include "gateway/api/time_text.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

using nlohmann::json;

template <class T> json or_null(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}

json to_value(const job_counts& counts) {
  json value;
  for (std::size_t i = 0; i < job_state_count; ++i)
    value[std::string{to_string(static_cast<job_state>(i + 1))}] = counts.by_state[i];
  return value;
}

} // namespace

result<json> describe_queue(const state_reader& view, const queue_definition& q) {
  job_counts sum;
  std::optional<timestamp> oldest;
  for (auto log : q.logs) {
    auto counts = queries::counts_of_log(view, log);
    if (!counts)
      return counts.error();
    std::transform(sum.by_state.begin(), sum.by_state.end(), counts->by_state.begin(),
                   sum.by_state.begin(), std::plus<>{});
    auto pending = queries::oldest_pending(view, log);
    if (!pending)
      return pending.error();
    if (*pending && (!oldest || **pending < *oldest))
      oldest = **pending;
  }
  const auto& settings = q.settings;
  json body{{"name", q.name},
            {"shards", q.logs.size()},
            {"kinds", q.kinds},
            {"paused", settings.paused},
            {"pause_reason", settings.paused ? json(settings.pause_reason) : json(nullptr)},
            {"concurrency_max", or_null(settings.concurrency_max)},
            {"depth_max", or_null(settings.depth_max)},
            {"counts", to_value(sum)},
            {"oldest_pending_at", oldest ? json(to_text(*oldest)) : json(nullptr)}};
  return result<json>{boost::system::in_place_value, std::move(body)};
}

} // namespace dure::gateway
