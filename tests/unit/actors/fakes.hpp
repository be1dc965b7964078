#pragma once

#include "actors/ports/audience.hpp"
#include "actors/ports/clock.hpp"
#include "actors/ports/courier.hpp"
#include "actors/ports/log.hpp"
#include "actors/ports/log_channel.hpp"
#include "actors/ports/progress.hpp"
#include "actors/ports/sandbox.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

/// The ports of actors by hand: each remembers what it was asked and does what the test says.
namespace dure::test {

class hand_clock final : public clock {
public:
  timestamp now() const override { return timestamp{milliseconds{1'700'000'000'000}} + passed_; }

  monotonic ticks() const override { return monotonic{passed_}; }

  std::uint64_t random() override { return ++drawn_ * 0x9e3779b97f4a7c15ULL; }

  void advance(milliseconds time) { passed_ += time; }

private:
  milliseconds passed_{1'000};
  std::uint64_t drawn_ = 0;
};

class hand_log final : public log_sink {
public:
  using log_sink::write;

  using fields = std::map<std::string, std::string, std::less<>>;

  void write(log_level, std::string_view name, std::string_view text,
             std::initializer_list<log_field> about) override {
    fields line{{"text", std::string{text}}};
    for (const auto& field : about)
      line.emplace(field.name, field.value);
    lines.emplace_back(name, std::move(line));
  }

  /// Returns the fields of the newest line of this name; none: there is no such line.
  fields of(std::string_view name) const {
    const auto found = std::find_if(lines.rbegin(), lines.rend(),
                                    [&](const auto& line) { return line.first == name; });
    return found == lines.rend() ? fields{} : found->second;
  }

  bool has(std::string_view name) const { return !of(name).empty(); }

  std::vector<std::pair<std::string, fields>> lines;
};

class hand_audience final : public audience {
public:
  void applied(log_number, const std::string&, const replica_effect::write& w) override {
    events.insert(events.end(), w.events.begin(), w.events.end());
  }

  void refused_stale(const std::string&) override { ++stale; }

  void heard(log_number, const replica_input::peer&) override {}

  void stands(const shard_status& status) override { newest = status; }

  std::vector<event> events;
  std::size_t stale = 0;
  shard_status newest;
};

/// Takes tasks and lets the test say how they end.
class hand_sandbox final : public sandbox {
public:
  explicit hand_sandbox(std::vector<handler_capacity> capacities)
      : capacities_{std::move(capacities)} {}

  void listen(listener on_messages) override { tell = std::move(on_messages); }

  std::vector<handler_capacity> capacities() const override { return capacities_; }

  void run(std::vector<handler_task> given) override {
    tasks.insert(tasks.end(), given.begin(), given.end());
  }

  void cancel(const lease& of) override { cancelled.push_back(of); }

  void end(const lease& of, attempt_end how, std::string result = "{}") {
    handler_end end;
    end.of = of;
    end.end = how;
    end.result = std::move(result);
    tell({end});
  }

  void end(handler_end how) { tell({std::move(how)}); }

  listener tell;
  std::vector<handler_task> tasks;
  std::vector<lease> cancelled;

private:
  std::vector<handler_capacity> capacities_;
};

/// Stages and keeps at once, unless a test holds it back.
class hand_courier final : public courier {
public:
  void listen(listener on_message) override { tell = std::move(on_message); }

  void stage(stage_request request) override {
    staged.push_back(request.of);
    if (!failure)
      tell(staged_files{request.of, std::filesystem::path{"/scratch"}});
    else
      tell(staged_files{request.of, *failure});
  }

  void keep_artifact(handler_artifact made) override {
    artifacts.push_back(made);
    if (!holds_artifacts)
      tell_artifact(made);
  }

  void tell_artifact(const handler_artifact& made) {
    const blob_ref blob{std::string(64, 'b'), 1, made.name, made.media_type};
    if (artifact_failure)
      tell(kept_artifact{made, *artifact_failure});
    else
      tell(kept_artifact{made, blob});
  }

  void keep(keep_request request) override {
    kept.push_back(request.of);
    job_result outcome;
    if (!request.result.empty())
      outcome.blob = blob_ref{std::string(64, 'a'), request.result.size(), "result.json", ""};
    std::optional<result<blob_ref>> log;
    if (!request.log.empty())
      log = blob_ref{std::string(64, 'c'), request.log.size(), "log.jsonl", ""};
    if (!failure)
      tell(kept_files{request.of, outcome, log});
    else
      tell(kept_files{request.of, *failure, {}});
  }

  void discard(const lease& of) override { discarded.push_back(of); }

  listener tell;
  std::optional<error> failure;
  std::optional<error> artifact_failure;
  bool holds_artifacts = false;
  std::vector<handler_artifact> artifacts;
  std::vector<lease> staged;
  std::vector<lease> kept;
  std::vector<lease> discarded;
};

class hand_lines final : public log_channel {
public:
  void publish(const std::string&, std::uint16_t, const job_log_line& line) override {
    published.push_back(line);
  }

  std::unique_ptr<subscription> subscribe(std::function<void(job_log_line)>) override {
    return nullptr;
  }

  std::vector<job_log_line> published;
};

class hand_progress final : public progress_channel {
public:
  void publish(const std::string&, std::uint16_t, const job_progress& p) override {
    published.push_back(p);
  }

  std::unique_ptr<subscription> subscribe(std::function<void(job_progress)>) override {
    return nullptr;
  }

  std::vector<job_progress> published;
};

} // namespace dure::test
