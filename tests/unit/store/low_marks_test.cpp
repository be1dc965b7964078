#include "node/store/low_marks.hpp"
#include "node/store/rocks_store.hpp"
#include "tests/conformance/temporary_folder.hpp"

#include <atomic>
#include <gtest/gtest.h>
#include <string>
#include <thread>

namespace dure::node {
namespace {

const key_range letters{"a", "z"};

state_delta put(std::string key) {
  state_delta delta;
  delta.of(family::ready)[std::move(key)] = "";
  return delta;
}

/// Marks that watch the letters, told that the first row is at `first`.
class marked_letters : public testing::Test {
protected:
  low_marks marks;

  void SetUp() override {
    marks.watch(family::ready, letters);
    scan("m");
  }

  void scan(std::string found) {
    const auto start = marks.begin(family::ready, letters);
    marks.end(family::ready, letters, start, std::move(found));
  }

  void write(const state_delta& delta) {
    marks.writing(delta);
    marks.written(delta);
  }

  std::string next_from() {
    const auto start = marks.begin(family::ready, letters);
    marks.end(family::ready, letters, start, start.from);
    return start.from;
  }
};

TEST_F(marked_letters, begin_where_the_last_scan_found_the_first_row) {
  EXPECT_EQ(next_from(), "m");
}

TEST_F(marked_letters, begin_at_a_lower_row_that_was_written_since) {
  write(put("f"));
  EXPECT_EQ(next_from(), "f");
}

TEST_F(marked_letters, do_not_mind_rows_behind_the_first_or_outside) {
  write(put("n"));
  write(put("Z"));
  EXPECT_EQ(next_from(), "m");
}

TEST_F(marked_letters, do_not_mind_deletions_or_other_families) {
  state_delta delta;
  delta.of(family::ready)["c"] = std::nullopt;
  delta.of(family::jobs)["b"] = "";
  write(delta);
  EXPECT_EQ(next_from(), "m");
}

TEST_F(marked_letters, begin_at_a_row_that_was_written_during_the_scan) {
  const auto start = marks.begin(family::ready, letters);
  write(put("o"));
  write(put("q"));
  marks.end(family::ready, letters, start, "x");
  EXPECT_EQ(next_from(), "o");
}

TEST_F(marked_letters, begin_at_a_row_that_is_being_written) {
  marks.writing(put("f"));
  EXPECT_EQ(next_from(), "f") << "others may see it already";
  scan("m");
  EXPECT_EQ(next_from(), "f") << "that scan may have missed it";
  marks.written(put("f"));
  EXPECT_EQ(next_from(), "f");
  scan("m");
  EXPECT_EQ(next_from(), "m") << "it is gone";
}

TEST_F(marked_letters, keep_two_scans_apart) {
  const auto early = marks.begin(family::ready, letters);
  write(put("o"));
  const auto late = marks.begin(family::ready, letters);
  marks.end(family::ready, letters, early, "x");
  EXPECT_EQ(next_from(), "o");
  marks.end(family::ready, letters, late, "p");
  EXPECT_EQ(next_from(), "p") << "the late scan began after o was written, and found it gone";
}

TEST_F(marked_letters, begin_at_the_start_of_what_is_not_watched) {
  EXPECT_EQ(marks.begin(family::ready, {"a", "y"}).from, "a");
  EXPECT_EQ(marks.begin(family::jobs, letters).from, "a");
}

TEST_F(marked_letters, forget_the_range_that_was_not_scanned_for_longest) {
  const key_range busy{"b", "z"};
  marks.watch(family::ready, busy);
  const auto under_way = marks.begin(family::ready, busy);
  for (std::size_t i = 0; i < 2 * low_marks::ranges_max; ++i)
    marks.watch(family::jobs, {"a", "b" + std::to_string(i)});
  EXPECT_EQ(next_from(), "a") << "forgotten";
  marks.end(family::ready, busy, under_way, "k");
  EXPECT_EQ(marks.begin(family::ready, busy).from, "k") << "kept while it was scanned";
}

std::string numbered(std::uint32_t n) {
  auto digits = std::to_string(n);
  return std::string(10 - digits.size(), '0') + digits;
}

/// Returns the first key of family `ready`, or "none".
std::string first_of(const rocks_store& rows) {
  std::string first = "none";
  EXPECT_TRUE(rows.scan(family::ready, {"0", "1"}, scan_order::ascending,
                        [&](std::string_view key, std::string_view) {
                          first = key;
                          return false;
                        }));
  return first;
}

TEST(rocks_store, finds_the_first_row_behind_many_deletions_and_before_them) {
  test::temporary_folder folder;
  auto opened = rocks_store::open(folder.path());
  ASSERT_TRUE(opened);
  auto& rows = **opened;
  state_delta all;
  state_delta none;
  for (std::uint32_t n = 1'000; n < 6'000; ++n) {
    all.of(family::ready)[numbered(n)] = "";
    if (n < 5'999)
      none.of(family::ready)[numbered(n)] = std::nullopt;
  }
  ASSERT_TRUE(rows.write(all));
  ASSERT_TRUE(rows.write(none));
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(first_of(rows), numbered(5'999));
  ASSERT_TRUE(rows.write(put(numbered(2'000))));
  EXPECT_EQ(first_of(rows), numbered(2'000));
  state_delta rest;
  rest.of(family::ready)[numbered(2'000)] = std::nullopt;
  rest.of(family::ready)[numbered(5'999)] = std::nullopt;
  ASSERT_TRUE(rows.write(rest));
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(first_of(rows), "none");
  ASSERT_TRUE(rows.write(put(numbered(1))));
  EXPECT_EQ(first_of(rows), numbered(1));
}

TEST(rocks_store, misses_no_first_row_while_others_write_and_scan) {
  test::temporary_folder folder;
  auto opened = rocks_store::open(folder.path());
  ASSERT_TRUE(opened);
  auto& rows = **opened;
  std::atomic<bool> done = false;
  std::thread reader{[&] {
    while (!done)
      first_of(rows);
  }};
  // Rows go in falling and rising order; what was written is the first row until it goes.
  for (std::uint32_t n = 0; n < 20'000; ++n) {
    const auto key = numbered(n % 3 == 0 ? 100'000 - n : n);
    ASSERT_TRUE(rows.write(put(key)));
    if (n % 16 == 0) {
      ASSERT_EQ(first_of(rows), key);
    }
    state_delta gone;
    gone.of(family::ready)[key] = std::nullopt;
    ASSERT_TRUE(rows.write(gone));
  }
  done = true;
  reader.join();
}

} // namespace
} // namespace dure::node
