#include "gateway/api/job_request.hpp"

#include "gateway/api/json_text.hpp"
#include "gateway/api/object_reader.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

/// Field errors of a refused batch that are told; the client needs a sample, not ten thousand.
constexpr std::size_t errors_told_max = 100;

job_timeout read_timeout(object_reader& body) {
  using std::chrono::seconds;
  job_timeout timeout;
  auto* object = body.object("timeout");
  if (object == nullptr)
    return timeout;
  object_reader fields{*object, body.pointer_to("timeout")};
  auto max = limits::hard_timeout_max.count();
  auto soft = fields.integer("soft_s", 1, max);
  auto hard = fields.integer("hard_s", 1, max);
  if (soft && hard && *soft > *hard)
    fields.reject("soft_s", "Must not be above hard_s.");
  body.absorb(std::move(fields));
  // One alone moves the other only as far as it must.
  if (hard)
    timeout.hard = seconds{*hard};
  else if (soft)
    timeout.hard = std::max(timeout.hard, seconds{*soft});
  timeout.soft = soft ? seconds{*soft} : std::min(timeout.soft, timeout.hard);
  return timeout;
}

std::string read_name(object_reader& body, std::string_view field) {
  auto name = body.text(field, limits::name_bytes_max);
  if (name && !is_name(*name))
    body.reject(field, "Must be a name: a-z, 0-9, '.' and '-', at most 32, not beginning with "
                       "'.' or '-'.");
  return name.value_or("");
}

/// Adds the problems of a refused element to those of the whole body.
void gather(problem& whole, const problem& one) {
  if (whole.errors.empty()) {
    whole.code = one.code;
    whole.detail = one.detail;
  }
  for (const auto& e : one.errors)
    if (whole.errors.size() < errors_told_max)
      whole.errors.push_back(e);
}

checked<job_batch> unless_all_wrong(job_batch batch) {
  if (batch.jobs.empty())
    return problem{400, "empty_body", "The body names no job.", {}, {}};
  auto right = [](const auto& one) { return one.has_value(); };
  if (std::any_of(batch.jobs.begin(), batch.jobs.end(), right))
    return batch;
  problem whole{400, {}, {}, {}, {}};
  for (const auto& one : batch.jobs)
    gather(whole, one.error());
  return whole;
}

problem too_many_jobs() {
  return {413,
          "too_large",
          "At most " + std::to_string(limits::batch_jobs_max) + " jobs fit into one request.",
          {},
          {}};
}

checked<job_batch> parse_array(const nlohmann::json& list) {
  if (list.size() > limits::batch_jobs_max)
    return too_many_jobs();
  job_batch batch;
  batch.jobs.reserve(list.size());
  for (const auto& one : list)
    batch.jobs.push_back(parse_job_request(one, "/" + std::to_string(batch.jobs.size())));
  return unless_all_wrong(std::move(batch));
}

checked<job_spec> parse_line(std::string_view line, const std::string& pointer) {
  auto value = parse_json(line);
  if (!value) {
    auto wrong = value.error();
    if (wrong.errors.empty())
      wrong.errors.push_back({"", wrong.detail});
    for (auto& e : wrong.errors)
      e.pointer.insert(0, pointer);
    return wrong;
  }
  return parse_job_request(*value, pointer);
}

checked<job_batch> parse_lines(std::string_view body) {
  job_batch batch;
  while (!body.empty()) {
    auto end = body.find('\n');
    auto line = body.substr(0, end);
    body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos)
      continue;
    if (batch.jobs.size() == limits::batch_jobs_max)
      return too_many_jobs();
    batch.jobs.push_back(parse_line(line, "/" + std::to_string(batch.jobs.size())));
  }
  return unless_all_wrong(std::move(batch));
}

/// Parses a body of which an empty one means {}.
checked<nlohmann::json> parse_optional_object(std::string_view body) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return checked<nlohmann::json>{boost::system::in_place_value, nlohmann::json::object()};
  return parse_json(body);
}

} // namespace

checked<job_spec> parse_job_request(const nlohmann::json& body, const std::string& pointer) {
  object_reader fields{body, pointer};
  job_spec spec;
  fields.require("kind");
  spec.kind = read_name(fields, "kind");
  spec.queue = read_name(fields, "queue");
  spec.group = fields.text("group", limits::group_bytes_max).value_or("");
  spec.unique_key = fields.text("unique_key", limits::unique_key_bytes_max).value_or("");
  spec.params = fields.json_object("params", limits::inline_json_bytes_max).value_or("{}");
  spec.input = fields.json_value("input", limits::inline_json_bytes_max).value_or("");
  spec.tags = fields.texts("tags", limits::tags_max, limits::tag_bytes_max)
                  .value_or(std::vector<std::string>{});
  spec.priority = static_cast<std::int16_t>(
      fields.integer("priority", limits::priority_min, limits::priority_max).value_or(0));
  spec.run_at = fields.time("run_at").value_or(timestamp{});
  spec.max_attempts = static_cast<std::uint16_t>(
      fields.integer("max_attempts", 1, limits::attempts_max).value_or(limits::attempts_default));
  spec.timeout = read_timeout(fields);
  if (auto wrong = fields.finish())
    return *wrong;
  return spec;
}

checked<job_batch> parse_job_batch(std::string_view body, bool lines) {
  if (lines)
    return parse_lines(body);
  auto value = parse_json(body);
  if (!value)
    return value.error();
  if (value->is_array())
    return parse_array(*value);
  job_batch batch;
  batch.single = true;
  batch.jobs.push_back(parse_job_request(*value));
  return unless_all_wrong(std::move(batch));
}

checked<std::int16_t> parse_priority_request(std::string_view body) {
  auto value = parse_json(body);
  if (!value)
    return value.error();
  object_reader fields{*value};
  fields.require("priority");
  auto priority = fields.integer("priority", limits::priority_min, limits::priority_max);
  if (auto wrong = fields.finish())
    return *wrong;
  return checked<std::int16_t>{boost::system::in_place_value, static_cast<std::int16_t>(*priority)};
}

checked<timestamp> parse_reschedule_request(std::string_view body) {
  auto value = parse_json(body);
  if (!value)
    return value.error();
  object_reader fields{*value};
  fields.require("run_at");
  auto run_at = fields.time("run_at");
  if (auto wrong = fields.finish())
    return *wrong;
  return *run_at;
}

checked<std::string> parse_pause_request(std::string_view body) {
  auto value = parse_optional_object(body);
  if (!value)
    return value.error();
  object_reader fields{*value};
  auto reason = fields.text("reason", limits::pause_reason_bytes_max);
  if (auto wrong = fields.finish())
    return *wrong;
  return reason.value_or("");
}

std::optional<problem> check_empty_request(std::string_view body) {
  auto value = parse_optional_object(body);
  if (!value)
    return value.error();
  return object_reader{*value}.finish();
}

} // namespace dure::gateway
