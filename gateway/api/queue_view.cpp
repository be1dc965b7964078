#include "gateway/api/queue_view.hpp"

#include "actors/core/lookup.hpp"
#include "actors/core/queries.hpp"
#include "actors/core/question_queries.hpp"
#include "gateway/api/time_text.hpp"

#include <algorithm>
#include <cmath>
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

json to_value(const rate_limits& rate) {
  return {{"requests_per_minute", or_null(rate.requests_per_minute)},
          {"tokens_per_minute", or_null(rate.tokens_per_minute)}};
}

json to_value(const provider_row& provider, timestamp now) {
  const bool blocked = provider.blocked_until > now;
  const bool down = is_down(provider);
  return {{"down", down},
          {"blocked_until", blocked ? json(to_text(provider.blocked_until)) : json(nullptr)},
          {"reason", blocked || down ? json(provider.reason) : json(nullptr)}};
}

/// What all shards come to.
struct queue_sum {
  job_counts counts;
  std::optional<timestamp> oldest;
  provider_row provider; ///< Of the shard where it is worst.
  double per_minute = 0;
};

result<void> add_shard(const state_reader& view, log_number log, queue_sum& sum) {
  auto counts = queries::counts_of_log(view, log);
  if (!counts)
    return counts.error();
  std::transform(sum.counts.by_state.begin(), sum.counts.by_state.end(), counts->by_state.begin(),
                 sum.counts.by_state.begin(), std::plus<>{});
  auto pending = queries::oldest_pending(view, log);
  if (!pending)
    return pending.error();
  if (*pending && (!sum.oldest || **pending < *sum.oldest))
    sum.oldest = **pending;
  auto provider = queries::provider_of(view, log);
  if (!provider)
    return provider.error();
  if (provider->blocked_until > sum.provider.blocked_until ||
      provider->failures > sum.provider.failures)
    sum.provider = std::move(*provider);
  return {};
}

/// Returns how long what waits and runs takes at the pace of the last minutes, or null when that
/// would be a guess.
json eta_of(const queue_sum& sum, const queue_settings& settings) {
  if (settings.paused || sum.per_minute <= 0)
    return nullptr;
  const auto left =
      count_of(sum.counts, job_state::pending) + count_of(sum.counts, job_state::running);
  return static_cast<std::uint64_t>(std::ceil(static_cast<double>(left) * 60 / sum.per_minute));
}

} // namespace

result<json> describe_queue(const state_reader& view, const queue_definition& q,
                            const throughput& completed, timestamp now) {
  queue_sum sum;
  for (auto log : q.logs) {
    if (auto added = add_shard(view, log, sum); !added)
      return added.error();
    sum.per_minute += completed.per_minute(log, now);
  }
  const auto& settings = q.settings;
  json body{{"name", q.name},
            {"shards", q.logs.size()},
            {"kinds", q.kinds},
            {"paused", settings.paused},
            {"pause_reason", settings.paused ? json(settings.pause_reason) : json(nullptr)},
            {"concurrency_max", or_null(settings.concurrency_max)},
            {"depth_max", or_null(settings.depth_max)},
            {"rate", to_value(settings.rate)},
            {"provider", to_value(sum.provider, now)},
            {"counts", to_value(sum.counts)},
            {"oldest_pending_at", sum.oldest ? json(to_text(*sum.oldest)) : json(nullptr)},
            {"throughput", std::round(sum.per_minute * 10) / 10},
            {"eta_seconds", eta_of(sum, settings)}};
  return result<json>{boost::system::in_place_value, std::move(body)};
}

} // namespace dure::gateway
