#include "tests/simulation/chain_model.hpp"

#include <algorithm>

namespace dure::simulation {

void chain_model::take(const record& r) {
  index_ = dure::next(index_);
  expect(r.index == index_, "an index that does not follow");
  expect(r.time >= time_, "a time that goes back");
  expect(r.epoch >= epoch_, "an epoch that goes back");
  time_ = r.time;
  epoch_ = r.epoch;
  for (const auto& entry : r.entries) {
    for (const auto& e : entry.events)
      take_event(e);
  }
}

void chain_model::take_event(const event& e) {
  std::visit([this](const auto& fact) { occur(fact); }, e);
}

void chain_model::occur(const events::leader_claimed& e) {
  expect(e.epoch == epoch_, "a claim of another epoch than its record's");
}

void chain_model::occur(const events::job_submitted& e) {
  expect(!has_submitted(e.spec.id), "a job that was submitted twice");
  expect(e.state == job_state::pending || e.state == job_state::scheduled,
         "a submitted job that does not wait");
  auto waiting = count(job_state::pending) + count(job_state::scheduled);
  expect(!settings_.depth_max || waiting < *settings_.depth_max, "a queue over its depth limit");
  auto& j = jobs_[e.spec.id];
  j.spec = e.spec;
  take_key(j);
  j.state = e.state;
}

void chain_model::occur(const events::job_readied& e) {
  auto& j = life(e.id);
  expect(j.state == job_state::scheduled, "a job made ready that was not scheduled");
  j.state = job_state::pending;
}

void chain_model::occur(const events::job_leased& e) {
  auto& j = life(e.of.job);
  expect(j.state == job_state::pending, "a lease of a job that does not wait");
  expect(e.of.attempt == j.attempts + 1, "an attempt with a wrong number");
  expect(e.of.epoch == epoch_, "a lease of another epoch than its record's");
  expect(!settings_.paused, "a lease in a paused queue");
  expect(!settings_.concurrency_max || count(job_state::running) < *settings_.concurrency_max,
         "a queue over its concurrency limit");
  j.state = job_state::running;
  j.attempts = e.of.attempt;
  j.held = e.of;
  leases_.insert(key_of(e.of));
}

void chain_model::occur(const events::job_completed& e) {
  auto& j = life_under(e.of);
  expect(!j.cancel_requested, "a cancelled job that completes");
  end_attempt(j, job_state::completed);
}

void chain_model::occur(const events::attempt_ended& e) {
  auto& j = life_under(e.of);
  expect(!j.cancel_requested, "a cancelled job that goes on");
  expect(!is_end(e.state) && e.state != job_state::running, "an attempt that ends in no wait");
  end_attempt(j, e.state);
}

void chain_model::occur(const events::job_failed& e) {
  end_attempt(life_under(e.of), job_state::failed);
}

void chain_model::occur(const events::cancel_requested& e) {
  auto& j = life(e.id);
  expect(j.state == job_state::running, "a cancel request to a job that does not run");
  j.cancel_requested = true;
  cancelled_.insert(e.id);
}

void chain_model::occur(const events::job_cancelled& e) {
  auto& j = life(e.id);
  expect(!is_end(j.state), "a job cancelled after its end");
  expect(j.state != job_state::running || j.cancel_requested, "a running job cancelled at once");
  end_attempt(j, job_state::cancelled);
  cancelled_.insert(e.id);
}

void chain_model::occur(const events::job_retried& e) {
  auto& j = life(e.id);
  expect(j.state == job_state::failed || j.state == job_state::cancelled,
         "a retry of a job that did not fail");
  take_key(j);
  j.state = job_state::pending;
  j.cancel_requested = false;
  retried_.insert(e.id);
}

void chain_model::occur(const events::job_reprioritised& e) {
  auto state = life(e.id).state;
  expect(state == job_state::pending || state == job_state::scheduled,
         "a new priority for a job that does not wait");
}

void chain_model::occur(const events::job_rescheduled& e) {
  auto& j = life(e.id);
  expect(j.state == job_state::pending || j.state == job_state::scheduled,
         "a new time for a job that does not wait");
  j.state = e.state;
}

void chain_model::occur(const events::job_removed& e) {
  auto& j = life(e.id);
  expect(is_end(j.state), "a job removed before its end");
  j.removed = true;
}

void chain_model::occur(const events::queue_configured& e) {
  expect(e.settings.version > settings_.version, "settings that go back");
  settings_ = e.settings;
}

void chain_model::occur(const events::artifacts_added& e) {
  life_under(e.of);
  made_files_.insert(key_of(e.of));
}

void chain_model::occur(const events::log_kept& e) {
  life(e.of.job);
  expect(has_leased(e.of), "a log of an attempt that never was");
}

chain_model::job_life& chain_model::life(const job_id& id) {
  auto& j = jobs_[id];
  expect(j.spec.id == id, "an event of a job that was never submitted");
  expect(!j.removed, "an event of a job that was removed");
  return j;
}

chain_model::job_life& chain_model::life_under(const lease& of) {
  auto& j = life(of.job);
  expect(j.state == job_state::running && j.held == of, "a result of a lease that is over");
  return j;
}

void chain_model::end_attempt(job_life& j, job_state next) {
  if (j.held)
    ended_.insert(key_of(*j.held));
  j.held.reset();
  j.state = next;
}

void chain_model::take_key(const job_life& j) {
  if (j.spec.unique_key.empty())
    return;
  auto live = std::count_if(jobs_.begin(), jobs_.end(), [&j](const auto& other) {
    const auto& spec = other.second.spec;
    return spec.id != j.spec.id && !other.second.removed && !is_end(other.second.state) &&
           spec.unique_key == j.spec.unique_key && spec.group == j.spec.group;
  });
  expect(live == 0, "a unique key with two live jobs");
}

std::size_t chain_model::count(job_state s) const {
  return static_cast<std::size_t>(std::count_if(jobs_.begin(), jobs_.end(), [s](const auto& j) {
    return !j.second.removed && j.second.state == s;
  }));
}

void chain_model::expect(bool holds, const char* what) {
  if (!holds && broken_.empty())
    broken_ = std::string{"record "} + std::to_string(number(index_)) + " has " + what;
}

} // namespace dure::simulation
