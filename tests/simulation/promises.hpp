#pragma once

#include "actors/core/command.hpp"
#include "tests/simulation/chain_model.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dure::simulation {

/// What callers were told, to be held against what the log says in the end. One owner.
class promises {
public:
  /// A caller got `told` for `wish`.
  void keep(const command& wish, const answer& told);

  /// Returns the first promise that the log does not keep, or nothing.
  std::optional<std::string> broken_by(const chain_model& chain) const;

private:
  std::vector<job_id> submitted_;
  std::vector<lease> leased_;
  std::vector<lease> ended_;
  std::vector<job_id> cancelled_;
  std::vector<job_id> retried_;
  std::vector<job_id> removed_;
  std::vector<lease> made_files_;
  std::uint64_t settings_version_ = 0;
};

} // namespace dure::simulation
