#include "tests/simulation/simulated_log.hpp"

#include <algorithm>

namespace dure::simulation {

journal_message simulated_log::append(const append_record& request) {
  if (auto known = ids_.find(request.hash); known != ids_.end())
    return append_taken{known->second, true};
  if (request.expected != last())
    return append_refused{};
  records_.push_back(request.bytes);
  ids_[request.hash] = last();
  return append_taken{last(), false};
}

std::optional<std::string> simulated_log::read(journal_index index) const {
  auto i = number(index);
  if (i <= below_ || i > below_ + records_.size())
    return std::nullopt;
  return records_[i - below_ - 1];
}

stream_seen simulated_log::look() const {
  return {{}, first(), last(), created_};
}

void simulated_log::start_at(journal_index first) {
  if (first <= this->first())
    return;
  const auto gone = std::min<std::uint64_t>(number(first) - 1 - below_, records_.size());
  records_.erase(records_.begin(), records_.begin() + static_cast<std::ptrdiff_t>(gone));
  below_ = number(first) - 1;
}

void simulated_log::cut(journal_index last) {
  const auto left = std::max(number(last), below_) - below_;
  records_.resize(std::min<std::uint64_t>(left, records_.size()));
  std::erase_if(ids_, [this](const auto& id) { return id.second > this->last(); });
}

void simulated_log::make_again(timestamp created) {
  created_ = created;
  below_ = 0;
  records_.clear();
  ids_.clear();
}

} // namespace dure::simulation
