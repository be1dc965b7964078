#include "actors/core/head_window.hpp"

#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace dure {
namespace {

using rows = std::vector<std::pair<std::string, std::string>>;

rows read(const state_reader& state, family f, const key_range& range, std::size_t limit) {
  rows seen;
  auto scanned = state.scan(f, range, scan_order::ascending, [&](auto key, auto value) {
    seen.emplace_back(key, value);
    return seen.size() < limit;
  });
  EXPECT_TRUE(scanned);
  return seen;
}

/// Counts what is asked of the state below.
class counting_state final : public state_reader {
public:
  explicit counting_state(const state_reader& base) : base_{base} {}

  result<std::optional<std::string>> get(family f, std::string_view key) const override {
    return base_.get(f, key);
  }

  result<void> scan(family f, const key_range& range, scan_order order,
                    const row_visitor& visit) const override {
    ++scans;
    return base_.scan(f, range, order, visit);
  }

  mutable std::size_t scans = 0;

private:
  const state_reader& base_;
};

std::string ready_key(int kind, int n) {
  std::string key{"\0\1", 2};
  key += "kind-" + std::to_string(kind);
  key += '\0';
  key += static_cast<char>(n / 256);
  key += static_cast<char>(n % 256);
  return key;
}

TEST(head_window, shows_what_the_base_shows_after_any_writes) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    std::mt19937 random{seed};
    memory_state base;
    head_window window{base, 8};
    for (int step = 0; step < 400; ++step) {
      state_delta delta;
      for (auto i = random() % 6; i > 0; --i) {
        auto& row = delta.of(family::ready)[ready_key(static_cast<int>(random() % 2),
                                                      static_cast<int>(random() % 300))];
        row = random() % 3 == 0 ? std::optional<std::string>{} : std::to_string(step);
      }
      base.write(delta);
      window.on_written(delta);
      const auto kind = static_cast<int>(random() % 2);
      auto from = ready_key(kind, 0);
      from.resize(from.size() - 2);
      const key_range range{from, ready_key(kind, static_cast<int>(random() % 400))};
      const auto limit = 1 + random() % 40;
      ASSERT_EQ(read(window, family::ready, range, limit), read(base, family::ready, range, limit))
          << "seed " << seed << ", step " << step;
    }
  }
}

TEST(head_window, does_not_ask_an_empty_queue_twice) {
  memory_state base;
  counting_state counted{base};
  head_window window{counted};
  const std::string log{"\0\1", 2};
  const key_range all{log, std::string{"\0\2", 2}};
  for (int i = 0; i < 10; ++i)
    EXPECT_TRUE(read(window, family::timers, all, 10).empty());
  EXPECT_EQ(counted.scans, 1U);
}

TEST(head_window, reads_used_up_heads_from_the_base_only_once) {
  memory_state base;
  state_delta fill;
  for (int n = 0; n < 1'000; ++n)
    fill.of(family::ready)[ready_key(0, n)] = "";
  base.write(fill);
  counting_state counted{base};
  head_window window{counted, 100};
  auto from = ready_key(0, 0);
  from.resize(from.size() - 2);
  for (int n = 0; n < 1'000; ++n) {
    const auto head = read(window, family::ready, {from, ready_key(1, 0)}, 1);
    ASSERT_EQ(head.size(), 1U);
    ASSERT_EQ(head[0].first, ready_key(0, n));
    state_delta taken;
    taken.of(family::ready)[head[0].first] = std::nullopt;
    base.write(taken);
    window.on_written(taken);
  }
  EXPECT_TRUE(read(window, family::ready, {from, ready_key(1, 0)}, 1).empty());
  EXPECT_LE(counted.scans, 1'000U / 50U + 2U);
}

} // namespace
} // namespace dure
