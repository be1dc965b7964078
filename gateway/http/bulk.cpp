// Many jobs at once: cancel, retry, delete, reprioritise.

#include "gateway/api/bulk.hpp"

#include "gateway/http/ask.hpp"
#include "gateway/http/blocking.hpp"
#include "gateway/http/handlers.hpp"
#include "gateway/http/keyed.hpp"

#include <algorithm>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

using outcomes = std::vector<bulk_outcome>;

/// Returns whether some queue has the log: nobody leads any other.
bool is_served(const queue_directory& queues, log_number log) {
  auto has_log = [log](const auto& named) {
    const auto& logs = named.second.logs;
    return std::find(logs.begin(), logs.end(), log) != logs.end();
  };
  return std::any_of(queues.all().begin(), queues.all().end(), has_log);
}

/// Asks every log once for all of its jobs; tells in the order of the selection.
asio::awaitable<outcomes> carry_out(exchange& e, const bulk_request& request,
                                    const std::vector<job_id>& selected,
                                    const queue_directory& queues, id_maker& ids) {
  wishes_by_log wishes;
  for (const auto& id : selected)
    if (is_served(queues, log_of(id)))
      wishes[log_of(id)].push_back(ids.make_command(to_wish(request, id), id));
  auto told = co_await ask_all(e.use.node, std::move(wishes));
  auto now = e.use.node.time().now();
  std::map<log_number, std::size_t> next_of;
  outcomes all;
  for (const auto& id : selected) {
    auto log = told.find(log_of(id));
    auto place = log == told.end() ? 0 : next_of[log_of(id)]++;
    if (log == told.end())
      all.push_back(to_outcome(request, id, error{errc::not_found, {}}, now));
    else if (place < log->second.size())
      all.push_back(to_outcome(request, id, log->second[place], now));
    else
      all.push_back(to_outcome(request, id, error{errc::unknown_outcome, {}}, now));
  }
  co_return all;
}

asio::awaitable<outcomes> look_ahead(exchange& e, const bulk_request& request,
                                     const std::vector<job_id>& selected) {
  const auto& view = e.use.node.view();
  auto now = e.use.node.time().now();
  co_return co_await run_blocking(e.use.pool, [&] {
    outcomes all;
    for (const auto& id : selected)
      all.push_back(foresee(view, request, id, now));
    return all;
  });
}

/// Returns the reason when nothing was done and all of it may be tried again. With a key some of it
/// is enough: the answer would be kept, and the repeat does only what is missing.
std::optional<problem> try_again(const outcomes& all, bool keyed) {
  auto may_pass = [](const auto& one) { return !one.state && one.state.error().status == 503; };
  auto passing = std::find_if(all.begin(), all.end(), may_pass);
  if (passing == all.end() || (!keyed && !std::all_of(all.begin(), all.end(), may_pass)))
    return std::nullopt;
  return passing->state.error();
}

handlers::outcome change_all(exchange& e, const bulk_request& request,
                             const queue_directory& queues, id_maker& ids) {
  const auto& view = e.use.node.view();
  auto selected = co_await run_blocking(e.use.pool, [&] { return select_jobs(view, request); });
  if (!selected)
    co_return to_problem(selected.error());
  outcomes all;
  if (request.dry_run)
    all = co_await look_ahead(e, request, selected->ids);
  else
    all = co_await carry_out(e, request, selected->ids, queues, ids);
  if (auto failed = try_again(all, e.head.idempotency_key.has_value()))
    co_return *failed;
  co_return co_await run_blocking(
      e.use.pool, [&]() -> checked<response> { return to_bulk_response(request, *selected, all); });
}

} // namespace

handlers::outcome handlers::change_jobs(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto body = co_await read_json(e, e.use.limits.bulk_bytes);
  if (!body)
    co_return body.error();
  auto queues = queue_directory::read(e.use.node.view());
  if (!queues)
    co_return to_problem(queues.error());
  auto request = co_await run_by_size(e.use.pool, body->size(),
                                      [&] { return parse_bulk_request(*body, *queues); });
  if (!request)
    co_return request.error();
  auto body_digest = co_await digest_of_body(e, *body);
  keyed_work work = [&e, &request, &queues](id_maker& ids) -> outcome {
    co_return co_await change_all(e, *request, *queues, ids);
  };
  co_return co_await once(e, body_digest, std::move(work));
}

} // namespace dure::gateway
