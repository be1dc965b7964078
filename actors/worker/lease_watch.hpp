#pragma once

#include "actors/core/job.hpp"
#include "actors/core/state.hpp"
#include "actors/core/time.hpp"

#include <map>
#include <utility>
#include <vector>

namespace dure {

/// Finds leases that a log says this worker holds and that it knows nothing of: the answer that
/// granted them was lost on its way, with the leader that gave it. A value.
class lease_watch {
public:
  static constexpr milliseconds period{2'000};
  static constexpr int looks_max = 3; ///< An answer may be on its way for so long.

  bool is_due(monotonic now) const { return now - looked_at_ >= period; }

  /// Takes what is unknown now; returns what has been so for as many looks as an answer may take.
  std::vector<lease> look(std::vector<lease> unknown, monotonic now);

private:
  std::map<std::pair<job_id, std::uint16_t>, int> seen_;
  monotonic looked_at_{};
};

/// Returns the leases that `view` shows of one life of a node in one log.
result<std::vector<lease>> leases_in(const state_reader& view, log_number log,
                                     const std::string& node, const boot_id& boot);

} // namespace dure
