#pragma once

#include "actors/core/limits.hpp"
#include "actors/ports/log_channel.hpp"
#include "actors/ports/sandbox.hpp"

#include <cstddef>
#include <unordered_map>
#include <vector>

namespace dure {

/// What running attempts have said: told to whoever follows, and kept whole at the attempt's end.
/// Bounded to limits::attempt_log_bytes_max an attempt; a last line says what is left out. A value.
class log_book {
public:
  void note(handler_log told, timestamp now);

  /// Returns the lines that were noted since the last call.
  std::vector<job_log_line> take_news();

  /// Returns all that the attempt said, and forgets it.
  std::vector<job_log_line> take(const lease& of);

private:
  struct entry {
    std::uint16_t attempt = 0;
    std::vector<job_log_line> lines;
    std::size_t told = 0; ///< Lines that are news no more.
    std::size_t bytes = 0;
    bool full = false;
  };

  std::unordered_map<job_id, entry> entries_;
  std::vector<job_id> with_news_;
};

} // namespace dure
