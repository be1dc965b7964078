#pragma once

#include "actors/ports/journal.hpp"

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
    std::unique_lock lock{mutex_};
    const auto until = std::chrono::steady_clock::now() + patience;
    for (;;) {
      for (auto m = messages_.begin(); m != messages_.end(); ++m)
        if (auto* wanted = std::get_if<T>(&*m)) {
          std::optional<T> taken{std::move(*wanted)};
          messages_.erase(m);
          return taken;
        }
      if (changed_.wait_until(lock, until) == std::cv_status::timeout)
        return std::nullopt;
    }
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
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<journal_message> messages_;
};

/// Returns a request whose hash follows from its bytes and place, as a record's does.
append_record make_append(std::uint64_t expected, std::string bytes);

} // namespace dure::test
