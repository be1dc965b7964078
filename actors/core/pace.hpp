#pragma once

#include "actors/core/command.hpp"
#include "actors/core/event.hpp"
#include "actors/core/queue.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <unordered_map>

namespace dure {

/// A quota a minute as a bucket: holds at most 2 % of it (at least one), refills 97 % of it evenly,
/// so that no minute, wherever it begins, sees more than the quota. Empty at first. A value.
class quota_bucket {
public:
  quota_bucket(double per_minute, monotonic now);

  double level(monotonic now);

  double capacity() const { return capacity_; }

  /// May go below zero: what turned out dearer is paid back first.
  void take(double amount) { level_ -= amount; }

  /// The provider says that no more than this is left.
  void cap(double left) { level_ = std::min(level_, left); }

private:
  double capacity_;
  double per_ms_;
  double level_ = 0;
  monotonic at_;
};

/// How many leases the rate limits of a queue allow now. Of the leader alone: begins empty with its
/// leadership, so that two leaders in a row together stay within the quota, and runs on its own
/// monotonic clock. A value.
///
/// Tokens are estimated by the running mean when a lease is granted, and corrected when its attempt
/// tells its cost.
class pace {
public:
  static constexpr double tokens_at_first = 1'500;

  /// Begins anew, with empty buckets.
  void begin(const rate_limits& limits, bool blocked, monotonic now);

  /// Returns how many leases may be granted now; a very large number without limits.
  std::size_t allowance(monotonic now);

  /// Takes note of what the leader has decided.
  void hear(const event& e, monotonic now);

  /// Takes note of what the provider said of its quota.
  void hear(const quota_report& said);

  /// Returns whether time alone may allow more.
  bool waits_for_time() const { return requests_ || tokens_ || blocked_; }

private:
  void granted(const job_id& job);
  void ended(const job_id& job, const job_cost& cost);

  std::optional<quota_bucket> requests_;
  std::optional<quota_bucket> tokens_;
  std::unordered_map<job_id, double> estimates_; ///< Of leases granted by this leader, in flight.
  double mean_tokens_ = tokens_at_first;
  bool blocked_ = false; ///< The ledger says until when.
};

} // namespace dure
