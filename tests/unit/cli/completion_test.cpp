#include "node/cli/completion.hpp"

#include <gtest/gtest.h>

namespace dure::node {
namespace {

const std::vector<completed_command> commands{
    {"submit", "Uploads a person's files", {"--kind", "--wait"}, true},
    {"job", "Shows a job", {"--json"}, false},
};

TEST(completion_script, names_every_command_and_option_for_each_shell) {
  for (const auto* shell : {"bash", "zsh"}) {
    const auto script = completion_script(shell, commands);
    EXPECT_NE(script.find("submit job"), std::string::npos) << script;
    EXPECT_NE(script.find("--kind --wait"), std::string::npos) << script;
  }
  const auto fish = completion_script("fish", commands);
  EXPECT_NE(fish.find("-l wait"), std::string::npos) << fish;
}

TEST(completion_script, quotes_help_for_fish) {
  EXPECT_NE(completion_script("fish", commands).find("'Uploads a person\\'s files'"),
            std::string::npos);
}

TEST(completion_script, knows_no_other_shell) {
  EXPECT_EQ(completion_script("csh", commands), "");
}

} // namespace
} // namespace dure::node
