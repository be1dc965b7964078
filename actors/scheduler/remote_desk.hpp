#pragma once

#include "actors/core/node_message.hpp"
#include "actors/core/replica.hpp"
#include "actors/core/time.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace dure {

/// Wishes of this node that the leader on another node decides. A value; no CAF.
///
/// An answer is kept back until this node's own view shows what it speaks of: whoever hears it may
/// look at once.
class remote_desk {
public:
  static constexpr milliseconds shown_within{10'000}; ///< Else nobody knows what became of it.

  using settled = std::vector<std::pair<ticket, result<answer>>>;

  /// Notes a request for `size` wishes whose tickets are first, first + 1, …; returns its number.
  std::uint64_t sent(ticket first, std::size_t size);

  /// Notes what came back. Returns the wishes that are settled by it: all of the request, when it
  /// failed.
  settled answered(std::uint64_t request, result<reply_message> told, monotonic now);

  /// Returns the wishes whose answers a view at `shown` bears out.
  settled take_shown(journal_index shown);

  /// Another node leads now: whoever was asked may not answer any more.
  settled give_up();

  /// Returns the wishes whose answers have waited too long to be shown.
  settled take_overdue(monotonic now);

private:
  struct request {
    ticket first{};
    std::size_t size = 0;
    std::optional<reply_message> reply;
    monotonic overdue_at{};
  };

  static void settle(settled& into, request& r, const error& why);
  template <class Condition> settled fail_all(Condition is_lost);

  std::map<std::uint64_t, request> requests_;
  std::uint64_t next_ = 1;
};

} // namespace dure
