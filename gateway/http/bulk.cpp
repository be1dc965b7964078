// Many jobs at once: cancel, retry, delete, reprioritise.

#include "gateway/api/bulk.hpp"

#include "gateway/http/ask.hpp"
#include "gateway/http/blocking.hpp"
#include "gateway/http/catching_up.hpp"
#include "gateway/http/handlers.hpp"
#include "gateway/http/keyed.hpp"

#include <algorithm>
#include <set>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

using outcomes = std::vector<bulk_outcome>;

/// Asks every log once for all of its jobs; tells in the order of the selection.
asio::awaitable<outcomes> carry_out(exchange& e, const bulk_request& request,
                                    const std::vector<job_id>& selected,
                                    const queue_directory& queues, id_maker& ids) {
  wishes_by_log wishes;
  for (const auto& id : selected)
    if (queues.has_log(log_of(id)))
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

/// Returns the logs whose rows say what is done: commands that name their jobs go to the leaders,
/// who know better than any view.
std::set<log_number> deciding_logs(const bulk_request& request, const queue_directory& queues) {
  std::set<log_number> logs;
  if (request.filter)
    logs.insert(request.filter->logs.begin(), request.filter->logs.end());
  for (const auto& id : request.ids)
    if (request.dry_run && queues.has_log(log_of(id)))
      logs.insert(log_of(id));
  return logs;
}

handlers::outcome change_all(exchange& e, const bulk_request& request,
                             const queue_directory& queues, id_maker& ids) {
  const auto& view = e.use.node.view();
  auto logs = deciding_logs(request, queues);
  auto late = co_await catch_up_with(e, std::move(logs));
  if (late)
    co_return *late;
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

/// What a body asks for, and the queues that it was read by.
struct read_request {
  queue_directory queues;
  bulk_request wanted;
};

/// A queue that is named, or that an id is of, and that the view does not know is noted as missed.
asio::awaitable<checked<read_request>> read_by_view(exchange& e, const std::string& body) {
  auto queues = queue_directory::read(e.use.node.view());
  if (!queues)
    co_return to_problem(queues.error());
  auto wanted = co_await run_by_size(e.use.pool, body.size(),
                                     [&] { return parse_bulk_request(body, *queues); });
  if (!wanted && names(wanted.error(), "/filter/queue"))
    e.missed.note(control_log);
  if (!wanted)
    co_return wanted.error();
  for (const auto& id : wanted->ids)
    if (!queues->has_log(log_of(id)))
      note_missed(e, id);
  read_request request{std::move(*queues), std::move(*wanted)};
  co_return checked<read_request>{boost::system::in_place_value, std::move(request)};
}

handlers::outcome handlers::change_jobs(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto body = co_await read_json(e, e.use.limits.bulk_bytes);
  if (!body)
    co_return body.error();
  auto request = co_await read_by_view(e, *body);
  auto again = co_await catch_up(e);
  if (!again)
    co_return again.error();
  if (*again)
    request = co_await read_by_view(e, *body);
  if (!request)
    co_return request.error();
  auto body_digest = co_await digest_of_body(e, *body);
  keyed_work work = [&e, &request](id_maker& ids) -> outcome {
    co_return co_await change_all(e, request->wanted, request->queues, ids);
  };
  co_return co_await once(e, body_digest, std::move(work));
}

} // namespace dure::gateway
