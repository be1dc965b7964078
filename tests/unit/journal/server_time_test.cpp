#include "node/journal/server_time.hpp"

#include <gtest/gtest.h>

namespace dure::node {
namespace {

constexpr timestamp example{milliseconds{1'709'199'000'125}}; // 2024-02-29, a leap day.

TEST(server_time, writes_milliseconds_in_utc) {
  EXPECT_EQ(to_server_time(example), "2024-02-29T09:30:00.125Z");
  EXPECT_EQ(to_server_time(timestamp{}), "1970-01-01T00:00:00.000Z");
}

TEST(server_time, reads_what_servers_write) {
  for (const char* text : {"2024-02-29T09:30:00.125Z", "2024-02-29T09:30:00.125999999Z",
                           "2024-02-29T11:30:00.125+02:00", "2024-02-29T04:00:00.125-05:30"})
    EXPECT_EQ(parse_server_time(text), example) << text;
  EXPECT_EQ(parse_server_time("2024-02-29T09:30:00Z"), example - milliseconds{125});
}

TEST(server_time, refuses_what_is_none) {
  for (const char* text : {"", "yesterday", "2024-02-30T00:00:00Z", "2024-02-29T09:30:00",
                           "2024-02-29 09:30:00Z", "2024-02-29T09:30:00.1x"})
    EXPECT_FALSE(parse_server_time(text)) << text;
}

} // namespace
} // namespace dure::node
