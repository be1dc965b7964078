#include "node/wiring/data_folder.hpp"
#include "tests/conformance/temporary_folder.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

namespace dure::node {
namespace {

TEST(data_folder, is_made_when_it_is_missing) {
  const test::temporary_folder place;
  const auto folder = data_folder::open(place.path() / "a" / "b");
  ASSERT_TRUE(folder);
  EXPECT_TRUE(std::filesystem::is_directory(place.path() / "a" / "b"));
  EXPECT_EQ(folder->store(), place.path() / "a" / "b" / "rocksdb");
}

TEST(data_folder, is_held_by_one_at_a_time_and_names_the_holder) {
  const test::temporary_folder place;
  {
    const auto first = data_folder::open(place.path());
    ASSERT_TRUE(first);
    const auto second = data_folder::open(place.path());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, errc::busy);
    EXPECT_NE(second.error().context.find("process " + std::to_string(::getpid())),
              std::string::npos)
        << second.error().context;
  }
  EXPECT_TRUE(data_folder::open(place.path()));
}

TEST(data_folder, says_which_folder_cannot_be_made) {
  const test::temporary_folder place;
  std::ofstream{place.path() / "file"} << "no folder";
  const auto folder = data_folder::open(place.path() / "file" / "below");
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().code, errc::io_failed);
  EXPECT_NE(folder.error().context.find("file/below"), std::string::npos);
}

} // namespace
} // namespace dure::node
