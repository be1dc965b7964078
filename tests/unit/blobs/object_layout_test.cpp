#include "node/blobs/object_layout.hpp"
#include "node/blobs/sha256.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace dure::node::object_layout {
namespace {

TEST(object_layout, names_streams_and_subjects_as_adr_20_does) {
  EXPECT_EQ(stream("files"), "OBJ_files");
  EXPECT_EQ(chunk_subject("files", "N1"), "$O.files.C.N1");
  EXPECT_EQ(meta_subject("files", "a?>b"), "$O.files.M.YT8-Yg==");
}

TEST(object_layout, writes_a_meta_that_it_reads) {
  const meta m{.name = "n",
               .bucket = "files",
               .nuid = "N1",
               .size = 200'000,
               .chunks = 2,
               .digest = to_digest(sha256{}.finish())};
  const auto text = to_json(m, timestamp{milliseconds{1'709'199'000'125}});
  const auto read = parse_meta(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->name, m.name);
  EXPECT_EQ(read->nuid, m.nuid);
  EXPECT_EQ(read->size, m.size);
  EXPECT_EQ(read->chunks, m.chunks);
  EXPECT_EQ(read->digest, "SHA-256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=");
  EXPECT_FALSE(read->deleted);
  EXPECT_EQ(nlohmann::json::parse(text)["mtime"], "2024-02-29T09:30:00.125Z");
}

TEST(object_layout, sees_a_deleted_object) {
  const auto read = parse_meta(
      R"({"name":"n","bucket":"files","nuid":"N1","size":0,"chunks":0,"digest":"","deleted":true})");
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->deleted);
}

TEST(object_layout, refuses_a_meta_that_is_none) {
  for (const char* text :
       {"", "[]", "{}", R"({"name":"n","bucket":"b"})", R"({"name":7,"bucket":"b","nuid":"N"})",
        R"({"name":"n","bucket":"b","nuid":"N","size":-1})"})
    EXPECT_FALSE(parse_meta(text)) << text;
}

} // namespace
} // namespace dure::node::object_layout
