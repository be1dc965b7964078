#include "node/journal/nats_log_lines.hpp"

#include "node/journal/nats_names.hpp"
#include "node/journal/server_time.hpp"

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

namespace dure::node {
namespace {

using json = nlohmann::ordered_json;

class bus_log_subscription final : public log_channel::subscription {
public:
  explicit bus_log_subscription(std::unique_ptr<bus::subscription> s) : held_{std::move(s)} {}

private:
  std::unique_ptr<bus::subscription> held_;
};

/// Returns the job that the last token of a subject names.
std::optional<uuid> job_in(std::string_view subject) {
  return parse_uuid(subject.substr(subject.rfind('.') + 1));
}

bool has_fields(const json& body) {
  const auto is_count = [&body](const char* name) {
    return body.contains(name) && body[name].is_number_unsigned();
  };
  const auto is_text = [&body](const char* name) {
    return body.contains(name) && body[name].is_string();
  };
  return body.is_object() && is_count("n") && is_count("attempt") && is_text("level") &&
         is_text("message") && is_text("time");
}

} // namespace

nats_log_lines::nats_log_lines(bus& over, std::string cluster)
    : bus_{over}, cluster_{std::move(cluster)} {}

void nats_log_lines::publish(const std::string& queue, std::uint16_t shard,
                             const job_log_line& line) {
  bus_.publish(nats_names::log_subject(cluster_, queue, shard, to_string(line.job)),
               to_log_json(line));
}

std::unique_ptr<log_channel::subscription>
nats_log_lines::subscribe(std::function<void(job_log_line)> on_line) {
  return std::make_unique<bus_log_subscription>(bus_.subscribe(
      nats_names::all_logs(cluster_),
      [on_line = std::move(on_line)](std::string_view subject, std::string_view payload) {
        const auto job = job_in(subject);
        if (!job)
          return;
        if (auto line = parse_log_json(payload, job_id{*job}))
          on_line(std::move(*line));
      }));
}

std::string to_log_json(const job_log_line& line) {
  const json body{{"n", line.n},
                  {"time", to_server_time(line.at)},
                  {"attempt", line.attempt},
                  {"level", line.level},
                  {"message", line.message}};
  // What a handler leaves on stderr may be no UTF-8; better a wrong letter than no line.
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<job_log_line> parse_log_json(std::string_view text, const job_id& job) {
  const auto body = json::parse(text, nullptr, false);
  if (!has_fields(body))
    return std::nullopt;
  const auto attempt = body["attempt"].get<std::uint64_t>();
  const auto at = parse_server_time(body["time"].get<std::string>());
  if (!at || attempt > std::numeric_limits<std::uint16_t>::max())
    return std::nullopt;
  return job_log_line{job, static_cast<std::uint16_t>(attempt), body["n"].get<std::uint64_t>(),
                      *at, body["level"].get<std::string>(),    body["message"].get<std::string>()};
}

} // namespace dure::node
