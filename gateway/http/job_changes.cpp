#include "gateway/api/job_request.hpp"
#include "gateway/api/job_view.hpp"
#include "gateway/api/queue_directory.hpp"
#include "gateway/http/ask.hpp"
#include "gateway/http/catching_up.hpp"
#include "gateway/http/handlers.hpp"
#include "gateway/http/job_path.hpp"
#include "gateway/http/keyed.hpp"

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

constexpr int accepted_status = 202;
constexpr int changed_status = 200;

/// Returns whether some queue has the log that the id names: commands to any other would wait for a
/// leader that never comes.
checked<bool> is_served(exchange& e, const job_id& id) {
  auto queues = queue_directory::read(e.use.node.view());
  if (!queues)
    return to_problem(queues.error());
  auto served = queues->has_log(log_of(id));
  if (!served)
    note_missed(e, id);
  return checked<bool>{boost::system::in_place_value, served};
}

/// Wishes `body` of the job in the path; the answer has the job's new state.
asio::awaitable<checked<response>> change(exchange& e, job_id id, command wish, int status) {
  auto now = e.use.node.time().now();
  auto served = co_await look(e, [&] { return is_served(e, id); });
  if (!served)
    co_return served.error();
  if (!*served)
    co_return absent_job_problem(error{errc::not_found, {}}, id, now);
  auto outcome = co_await ask_one(e.use.node, log_of(id), std::move(wish));
  if (!outcome)
    co_return absent_job_problem(outcome.error(), id, now);
  if (auto* changed = std::get_if<job_changed>(&*outcome))
    co_return to_change_response(*changed, status);
  co_return response{204, {}, {}, {}, {}};
}

asio::awaitable<checked<std::string>> read_body(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  co_return co_await read_json(e, e.use.limits.change_bytes);
}

asio::awaitable<checked<response>> change_once(exchange& e, const std::string& body,
                                               command_body wish, int status) {
  auto id = job_in_path(e);
  if (!id)
    co_return id.error();
  auto body_digest = e.head.idempotency_key ? sha256(body) : digest{};
  keyed_work work = [&e, &wish, id = *id, status](id_maker& ids) -> handlers::outcome {
    auto named = ids.make_command(std::move(wish));
    co_return co_await change(e, id, std::move(named), status);
  };
  co_return co_await once(e, body_digest, std::move(work));
}

/// For routes that say everything by their path.
template <class Wish> handlers::outcome change_by_path(exchange& e) {
  auto body = co_await read_body(e);
  if (!body)
    co_return body.error();
  if (auto wrong = check_empty_request(*body))
    co_return *wrong;
  auto id = job_in_path(e);
  if (!id)
    co_return id.error();
  command_body wish = Wish{*id};
  co_return co_await change_once(e, *body, std::move(wish), accepted_status);
}

} // namespace

handlers::outcome handlers::cancel_job(exchange& e) {
  return change_by_path<cancel>(e);
}

handlers::outcome handlers::retry_job(exchange& e) {
  return change_by_path<retry>(e);
}

handlers::outcome handlers::prioritise_job(exchange& e) {
  auto body = co_await read_body(e);
  if (!body)
    co_return body.error();
  auto priority = parse_priority_request(*body);
  if (!priority)
    co_return priority.error();
  auto id = job_in_path(e);
  if (!id)
    co_return id.error();
  command_body wish = reprioritise{*id, *priority};
  co_return co_await change_once(e, *body, std::move(wish), changed_status);
}

handlers::outcome handlers::reschedule_job(exchange& e) {
  auto body = co_await read_body(e);
  if (!body)
    co_return body.error();
  auto run_at = parse_reschedule_request(*body);
  if (!run_at)
    co_return run_at.error();
  auto id = job_in_path(e);
  if (!id)
    co_return id.error();
  command_body wish = reschedule{*id, *run_at};
  co_return co_await change_once(e, *body, std::move(wish), changed_status);
}

handlers::outcome handlers::delete_job(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto id = job_in_path(e);
  if (!id)
    co_return id.error();
  id_maker ids{e.use.node.time()};
  auto wish = ids.make_command(remove{*id});
  auto outcome = co_await change(e, *id, std::move(wish), changed_status);
  if (!outcome)
    co_return outcome.error();
  co_return response{204, {}, {}, {}, {}};
}

} // namespace dure::gateway
