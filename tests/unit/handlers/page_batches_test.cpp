#include "node/handlers/document/page_batches.hpp"

#include <gtest/gtest.h>

namespace dure::node {

namespace {

using namespace std::chrono_literals;

/// Reads a document at `pace` a page; returns how many batches were shown.
std::size_t batches_of(int page_count, page_batches::duration pace) {
  page_batches batches{page_count};
  std::size_t shown = 0;
  for (int read = 1; read <= page_count; ++read)
    if (batches.due(read, read * pace)) {
      batches.shown(read, read * pace);
      ++shown;
    }
  return shown;
}

} // namespace

TEST(page_batches, show_the_first_page_of_a_long_document_at_once) {
  page_batches batches{200};
  EXPECT_TRUE(batches.due(1, 2ms));
  batches.shown(1, 2ms);
  EXPECT_EQ(batches.first(), 2);
  EXPECT_FALSE(batches.due(2, 4ms));
}

TEST(page_batches, come_after_sixteen_pages_or_a_second) {
  page_batches batches{100};
  batches.shown(1, 0ms);
  EXPECT_FALSE(batches.due(16, 999ms));
  EXPECT_TRUE(batches.due(17, 100ms));
  EXPECT_FALSE(batches.due(17, 99ms)) << "they would cost more than they show";
  EXPECT_TRUE(batches.due(2, 1'000ms));
}

TEST(page_batches, are_not_made_of_what_the_result_shows_in_a_moment) {
  EXPECT_EQ(batches_of(1, 5'000ms), 0U);
  EXPECT_EQ(batches_of(100, 2ms), 0U);
  EXPECT_EQ(batches_of(2, 300ms), 1U) << "unless the document turns out to be slow";
  EXPECT_FALSE(page_batches{9}.due(9, 5'000ms)) << "the last page";
}

TEST(page_batches, suffice_for_the_largest_and_the_slowest_document) {
  EXPECT_LE(batches_of(20'000, 1ms), page_batches::batches_max);
  EXPECT_LE(batches_of(20'000, 1'000ms), page_batches::batches_max);
  EXPECT_GT(batches_of(20'000, 1ms), 16U);
}

} // namespace dure::node
