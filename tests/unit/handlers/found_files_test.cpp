#include "node/handlers/document/found_files.hpp"

#include <gtest/gtest.h>

namespace dure::node {

TEST(found_files, have_room_for_as_many_as_a_job_may_keep) {
  found_files found{"out", 1};
  EXPECT_EQ(found.room_for("image-1-1.png"), std::filesystem::path{"out/image-1-1.png"});
  found.kept.push_back({"image-1-1.png", "image/png"});
  EXPECT_FALSE(found.room_for("image-1-2.png"));
}

} // namespace dure::node
