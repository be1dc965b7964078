#include "node/cli/submit_command.hpp"

#include "node/cli/interrupt_watch.hpp"
#include "node/cli/progress_bars.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

namespace dure::node {

namespace {

using json = nlohmann::ordered_json;

constexpr int look_again_ms = 200;

struct submitted {
  std::string id;
  std::string label;
  bool ended = false;
};

/// What is worse for a script to know comes first; 0 only when all is done.
exit_code worst(exit_code a, exit_code b) {
  return a == exit_code::done ? b : a;
}

std::vector<std::string> labels_of(const std::vector<std::string>& files) {
  std::vector<std::string> labels;
  for (const auto& file : files)
    labels.push_back(std::filesystem::path{file}.filename().string());
  return labels;
}

/// Tells a program the id of a job whose end it will not be told.
void tell_json(const gateway_options& to, const submitted& job) {
  if (to.json)
    print(json{{"file", job.label}, {"job_id", job.id}}.dump(-1, ' ', false,
                                                             json::error_handler_t::replace) +
          "\n");
}

/// Follows jobs to their ends, a bar each.
class followed_jobs {
public:
  followed_jobs(const gateway_options& to, std::vector<submitted> jobs, progress_bars& bars)
      : to_{to}, gateway_{to.url}, jobs_{std::move(jobs)}, bars_{bars} {}

  exit_code follow() {
    // A gateway that hangs must not keep anyone waiting.
    gateway_.stop_when([this] { return interrupts_.came_within(0); });
    auto outcome = exit_code::done;
    while (open_jobs() > 0) {
      for (std::size_t i = 0; i < jobs_.size(); ++i) {
        if (jobs_[i].ended)
          continue;
        const auto failure = look_at(i);
        if (interrupts_.came_within(0))
          return leave();
        if (failure)
          outcome = worst(outcome, *failure);
      }
      if (open_jobs() > 1 && interrupts_.came_within(look_again_ms))
        return leave();
    }
    return outcome;
  }

private:
  std::size_t open_jobs() const {
    return static_cast<std::size_t>(
        std::count_if(jobs_.begin(), jobs_.end(), [](const submitted& job) { return !job.ended; }));
  }

  /// Returns how it failed when it has.
  std::optional<exit_code> look_at(std::size_t i) {
    auto& job = jobs_[i];
    // The last one is waited for where its end is heard; many are looked at in turn.
    const std::string wait = open_jobs() == 1 ? "?wait=1s" : "";
    auto reply = gateway_.get("/api/v1/jobs/" + job.id + wait);
    if (!reply && reply.error().code == errc::cancelled)
      return std::nullopt;
    if (!reply || reply->status != 200) {
      bars_.hide();
      job.ended = true;
      tell_json(to_, job);
      return reply ? refuse(*reply) : refuse(reply.error());
    }
    const auto body = object_of(*reply);
    const auto status = text_at(body, "status");
    if (status.empty()) {
      bars_.hide();
      job.ended = true;
      return refuse_stranger(to_);
    }
    const auto message = text_at(body, "message");
    const int percent = static_cast<int>(body.value("progress", 0.0));
    job.ended = is_end_word(status);
    if (!job.ended) {
      bars_.show(i, percent, message.empty() ? status : message);
      return std::nullopt;
    }
    const bool done = status == "completed";
    const auto reason = text_at(body, "error_message");
    bars_.finish(i, done ? 100 : percent, reason.empty() ? status : status + ": " + reason);
    if (to_.json)
      print(reply->body + "\n");
    return done ? std::nullopt : std::optional{exit_code::failed};
  }

  exit_code leave() {
    bars_.hide();
    say("dure: left " + std::to_string(open_jobs()) + " running; look with 'dure job ID', stop " +
        "with 'dure cancel ID':");
    for (const auto& job : jobs_)
      if (!job.ended) {
        say("  " + job.id + "  " + job.label);
        tell_json(to_, job);
      }
    return exit_code::interrupted;
  }

  const gateway_options& to_;
  http_client gateway_;
  std::vector<submitted> jobs_;
  progress_bars& bars_;
  interrupt_watch interrupts_;
};

std::vector<std::pair<std::string, std::string>> fields_of(const submit_options& what) {
  std::vector<std::pair<std::string, std::string>> fields;
  for (const auto& [name, value] : {std::pair{"kind", what.kind},
                                    {"queue", what.queue},
                                    {"group", what.group},
                                    {"params", what.params}})
    if (!value.empty())
      fields.emplace_back(name, value);
  return fields;
}

/// Returns the job's id, or nothing when it was refused, with `outcome` saying how.
std::optional<std::string> id_of(const gateway_options& to, const result<http_reply>& reply,
                                 exit_code& outcome) {
  if (reply && reply->status == 202)
    if (auto id = text_at(object_of(*reply), "job_id"); !id.empty())
      return id;
  if (reply && reply->status < 300) {
    outcome = worst(outcome, refuse_stranger(to));
    return std::nullopt;
  }
  outcome = worst(outcome, reply ? refuse(*reply) : refuse(reply.error()));
  return std::nullopt;
}

/// Tells the id, unless the job's whole end will be told as JSON.
void tell(const gateway_options& to, bool waits, const submitted& job) {
  if (!to.json)
    print(job.id + "\n");
  else if (!waits)
    tell_json(to, job);
}

exit_code submit_bare(const gateway_options& to, const submit_options& what) {
  json body{{"kind", what.kind}};
  for (const auto& [name, value] : {std::pair{"queue", what.queue}, {"group", what.group}})
    if (!value.empty())
      body[name] = value;
  if (!what.params.empty())
    body["params"] = json::parse(what.params, nullptr, false);
  if (body.contains("params") && !body["params"].is_object()) {
    say("dure: --params takes a JSON object, like '{\"size\": 200}'");
    return exit_code::usage;
  }
  http_client gateway{to.url};
  auto outcome = exit_code::done;
  // Arguments are bytes, JSON is UTF-8.
  const auto text = body.dump(-1, ' ', false, json::error_handler_t::replace);
  auto id = id_of(to, gateway.send("POST", "/api/v1/jobs", text), outcome);
  if (!id)
    return outcome;
  const submitted job{*id, what.kind, false};
  if (!what.wait) {
    tell(to, false, job);
    return outcome;
  }
  progress_bars bars{{what.kind}};
  followed_jobs followed{to, {job}, bars};
  // Whoever has read the id may interrupt.
  tell(to, true, job);
  return followed.follow();
}

} // namespace

exit_code submit_files(const gateway_options& to, const submit_options& what) {
  if (what.files.empty() && what.kind.empty()) {
    say("dure: give files to submit, or a --kind");
    return exit_code::usage;
  }
  if (what.files.empty())
    return submit_bare(to, what);
  for (const auto& file : what.files) {
    std::error_code failure;
    if (!std::filesystem::is_regular_file(file, failure)) {
      say("dure: the file " + file + " cannot be read");
      return exit_code::usage;
    }
  }
  const auto labels = labels_of(what.files);
  progress_bars bars{labels};
  http_client gateway{to.url};
  auto outcome = exit_code::done;
  std::vector<submitted> jobs;
  for (std::size_t i = 0; i < what.files.size(); ++i) {
    auto reply = gateway.upload("/upload", what.files[i], fields_of(what),
                                [&](std::uint64_t sent, std::uint64_t all) {
                                  bars.show(i, static_cast<int>(sent * 100 / all), "uploading");
                                });
    bars.hide();
    auto id = id_of(to, reply, outcome);
    jobs.push_back({id.value_or(""), labels[i], !id});
    if (id)
      tell(to, what.wait, jobs.back());
    if (outcome == exit_code::unavailable) {
      for (const auto& job : jobs)
        if (what.wait && !job.ended)
          tell_json(to, job);
      return outcome;
    }
  }
  if (!what.wait)
    return outcome;
  return worst(outcome, followed_jobs{to, std::move(jobs), bars}.follow());
}

} // namespace dure::node
