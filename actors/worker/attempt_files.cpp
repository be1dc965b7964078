#include "actors/worker/attempt_files.hpp"

#include "actors/worker/attempt_log.hpp"
#include "actors/worker/attempt_report.hpp"
#include "actors/worker/shard_talk.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace dure {

namespace {

using phase = attempt_in_hand::phase;

void forget(worker_state& state, const attempt_in_hand& attempt) {
  const auto of = attempt.granted.of;
  if (state.load->needs_files(attempt.granted.spec.kind))
    state.context->files.discard(of);
  state.progress.forget(of.job);
  state.said.take(of);
  state.load->remove(attempt);
}

void lose_files(worker_state& state, attempt_in_hand& attempt, const error& why);

/// Reports the end when nothing of the attempt is under way any more.
void finish_if_at_rest(worker_state& state, attempt_in_hand& attempt) {
  if (attempt.at != phase::keeping || !attempt.files.at_rest())
    return;
  if (attempt.files.failure && attempt.end.end == attempt_end::completed)
    return lose_files(state, attempt, *attempt.files.failure);
  auto body = to_report(attempt.end, attempt.given_back, std::move(attempt.outcome),
                        state.context->time.now());
  forget(state, attempt);
  report(state, std::move(body));
}

/// Tells the log what is safe by now; what becomes safe meanwhile is the next batch.
void tell_artifacts(worker_state& state, attempt_in_hand& attempt) {
  auto& files = attempt.files;
  if (files.telling || files.made.empty())
    return;
  const auto count = std::min(files.made.size(), limits::artifacts_batch_max);
  const auto end = files.made.begin() + static_cast<std::ptrdiff_t>(count);
  add_artifacts told{attempt.granted.of, {}};
  told.artifacts.assign(std::move_iterator{files.made.begin()}, std::move_iterator{end});
  files.made.erase(files.made.begin(), end);
  files.telling = true;
  report(state, std::move(told));
}

/// Ends an attempt for want of its files.
void lose_files(worker_state& state, attempt_in_hand& attempt, const error& why) {
  auto body = to_file_failure(attempt, why);
  log_attempt(state, log_level::warn, "attempt-without-files", why.context, attempt.granted.of);
  forget(state, attempt);
  report(state, std::move(body));
}

bool may_try_again(const worker_state& state, const attempt_in_hand& attempt, const error& why) {
  const auto& granted = attempt.granted;
  return may_move_later(why) &&
         state.context->time.now() < granted.started_at + granted.spec.timeout.hard;
}

void try_again_later(worker_state& state, attempt_in_hand& attempt, const error& why) {
  log_attempt(state, log_level::warn, "files-not-moved", why.context, attempt.granted.of);
  attempt.files_failed_at = state.context->time.ticks();
}

void fail_files(attempt_in_hand& attempt, const error& why) {
  if (!attempt.files.failure)
    attempt.files.failure = why;
}

/// What an attempt said is worth less than its result: without it the job goes on.
void tell_log(worker_state& state, const lease& of, const result<blob_ref>& kept) {
  if (kept)
    return report(state, keep_log{of, *kept});
  log_attempt(state, log_level::warn, "attempt-log-lost", to_string(kept.error().code), of);
}

} // namespace

void move_artifact(worker_state& state, handler_artifact made) {
  auto* attempt = state.load->find(made.of);
  if (!attempt || attempt->at != phase::running)
    return;
  ++attempt->files.moving;
  state.context->files.keep_artifact(std::move(made));
}

void on_artifact_kept(worker_state& state, kept_artifact told) {
  auto* attempt = state.load->find(told.made.of);
  if (!attempt || attempt->files.moving == 0)
    return;
  auto& files = attempt->files;
  --files.moving;
  if (told.kept) {
    files.made.push_back({std::move(told.made.name), std::move(*told.kept)});
  } else if (may_try_again(state, *attempt, told.kept.error())) {
    files.again.push_back(std::move(told.made));
    try_again_later(state, *attempt, told.kept.error());
  } else {
    fail_files(*attempt, told.kept.error());
  }
  tell_artifacts(state, *attempt);
  finish_if_at_rest(state, *attempt);
}

void on_artifacts_told(worker_state& state, const lease& of, const std::optional<error>& refusal) {
  auto* attempt = state.load->find(of);
  if (!attempt)
    return;
  attempt->files.telling = false;
  if (refusal) {
    attempt->files.made.clear();
    fail_files(*attempt, *refusal);
  }
  tell_artifacts(state, *attempt);
  finish_if_at_rest(state, *attempt);
}

void keep_end(worker_state& state, attempt_in_hand& attempt, handler_end end) {
  attempt.end = std::move(end);
  if (const auto& failure = attempt.end.failure)
    log_attempt(state, log_level::info, "attempt-failed", failure->code + ": " + failure->message,
                attempt.end.of);
  auto& files = attempt.files;
  files.log = state.said.take(attempt.end.of);
  const bool completed = attempt.end.end == attempt_end::completed;
  if (completed && !attempt.end.reusable)
    log_attempt(state, log_level::info, "answer-not-reusable",
                "It was made otherwise than its job says: equal work will be asked for again.",
                attempt.end.of);
  if (!completed)
    attempt.end.result.clear();
  files.end_due = attempt.end.result.size() > limits::inline_json_bytes_max || !files.log.empty();
  if (files.end_due)
    return state.context->files.keep({attempt.end.of, attempt.end.result, files.log});
  attempt.outcome.json = std::move(attempt.end.result);
  finish_if_at_rest(state, attempt);
}

void on_end_kept(worker_state& state, kept_files told) {
  auto* attempt = state.load->find(told.of);
  if (!attempt || attempt->at != phase::keeping || !attempt->files.end_due)
    return;
  if (!told.outcome)
    return on_file_failure(state, *attempt, told.outcome.error());
  attempt->files.end_due = false;
  attempt->outcome = std::move(*told.outcome);
  if (told.log)
    tell_log(state, told.of, *told.log);
  finish_if_at_rest(state, *attempt);
}

void move_files(worker_state& state, attempt_in_hand& attempt) {
  auto& files = attempt.files;
  for (auto& made : std::exchange(files.again, {})) {
    ++files.moving;
    state.context->files.keep_artifact(std::move(made));
  }
  if (attempt.at == phase::keeping && files.end_due)
    state.context->files.keep({attempt.end.of, attempt.end.result, files.log});
}

void on_file_failure(worker_state& state, attempt_in_hand& attempt, const error& why) {
  if (may_try_again(state, attempt, why))
    try_again_later(state, attempt, why);
  else
    lose_files(state, attempt, why);
}

} // namespace dure
