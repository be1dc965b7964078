#include "node/trial/handler_trial.hpp"

#include "actors/core/file_type.hpp"
#include "node/sandbox/scratch_file.hpp"
#include "node/trial/line_explainer.hpp"
#include "node/trial/tapped_process.hpp"

#include <algorithm>
#include <fstream>
#include <memory>
#include <utility>

namespace dure::node {

namespace {

namespace fs = std::filesystem;

/// What a handler says after its result comes at once or never.
constexpr milliseconds afterthoughts{200};
/// Beyond the sandbox's own limits, which end everything.
constexpr milliseconds margin{2'000};

std::string span_text(milliseconds span) {
  return std::to_string(span.count()) + " ms";
}

template <class Message> std::vector<const Message*> all_of(const handler_messages& messages) {
  std::vector<const Message*> found;
  for (const auto& message : messages)
    if (const auto* one = std::get_if<Message>(&message))
      found.push_back(one);
  return found;
}

/// The steps of one trial, and the process that they are at.
class trial {
public:
  trial(trial_wish wish, const std::function<void(finding)>& tell)
      : wish_{std::move(wish)}, tell_{tell} {}

  void run() {
    if (!start(true))
      return;
    try_job();
    if (alive() || start(false))
      try_cancel();
    if (alive() || start(false))
      try_end();
  }

private:
  using sight = tapped_process::sight;

  const sight& seen() const { return process_->seen(); }

  bool alive() const { return !seen().killed && !seen().end; }

  void say(std::string_view step, verdict is, std::string says) {
    tell_({step, is, std::move(says)});
  }

  /// Starts a process and waits for its hello. Only the first is told of when all is well.
  bool start(bool is_first) {
    process_ = std::make_unique<tapped_process>(wish_.settings);
    if (auto started = process_->start(); !started) {
      say("start", verdict::wrong, "It could not be started: " + started.error().context + ".");
      return false;
    }
    const auto begun = tapped_process::now();
    const bool ready =
        process_->run_until([this] { return process_->process().ready() || seen().killed; },
                            wish_.settings.hello_within + margin) &&
        alive();
    if (is_first && seen().pid > 0 && (ready || !is_unstartable()))
      say("start", verdict::good, "'" + join(wish_.settings.argv, " ") + "' runs.");
    if (!ready)
      explain_no_hello();
    else if (is_first)
      tell_hello(tapped_process::now() - begun);
    return ready;
  }

  /// The spawner's child ends so when it cannot become the handler.
  bool is_unstartable() const {
    return seen().end && seen().lines == 0 &&
           (seen().end->wait_status >> 8 == 127 || seen().end->wait_status >> 8 == 126);
  }

  void tell_hello(milliseconds after) {
    const auto& hello = *seen().hello;
    say("hello", verdict::good,
        "It said hello after " + span_text(after) + ": protocol " + std::to_string(hello.protocol) +
            ", kinds " + join(hello.kinds, ", ") + ", " + counted(hello.concurrency, "job") +
            " at a time; tried as '" + wish_.settings.kind + "'.");
  }

  void explain_no_hello() {
    if (is_unstartable())
      return say(
          "start", verdict::wrong,
          "The command does not start." + complaints() +
              "\nA command is looked for in PATH, /usr/local/bin:/usr/bin:/bin; a script needs a "
              "first line with #! and to be executable.");
    if (explain_kill("hello"))
      return;
    if (seen().end)
      return say("hello", verdict::wrong,
                 "It ended before it said hello. " + death() + complaints());
    say("hello", verdict::wrong,
        "It did not say hello within " + span_text(wish_.settings.hello_within) +
            R"(. The first line must be {"hello":{"protocol":1,"kinds":["…"]}}, written out at once: )"
            "many languages hold lines back unless told to flush." +
            leftover() + complaints());
  }

  void try_job() {
    const auto begun = tapped_process::now();
    const auto task = give();
    wait_for_end();
    const auto end = end_of(task);
    tell_made(task);
    if (!end) {
      if (!explain_kill("job"))
        say("job", verdict::wrong, "It did not end the job." + complaints());
      return;
    }
    tell_end(task, *end, tapped_process::now() - begun);
    if (end->end != attempt_end::completed && end->end != attempt_end::failed)
      return;
    process_->run_until([this] { return !alive(); }, afterthoughts);
    if (!alive() && !explain_kill("job"))
      say("job", verdict::wrong,
          "It ended after the job, though more may come. " + death() + complaints());
  }

  /// Gives the process a job of its own folder. Returns it.
  handler_task give() {
    handler_task task;
    task.of.job = job_id{make_random_uuid(given_.size() + 1, given_.size() + 1)};
    task.of.attempt = 1;
    given_.push_back(key_of(task.of));
    task.kind = wish_.settings.kind;
    task.params = wish_.params;
    task.scratch = wish_.scratch / (to_string(task.of.job) + "-1");
    task.soft_timeout = wish_.settings.soft_timeout;
    task.hard_timeout = wish_.settings.hard_timeout;
    fs::create_directories(task.scratch / "in");
    fs::create_directories(task.scratch / "out");
    if (wish_.file) {
      fs::copy_file(*wish_.file, task.scratch / "in" / "0");
      task.input_file = describe_file();
    }
    process_->process().give({task}, tapped_process::now());
    return task;
  }

  blob_ref describe_file() const {
    std::ifstream in{*wish_.file, std::ios::binary};
    std::string head(file_head_bytes, '\0');
    in.read(head.data(), static_cast<std::streamsize>(head.size()));
    head.resize(static_cast<std::size_t>(in.gcount()));
    return {{},
            fs::file_size(*wish_.file),
            wish_.file->filename().string(),
            std::string{detect_file_type(head).media_type}};
  }

  std::optional<handler_end> end_of(const handler_task& task) const {
    for (const auto* end : all_of<handler_end>(seen().messages))
      if (end->of == task.of)
        return *end;
    return std::nullopt;
  }

  void wait_for_end() {
    const auto ends = all_of<handler_end>(seen().messages).size();
    process_->run_until([&] { return all_of<handler_end>(seen().messages).size() > ends; },
                        wish_.settings.hard_timeout + margin);
  }

  /// Tells of progress, log lines and files of the job.
  void tell_made(const handler_task& task) {
    const auto progress = all_of<handler_progress>(seen().messages);
    const auto logs = all_of<handler_log>(seen().messages);
    if (progress.empty())
      say("job", verdict::note, "It told no progress: nobody sees how far a job is.");
    else
      say("job", verdict::good,
          "It told progress, the last as " + std::to_string(progress.back()->done) + " of " +
              std::to_string(progress.back()->total) +
              "; of more than ten a second the newest is shown.");
    if (!logs.empty())
      say("job", verdict::good, "It wrote " + counted(logs.size(), "log line") + ".");
    for (const auto* made : all_of<handler_artifact>(seen().messages))
      if (const auto file = open_beneath(task.scratch, made->path))
        say("job", verdict::good,
            "It made the artifact '" + excerpt(made->name) + "', " + std::to_string(file->bytes) +
                " bytes.");
  }

  void tell_end(const handler_task& task, const handler_end& end, milliseconds after) {
    switch (end.end) {
    case attempt_end::completed:
      return say("job", verdict::good,
                 "It completed the job after " + span_text(after) + " with a result of " +
                     counted(end.result.size(), "byte") + ": " + excerpt(end.result));
    case attempt_end::failed:
      return tell_failure(task, *end.failure);
    default:
      break;
    }
    if (!explain_kill("job"))
      say("job", verdict::wrong, (end.failure ? end.failure->message : death()) + complaints());
  }

  void tell_failure(const handler_task& task, const job_error& failure) {
    if (failure.code == "bad_artifact")
      return say("job", verdict::wrong,
                 failure.message + explain_artifacts(seen().artifacts, task.scratch));
    say("job", verdict::note,
        "It answered with the error '" + failure.code + "': " + excerpt(failure.message) +
            " That is how a handler refuses a job; --params and --file give it another.");
  }

  void try_cancel() {
    const auto task = give();
    const auto begun = tapped_process::now();
    process_->process().cancel(key_of(task.of), begun);
    wait_for_end();
    const auto after = tapped_process::now() - begun;
    if (alive() && end_of(task))
      return say("cancel", verdict::good,
                 "A job that was cancelled ended after " + span_text(after) + ".");
    if (seen().killed && seen().guilty_line.empty())
      return say(
          "cancel", verdict::wrong,
          "A job that was cancelled went on for " + span_text(wish_.settings.cancel_grace) +
              ": the node kills the process, and with it its other jobs. On a line with \"cancel\" "
              "the job it names must end, with a result or an error.");
    if (!explain_kill("cancel"))
      say("cancel", verdict::wrong, "It ended when a job was cancelled. " + death() + complaints());
  }

  void try_end() {
    const auto begun = tapped_process::now();
    process_->process().retire(begun);
    process_->run_until([] { return false; }, wish_.settings.cancel_grace + margin);
    const auto after = tapped_process::now() - begun;
    if (seen().killed && seen().guilty_line.empty())
      return say("end", verdict::wrong,
                 "It did not end within " + span_text(wish_.settings.cancel_grace) +
                     " after its stdin was closed: the node kills it then.");
    if (explain_kill("end"))
      return;
    const auto status = seen().end ? seen().end->wait_status : 0;
    if (status != 0)
      return say("end", verdict::note,
                 "It ended when its stdin was closed, but not with status 0." + complaints());
    say("end", verdict::good,
        "It ended " + span_text(after) + " after its stdin was closed." + leftover());
  }

  /// Tells for which line the node kills it. Returns whether it was a line.
  bool explain_kill(std::string_view step) {
    if (!seen().killed || seen().guilty_line.empty())
      return false;
    const auto& line = seen().guilty_line;
    say(step, verdict::wrong,
        "Line " + std::to_string(seen().lines) + " of its output ends the process: " +
            fault_of(line) + ".\nthe line: " + excerpt(line) + complaints());
    return true;
  }

  std::string fault_of(const std::string& line) const {
    std::vector<handler_report> reports;
    if (!parse_line(line, reports))
      return explain_line(line);
    return explain_reports(reports, wish_.settings, given_);
  }

  std::string death() const {
    return seen().end
               ? endings::process_death(seen().end->wait_status, seen().complaints).failure.message
               : std::string{};
  }

  std::string complaints() const { return complaint_lines(seen().complaints); }

  std::string leftover() const {
    return seen().unfinished.empty()
               ? std::string{}
               : " It left a line without an end: " + excerpt(seen().unfinished);
  }

  trial_wish wish_;
  const std::function<void(finding)>& tell_;
  std::unique_ptr<tapped_process> process_;
  std::vector<attempt_key> given_;
};

} // namespace

std::string_view to_string(verdict is) {
  switch (is) {
  case verdict::good:
    return "ok";
  case verdict::note:
    return "note";
  case verdict::wrong:
    return "wrong";
  }
  return "unknown";
}

void try_handler(trial_wish wish, const std::function<void(finding)>& tell) {
  trial{std::move(wish), tell}.run();
}

} // namespace dure::node
