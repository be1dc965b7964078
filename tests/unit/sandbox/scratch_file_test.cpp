#include "node/sandbox/scratch_file.hpp"

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace dure::node {

class open_beneath_opens : public testing::Test {
protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "scratch_XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    std::filesystem::create_directory(folder_ / "out");
    std::ofstream{folder_ / "out" / "file"} << "hello";
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
};

TEST_F(open_beneath_opens, a_regular_file_and_knows_its_size) {
  const auto file = open_beneath(folder_, "out/file");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->bytes, 5U);
  EXPECT_TRUE(open_beneath(folder_, "out/../out/file")) << "it stays inside";
}

TEST_F(open_beneath_opens, nothing_that_leads_out_or_is_no_file) {
  std::filesystem::create_symlink(folder_ / "out" / "file", folder_ / "link");
  std::filesystem::create_directory_symlink("/etc", folder_ / "etc");
  ASSERT_EQ(::mkfifo((folder_ / "fifo").c_str(), 0600), 0);
  for (const char* path : {"link", "etc/hostname", "../x", "/etc/hostname", "out", "fifo", ""})
    EXPECT_FALSE(open_beneath(folder_, path)) << path;
  EXPECT_EQ(open_beneath(folder_, "out/none").error().code, errc::not_found);
  EXPECT_EQ(open_beneath(folder_ / "none", "file").error().code, errc::not_found);
}

} // namespace dure::node
