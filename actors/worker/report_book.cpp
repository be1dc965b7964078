#include "actors/worker/report_book.hpp"

#include "actors/worker/attempt_report.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace dure {

namespace {

/// Returns whether the same report may be taken later.
bool may_pass_later(errc code) {
  switch (code) {
  case errc::unavailable:
  case errc::unknown_outcome:
  case errc::not_leader:
  case errc::busy:
  case errc::shutting_down:
  case errc::timeout:
    return true;
  case errc::not_found:
  case errc::gone:
  case errc::wrong_state:
  case errc::stale_lease:
  case errc::version_mismatch:
  case errc::invalid:
  case errc::queue_full:
  case errc::unique_taken:
  case errc::too_large:
  case errc::store_failed:
  case errc::corrupt:
  case errc::newer_node_needed:
  case errc::io_failed:
  case errc::cancelled:
    return false;
  }
  return false;
}

void move_to(std::vector<command>& to, std::vector<command>& from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
  from.clear();
}

} // namespace

void report_book::add(command report) {
  const auto& of = lease_in(report.body);
  ++open_[{of.job, of.attempt}];
  waiting_.push_back(std::move(report));
}

void report_book::close(const command& report) {
  const auto& of = lease_in(report.body);
  auto found = open_.find({of.job, of.attempt});
  if (found != open_.end() && --found->second == 0)
    open_.erase(found);
}

std::optional<report_book::batch> report_book::next() {
  if (waiting_.empty() || on_their_way_.size() >= on_their_way_max)
    return std::nullopt;
  auto number = report_batch{next_number_++};
  auto& reports = on_their_way_[number];
  if (waiting_.size() <= batch_max) {
    reports.swap(waiting_);
  } else {
    auto end = waiting_.begin() + batch_max;
    reports.assign(std::move_iterator{waiting_.begin()}, std::move_iterator{end});
    waiting_.erase(waiting_.begin(), end);
  }
  return batch{number, reports};
}

report_book::settled report_book::answered(report_batch number,
                                           const std::vector<result<answer>>& outcomes) {
  settled done;
  auto sent = on_their_way_.extract(number);
  if (sent.empty())
    return done;
  auto& reports = sent.mapped();
  for (std::size_t i = 0; i < reports.size(); ++i) {
    if (i >= outcomes.size() || (!outcomes[i] && may_pass_later(outcomes[i].error().code))) {
      again_.push_back(std::move(reports[i]));
      continue;
    }
    close(reports[i]);
    if (outcomes[i])
      done.taken.push_back(std::move(reports[i]));
    else
      done.refused.emplace_back(std::move(reports[i]), outcomes[i].error());
  }
  return done;
}

void report_book::failed(report_batch number) {
  if (auto sent = on_their_way_.extract(number); !sent.empty())
    move_to(again_, sent.mapped());
}

void report_book::all_failed() {
  for (auto& [number, reports] : std::exchange(on_their_way_, {}))
    move_to(again_, reports);
}

void report_book::retry() {
  move_to(waiting_, again_);
}

std::size_t report_book::size() const {
  auto sum = waiting_.size() + again_.size();
  for (const auto& [number, reports] : on_their_way_)
    sum += reports.size();
  return sum;
}

} // namespace dure
