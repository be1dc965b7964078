#pragma once

#include "actors/core/command.hpp"

#include <map>
#include <optional>
#include <vector>

namespace dure {

/// A worker's open claims at one log. A value.
///
/// One stands and waits for jobs; a newer one takes its place when the worker's room has changed
/// much. One that got no answer is repeated under its own id until it does, since the leases that
/// it may have been granted would be lost otherwise.
class claim_book {
public:
  static constexpr std::size_t open_max = 3;

  /// Returns whether a new claim for `wanted` should be made now.
  bool should_ask(const std::vector<demand>& wanted) const;

  /// Notes a claim as sent; it is the standing one now.
  void sent(claim wish);

  void answered(const claim_id& id);
  void failed(const claim_id& id);

  /// Whoever was asked is gone: no open claim will be answered.
  void all_failed();

  /// Returns the failed claims, now sent again.
  std::vector<claim> take_failed();

  bool empty() const { return open_.empty(); }

private:
  struct open_claim {
    claim wish;
    bool failed = false;
  };

  std::map<claim_id, open_claim> open_;
  std::optional<claim_id> standing_;
};

} // namespace dure
