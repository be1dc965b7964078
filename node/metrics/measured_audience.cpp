#include "node/metrics/measured_audience.hpp"

#include "actors/core/keys.hpp"
#include "actors/core/queries.hpp"
#include "actors/core/rows.hpp"
#include "node/metrics/metrics.hpp"

#include <algorithm>
#include <optional>

namespace dure::node {

namespace {

double to_seconds(milliseconds span) {
  return std::chrono::duration<double>(std::max(span, milliseconds{0})).count();
}

/// Counts the events of one record. How long things took is told by the job's row as the record
/// leaves it: events carry outcomes, not histories.
struct attempt_counter {
  metrics& figures;
  const std::string& queue;
  const state_delta& delta;

  void operator()(const events::job_leased& e) const {
    auto j = row_of(e.of.job);
    if (!j || j->attempts.empty())
      return;
    const auto started_at = j->attempts.back().started_at;
    figures.count_wait(j->spec.kind, to_seconds(started_at - queries::waits_since(*j)));
  }

  void operator()(const events::job_completed& e) const {
    ended(e.of.job, attempt_end::completed, e.of.attempt);
  }

  void operator()(const events::attempt_ended& e) const { ended(e.of.job, e.end, e.of.attempt); }

  void operator()(const events::job_failed& e) const { ended(e.of.job, e.end, e.of.attempt); }

  void operator()(const events::job_cancelled& e) const {
    if (e.end)
      ended(e.id, *e.end, std::nullopt);
  }

  template <class Other> void operator()(const Other&) const {}

  /// Without a number it was the newest attempt.
  void ended(const job_id& id, attempt_end end, std::optional<std::uint16_t> n) const {
    figures.count_attempt(queue, end);
    auto j = row_of(id);
    if (!j)
      return;
    const auto past = std::find_if(j->attempts.rbegin(), j->attempts.rend(),
                                   [&n](const attempt& a) { return !n || a.n == *n; });
    if (past != j->attempts.rend() && past->ended_at)
      figures.count_run(j->spec.kind, to_seconds(*past->ended_at - past->started_at));
  }

  /// Returns nothing for a job that the same record removes.
  std::optional<job> row_of(const job_id& id) const {
    const auto& jobs = delta.of(family::jobs);
    const auto row = jobs.find(keys::job(id));
    if (row == jobs.end() || !row->second)
      return std::nullopt;
    auto j = decode_row<job>(*row->second);
    return j ? std::optional{std::move(*j)} : std::nullopt;
  }
};

} // namespace

void measured_audience::applied(log_number log, const std::string& queue,
                                const replica_effect::write& w) {
  figures_.count_record(queue, w.events.size());
  if (is_ours(log, w.events))
    for (const auto& e : w.events)
      std::visit(attempt_counter{figures_, queue, w.delta}, e);
  to_.applied(log, queue, w);
}

void measured_audience::refused_stale(const std::string& queue) {
  figures_.count_stale_result(queue);
  to_.refused_stale(queue);
}

void measured_audience::heard(log_number log, const replica_input::peer& peer) {
  to_.heard(log, peer);
}

void measured_audience::stands(const shard_status& status) {
  to_.stands(status);
}

bool measured_audience::is_ours(log_number log, const std::vector<event>& record) {
  const auto* claimed =
      record.empty() ? nullptr : std::get_if<events::leader_claimed>(&record.front());
  const std::scoped_lock lock{mutex_};
  if (claimed && claimed->node == node_ && claimed->boot == boot_)
    led_.insert(log);
  else if (claimed)
    led_.erase(log);
  return led_.contains(log);
}

} // namespace dure::node
