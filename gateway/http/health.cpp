#include "gateway/http/blocking.hpp"
#include "gateway/http/handlers.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

constexpr int not_ready_status = 503;
constexpr int retry_after_s = 1;

response to_ready_response(const std::vector<readiness>& components, bool verbose) {
  auto ready = std::all_of(components.begin(), components.end(),
                           [](const readiness& one) { return one.ready; });
  nlohmann::json body{{"status", ready ? "ready" : "not_ready"}};
  if (verbose) {
    auto& list = body["components"] = nlohmann::json::array();
    for (const auto& one : components)
      list.push_back({{"component", one.component}, {"ready", one.ready}, {"detail", one.detail}});
  }
  response r;
  r.status = ready ? 200 : not_ready_status;
  r.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (!ready)
    r.headers.emplace_back("Retry-After", std::to_string(retry_after_s));
  return r;
}

} // namespace

handlers::outcome handlers::live(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  response r;
  r.body = R"({"status":"alive"})";
  co_return r;
}

handlers::outcome handlers::ready(exchange& e) {
  query_reader q{e.head.parameters};
  auto verbose = q.flag("verbose");
  if (auto wrong = q.finish())
    co_return *wrong;
  auto& node = e.use.node;
  auto components = co_await run_blocking(e.use.pool, [&node] { return node.ready(); });
  components.push_back(e.use.listening);
  co_return to_ready_response(components, verbose);
}

handlers::outcome handlers::metrics(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto& node = e.use.node;
  response r;
  r.content_type = "text/plain; version=0.0.4; charset=utf-8";
  r.body = co_await run_blocking(e.use.pool, [&node] { return node.metrics(); });
  co_return r;
}

} // namespace dure::gateway
