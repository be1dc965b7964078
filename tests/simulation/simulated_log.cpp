#include "tests/simulation/simulated_log.hpp"

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
  if (i == 0 || i > records_.size())
    return std::nullopt;
  return records_[i - 1];
}

stream_seen simulated_log::look() const {
  return {false, journal_index{1}, last(), created_};
}

void simulated_log::cut(journal_index last) {
  records_.resize(number(last));
  std::erase_if(ids_, [last](const auto& id) { return id.second > last; });
}

void simulated_log::make_again(timestamp created) {
  created_ = created;
  records_.clear();
  ids_.clear();
}

} // namespace dure::simulation
