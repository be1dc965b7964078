#include "actors/core/error.hpp"

#include <cstdio>
#include <cstdlib>

namespace dure {

std::string_view to_string(errc code) {
  switch (code) {
  case errc::not_found:
    return "There is nothing with this id.";
  case errc::gone:
    return "It was deleted or has expired.";
  case errc::wrong_state:
    return "The job's state does not allow this.";
  case errc::stale_lease:
    return "Another attempt holds this job now.";
  case errc::version_mismatch:
    return "The record was changed by somebody else.";
  case errc::invalid:
    return "An argument is malformed or out of range.";
  case errc::queue_full:
    return "The queue is full; try again later.";
  case errc::unique_taken:
    return "Another live job holds the unique key.";
  case errc::too_large:
    return "It is over a size limit.";
  case errc::unavailable:
    return "The cluster cannot take this right now; try again later.";
  case errc::unknown_outcome:
    return "It is not known whether this happened; repeat it with the same id.";
  case errc::not_leader:
    return "This node does not lead the log.";
  case errc::busy:
    return "The node is busy; try again later.";
  case errc::shutting_down:
    return "The node is shutting down.";
  case errc::store_failed:
    return "The local database failed.";
  case errc::corrupt:
    return "Stored bytes are damaged.";
  case errc::newer_node_needed:
    return "A newer version of Dure is needed to read this.";
  case errc::io_failed:
    return "Input or output failed.";
  case errc::timeout:
    return "It was not answered in time.";
  case errc::cancelled:
    return "It was given up on request.";
  }
  return "Unknown error.";
}

void throw_exception_from_error(const error& e, const boost::source_location& where) {
  std::fprintf(stderr, "value() on a failure: %s (%s:%d)\n", e.context.c_str(), where.file_name(),
               static_cast<int>(where.line()));
  std::abort();
}

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "broken invariant: %s (%s:%d)\n", condition, file, line);
  std::abort();
}

} // namespace dure
