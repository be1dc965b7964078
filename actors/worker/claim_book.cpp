#include "actors/worker/claim_book.hpp"

#include <algorithm>
#include <utility>

namespace dure {

namespace {

std::uint32_t jobs_of(const std::vector<demand>& demands, const std::string& kind) {
  auto found =
      std::find_if(demands.begin(), demands.end(), [&](const demand& d) { return d.kind == kind; });
  return found == demands.end() ? 0 : found->jobs;
}

/// Returns whether some kind's demand in `a` is more than twice that in `b`.
bool far_more(const std::vector<demand>& a, const std::vector<demand>& b) {
  return std::any_of(a.begin(), a.end(),
                     [&](const demand& d) { return d.jobs > 2 * jobs_of(b, d.kind); });
}

} // namespace

bool claim_book::should_ask(const std::vector<demand>& wanted) const {
  if (open_.size() >= open_max)
    return false;
  if (!standing_)
    return !wanted.empty();
  const auto& asked = open_.at(*standing_).wish.demands;
  return far_more(wanted, asked) || far_more(asked, wanted);
}

void claim_book::sent(claim wish) {
  standing_ = wish.id;
  auto id = wish.id;
  open_.insert_or_assign(id, open_claim{std::move(wish), false});
}

void claim_book::answered(const claim_id& id) {
  open_.erase(id);
  if (standing_ == id)
    standing_.reset();
}

void claim_book::failed(const claim_id& id) {
  if (auto found = open_.find(id); found != open_.end())
    found->second.failed = true;
}

void claim_book::all_failed() {
  for (auto& [id, open] : open_)
    open.failed = true;
}

std::vector<claim> claim_book::take_failed() {
  std::vector<claim> again;
  for (auto& [id, open] : open_)
    if (std::exchange(open.failed, false))
      again.push_back(open.wish);
  return again;
}

} // namespace dure
