#include "node/journal/nats_server_config.hpp"

#include <gtest/gtest.h>

namespace dure::node {
namespace {

TEST(nats_server_config, syncs_every_write_and_listens_on_loopback_only) {
  const auto text =
      to_text({"/var/lib/dure/nats", "dure-1", "secret", 14222, std::nullopt, 1 << 30});
  for (const char* line :
       {"sync_interval: always\n", "listen: \"127.0.0.1:14222\"\n", "max_payload: 1048576\n",
        "store_dir: \"/var/lib/dure/nats\"\n", "max_file_store: 1073741824\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line;
  EXPECT_EQ(text.find("http"), std::string::npos);
}

TEST(nats_server_config, opens_the_monitoring_port_when_asked) {
  EXPECT_NE(to_text({"/d", "n", "p", 1, 8222, 1}).find("http: \"127.0.0.1:8222\"\n"),
            std::string::npos);
}

TEST(nats_server_config, quotes_strange_folders) {
  EXPECT_NE(
      to_text({"/a \"b\"\\c", "n", "p", 1, std::nullopt, 1}).find(R"(store_dir: "/a \"b\"\\c")"),
      std::string::npos);
}

} // namespace
} // namespace dure::node
