#pragma once

#include "actors/ports/journal.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

namespace dure::test {

/// Logs of one kind, and what may happen to them.
class journal_world {
public:
  virtual ~journal_world() = default;

  virtual journal_source& source() = 0;

  virtual void go_away() = 0;
  virtual void come_back() = 0;
  virtual void lose_stream(const std::string& queue, std::uint16_t shard) = 0;

  /// As after a power loss.
  virtual void lose_last_record(const std::string& queue, std::uint16_t shard) = 0;
};

std::unique_ptr<journal_world> make_memory_journals();
std::unique_ptr<journal_world> make_nats_journals();

/// What a journal has told, in order. Thread-safe.
class heard {
public:
  journal::listener listener() {
    return [this](journal_message message) {
      {
        std::lock_guard lock{mutex_};
        messages_.push_back(std::move(message));
      }
      changed_.notify_all();
    };
  }

  /// Takes the oldest message of type T, waiting for it at most `patience`.
  template <class T>
  std::optional<T> take(std::chrono::milliseconds patience = std::chrono::seconds{30}) {
    auto taken = take_if([](const auto& m) { return std::holds_alternative<T>(m); }, patience);
    return taken ? std::optional<T>{std::get<T>(std::move(*taken))} : std::nullopt;
  }

  /// Takes the oldest answer to an append.
  std::optional<journal_message> take_append_outcome() {
    return take_if(
        [](const auto& m) {
          return std::holds_alternative<append_taken>(m) ||
                 std::holds_alternative<append_refused>(m) ||
                 std::holds_alternative<append_unknown>(m);
        },
        std::chrono::seconds{30});
  }

  /// Takes the oldest message of any type.
  std::optional<journal_message> take_any(std::chrono::milliseconds patience) {
    std::unique_lock lock{mutex_};
    if (!changed_.wait_for(lock, patience, [this] { return !messages_.empty(); }))
      return std::nullopt;
    auto taken = std::move(messages_.front());
    messages_.pop_front();
    return taken;
  }

private:
  template <class Wanted>
  std::optional<journal_message> take_if(Wanted wanted, std::chrono::milliseconds patience) {
    std::unique_lock lock{mutex_};
    const auto until = std::chrono::steady_clock::now() + patience;
    for (;;) {
      const auto m = std::find_if(messages_.begin(), messages_.end(), wanted);
      if (m != messages_.end()) {
        std::optional<journal_message> taken{std::move(*m)};
        messages_.erase(m);
        return taken;
      }
      if (changed_.wait_until(lock, until) == std::cv_status::timeout)
        return std::nullopt;
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<journal_message> messages_;
};

/// Looks until the stream is seen, as a replica does; nothing after 30 s. A single look may fail: a
/// server is asked to make the stream, and nats-server refuses that for a moment when it has just
/// deleted one of that name (10049, once in some 600 times under load).
std::optional<stream_seen> look_surely(journal& log, heard& ear);

/// Returns a request whose hash follows from its bytes and place, as a record's does.
append_record make_append(std::uint64_t expected, std::string bytes);

} // namespace dure::test
