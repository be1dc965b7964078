// Tells every story in stories/ to a ledger. `scenarios --rewrite` writes what came of it into the
// files instead; review the difference.

#include "tests/scenarios/block.hpp"
#include "tests/scenarios/story.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <string_view>
#include <vector>

namespace dure::scenarios {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file{path};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// One story file.
class scenario : public testing::Test {
public:
  scenario(std::filesystem::path path, bool rewrite) : path_{std::move(path)}, rewrite_{rewrite} {}

  void TestBody() override {
    auto blocks = parse_blocks(read_file(path_));
    ASSERT_FALSE(blocks.empty()) << path_ << " holds no command";
    story told;
    for (auto& b : blocks) {
      const auto came = told.tell(b.command);
      if (!rewrite_) {
        EXPECT_EQ(came, b.expected)
            << path_.filename().string() << ":" << b.line << ": " << b.command;
      }
      b.expected = came;
    }
    if (rewrite_)
      std::ofstream{path_} << to_text(blocks);
  }

private:
  std::filesystem::path path_;
  bool rewrite_;
};

int run(bool rewrite) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator{DURE_STORIES_FOLDER})
    if (entry.path().extension() == ".txt")
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& path : files)
    testing::RegisterTest("scenarios", path.stem().c_str(), nullptr, nullptr, __FILE__, __LINE__,
                          [=]() -> testing::Test* {
                            return new scenario{path, rewrite};
                          });
  if (files.empty()) {
    std::fputs("There are no stories in " DURE_STORIES_FOLDER "\n", stderr);
    return 1;
  }
  return RUN_ALL_TESTS();
}

} // namespace
} // namespace dure::scenarios

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const bool rewrite = argc > 1 && std::string_view{argv[1]} == "--rewrite";
  return dure::scenarios::run(rewrite);
}
