#include "actors/scheduler/remote_desk.hpp"

#include <utility>

namespace dure {

namespace {

constexpr ticket ticket_at(ticket first, std::size_t place) {
  return ticket{static_cast<std::uint64_t>(first) + place};
}

/// Returns why a reply does not answer its request, if it does not.
std::optional<error> misfit(const reply_message& told, std::size_t wishes) {
  if (told.outcomes.size() == wishes)
    return std::nullopt;
  if (told.outcomes.size() == 1 && !told.outcomes.front())
    return told.outcomes.front().error();
  return error{errc::unknown_outcome, "the leader's reply does not fit what was asked"};
}

} // namespace

std::uint64_t remote_desk::sent(ticket first, std::size_t size) {
  requests_.emplace(next_, request{first, size, {}, {}});
  return next_++;
}

void remote_desk::settle(settled& into, request& r, const error& why) {
  for (std::size_t i = 0; i < r.size; ++i)
    into.emplace_back(ticket_at(r.first, i), why);
}

remote_desk::settled remote_desk::answered(std::uint64_t number, result<reply_message> told,
                                           monotonic now) {
  settled done;
  auto found = requests_.find(number);
  if (found == requests_.end())
    return done;
  auto& asked = found->second;
  auto trouble = told ? misfit(*told, asked.size) : std::optional{told.error()};
  if (trouble) {
    settle(done, asked, *trouble);
    requests_.erase(found);
  } else {
    asked.reply = std::move(*told);
    asked.overdue_at = now + shown_within;
  }
  return done;
}

remote_desk::settled remote_desk::take_shown(journal_index shown) {
  settled done;
  for (auto r = requests_.begin(); r != requests_.end();) {
    auto& [first, size, reply, overdue_at] = r->second;
    if (!reply || reply->index > shown) {
      ++r;
      continue;
    }
    for (std::size_t i = 0; i < size; ++i)
      done.emplace_back(ticket_at(first, i), std::move(reply->outcomes[i]));
    r = requests_.erase(r);
  }
  return done;
}

template <class Condition> remote_desk::settled remote_desk::fail_all(Condition is_lost) {
  settled done;
  for (auto r = requests_.begin(); r != requests_.end();) {
    if (!is_lost(r->second)) {
      ++r;
      continue;
    }
    settle(done, r->second, error{errc::unknown_outcome, {}});
    r = requests_.erase(r);
  }
  return done;
}

remote_desk::settled remote_desk::give_up() {
  return fail_all([](const request& r) { return !r.reply; });
}

remote_desk::settled remote_desk::take_overdue(monotonic now) {
  return fail_all([now](const request& r) { return r.reply && r.overdue_at <= now; });
}

} // namespace dure
