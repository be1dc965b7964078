#pragma once

#include "actors/core/record.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace dure::simulation {

/// What a log says, read by rules that share no code with the ledger: the life of every job, event
/// by event. The first thing that must not be is kept as `broken`. One owner.
class chain_model {
public:
  void take(const record& r);

  const std::string& broken() const { return broken_; }

  /// What became of a command or a lease, to be held against what its caller was told.
  bool has_submitted(const job_id& id) const { return jobs_.count(id) != 0; }

  bool has_leased(const lease& of) const { return leases_.count(key_of(of)) != 0; }

  bool has_ended(const lease& of) const { return ended_.count(key_of(of)) != 0; }

  bool was_cancelled(const job_id& id) const { return cancelled_.count(id) != 0; }

  bool was_retried(const job_id& id) const { return retried_.count(id) != 0; }

  bool was_removed(const job_id& id) const {
    auto found = jobs_.find(id);
    return found != jobs_.end() && found->second.removed;
  }

  bool has_artifacts(const lease& of) const { return made_files_.count(key_of(of)) != 0; }

  std::uint64_t settings_version() const { return settings_.version; }

private:
  struct job_life {
    job_spec spec;
    job_state state = job_state::pending;
    bool cancel_requested = false;
    bool removed = false;
    std::optional<lease> held;
    std::uint16_t attempts = 0;
  };

  using lease_key = std::pair<job_id, std::uint16_t>;

  static lease_key key_of(const lease& of) { return {of.job, of.attempt}; }

  void take_event(const event& e);
  void occur(const events::leader_claimed& e);
  void occur(const events::job_submitted& e);
  void occur(const events::job_readied& e);
  void occur(const events::job_leased& e);
  void occur(const events::job_completed& e);
  void occur(const events::attempt_ended& e);
  void occur(const events::job_failed& e);
  void occur(const events::cancel_requested& e);
  void occur(const events::job_cancelled& e);
  void occur(const events::job_retried& e);
  void occur(const events::job_reprioritised& e);
  void occur(const events::job_rescheduled& e);
  void occur(const events::job_removed& e);
  void occur(const events::queue_configured& e);
  void occur(const events::artifacts_added& e);
  void occur(const events::log_kept& e);

  void occur(const events::barrier&) {}

  void occur(const events::record_put&) {}

  void occur(const events::record_deleted&) {}

  void occur(const events::command_answered&) {}

  void occur(const events::answer_forgotten&) {}

  void occur(const events::job_split&) { expect(false, "a split job"); }

  void occur(const events::parts_joined&) { expect(false, "joined parts"); }

  void occur(const events::input_poisoned&) {}

  void occur(const events::rate_observed&) {}

  void occur(const events::question_put&) {}

  void occur(const events::question_settled&) {}

  void occur(const events::question_asked&) {}

  void occur(const events::question_removed&) {}

  void occur(const events::cost_booked&) {}

  void occur(const events::charge_spared&) {}

  void occur(const events::work_disowned&) {}

  void occur(const events::snapshot_begun&) {}

  void occur(const events::snapshot_taken&) {}

  void occur(const events::snapshot_verified&) {}

  void occur(const events::rate_configured&) {}

  void occur(const events::provider_seen&) {}

  job_life& life(const job_id& id);
  job_life& life_under(const lease& of);
  void end_attempt(job_life& j, job_state next);
  void take_key(const job_life& j);
  std::size_t count(job_state s) const;
  void expect(bool holds, const char* what);

  std::map<job_id, job_life> jobs_;
  std::set<lease_key> leases_;
  std::set<lease_key> ended_;
  std::set<job_id> cancelled_; ///< Requested or done, at any time.
  std::set<job_id> retried_;
  std::set<lease_key> made_files_;
  queue_settings settings_;
  journal_index index_{};
  epoch_number epoch_{};
  timestamp time_{};
  std::string broken_;
};

} // namespace dure::simulation
