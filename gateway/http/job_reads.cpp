#include "actors/core/queries.hpp"
#include "gateway/api/cluster_view.hpp"
#include "gateway/api/job_list.hpp"
#include "gateway/api/job_view.hpp"
#include "gateway/api/node_directory.hpp"
#include "gateway/api/time_text.hpp"
#include "gateway/http/blocking.hpp"
#include "gateway/http/handlers.hpp"
#include "gateway/http/job_path.hpp"
#include "gateway/http/job_progress.hpp"
#include "gateway/http/listing.hpp"
#include "gateway/http/media_type.hpp"

#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

using std::chrono::steady_clock;

/// How long the client wants to wait, and whether a Prefer header said so.
struct patience {
  milliseconds time{};
  bool preferred = false;
};

/// Returns the wait of "Prefer: wait=30"; preferences that cannot be read are ignored (RFC 7240).
std::optional<milliseconds> preferred_wait(std::string_view prefer) {
  while (!prefer.empty()) {
    auto comma = prefer.find(',');
    auto entry = prefer.substr(0, comma);
    auto start = entry.find_first_not_of(' ');
    if (start != std::string_view::npos && entry.substr(start).starts_with("wait="))
      return parse_duration(entry.substr(start + 5));
    if (comma == std::string_view::npos)
      break;
    prefer.remove_prefix(comma + 1);
  }
  return std::nullopt;
}

checked<patience> parse_patience(const exchange& e) {
  query_reader q{e.head.parameters};
  auto asked = q.duration("wait");
  if (auto wrong = q.finish())
    return *wrong;
  auto preferred = asked ? std::nullopt : preferred_wait(e.head.prefer);
  auto time = std::min<milliseconds>(asked.value_or(preferred.value_or(milliseconds{0})),
                                     e.use.limits.wait_max);
  return patience{time, preferred.has_value()};
}

/// Returns the job when it has ended or the patience is over.
asio::awaitable<checked<job>> await_end(exchange& e, patience wait) {
  auto found = find_job_in_path(e);
  if (!found || is_end(found->state) || wait.time.count() == 0)
    co_return found;
  auto deadline = steady_clock::now() + wait.time;
  job_feed::waiter waiter{e.use.feed, found->spec.id};
  for (;;) {
    // Looked at again only now that an end would be heard.
    found = find_job_in_path(e);
    if (!found || is_end(found->state) || waiter.is_over() || steady_clock::now() >= deadline)
      co_return found;
    co_await waiter.wait(deadline);
  }
}

/// Adds why the job waits. Finding a position may walk thousands of rows: not here.
asio::awaitable<std::optional<queries::waiting>> why_waiting(exchange& e, const job& j) {
  if (j.state != job_state::scheduled && j.state != job_state::pending)
    co_return std::nullopt;
  const auto& view = e.use.node.view();
  auto now = e.use.node.time().now();
  auto& node = e.use.node;
  co_return co_await run_blocking(e.use.pool, [&node, &view, &j, now] {
    auto why = queries::why_waiting(view, j, now);
    if (!why || !*why)
      return std::optional<queries::waiting>{};
    const auto registered = read_nodes(view);
    if ((*why)->reason == queries::wait_reason::position && registered &&
        !is_offered(j.spec.kind, *registered, node.nodes()))
      (*why)->reason = queries::wait_reason::no_node;
    return std::move(*why);
  });
}

std::string dumped(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace

handlers::outcome handlers::read_job(exchange& e) {
  auto wait = parse_patience(e);
  if (!wait)
    co_return wait.error();
  auto found = co_await await_end(e, *wait);
  if (!found)
    co_return found.error();
  auto around = progress_around(e.use, *found);
  around.waiting = co_await why_waiting(e, *found);
  response r;
  r.body = dumped(to_json(*found, around, e.head.speaks));
  if (wait->preferred)
    r.headers.emplace_back("Preference-Applied", "wait");
  co_return with_entity_tag(std::move(r), e.head.if_none_match);
}

handlers::outcome handlers::read_job_legacy(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto found = find_job_in_path(e);
  if (!found)
    co_return found.error();
  response r;
  r.body = dumped(to_legacy_json(*found, progress_around(e.use, *found), e.head.speaks));
  co_return with_entity_tag(std::move(r), e.head.if_none_match);
}

handlers::outcome handlers::read_result(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto found = find_job_in_path(e);
  if (!found)
    co_return found.error();
  auto r = to_result_response(*found);
  if (!r)
    co_return r.error();
  co_return with_entity_tag(std::move(*r), e.head.if_none_match);
}

handlers::outcome handlers::list_jobs(exchange& e) {
  co_return co_await list(e, parse_list_request, to_list_response);
}

} // namespace dure::gateway
