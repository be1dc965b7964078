#pragma once

#include "actors/core/keys.hpp"
#include "actors/ports/store.hpp"

#include <mutex>

namespace dure::test {

/// The store port on memory_state. Thread-safe.
class memory_store final : public store {
public:
  result<std::optional<std::string>> get(family f, std::string_view key) const override {
    std::lock_guard lock{mutex_};
    return state_.get(f, key);
  }

  result<void> scan(family f, const key_range& range, scan_order order,
                    const row_visitor& visit) const override {
    std::lock_guard lock{mutex_};
    return state_.scan(f, range, order, visit);
  }

  result<void> write(const state_delta& delta) override {
    std::lock_guard lock{mutex_};
    state_.write(delta);
    return {};
  }

  result<void> erase(family f, const key_range& range) override {
    std::lock_guard lock{mutex_};
    state_.erase(f, range);
    return {};
  }

  result<void> begin_replacing(log_number log) override {
    std::lock_guard lock{mutex_};
    for (std::size_t i = 0; i < family_count; ++i)
      state_.erase(static_cast<family>(i), keys::all_of(log));
    state_delta mark;
    mark.of(family::meta)[keys::unfinished(log)] = "";
    state_.write(mark);
    return {};
  }

  std::unique_ptr<state_reader> freeze() const override {
    std::lock_guard lock{mutex_};
    return std::make_unique<memory_state>(state_);
  }

private:
  mutable std::recursive_mutex mutex_; ///< A visitor may read on.
  memory_state state_;
};

} // namespace dure::test
