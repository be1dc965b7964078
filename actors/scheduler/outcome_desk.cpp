#include "actors/scheduler/outcome_desk.hpp"

#include <utility>

namespace dure {

batch_number outcome_desk::open(std::size_t size) {
  auto batch = batch_number{next_ticket_};
  next_ticket_ += size;
  unanswered_ += size;
  batches_[batch] = {std::vector<std::optional<result<answer>>>(size), size};
  return batch;
}

std::optional<std::pair<batch_number, outcome_batch>> outcome_desk::settle(ticket caller,
                                                                           result<answer> outcome) {
  auto after = batches_.upper_bound(batch_number{static_cast<std::uint64_t>(caller)});
  if (after == batches_.begin())
    return std::nullopt;
  auto found = std::prev(after);
  auto& [batch, waiting] = *found;
  auto position = static_cast<std::uint64_t>(caller) - static_cast<std::uint64_t>(batch);
  if (position >= waiting.outcomes.size() || waiting.outcomes[position])
    return std::nullopt; // its batch was closed before
  waiting.outcomes[position] = std::move(outcome);
  --unanswered_;
  if (--waiting.missing > 0)
    return std::nullopt;
  auto closed = std::pair{batch, to_outcomes(std::move(waiting), {})};
  batches_.erase(found);
  return closed;
}

std::map<batch_number, outcome_batch> outcome_desk::close_all(const error& why) {
  std::map<batch_number, outcome_batch> closed;
  for (auto& [batch, waiting] : std::exchange(batches_, {}))
    closed.emplace(batch, to_outcomes(std::move(waiting), why));
  unanswered_ = 0;
  return closed;
}

outcome_batch outcome_desk::to_outcomes(waiting_batch batch, const error& why) {
  outcome_batch gathered;
  gathered.outcomes.reserve(batch.outcomes.size());
  for (auto& outcome : batch.outcomes)
    gathered.outcomes.push_back(outcome ? std::move(*outcome) : result<answer>{why});
  return gathered;
}

} // namespace dure
