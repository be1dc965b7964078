#pragma once

#include "actors/ports/log_channel.hpp"

#include <cstddef>
#include <list>
#include <unordered_map>
#include <vector>

namespace dure::gateway {

/// What running attempts have said since this gateway listens; what ended ones said is kept as a
/// file. Pure and bounded: when it is full, the job that has been silent for longest is forgotten.
/// One owner.
class log_board {
public:
  static constexpr std::size_t bytes_max_default = 64 * 1024 * 1024;

  explicit log_board(std::size_t bytes_max = bytes_max_default) : bytes_max_{bytes_max} {}

  /// A line of a newer attempt replaces those of the older; one that came before is dropped.
  void put(job_log_line line);

  /// A job that has ended says nothing more.
  void forget(const job_id& id);

  /// Returns the job's lines with numbers above `after`, in order.
  std::vector<job_log_line> lines_of(const job_id& id, std::uint64_t after) const;

private:
  struct entry {
    std::vector<job_log_line> lines;
    std::size_t bytes = 0;
    std::list<job_id>::iterator place;
  };

  void clear(entry& of_job);

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::unordered_map<job_id, entry> jobs_;
  std::list<job_id> by_silence_; ///< The longest silent first.
};

} // namespace dure::gateway
