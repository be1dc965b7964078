#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/time.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace dure {

/// Something an attempt said.
struct job_log_line {
  job_id job;
  std::uint16_t attempt = 0;
  std::uint64_t n = 0; ///< Grows within the job: see log_number_of.
  timestamp at{};
  std::string level;
  std::string message;

  bool operator==(const job_log_line&) const = default;
};

/// Lines of an attempt that are numbered before those of the next one begin.
inline constexpr std::uint64_t log_lines_max = 1'000'000;

/// Returns the number of an attempt's `place`-th line, so that numbers grow over a job's attempts:
/// line 7 of attempt 2 is 2000007.
constexpr std::uint64_t log_number_of(std::uint16_t attempt, std::uint64_t place) {
  return attempt * log_lines_max + place;
}

/// Carries lines from workers to gateways while attempts run, at most once, on
/// `dure.<cluster>.log.<queue>.<n>.<job>`; the log that is kept at an attempt's end has them all.
/// Thread-safe.
class log_channel {
public:
  class subscription {
  public:
    virtual ~subscription() = default;
  };

  virtual ~log_channel() = default;

  virtual void publish(const std::string& queue, std::uint16_t shard, const job_log_line& line) = 0;

  /// `on_line` is called on a thread of the adapter and must only pass it on. Ends with the
  /// subscription.
  virtual std::unique_ptr<subscription> subscribe(std::function<void(job_log_line)> on_line) = 0;
};

} // namespace dure
