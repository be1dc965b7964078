#include "node/wiring/json_log.hpp"
#include "tests/conformance/temporary_folder.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace dure::node {
namespace {

using nlohmann::json;

std::vector<json> lines_of(const std::filesystem::path& file) {
  std::ifstream text{file};
  std::vector<json> lines;
  for (std::string line; std::getline(text, line);)
    lines.push_back(json::parse(line));
  return lines;
}

TEST(json_log, writes_an_object_a_line_with_its_fields) {
  const test::temporary_folder place;
  const auto file = place.path() / "dure.log";
  {
    const auto log = json_log::open(file, "info", "node-1");
    ASSERT_TRUE(log);
    (*log)->write(log_level::warn, "attempt-lost", "a \"quoted\"\nline", {{"job", "7"}});
    (*log)->write(log_level::info, "bad-bytes", "\xff\xfe", {});
  }
  const auto lines = lines_of(file);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["level"], "warning");
  EXPECT_EQ(lines[0]["node"], "node-1");
  EXPECT_EQ(lines[0]["event"], "attempt-lost");
  EXPECT_EQ(lines[0]["text"], "a \"quoted\"\nline");
  EXPECT_EQ(lines[0]["job"], "7");
  EXPECT_EQ(lines[0]["time"].get<std::string>().size(), 24U);
}

TEST(json_log, leaves_out_what_is_below_its_level) {
  const test::temporary_folder place;
  const auto file = place.path() / "dure.log";
  {
    const auto log = json_log::open(file, "warn", "node-1");
    (*log)->write(log_level::info, "quiet", "not written", {});
    (*log)->write(log_level::error, "loud", "written", {});
  }
  const auto lines = lines_of(file);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["event"], "loud");
}

TEST(json_log, has_warnings_on_disk_at_once) {
  const test::temporary_folder place;
  const auto file = place.path() / "dure.log";
  const auto log = json_log::open(file, "info", "node-1");
  (*log)->write(log_level::warn, "now", "on disk", {});
  EXPECT_EQ(lines_of(file).size(), 1U);
}

TEST(json_log, says_when_the_file_cannot_be_written) {
  const auto log = json_log::open("/proc/nothing/dure.log", "info", "node-1");
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, errc::io_failed);
}

} // namespace
} // namespace dure::node
