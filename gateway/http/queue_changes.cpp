#include "gateway/http/queue_changes.hpp"

#include "actors/core/queries.hpp"
#include "gateway/api/queue_json.hpp"
#include "gateway/http/ask.hpp"
#include "gateway/http/catching_up.hpp"

#include <algorithm>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

/// Somebody else may change the definition between our look and our put.
constexpr int tries_max = 3;

/// Returns the newest definition: one that only looks as it is wished would not be changed.
asio::awaitable<checked<queue_definition>> find_newest(exchange& e, std::string_view name) {
  std::set<log_number> control{control_log};
  auto late = co_await catch_up_with(e, std::move(control));
  if (late)
    co_return *late;
  co_return find_queue(e, name);
}

/// Puts the changed definition and returns it with its new version.
asio::awaitable<checked<queue_definition>> define(exchange& e, std::string_view name,
                                                  const queue_change& wanted, id_maker& ids) {
  for (int tries = 0; tries < tries_max; ++tries) {
    auto q = co_await find_newest(e, name);
    if (!q)
      co_return q.error();
    const auto kinds_at = kinds_version(e.use.node.view());
    if (!kinds_at)
      co_return to_problem(kinds_at.error());
    const auto before = *q;
    if (auto refused = wanted(*q))
      co_return *refused;
    if (*q == before)
      co_return q;
    put_record wish{queue_record_key(name), to_json_text(*q), before.settings.version, {}};
    command_body body = wish;
    if (q->kinds != before.kinds)
      body = put_with_kinds(std::move(wish), *kinds_at);
    auto outcome = co_await ask_one(e.use.node, control_log, ids.make_command(std::move(body)));
    if (!outcome && outcome.error().code == errc::version_mismatch)
      continue;
    if (!outcome)
      co_return to_problem(outcome.error());
    if (auto* changed = std::get_if<record_changed>(&*outcome))
      q->settings.version = changed->version;
    co_return q;
  }
  co_return to_problem(error{errc::version_mismatch, {}});
}

} // namespace

checked<queue_definition> find_queue(exchange& e, std::string_view name) {
  auto record = queries::find_record(e.use.node.view(), control_log, queue_record_key(name));
  if (!record && record.error().code == errc::not_found) {
    e.missed.note(control_log);
    return problem{404, "not_found", "There is no such queue.", {}, {}};
  }
  if (!record)
    return to_problem(record.error());
  auto q = parse_queue_definition(record->value, record->version);
  if (!q)
    return to_problem(q.error());
  return checked<queue_definition>{boost::system::in_place_value, std::move(*q)};
}

asio::awaitable<std::optional<problem>> tell_shards(exchange& e, const queue_definition& q,
                                                    id_maker& ids) {
  wishes_by_log wishes;
  for (auto log : q.logs)
    wishes[log].push_back(ids.make_command(configure_queue{q.settings}));
  auto refused = co_await tell_all(e.use.node, std::move(wishes));
  if (refused)
    co_return to_problem(*refused);
  co_return std::nullopt;
}

asio::awaitable<checked<queue_definition>> change_queue(exchange& e, std::string_view name,
                                                        const queue_change& wanted, id_maker& ids) {
  auto q = co_await define(e, name, wanted, ids);
  if (!q)
    co_return q.error();
  // Also when nothing changed: an earlier try may have got no further than the control log.
  auto failed = co_await tell_shards(e, *q, ids);
  if (failed)
    co_return *failed;
  co_return q;
}

std::optional<problem> check_kinds(const state_reader& view, const queue_definition& q) {
  auto queues = queue_directory::read(view);
  if (!queues)
    return to_problem(queues.error());
  for (const auto& [name, other] : queues->all())
    for (const auto& kind : other.kinds)
      if (name != q.name && std::find(q.kinds.begin(), q.kinds.end(), kind) != q.kinds.end())
        return problem{
            409, "kind_taken", "The queue " + name + " takes the kind " + kind + ".", {}, {}};
  return std::nullopt;
}

result<std::uint64_t> kinds_version(const state_reader& view) {
  auto record = queries::find_record(view, control_log, kinds_record_key);
  if (!record && record.error().code == errc::not_found)
    return std::uint64_t{0};
  return record ? result<std::uint64_t>{record->version} : record.error();
}

put_records put_with_kinds(put_record definition, std::uint64_t checked_at) {
  put_record guard{std::string{kinds_record_key}, "{}", checked_at, {}};
  return {{std::move(definition), std::move(guard)}};
}

} // namespace dure::gateway
