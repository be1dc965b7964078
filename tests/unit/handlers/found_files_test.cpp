#include "node/handlers/document/found_files.hpp"
#include "tests/conformance/temporary_folder.hpp"

#include <fstream>
#include <gtest/gtest.h>

namespace dure::node {

class found_files_have : public testing::Test {
protected:
  /// Writes a file where `found` says. Returns whether it was kept.
  static bool leave(found_files& found, const std::string& name, std::size_t bytes) {
    const auto path = found.room_for(name);
    if (!path)
      return false;
    std::ofstream{*path} << std::string(bytes, 'x');
    return found.keep({name, "image/png"});
  }

  const test::temporary_folder folder_;
};

TEST_F(found_files_have, room_for_as_many_as_a_job_may_keep) {
  found_files found{folder_.path(), 1, 100};
  EXPECT_EQ(found.room_for("image-1-1.png"), folder_.path() / "image-1-1.png");
  EXPECT_TRUE(leave(found, "image-1-1.png", 10));
  EXPECT_FALSE(found.room_for("image-1-2.png"));
  EXPECT_FALSE(found.is_spent());
  EXPECT_EQ(found.bytes_left(), 90U);
}

TEST_F(found_files_have, room_for_as_many_bytes_as_an_attempt_may_leave) {
  found_files found{folder_.path(), 10, 100};
  EXPECT_TRUE(leave(found, "a", 100));
  EXPECT_FALSE(found.is_spent()) << "nothing was refused";
  EXPECT_FALSE(found.room_for("b"));
  EXPECT_TRUE(found.is_spent());
}

TEST_F(found_files_have, nothing_left_of_a_file_that_is_over_the_bytes_or_of_those_after_it) {
  found_files found{folder_.path(), 10, 100};
  EXPECT_TRUE(leave(found, "a", 60));
  EXPECT_FALSE(leave(found, "b", 41));
  EXPECT_FALSE(leave(found, "c", 1));
  EXPECT_TRUE(found.is_spent());
  EXPECT_EQ(found.bytes_left(), 0U);
  EXPECT_EQ(found.kept().size(), 1U);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "b"));
}

} // namespace dure::node
