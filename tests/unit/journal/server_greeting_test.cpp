#include "node/journal/server_greeting.hpp"

#include <gtest/gtest.h>

namespace dure::node {
namespace {

TEST(server_greeting, knows_which_servers_keep_their_streams) {
  for (const char* version : {"2.10.23", "v2.10.27", "2.10.100", "2.11.0-RC.1", "2.12", "3"})
    EXPECT_TRUE(is_supported_server(version)) << version;
  for (const char* version : {"2.10.22", "v2.9.99", "2.10", "1.99.99", "", "dev"})
    EXPECT_FALSE(is_supported_server(version)) << version;
}

TEST(server_greeting, says_when_nobody_answers) {
  const auto greeting = read_greeting("127.0.0.1", 1, std::chrono::milliseconds{500});
  ASSERT_FALSE(greeting);
  EXPECT_EQ(greeting.error().code, errc::unavailable);
}

} // namespace
} // namespace dure::node
