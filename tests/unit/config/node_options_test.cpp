#include "node/config/config_report.hpp"
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

TEST_F(node_options_of, a_kind_has_what_its_table_says_and_defaults) {
  file = "[kinds.\"thumbs.make\"]\ncommand = [\"python3\", \"thumbs.py\"]\nqueue = \"thumbs\"\n"
         "processes = 3\nsoft_timeout_s = 20\nhard_timeout_s = 30\nmemory_mib = 512\n"
         "environment = [\"HOME\"]\nprofile = \"no-network\"\n";
  auto parsed = parse({"--config", "dure.toml"});
  ASSERT_TRUE(parsed.options) << parsed.text;
  ASSERT_EQ(parsed.options->kinds.size(), 1U);
  user_kind expected;
  expected.name = "thumbs.make";
  expected.command = {"python3", "thumbs.py"};
  expected.queue = "thumbs";
  expected.processes = 3;
  expected.soft_timeout = std::chrono::seconds{20};
  expected.hard_timeout = std::chrono::seconds{30};
  expected.memory_bytes = std::uint64_t{512} << 20;
  expected.environment = {"HOME"};
  expected.profile = handler_profile::no_network;
  EXPECT_EQ(parsed.options->kinds[0], expected);
}

TEST_F(node_options_of, a_wrong_kind_names_its_line_and_what_to_write) {
  const std::string begin = "[kinds.\"x\"]\n";
  const std::string command = "command = [\"x\"]\n";
  for (const auto& [content, said] : {
           std::pair{begin + command + "comand = 1\n",
                     "line 3: 'comand' is unknown; did you mean 'command'?"},
           std::pair{begin, "line 1: the kind 'x' needs a command"},
           std::pair{begin + "command = []\n", "line 2: 'command' takes a list of texts"},
           std::pair{begin + command + "profile = \"none\"\n", "line 3: 'profile' takes \"open\""},
           std::pair{begin + command + "processes = 0\n",
                     "line 3: 'processes' takes a whole number"},
           std::pair{begin + command + "hard_timeout_s = 5\n", "below its soft_timeout_s"},
           std::pair{"[kinds.noop]\n" + command, "'noop' is built in"},
           std::pair{"[kinds.\"A B\"]\n" + command, "needs a name"},
           std::pair{std::string{"kinds = 3\n"}, "line 1: 'kinds' takes tables"},
           std::pair{std::string{"[kind.x]\n"}, "'kind' is unknown; did you mean 'kinds'?"},
       }) {
    file = content;
    auto parsed = parse({"--config", "dure.toml"});
    EXPECT_EQ(parsed.exit_code, 2) << content;
    EXPECT_NE(parsed.text.find(said), std::string::npos) << parsed.text;
  }
}

TEST_F(node_options_of, a_report_names_every_origin_and_masks_secrets) {
  file = "slots = 2\n[kinds.x]\ncommand = [\"x\"]\n";
  variables["DURE_NATS"] = "nats://user:secret@host:4222";
  auto parsed = parse({"--config", "dure.toml", "--name", "a"}, "config");
  ASSERT_TRUE(parsed.options) << parsed.text;
  const auto report = config_report(parsed);
  for (const auto* line : {"slots = 2", "# dure.toml line 1", "# DURE_NATS", "# --name",
                           "# default", "nats://***@host:4222", "[kinds.\"x\"] # dure.toml line"})
    EXPECT_NE(report.find(line), std::string::npos) << line << " in\n" << report;
  EXPECT_EQ(report.find("secret"), std::string::npos);
  parsed.wants_json = true;
  const auto json = config_report(parsed);
  EXPECT_EQ(json.find("secret"), std::string::npos);
  EXPECT_NE(json.find("\"origin\" : \"DURE_NATS\""), std::string::npos) << json;
}

TEST_F(node_options_of, a_report_is_a_file_that_says_the_same) {
  file = "slots = 3\n[kinds.\"a.b\"]\ncommand = [\"x\", \"y \\\"z\\\"\"]\n";
  const auto first = parse({"--config", "dure.toml"}, "config");
  ASSERT_TRUE(first.options) << first.text;
  file = config_report(first);
  const auto again = parse({"--config", "dure.toml"}, "config");
  ASSERT_TRUE(again.options) << again.text << file;
  EXPECT_EQ(*again.options, *first.options);
}

TEST_F(node_options_of, questions_are_explained_as_their_table_says) {
  file = "[questions]\nprovider = \"openai\"\nbase_url = \"http://127.0.0.1:9/v1\"\nmodel = \"m\"\n"
         "key_file = \"/run/my key\"\ntemperature = 0\nmax_tokens = 900\ntimeout_s = 30\nin_flight "
         "= 8\n"
         "requests_per_minute = 600\ntokens_per_minute = 90000\n"
         "[questions.prices.\"m\"]\ninput = 2.5\noutput = 10\n";
  const auto parsed = parse({"--config", "dure.toml"});
  ASSERT_TRUE(parsed.options) << parsed.text;
  const question_options expected{"openai",
                                  "http://127.0.0.1:9/v1",
                                  "m",
                                  "/run/my key",
                                  0,
                                  900,
                                  std::chrono::seconds{30},
                                  8,
                                  600,
                                  90'000,
                                  {{"m", {2'500'000, 10'000'000}}}};
  EXPECT_EQ(parsed.options->questions, expected);
  EXPECT_FALSE(asks_provider(parse({}).options->questions));
}

TEST_F(node_options_of, a_final_slash_of_the_providers_address_says_nothing) {
  file = "[questions]\nbase_url = \"http://127.0.0.1:9/v1//\"\n";
  const auto parsed = parse({"--config", "dure.toml"});
  ASSERT_TRUE(parsed.options) << parsed.text;
  EXPECT_EQ(parsed.options->questions.base_url, "http://127.0.0.1:9/v1");
}

TEST_F(node_options_of, a_wrong_questions_table_names_its_line_and_what_to_write) {
  for (const auto& [content, said] : {
           std::pair{"provder = \"openai\"\n",
                     "line 2: 'provder' is unknown; did you mean 'provider'?"},
           std::pair{"provider = \"oracle\"\n", "line 2: 'provider' takes \"extractive\" or"},
           std::pair{"base_url = \"ftp://x\"\n", "'base_url' takes a URL"},
           std::pair{"base_url = \"https://user:secret@x\"\n", "'base_url' takes a URL"},
           std::pair{"base_url = \"https:///\"\n", "'base_url' takes a URL"},
           std::pair{"temperature = 2.5\n", "'temperature' takes a number from 0 to 2"},
           std::pair{"temperature = nan\n", "'temperature' takes a number from 0 to 2"},
           std::pair{"timeout_s = 231\n", "'timeout_s' takes a whole number from 1 to 230"},
           std::pair{"requests_per_minute = 0\n", "'requests_per_minute' takes a whole number"},
           std::pair{"prices.m = 3\n", "'prices' takes tables"},
           std::pair{"prices.m.input = -1\nprices.m.output = 1\n", "'prices' takes tables"},
           std::pair{"prices.m.input = 1\n", "'prices' takes tables"},
       }) {
    file = std::string{"[questions]\n"} + content;
    const auto parsed = parse({"--config", "dure.toml"});
    EXPECT_EQ(parsed.exit_code, 2) << content;
    EXPECT_NE(parsed.text.find(said), std::string::npos) << parsed.text;
  }
  file = "[question]\n";
  EXPECT_NE(parse({"--config", "dure.toml"}).text.find("did you mean 'questions'?"),
            std::string::npos);
}

TEST_F(node_options_of, a_report_shows_a_temperature_with_the_digits_that_it_needs) {
  for (const std::string text : {"0.123456789", "0.7", "1e-05", "2.0"}) {
    file = "[questions]\ntemperature = " + text + "\n";
    const auto first = parse({"--config", "dure.toml"}, "config");
    ASSERT_TRUE(first.options) << first.text;
    file = config_report(first);
    EXPECT_NE(file.find("temperature = " + (text == "2.0" ? "2" : text) + " "), std::string::npos)
        << file;
    const auto again = parse({"--config", "dure.toml"}, "config");
    ASSERT_TRUE(again.options) << again.text << file;
    EXPECT_EQ(again.options->questions, first.options->questions);
  }
}

TEST_F(node_options_of, a_report_shows_where_questions_go_and_never_a_key) {
  variables["DURE_QUESTIONS_KEY"] = "sk-secret";
  file = "[questions]\nprovider = \"openai\"\n[questions.prices.\"gpt-4o\"]\ninput = 2.5\noutput = "
         "10\n";
  auto parsed = parse({"--config", "dure.toml"}, "config");
  ASSERT_TRUE(parsed.options) << parsed.text;
  const auto report = config_report(parsed);
  for (const auto* part : {"[questions]\n", "provider = ", "# dure.toml line 2\n",
                           "timeout_s = 120", "temperature = 0.7 ", "# default\n", "input = 2.5"})
    EXPECT_NE(report.find(part), std::string::npos) << part << " in\n" << report;
  parsed.wants_json = true;
  const auto json = config_report(parsed);
  EXPECT_NE(json.find("\"questions\""), std::string::npos) << json;
  EXPECT_EQ((report + json).find("sk-secret"), std::string::npos);
  file = report;
  const auto again = parse({"--config", "dure.toml"}, "config");
  ASSERT_TRUE(again.options) << again.text << report;
  EXPECT_EQ(again.options->questions, parsed.options->questions);
}

TEST_F(node_options_of, help_is_no_mistake) {
  auto parsed = parse({"--help"});
  EXPECT_EQ(parsed.exit_code, 0);
  EXPECT_NE(parsed.text.find("--slots"), std::string::npos);
}

} // namespace
} // namespace dure::node
