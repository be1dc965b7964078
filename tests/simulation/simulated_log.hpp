#pragma once

#include "actors/core/journal_message.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dure::simulation {

/// A stream as JetStream keeps it: duplicates are recognised before the expected sequence is
/// checked. Damage is what a power loss or an operator does to it. One owner.
class simulated_log {
public:
  explicit simulated_log(timestamp created) : created_{created} {}

  /// Answers append_taken or append_refused.
  journal_message append(const append_record& request);

  std::optional<std::string> read(journal_index index) const;
  stream_seen look() const;

  journal_index first() const { return journal_index{below_ + 1}; }

  journal_index last() const { return journal_index{below_ + records_.size()}; }

  /// What lies below goes; a log that ends below goes on there.
  void start_at(journal_index first);

  /// Loses every record after `last` that it still has; the server has forgotten which ids it saw
  /// with them.
  void cut(journal_index last);

  /// The stream is gone and made again, empty.
  void make_again(timestamp created);

private:
  timestamp created_;
  std::uint64_t below_ = 0; ///< Records that were trimmed away.
  std::vector<std::string> records_;
  std::map<record_hash, journal_index> ids_;
};

} // namespace dure::simulation
