#include "gateway/api/job_view.hpp"

#include "gateway/api/time_text.hpp"
#include "gateway/api/waiting_text.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

using nlohmann::json;

/// Messages of handlers may be any bytes; nothing that we send is anything but UTF-8.
std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json text_or_null(const std::string& text) {
  return text.empty() ? json(nullptr) : json(text);
}

json time_or_null(const std::optional<timestamp>& t) {
  return t ? json(to_text(*t)) : json(nullptr);
}

template <class T> json or_null(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}

json to_value(const std::optional<job_error>& e) {
  if (!e)
    return nullptr;
  return {{"code", e->code}, {"message", e->message}, {"retryable", e->retryable}};
}

json to_value(const attempt& a) {
  return {{"n", a.n},
          {"node", a.node},
          {"started_at", to_text(a.started_at)},
          {"ended_at", time_or_null(a.ended_at)},
          {"cause", a.end ? json(to_string(*a.end)) : json(nullptr)},
          {"peak_memory_bytes", a.ended_at ? json(a.peak_memory_bytes) : json(nullptr)},
          {"error", to_value(a.failure)}};
}

json to_value(const job_cost& c) {
  if (c == job_cost{})
    return nullptr;
  return {{"tokens_in", c.tokens_in},
          {"tokens_out", c.tokens_out},
          {"money", static_cast<double>(c.micros) / 1e6}};
}

json to_value(const std::optional<queries::waiting>& w, language in) {
  if (!w)
    return nullptr;
  return {{"reason", to_string(w->reason)},
          {"detail", text_or_null(waiting_text(*w, in))},
          {"position", or_null(w->position)},
          {"until", time_or_null(w->until)}};
}

json to_value(const problem& p) {
  json value{{"code", p.code}, {"message", p.detail}, {"retryable", p.retry_after_s.has_value()}};
  for (const auto& e : p.errors)
    value["errors"].push_back({{"pointer", e.pointer}, {"detail", e.detail}});
  return value;
}

/// Progress counts only while the attempt that it tells of is the live one.
bool is_live(const job& j, const std::optional<attempt_progress>& progress) {
  return j.state == job_state::running && progress && progress->attempt == j.attempts_made;
}

std::string message_with_progress(const job& j, const job_surroundings& around, language in) {
  if (!is_live(j, around.progress) || j.cancel_requested || around.progress->message.empty())
    return message_of(j, in);
  const auto& p = *around.progress;
  if (in == language::korean || p.total == 0)
    return p.message;
  return std::to_string(p.done) + "/" + std::to_string(p.total) + " done.";
}

std::string error_text(const job& j) {
  return j.failure ? j.failure->message : std::string{};
}

json worker_of(const job& j) {
  if (j.state != job_state::running || j.attempts.empty())
    return nullptr;
  return {{"node", j.attempts.back().node}};
}

json attempts_of(const job& j) {
  auto list = json::array();
  for (const auto& a : j.attempts)
    list.push_back(to_value(a));
  return list;
}

void append_element(std::string& body, const checked<job_taken>& outcome) {
  if (!outcome) {
    body += R"({"error":)";
    body += dumped(to_value(outcome.error()));
    body += '}';
    return;
  }
  // Written by hand: ten thousand of these are one answer of the benchmark's path.
  body += R"({"job_id":")";
  body += to_string(outcome->id);
  body += R"(","status":")";
  body += to_string(outcome->state);
  body += outcome->existing ? R"(","existing":true})" : R"("})";
}

std::string location_of(const job_id& id) {
  return "/api/v1/jobs/" + to_string(id);
}

} // namespace

int progress_percentage(const job& j, const std::optional<attempt_progress>& progress) {
  if (j.state == job_state::completed)
    return 100;
  if (!is_live(j, progress) || progress->total == 0)
    return 0;
  auto share = 100.0 * static_cast<double>(progress->done) / static_cast<double>(progress->total);
  return static_cast<int>(std::min(share, 99.0));
}

json to_json(const job& j, const job_surroundings& around, language in) {
  auto percentage = progress_percentage(j, around.progress);
  auto live = is_live(j, around.progress);
  json v;
  v["job_id"] = to_string(j.spec.id);
  v["kind"] = j.spec.kind;
  v["queue"] = j.spec.queue;
  v["group"] = text_or_null(j.spec.group);
  v["tags"] = j.spec.tags;
  v["status"] = to_string(j.state);
  v["cancel_requested"] = j.cancel_requested;
  v["priority"] = j.spec.priority;
  v["progress"] = percentage;
  v["progress_percentage"] = percentage;
  v["current_step"] = live ? text_or_null(around.progress->step) : json(nullptr);
  v["message"] = message_with_progress(j, around, in);
  v["error"] = to_value(j.failure);
  v["error_message"] = text_or_null(error_text(j));
  v["attempt"] = j.attempts_made;
  v["attempts"] = attempts_of(j);
  v["max_attempts"] = j.spec.max_attempts;
  v["created_at"] = to_text(j.created_at);
  v["run_at"] = j.spec.run_at == timestamp{} ? json(nullptr) : json(to_text(j.spec.run_at));
  v["started_at"] = time_or_null(j.started_at);
  v["completed_at"] = time_or_null(j.completed_at);
  v["eta_seconds"] = live && around.eta ? json(around.eta->count()) : json(nullptr);
  v["waiting"] = to_value(around.waiting, in);
  v["worker"] = worker_of(j);
  v["cost"] = to_value(j.cost);
  v["version"] = j.version;
  return v;
}

json to_legacy_json(const job& j, const job_surroundings& around, language in) {
  return {{"job_id", to_string(j.spec.id)},
          {"status", legacy_word(j)},
          {"progress", progress_percentage(j, around.progress)},
          {"message", message_with_progress(j, around, in)},
          {"error", text_or_null(error_text(j))}};
}

checked<response> to_result_response(const job& j) {
  if (j.state != job_state::completed)
    return problem{409,
                   "not_completed",
                   "The job is " + std::string{to_string(j.state)} + ", not completed.",
                   {},
                   {}};
  auto before = R"({"job_id":")" + to_string(j.spec.id) + R"(","result":)";
  response r;
  if (j.outcome.blob)
    r.stream = streamed_body{*j.outcome.blob, std::move(before), "}"};
  else
    r.body = before + (j.outcome.json.empty() ? "null" : j.outcome.json) + "}";
  return r;
}

response to_submit_response(const job_taken& taken) {
  json body{{"job_id", to_string(taken.id)},
            {"status", to_string(taken.state)},
            {"existing", taken.existing},
            {"version", taken.version}};
  // A finished job that answers for its unique key leaves nothing to wait for.
  auto status = taken.existing && is_end(taken.state) ? 200 : 202;
  return {status, "application/json", dumped(body), {{"Location", location_of(taken.id)}}, {}};
}

response to_batch_response(const std::vector<checked<job_taken>>& outcomes) {
  std::string body = R"({"jobs":[)";
  constexpr std::size_t element_bytes = 72;
  body.reserve(outcomes.size() * element_bytes + 16);
  for (const auto& outcome : outcomes) {
    if (body.back() != '[')
      body += ',';
    append_element(body, outcome);
  }
  body += "]}";
  return {202, "application/json", std::move(body), {}, {}};
}

response to_change_response(const job_changed& changed, int status) {
  json body{{"job_id", to_string(changed.id)},
            {"status", to_string(changed.state)},
            {"cancel_requested", changed.cancel_requested},
            {"version", changed.version}};
  return {status, "application/json", dumped(body), {{"Location", location_of(changed.id)}}, {}};
}

problem absent_job_problem(const error& e, const job_id& id, timestamp now) {
  if (e.code != errc::not_found && e.code != errc::gone)
    return to_problem(e);
  auto expired = made_at(id) + limits::finished_jobs_kept < now;
  if (e.code == errc::gone || expired)
    return {410, "gone", "The job was deleted or has expired.", {}, {}};
  return {404, "not_found", "There is no such job.", {}, {}};
}

response to_upload_response(const job_taken& taken, const blob_ref& file,
                            std::string_view extension, language in) {
  json body{{"status", "accepted"},
            {"job_id", to_string(taken.id)},
            {"filename", file.name},
            {"file_type", extension},
            {"message", upload_message(in)}};
  return {
      202, "application/json", dumped(body), {{"Location", "/jobs/" + to_string(taken.id)}}, {}};
}

} // namespace dure::gateway
