#include "actors/worker/attempt_report.hpp"

#include <algorithm>
#include <utility>

namespace dure {

namespace {

constexpr milliseconds time_min{1'000}; ///< Even a late start gets a moment.

milliseconds left_of(std::chrono::seconds limit, milliseconds passed) {
  return std::max(time_min, milliseconds{limit} - std::max(passed, milliseconds{0}));
}

job_error unexplained(attempt_end end) {
  return {std::string{to_string(end)}, "The handler ended without saying why.", true};
}

} // namespace

handler_task to_task(const attempt_in_hand& attempt, timestamp now) {
  const auto& spec = attempt.granted.spec;
  auto passed = now - attempt.granted.started_at;
  handler_task task;
  task.of = attempt.granted.of;
  task.kind = spec.kind;
  task.params = spec.params;
  task.input = spec.input;
  task.input_file = spec.input_file;
  task.scratch = attempt.scratch;
  task.soft_timeout = left_of(spec.timeout.soft, passed);
  task.hard_timeout = left_of(spec.timeout.hard, passed);
  return task;
}

command_body to_report(const handler_end& end, bool given_back, job_result outcome, timestamp now) {
  switch (end.end) {
  case attempt_end::completed:
    return complete{end.of,
                    std::move(outcome),
                    end.charge.cost,
                    end.peak_memory_bytes,
                    end.charge.quota,
                    end.reusable,
                    end.charge.possibly_charged};
  case attempt_end::failed:
  case attempt_end::died:
  case attempt_end::timed_out: {
    fail report{end.of,
                end.end,
                end.failure.value_or(unexplained(end.end)),
                {},
                end.peak_memory_bytes,
                end.charge.cost,
                end.charge.possibly_charged,
                end.charge.quota};
    if (end.retry_after)
      report.retry_not_before = now + *end.retry_after;
    return report;
  }
  case attempt_end::cancelled:
  case attempt_end::released:
  case attempt_end::lost:
    break;
  }
  const bool goes_back = given_back || end.end == attempt_end::released;
  return to_release(end, goes_back ? attempt_end::released : attempt_end::cancelled);
}

release to_release(const handler_end& end, attempt_end as) {
  return {end.of,     as, end.peak_memory_bytes, end.charge.cost, end.charge.possibly_charged,
          end.unheard};
}

bool may_move_later(const error& why) {
  return why.code != errc::not_found && why.code != errc::gone && why.code != errc::corrupt &&
         why.code != errc::invalid && why.code != errc::too_large;
}

fail to_file_failure(const attempt_in_hand& attempt, const error& why) {
  auto to_fail = [&](job_error failure) {
    return fail{attempt.granted.of,
                attempt_end::failed,
                std::move(failure),
                {},
                attempt.end.peak_memory_bytes,
                attempt.end.charge.cost,
                attempt.end.charge.possibly_charged,
                attempt.end.charge.quota};
  };
  if (why.code == errc::too_large)
    return to_fail({"too_many_artifacts", "It made more files than a job may have.", false});
  if (why.code == errc::invalid)
    return to_fail({"bad_artifact",
                    "The handler named a file that is not a regular file in its own folder.",
                    false});
  if (attempt.at == attempt_in_hand::phase::keeping)
    return to_fail({"result_not_kept", "What it made cannot be stored: " + why.context, true});
  if (why.code == errc::not_found || why.code == errc::gone)
    // The node that took it may be putting it back.
    return to_fail({"input_missing", "The input file is no longer there.", true});
  if (why.code == errc::corrupt)
    return to_fail({"input_corrupt", "The input file is damaged.", true});
  return to_fail({"files_unavailable", std::string{to_string(why.code)}, true});
}

const lease& lease_in(const command_body& report) {
  if (const auto* done = std::get_if<complete>(&report))
    return done->of;
  if (const auto* failed = std::get_if<fail>(&report))
    return failed->of;
  if (const auto* made = std::get_if<add_artifacts>(&report))
    return made->of;
  if (const auto* said = std::get_if<keep_log>(&report))
    return said->of;
  return std::get<release>(report).of;
}

} // namespace dure
