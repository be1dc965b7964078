#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace dure {

/// Why something was refused or failed. Numbers are durable (kept answers, messages between nodes):
/// never reused.
enum class errc : std::uint8_t {
  not_found = 1,          ///< No such job, record, queue or file.
  gone = 2,               ///< It existed and was deleted or expired.
  wrong_state = 3,        ///< The job's state does not allow this.
  stale_lease = 4,        ///< Another attempt, epoch or boot holds the job now.
  version_mismatch = 5,   ///< A record has another version than expected.
  invalid = 6,            ///< An argument is malformed or out of range.
  queue_full = 7,         ///< The queue's depth limit is reached; try later.
  unique_taken = 8,       ///< Another live job holds the unique key.
  too_large = 9,          ///< Over a size limit of limits.hpp.
  unavailable = 10,       ///< Nobody leads, or the journal cannot be reached; try later.
  unknown_outcome = 11,   ///< It may or may not have happened; repeat with the same id.
  not_leader = 12,        ///< This replica does not lead the log.
  busy = 13,              ///< A bounded queue inside the node is full; try later.
  shutting_down = 14,     ///< The node drains and takes nothing new.
  store_failed = 15,      ///< The local database failed.
  corrupt = 16,           ///< Bytes that should be ours are damaged.
  newer_node_needed = 17, ///< A format or event that this version does not know.
  io_failed = 18,         ///< The operating system or a remote service failed.
  timeout = 19,           ///< Not answered in time.
  cancelled = 20,         ///< Given up on request.
};

/// Returns one English sentence that says what `code` means to a person.
std::string_view to_string(errc code);

/// A failure as a value.
struct error {
  errc code{};
  std::string context; ///< What was tried, and on which id; one sentence without a path or a stack.

  bool operator==(const error&) const = default;
};

/// Boost calls this when `.value()` is used on a failure; we never do, so reaching it is a broken
/// invariant.
[[noreturn]] void throw_exception_from_error(const error& e, const boost::source_location& where);

/// A value or an `error`. Must not be dropped.
template <class T> struct [[nodiscard]] result : boost::system::result<T, error> {
  using boost::system::result<T, error>::result;
};

/// Prints the broken invariant and aborts.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

} // namespace dure

/// Ends the process when an invariant of ours is broken: the supervisor restarts it and the journal
/// replays.
#define DURE_CHECK(condition)                                                                      \
  ((condition) ? void() : ::dure::check_failed(#condition, __FILE__, __LINE__))
