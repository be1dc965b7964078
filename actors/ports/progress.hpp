#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/time.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace dure {

/// How far an attempt is. Not journaled: re-sent while it lasts, forgotten afterwards.
struct job_progress {
  job_id job;
  std::uint16_t attempt = 0;
  std::uint64_t n =
      0; ///< Counts up within the attempt; a lower one, or one of an older attempt, is dropped.
  std::uint64_t done = 0;
  std::uint64_t total = 0; ///< 0: unknown.
  std::string step;
  std::string message;
  timestamp at{};

  bool operator==(const job_progress&) const = default;
};

/// Carries progress from workers to gateways, at most once, on
/// `dure.<cluster>.progress.<queue>.<n>.<job>`. Thread-safe.
class progress_channel {
public:
  class subscription {
  public:
    virtual ~subscription() = default;
  };

  virtual ~progress_channel() = default;

  virtual void publish(const std::string& queue, std::uint16_t shard, const job_progress& p) = 0;

  /// `on_progress` is called on a thread of the adapter and must only pass it on. Ends with the
  /// subscription.
  virtual std::unique_ptr<subscription>
  subscribe(std::function<void(job_progress)> on_progress) = 0;
};

} // namespace dure
