#include "actors/core/state.hpp"

#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace dure {
namespace {

using rows = std::vector<std::pair<std::string, std::string>>;

rows read(const state_reader& state, const key_range& range, scan_order order, std::size_t limit) {
  rows seen;
  auto scanned = state.scan(family::jobs, range, order, [&](auto key, auto value) {
    seen.emplace_back(key, value);
    return seen.size() < limit;
  });
  EXPECT_TRUE(scanned);
  return seen;
}

std::string key(std::uint64_t n) {
  return {static_cast<char>('a' + n % 26)};
}

/// Puts or erases one row in both.
void change(overlay& top, memory_state& flat, std::mt19937& random) {
  state_delta delta;
  auto at = key(random());
  if (random() % 3 == 0) {
    top.erase(family::jobs, at);
    delta.of(family::jobs)[at] = std::nullopt;
  } else {
    auto value = std::to_string(random() % 1'000);
    top.put(family::jobs, at, value);
    delta.of(family::jobs)[at] = value;
  }
  flat.write(delta);
}

TEST(overlay, shows_changes_over_the_base_as_if_they_were_written) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::mt19937 random{seed};
    memory_state base;
    memory_state flat;
    {
      overlay first{base};
      for (int i = 0; i < 20; ++i)
        change(first, flat, random);
      base.write(first.take());
    }
    overlay lower{base};
    for (int i = 0; i < 12; ++i)
      change(lower, flat, random);
    overlay upper{static_cast<const state_reader&>(lower)};
    for (int i = 0; i < 12; ++i)
      change(upper, flat, random);

    for (unsigned n = 0; n < 26; ++n)
      EXPECT_EQ(*upper.get(family::jobs, key(n)), *flat.get(family::jobs, key(n)));
    for (int i = 0; i < 20; ++i) {
      const key_range range{key(random()), key(random())};
      const auto limit = 1 + random() % 12;
      for (auto order : {scan_order::ascending, scan_order::descending})
        ASSERT_EQ(read(upper, range, order, limit), read(flat, range, order, limit))
            << "seed " << seed;
    }
    base.write(lower.take());
    base.write(upper.take());
    EXPECT_EQ(base, flat);
  }
}

TEST(overlay, is_empty_after_its_changes_were_taken) {
  memory_state base;
  overlay top{base};
  top.put(family::jobs, "a", "1");
  EXPECT_FALSE(top.delta().empty());
  auto taken = top.take();
  EXPECT_EQ(taken.of(family::jobs).size(), 1U);
  EXPECT_TRUE(top.delta().empty());
  EXPECT_FALSE(*top.get(family::jobs, "a"));
}

/// A state whose every read fails.
class failing_state final : public state_reader {
public:
  result<std::optional<std::string>> get(family, std::string_view) const override {
    return error{errc::store_failed, "read"};
  }

  result<void> scan(family, const key_range&, scan_order, const row_visitor&) const override {
    return error{errc::store_failed, "read"};
  }
};

TEST(overlay, passes_a_failed_read_of_its_base_on) {
  failing_state base;
  overlay top{base};
  top.put(family::jobs, "b", "1");
  EXPECT_TRUE(top.get(family::jobs, "b"));
  EXPECT_EQ(top.get(family::jobs, "a").error().code, errc::store_failed);
  auto scanned =
      top.scan(family::jobs, {"a", "c"}, scan_order::ascending, [](auto, auto) { return true; });
  EXPECT_EQ(scanned.error().code, errc::store_failed);
}

} // namespace
} // namespace dure
