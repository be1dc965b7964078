#include "node/journal/nats_progress.hpp"

#include "node/journal/nats_names.hpp"

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

namespace dure::node {
namespace {

using nlohmann::json;

class bus_progress_subscription final : public progress_channel::subscription {
public:
  explicit bus_progress_subscription(std::unique_ptr<bus::subscription> s) : held_{std::move(s)} {}

private:
  std::unique_ptr<bus::subscription> held_;
};

bool is_count(const json& object, const char* name) {
  return object.contains(name) && object[name].is_number_unsigned();
}

bool is_text(const json& object, const char* name) {
  return object.contains(name) && object[name].is_string();
}

} // namespace

nats_progress::nats_progress(bus& over, std::string cluster)
    : bus_{over}, cluster_{std::move(cluster)} {}

void nats_progress::publish(const std::string& queue, std::uint16_t shard, const job_progress& p) {
  bus_.publish(nats_names::progress_subject(cluster_, queue, shard, to_string(p.job)),
               to_progress_json(p));
}

std::unique_ptr<progress_channel::subscription>
nats_progress::subscribe(std::function<void(job_progress)> on_progress) {
  return std::make_unique<bus_progress_subscription>(bus_.subscribe(
      nats_names::all_progress(cluster_),
      [on_progress = std::move(on_progress)](std::string_view, std::string_view payload) {
        if (auto p = parse_progress_json(payload))
          on_progress(std::move(*p));
      }));
}

std::string to_progress_json(const job_progress& p) {
  const json body{{"job", to_string(p.job)},
                  {"attempt", p.attempt},
                  {"n", p.n},
                  {"done", p.done},
                  {"total", p.total},
                  {"step", p.step},
                  {"message", p.message},
                  {"at", p.at.time_since_epoch().count()}};
  // A handler's words may be no UTF-8; better a wrong letter than no progress.
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<job_progress> parse_progress_json(std::string_view text) {
  const auto body = json::parse(text, nullptr, false);
  if (!body.is_object() || !is_text(body, "job") || !is_count(body, "attempt") ||
      !is_count(body, "n") || !is_count(body, "done") || !is_count(body, "total") ||
      !is_text(body, "step") || !is_text(body, "message") || !body.contains("at") ||
      !body["at"].is_number_integer())
    return std::nullopt;
  const auto job = parse_uuid(body["job"].get<std::string>());
  const auto attempt = body["attempt"].get<std::uint64_t>();
  if (!job || attempt > std::numeric_limits<std::uint16_t>::max())
    return std::nullopt;
  return job_progress{.job = job_id{*job},
                      .attempt = static_cast<std::uint16_t>(attempt),
                      .n = body["n"].get<std::uint64_t>(),
                      .done = body["done"].get<std::uint64_t>(),
                      .total = body["total"].get<std::uint64_t>(),
                      .step = body["step"].get<std::string>(),
                      .message = body["message"].get<std::string>(),
                      .at = timestamp{milliseconds{body["at"].get<std::int64_t>()}}};
}

} // namespace dure::node
