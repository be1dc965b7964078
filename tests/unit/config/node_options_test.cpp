#include "node/config/node_options.hpp"

#include <gtest/gtest.h>
#include <map>

namespace dure::node {
namespace {

struct sources_fixture : testing::Test {
  std::map<std::string, std::string> variables;
  std::string file;

  parsed_options parse(std::vector<std::string> arguments, std::string_view command = "up") {
    option_sources sources;
    sources.arguments = std::move(arguments);
    sources.environment = [this](const std::string& name) -> std::optional<std::string> {
      auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional{found->second};
    };
    sources.read_file = [this](const std::filesystem::path& path) -> result<std::string> {
      if (path == "dure.toml")
        return file;
      return error{errc::not_found, "cannot read the file"};
    };
    sources.cores = 6;
    return parse_node_options(command, sources);
  }
};

using node_options_of = sources_fixture;

TEST_F(node_options_of, nothing_are_the_defaults) {
  auto parsed = parse({});
  ASSERT_TRUE(parsed.options) << parsed.text;
  EXPECT_EQ(parsed.options->listen, (listen_address{"127.0.0.1", 8080}));
  EXPECT_EQ(parsed.options->slots, 6U);
  EXPECT_FALSE(parsed.options->nats);
}

TEST_F(node_options_of, flags_win_over_variables_and_those_over_the_file) {
  file = "slots = 2\nlisten = \"127.0.0.1:1\"\ndata = \"from-file\"\n";
  variables["DURE_SLOTS"] = "3";
  variables["DURE_LISTEN"] = "127.0.0.1:2";
  auto parsed = parse({"--config", "dure.toml", "--slots", "4"});
  ASSERT_TRUE(parsed.options) << parsed.text;
  EXPECT_EQ(parsed.options->slots, 4U);
  EXPECT_EQ(parsed.options->listen.port, 2);
  EXPECT_EQ(parsed.options->data, "from-file");
}

TEST_F(node_options_of, an_unknown_key_names_its_line_and_the_nearest_known_one) {
  file = "data = \"x\"\nslot = 2\n";
  auto parsed = parse({"--config", "dure.toml"});
  EXPECT_EQ(parsed.exit_code, 2);
  EXPECT_NE(parsed.text.find("line 2: 'slot' is unknown; did you mean 'slots'?"), std::string::npos)
      << parsed.text;
}

TEST_F(node_options_of, a_wrong_value_names_its_flag) {
  for (const auto* wrong : {"0", "-1", "many", "3x", "99999"}) {
    auto parsed = parse({"--slots", wrong});
    EXPECT_EQ(parsed.exit_code, 2) << wrong;
    EXPECT_FALSE(parsed.options);
  }
  EXPECT_NE(parse({"--listen", "8080"}).text.find("--listen takes HOST:PORT"), std::string::npos);
}

TEST_F(node_options_of, an_ipv6_address_stands_in_brackets) {
  auto parsed = parse({"--listen", "[::1]:9000"});
  ASSERT_TRUE(parsed.options) << parsed.text;
  EXPECT_EQ(parsed.options->listen, (listen_address{"::1", 9000}));
}

TEST_F(node_options_of, a_cluster_node_needs_a_nats_and_takes_roles) {
  EXPECT_EQ(parse({"--name", "a"}, "node").exit_code, 2);
  auto parsed = parse({"--name", "a", "--cluster", "c", "--roles", "worker,scheduler", "--nats",
                       "nats://127.0.0.1:4222"},
                      "node");
  ASSERT_TRUE(parsed.options) << parsed.text;
  EXPECT_EQ(parsed.options->roles, (node_roles{false, true, true}));
  EXPECT_EQ(parse({"--roles", "king", "--nats", "nats://x:1"}, "node").exit_code, 2);
}

TEST_F(node_options_of, help_is_no_mistake) {
  auto parsed = parse({"--help"});
  EXPECT_EQ(parsed.exit_code, 0);
  EXPECT_NE(parsed.text.find("--slots"), std::string::npos);
}

} // namespace
} // namespace dure::node
