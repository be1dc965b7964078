#include "node/sandbox/attempt_set.hpp"

#include "node/sandbox/scratch_file.hpp"

#include <algorithm>

namespace dure::node {

namespace {

/// Watchers see no more than ten a second (design.md §5).
constexpr milliseconds progress_interval{100};
constexpr std::size_t log_line_bytes = 100; ///< What a line costs beside its words.

handler_end completed(const lease& of, result_line said) {
  handler_end outcome;
  outcome.of = of;
  outcome.result = std::move(said.json);
  outcome.reusable = said.reusable;
  return outcome;
}

handler_end ended(const lease& of, attempt_ending ending) {
  handler_end outcome;
  outcome.of = of;
  outcome.end = ending.end;
  outcome.failure = std::move(ending.failure);
  return outcome;
}

handler_end failed(const lease& of, error_line said) {
  handler_end outcome = ended(of, {attempt_end::failed, std::move(said.failure)});
  outcome.retry_after = said.retry_after;
  return outcome;
}

handler_end cancelled(const lease& of) {
  handler_end outcome;
  outcome.of = of;
  outcome.end = attempt_end::cancelled;
  return outcome;
}

} // namespace

void attempt_set::start(handler_task task, monotonic now) {
  if (attempts_.empty())
    heard_at_ = now;
  running fresh;
  fresh.soft_at = now + task.soft_timeout;
  fresh.hard_at = now + task.hard_timeout;
  const attempt_key key = key_of(task.of);
  fresh.task = std::move(task);
  attempts_.emplace(key, std::move(fresh));
}

result<void> attempt_set::take(attempt_report report, monotonic now, std::uint64_t peak,
                               handler_messages& out) {
  const auto it = attempts_.find(report.of);
  if (it == attempts_.end())
    return error{errc::invalid, "it named a job that it does not have"};
  running& of = it->second;
  if (auto* said = std::get_if<result_line>(&report.said)) {
    if (said->json.size() > settings_.result_bytes_max)
      return error{errc::too_large, "a result"};
    const attempt_charge charge = said->charge;
    handler_end outcome = of.spoiled ? ended(of.task.of, std::move(*of.spoiled))
                                     : completed(of.task.of, std::move(*said));
    outcome.charge = charge;
    outcome.peak_memory_bytes = peak;
    end(it, std::move(outcome), out);
    return {};
  }
  if (auto* said = std::get_if<error_line>(&report.said)) {
    const attempt_charge charge = said->charge;
    handler_end outcome = of.cancelled   ? cancelled(of.task.of)
                          : of.soft_told ? ended(of.task.of, endings::soft_timeout())
                                         : failed(of.task.of, std::move(*said));
    outcome.charge = charge;
    outcome.peak_memory_bytes = peak;
    end(it, std::move(outcome), out);
    return {};
  }
  if (auto* said = std::get_if<progress_line>(&report.said))
    return say(of, std::move(*said), now, out);
  if (auto* said = std::get_if<log_line>(&report.said))
    return say(of, std::move(*said), now, out);
  return say(of, std::get<artifact_line>(std::move(report.said)), now, out);
}

result<void> attempt_set::say(running& of, progress_line said, monotonic now,
                              handler_messages& out) {
  handler_progress progress{of.task.of, said.done, said.total, std::move(said.step),
                            std::move(said.message)};
  if (now < of.progress_from) {
    of.held = std::move(progress);
    return {};
  }
  of.held.reset();
  of.progress_from = now + progress_interval;
  out.emplace_back(std::move(progress));
  return {};
}

result<void> attempt_set::say(running& of, log_line said, monotonic, handler_messages& out) {
  of.log_bytes += said.message.size() + said.level.size() + log_line_bytes;
  if (of.log_bytes <= settings_.log_bytes_max)
    out.emplace_back(handler_log{of.task.of, std::move(said.level), std::move(said.message)});
  return {};
}

result<void> attempt_set::say(running& of, artifact_line said, monotonic, handler_messages& out) {
  if (of.artifacts++ == settings_.artifacts_max)
    return error{errc::too_large, "too many artifacts"};
  if (of.spoiled)
    return {};
  const auto file = open_beneath(of.task.scratch, said.path);
  if (!file) {
    of.spoiled = endings::bad_artifact();
    return {};
  }
  of.artifact_bytes += file->bytes;
  if (of.artifact_bytes > settings_.artifact_bytes_max)
    return error{errc::too_large, "the artifacts in sum"};
  out.emplace_back(handler_artifact{of.task.of, std::move(said.name), std::move(said.path),
                                    std::move(said.media_type)});
  return {};
}

void attempt_set::end(table::iterator it, handler_end outcome, handler_messages& out) {
  running& of = it->second;
  if (of.held)
    out.emplace_back(std::move(*of.held));
  out.emplace_back(std::move(outcome));
  attempts_.erase(it);
}

std::optional<std::string> attempt_set::cancel(const attempt_key& key, monotonic now) {
  const auto it = attempts_.find(key);
  if (it == attempts_.end() || it->second.cancelled)
    return std::nullopt;
  it->second.cancelled = true;
  it->second.kill_at = now + settings_.cancel_grace;
  return cancel_line(key.job);
}

std::optional<kill_order> attempt_set::expire(monotonic now, handler_messages& out,
                                              std::string& lines) {
  if (!attempts_.empty() && now - heard_at_ >= settings_.silence)
    return kill_order{endings::silent(settings_.silence), std::nullopt};
  for (auto& [key, of] : attempts_) {
    if (now >= of.kill_at)
      return kill_order{{attempt_end::cancelled, {"cancelled", "", false}}, key};
    if (now >= of.hard_at)
      return kill_order{endings::hard_timeout(), key};
    if (now >= of.soft_at && !of.soft_told) {
      of.soft_told = true;
      lines += cancel_line(key.job);
    }
    if (of.held && now >= of.progress_from) {
      out.emplace_back(std::move(*of.held));
      of.held.reset();
      of.progress_from = now + progress_interval;
    }
  }
  return std::nullopt;
}

monotonic attempt_set::next_deadline() const {
  if (attempts_.empty())
    return monotonic::max();
  monotonic next = heard_at_ + settings_.silence;
  for (const auto& [key, of] : attempts_)
    next = std::min(next, deadline(of));
  return next;
}

monotonic attempt_set::deadline(const running& of) {
  monotonic next = std::min(of.kill_at, of.hard_at);
  if (!of.soft_told)
    next = std::min(next, of.soft_at);
  if (of.held)
    next = std::min(next, of.progress_from);
  return next;
}

void attempt_set::end_all(const kill_order& order, std::uint64_t peak, handler_messages& out) {
  while (!attempts_.empty()) {
    const auto it = attempts_.begin();
    const lease of = it->second.task.of;
    const bool guilty = !order.guilty || *order.guilty == it->first;
    // Whoever wanted it ended does not ask how it ended.
    handler_end outcome =
        it->second.cancelled
            ? cancelled(of)
            : ended(of, guilty ? order.why : endings::neighbour(order.why.failure.code));
    outcome.peak_memory_bytes = peak;
    outcome.unheard = true;
    end(it, std::move(outcome), out);
  }
}

void attempt_set::tell_last_words(const std::string& words, handler_messages& out) {
  if (words.empty() || attempts_.size() != 1)
    return;
  running& of = attempts_.begin()->second;
  out.emplace_back(handler_log{of.task.of, "error", words});
}

} // namespace dure::node
