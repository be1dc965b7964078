#include "gateway/api/queue_request.hpp"

#include "actors/core/job.hpp"
#include "actors/core/limits.hpp"
#include "gateway/api/json_text.hpp"
#include "gateway/api/object_reader.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

template <class T> limit_wish<T> read_limit(object_reader& body, std::string_view name) {
  constexpr auto most = std::min<std::uint64_t>(std::numeric_limits<T>::max(),
                                                std::numeric_limits<std::int64_t>::max());
  auto limit = body.integer(name, 1, static_cast<std::int64_t>(most));
  if (limit)
    return std::optional<T>{static_cast<T>(*limit)};
  return body.names(name) ? limit_wish<T>{std::optional<T>{}} : std::nullopt;
}

void read_rate(object_reader& body, queue_wish& wanted) {
  const auto* object = body.object("rate");
  if (object == nullptr) {
    if (body.names("rate")) {
      wanted.requests_per_minute.emplace(std::nullopt);
      wanted.tokens_per_minute.emplace(std::nullopt);
    }
    return;
  }
  object_reader rate{*object, body.pointer_to("rate")};
  wanted.requests_per_minute = read_limit<std::uint32_t>(rate, "requests_per_minute");
  wanted.tokens_per_minute = read_limit<std::uint32_t>(rate, "tokens_per_minute");
  body.absorb(std::move(rate));
}

queue_wish read_wish(object_reader& body) {
  queue_wish wanted;
  wanted.concurrency = read_limit<std::uint32_t>(body, "concurrency");
  wanted.depth = read_limit<std::uint64_t>(body, "depth");
  read_rate(body, wanted);
  wanted.kinds = body.texts("kinds", queue_kinds_max, limits::name_bytes_max);
  if (wanted.kinds && !std::all_of(wanted.kinds->begin(), wanted.kinds->end(), is_name))
    body.reject("kinds", "Must be names: a-z, 0-9, '.' and '-', not beginning with '.' or '-'.");
  return wanted;
}

template <class T, class Limit> void take(Limit& limit, const limit_wish<T>& wish) {
  if (wish)
    limit = *wish;
}

bool is_limited(const queue_settings& s) {
  return s.concurrency_max || s.depth_max || s.rate != rate_limits{};
}

} // namespace

checked<queue_wish> parse_queue_change(std::string_view body) {
  auto value = parse_json(body);
  if (!value)
    return value.error();
  object_reader fields{*value};
  auto wanted = read_wish(fields);
  if (auto wrong = fields.finish())
    return *wrong;
  return checked<queue_wish>{boost::system::in_place_value, std::move(wanted)};
}

checked<new_queue> parse_new_queue(std::string_view body) {
  auto value = parse_json(body);
  if (!value)
    return value.error();
  object_reader fields{*value};
  new_queue wanted{read_wish(fields)};
  wanted.shards = static_cast<std::size_t>(
      fields.integer("shards", 1, static_cast<std::int64_t>(queue_shards_max)).value_or(1));
  if (auto wrong = fields.finish())
    return *wrong;
  return checked<new_queue>{boost::system::in_place_value, std::move(wanted)};
}

std::optional<problem> change(queue_definition& q, const queue_wish& wanted) {
  take(q.settings.concurrency_max, wanted.concurrency);
  take(q.settings.depth_max, wanted.depth);
  take(q.settings.rate.requests_per_minute, wanted.requests_per_minute);
  take(q.settings.rate.tokens_per_minute, wanted.tokens_per_minute);
  if (wanted.kinds)
    q.kinds = *wanted.kinds;
  if (q.logs.size() > 1 && is_limited(q.settings))
    return problem{409,
                   "limits_need_one_shard",
                   "A queue with limits has one shard; this one has " +
                       std::to_string(q.logs.size()) + ".",
                   {},
                   {}};
  return std::nullopt;
}

} // namespace dure::gateway
