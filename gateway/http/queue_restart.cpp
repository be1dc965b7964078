#include "actors/core/limits.hpp"
#include "actors/core/question_queries.hpp"
#include "gateway/api/json_text.hpp"
#include "gateway/api/object_reader.hpp"
#include "gateway/api/stuck_leases.hpp"
#include "gateway/http/ask.hpp"
#include "gateway/http/blocking.hpp"
#include "gateway/http/catching_up.hpp"
#include "gateway/http/handlers.hpp"
#include "gateway/http/question_sets.hpp"
#include "gateway/http/queue_changes.hpp"

#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

struct restart_request {
  std::string queue{questions_queue};
  std::string dead_node; ///< Empty: none is known.
};

struct restarted {
  bool resumed = false;
  bool provider_forgiven = false;
  std::uint64_t released = 0;
};

checked<restart_request> parse_restart_request(std::string_view body) {
  const bool blank = body.find_first_not_of(" \t\r\n") == std::string_view::npos;
  auto value = parse_json(blank ? "{}" : body);
  if (!value)
    return value.error();
  object_reader fields{*value};
  restart_request asked;
  if (auto queue = fields.text("queue", limits::name_bytes_max))
    asked.queue = std::move(*queue);
  if (auto node = fields.text("node", limits::name_bytes_max)) {
    asked.dead_node = std::move(*node);
    if (!is_name(asked.dead_node))
      fields.reject("node", "Must be the name of a node.");
  }
  if (auto wrong = fields.finish())
    return *wrong;
  return checked<restart_request>{boost::system::in_place_value, std::move(asked)};
}

std::string message_of(const restarted& done, language in) {
  const bool korean = in == language::korean;
  std::string text;
  const auto add = [&](std::string_view said) {
    text += (text.empty() ? "" : " ") + std::string{said};
  };
  if (done.resumed)
    add(korean ? "멈춰 있던 대기열을 다시 시작했습니다." : "The queue was paused and goes on.");
  if (done.provider_forgiven)
    add(korean ? "모델 제공자에게 바로 다시 요청합니다." : "The provider is asked again at once.");
  if (done.released > 0 && korean)
    add("멈춘 작업 " + std::to_string(done.released) + "개를 대기열로 돌려보냈습니다.");
  else if (done.released > 0)
    add("Stuck jobs that were given back: " + std::to_string(done.released) + ".");
  if (text.empty())
    add(korean ? "대기열이 정상이라 바꾼 것이 없습니다."
               : "The queue was fine; nothing was changed.");
  return text;
}

/// Returns what lets the log go on, and adds it to what is told.
checked<std::vector<command_body>> cures_of(const state_reader& view, log_number log,
                                            const std::string& dead_node, timestamp now,
                                            restarted& done) {
  auto stuck = find_stuck_leases(view, log, dead_node, now);
  if (!stuck)
    return to_problem(stuck.error());
  auto provider = queries::provider_of(view, log);
  if (!provider)
    return to_problem(provider.error());
  auto cures = std::move(stuck->endings);
  if (provider->failures > 0 || provider->blocked_until > now) {
    cures.emplace_back(forgive_provider{});
    done.provider_forgiven = true;
  }
  done.released += stuck->leases;
  return checked<std::vector<command_body>>{boost::system::in_place_value, std::move(cures)};
}

asio::awaitable<checked<restarted>> restart(exchange& e, const restart_request& asked,
                                            id_maker& ids) {
  restarted done;
  queue_change resume = [&done](queue_definition& q) {
    done.resumed = q.settings.paused;
    q.settings.paused = false;
    q.settings.pause_reason.clear();
    return std::optional<problem>{};
  };
  auto q = co_await change_queue(e, asked.queue, resume, ids);
  if (!q)
    co_return q.error();
  std::set<log_number> logs{q->logs.begin(), q->logs.end()};
  auto late = co_await catch_up_with(e, std::move(logs));
  if (late)
    co_return *late;
  wishes_by_log wishes;
  for (auto log : q->logs) {
    auto cures = co_await run_blocking(e.use.pool, [&] {
      return cures_of(e.use.node.view(), log, asked.dead_node, e.use.node.time().now(), done);
    });
    if (!cures)
      co_return cures.error();
    for (auto& cure : *cures)
      wishes[log].push_back(ids.make_command(std::move(cure)));
  }
  auto refused = co_await tell_all(e.use.node, std::move(wishes));
  if (refused)
    co_return to_problem(*refused);
  co_return done;
}

} // namespace

handlers::outcome handlers::restart_queue(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto body = co_await read_json(e, e.use.limits.change_bytes);
  if (!body)
    co_return body.error();
  auto asked = parse_restart_request(*body);
  if (!asked)
    co_return asked.error();
  keyed_work work = [&](id_maker& ids) -> outcome {
    auto done = co_await restart(e, *asked, ids);
    if (!done)
      co_return done.error();
    nlohmann::json answer{{"success", true},
                          {"data",
                           {{"queue", asked->queue},
                            {"resumed", done->resumed},
                            {"provider_forgiven", done->provider_forgiven},
                            {"released", done->released}}},
                          {"message", message_of(*done, e.head.speaks)}};
    response r;
    r.body = answer.dump();
    co_return checked<response>{boost::system::in_place_value, std::move(r)};
  };
  auto body_digest = sha256(*body);
  co_return co_await once(e, body_digest, std::move(work));
}

} // namespace dure::gateway
