#pragma once

#include "actors/core/command.hpp"
#include "tests/simulation/chain_model.hpp"
#include "tests/simulation/dice.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace dure::simulation {

/// What callers were told, to be held against what the log says in the end. One owner.
class promises {
public:
  /// A caller got `told` for `wish`.
  void keep(const command& wish, const answer& told);

  /// Somebody is about to wish that this job be removed.
  void expect_removal(const job_id& id) { may_be_removed_.insert(id); }

  bool may_be_removed(const job_id& id) const { return may_be_removed_.count(id) != 0; }

  /// Returns one of the acknowledged jobs, or null.
  const job_id* some_submitted(dice& chance) const {
    return submitted_.empty() ? nullptr : &submitted_[chance.below(submitted_.size())];
  }

  /// Returns the first promise that the log does not keep, or nothing.
  std::optional<std::string> broken_by(const chain_model& chain) const;

private:
  std::vector<job_id> submitted_;
  std::vector<lease> leased_;
  std::vector<lease> ended_;
  std::vector<job_id> cancelled_;
  std::vector<job_id> retried_;
  std::vector<job_id> removed_;
  std::set<job_id> may_be_removed_;
  std::vector<lease> made_files_;
  std::uint64_t settings_version_ = 0;
};

} // namespace dure::simulation
