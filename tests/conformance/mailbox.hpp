#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>

namespace dure::test {

/// What a port has told its listener, in order. `Message` is a variant. Thread-safe.
template <class Message> class mailbox {
public:
  std::function<void(Message)> listener() {
    return [this](Message message) {
      {
        const std::scoped_lock lock{mutex_};
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

  /// Takes the oldest message of any type.
  std::optional<Message> take_any(std::chrono::milliseconds patience) {
    return take_if([](const auto&) { return true; }, patience);
  }

protected:
  template <class Wanted>
  std::optional<Message> take_if(Wanted wanted, std::chrono::milliseconds patience) {
    std::unique_lock lock{mutex_};
    const auto until = std::chrono::steady_clock::now() + patience;
    auto m = messages_.end();
    auto is_there = [&] {
      m = std::find_if(messages_.begin(), messages_.end(), wanted);
      return m != messages_.end();
    };
    if (!changed_.wait_until(lock, until, is_there))
      return std::nullopt;
    std::optional<Message> taken{std::move(*m)};
    messages_.erase(m);
    return taken;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Message> messages_;
};

} // namespace dure::test
