#pragma once

#include "actors/core/replica.hpp"
#include "actors/protocol/interfaces.hpp"

#include <map>
#include <optional>

namespace dure {

/// Names a batch of wishes by the ticket of its first.
enum class batch_number : std::uint64_t {};

/// Gathers the replica's single replies into the batches they were asked in. A value; no CAF.
class outcome_desk {
public:
  /// Opens a batch of `size` wishes; their tickets are first, first + 1, ….
  /// Requires: size > 0.
  batch_number open(std::size_t size);

  /// Notes one reply; returns the batch when it was the last that was missing.
  std::optional<std::pair<batch_number, outcome_batch>> settle(ticket caller,
                                                               result<answer> outcome);

  /// Closes all batches; what was not answered gets `why`.
  std::map<batch_number, outcome_batch> close_all(const error& why);

  /// Returns how many wishes have not been answered.
  std::size_t unanswered() const { return unanswered_; }

private:
  struct waiting_batch {
    std::vector<std::optional<result<answer>>> outcomes;
    std::size_t missing = 0;
  };

  static outcome_batch to_outcomes(waiting_batch batch, const error& why);

  std::map<batch_number, waiting_batch> batches_;
  std::uint64_t next_ticket_ = 1;
  std::size_t unanswered_ = 0;
};

constexpr ticket ticket_of(batch_number batch, std::size_t position) {
  return ticket{static_cast<std::uint64_t>(batch) + position};
}

} // namespace dure
