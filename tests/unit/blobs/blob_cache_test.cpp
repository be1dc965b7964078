#include "node/blobs/blob_cache.hpp"
#include "node/blobs/cached_blobs.hpp"
#include "tests/conformance/memory_blobs.hpp"
#include "tests/conformance/temporary_folder.hpp"

#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>
#include <set>
#include <sstream>

namespace dure::node {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Stores nothing: its disk is full.
class full_blobs final : public blobs {
public:
  std::unique_ptr<blob_writer> put(std::string, std::string) override {
    return std::make_unique<writer>();
  }

  std::unique_ptr<blob_reader> open(const blob_ref&, std::uint64_t) override { return nullptr; }

  result<void> fetch(const blob_ref&, const std::filesystem::path&) override {
    return error{errc::not_found, {}};
  }

private:
  struct writer final : blob_writer {
    result<void> write(std::span<const std::byte>) override { return {}; }

    result<blob_ref> finish() override { return error{errc::io_failed, "full"}; }
  };
};

class blob_caching : public testing::Test {
protected:
  static constexpr std::uint64_t bytes_max = 1'000;

  void open(std::uint64_t most = bytes_max) {
    cache = std::make_unique<blob_cache>(cache_settings{
        folder.path() / "cache", most,
        [this](const std::string& sha256) { return needed.contains(sha256); }, young_for});
    files = std::make_unique<cached_blobs>(stored, *cache);
  }

  void SetUp() override { open(); }

  blob_ref put(const std::string& content) {
    const auto writer = files->put("name", "text/plain");
    EXPECT_TRUE(writer->write(std::as_bytes(std::span{content})));
    return *writer->finish();
  }

  /// Returns what is fetched, or the code of why it is not.
  std::string fetch(const blob_ref& blob) {
    const auto path = folder.path() / "fetched";
    std::filesystem::remove(path);
    const auto fetched = files->fetch(blob, path);
    return fetched ? read_file(path) : std::string{to_string(fetched.error().code)};
  }

  std::size_t files_here() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator{folder.path() / "cache"}, {}));
  }

  void lose(const blob_ref& blob) {
    for (auto one = stored.next(0); *one; one = stored.next((*one)->revision)) {
      if ((*one)->sha256 != blob.sha256)
        continue;
      EXPECT_TRUE(stored.remove(**one));
      return;
    }
  }

  restored put_all_back() {
    return put_back(
        *cache, stored,
        {[this](const std::string& sha256) { return needed.contains(sha256); },
         [this](const std::string& sha256) -> result<bool> {
           const auto read = stored.read({sha256, 0, {}, {}}, 0, [](auto) { return true; });
           return bool{read};
         },
         [this] { return goes_on; }});
  }

  test::temporary_folder folder;
  test::memory_blobs stored;
  std::chrono::seconds young_for{0};
  bool goes_on = true;
  std::set<std::string> needed;
  std::unique_ptr<blob_cache> cache;
  std::unique_ptr<cached_blobs> files;
};

TEST_F(blob_caching, gives_what_was_put_without_asking_the_store) {
  const auto blob = put("some text");
  stored.set_away(true);
  EXPECT_EQ(fetch(blob), "some text");
  EXPECT_EQ(cache->figures().hits, 1U);
  EXPECT_EQ(cache->figures().bytes, 9U);
}

TEST_F(blob_caching, fetches_from_the_store_what_another_node_took) {
  const auto writer = stored.put("name", "text/plain");
  const std::string content = "from elsewhere";
  ASSERT_TRUE(writer->write(std::as_bytes(std::span{content})));
  const auto blob = *writer->finish();
  EXPECT_EQ(fetch(blob), content);
  EXPECT_EQ(cache->figures().misses, 1U);
}

TEST_F(blob_caching, keeps_one_copy_of_one_content) {
  put("same");
  put("same");
  EXPECT_EQ(files_here(), 1U);
  EXPECT_EQ(cache->figures().bytes, 4U);
}

TEST_F(blob_caching, lets_the_least_recently_used_leave_first) {
  std::vector<blob_ref> blobs;
  for (char letter : {'a', 'b', 'c', 'd', 'e'})
    blobs.push_back(put(std::string(200, letter)));
  EXPECT_EQ(fetch(blobs[0]), std::string(200, 'a'));
  put(std::string(200, 'f'));
  const auto left = cache->contents();
  EXPECT_EQ(left.size(), 5U);
  EXPECT_EQ(std::count(left.begin(), left.end(), blobs[0].sha256), 1);
  EXPECT_EQ(std::count(left.begin(), left.end(), blobs[1].sha256), 0);
  EXPECT_EQ(files_here(), 5U);
  EXPECT_EQ(cache->figures().bytes, 1'000U);
}

TEST_F(blob_caching, keeps_what_live_jobs_need_even_over_its_size) {
  young_for = std::chrono::hours{1};
  open();
  for (char letter = 'a'; letter <= 'g'; ++letter)
    needed.insert(put(std::string(200, letter)).sha256);
  young_for = {};
  open();
  EXPECT_EQ(cache->contents().size(), 7U);
  needed.clear();
  put(std::string(200, 'h'));
  EXPECT_EQ(cache->contents().size(), 5U);
}

TEST_F(blob_caching, keeps_what_has_just_come_until_its_job_is_there) {
  young_for = std::chrono::hours{1};
  open();
  for (char letter = 'a'; letter <= 'g'; ++letter)
    put(std::string(200, letter));
  EXPECT_EQ(cache->contents().size(), 7U);
}

TEST_F(blob_caching, lets_a_large_file_leave_before_all_others) {
  const auto small = put(std::string(100, 's'));
  put(std::string(800, 'l'));
  put(std::string(150, 't'));
  const auto left = cache->contents();
  EXPECT_EQ(left.size(), 2U);
  EXPECT_EQ(left.front(), small.sha256);
}

TEST_F(blob_caching, obeys_a_smaller_limit_after_a_restart) {
  for (char letter = 'a'; letter <= 'e'; ++letter)
    put(std::string(200, letter));
  const auto pinned = cache->contents().front();
  needed.insert(pinned);
  open(0);
  EXPECT_EQ(cache->contents(), std::vector{pinned});
}

TEST_F(blob_caching, takes_the_new_file_for_a_damaged_one) {
  const auto blob = put("some text");
  std::ofstream{folder.path() / "cache" / blob.sha256} << "some test!";
  put("some text");
  stored.set_away(true);
  EXPECT_EQ(fetch(blob), "some text");
  EXPECT_EQ(cache->figures().bytes, 9U);
}

TEST_F(blob_caching, replaces_a_damaged_copy_by_the_stores_own) {
  const auto blob = put("some text");
  std::ofstream{folder.path() / "cache" / blob.sha256} << "some test";
  EXPECT_EQ(fetch(blob), "some text");
  EXPECT_TRUE(cache->contents().empty());
}

TEST_F(blob_caching, does_not_miss_a_copy_that_somebody_has_removed) {
  const auto blob = put("some text");
  std::filesystem::remove(folder.path() / "cache" / blob.sha256);
  EXPECT_EQ(fetch(blob), "some text");
  EXPECT_EQ(cache->figures().bytes, 0U);
}

TEST_F(blob_caching, survives_a_restart_without_unfinished_files) {
  const auto blob = put("some text");
  std::ofstream{folder.path() / "cache" / "draft-7"} << "half";
  open();
  EXPECT_EQ(files_here(), 1U);
  EXPECT_EQ(cache->figures().bytes, 9U);
  stored.set_away(true);
  EXPECT_EQ(fetch(blob), "some text");
}

TEST_F(blob_caching, keeps_nothing_of_what_was_not_finished) {
  const std::string content = "half";
  ASSERT_TRUE(files->put("name", "text/plain")->write(std::as_bytes(std::span{content})));
  EXPECT_EQ(files_here(), 0U);
}

TEST_F(blob_caching, keeps_nothing_when_told_so) {
  open(0);
  const auto blob = put("some text");
  EXPECT_EQ(files_here(), 0U);
  EXPECT_EQ(fetch(blob), "some text");
}

TEST_F(blob_caching, makes_room_when_the_disk_is_full) {
  const auto kept = put("needed");
  needed.insert(kept.sha256);
  put("not needed");
  full_blobs full;
  cached_blobs over_it{full, *cache};
  EXPECT_EQ(over_it.put("name", "text/plain")->finish().error().code, errc::io_failed);
  EXPECT_EQ(cache->contents(), std::vector{kept.sha256});
}

TEST_F(blob_caching, puts_back_what_the_store_has_lost_and_jobs_need) {
  const auto wanted = put("wanted");
  const auto there = put("there");
  const auto done_with = put("done with");
  needed = {wanted.sha256, there.sha256};
  lose(wanted);
  lose(done_with);
  EXPECT_EQ(put_all_back().files, 1U);
  std::string text;
  EXPECT_TRUE(stored.read(wanted, 0, [&text](std::span<const std::byte> bytes) {
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return true;
  }));
  EXPECT_EQ(text, "wanted");
  EXPECT_EQ(stored.read(done_with, 0, [](auto) { return true; }).error().code, errc::not_found);
  EXPECT_EQ(cache->figures().hits, 0U) << "no job was given a file";
}

TEST_F(blob_caching, puts_the_others_back_when_one_is_damaged) {
  const auto damaged = put("damaged");
  const auto wanted = put("wanted");
  needed = {damaged.sha256, wanted.sha256};
  lose(damaged);
  lose(wanted);
  std::ofstream{folder.path() / "cache" / damaged.sha256} << "demaged";
  const auto outcome = put_all_back();
  EXPECT_EQ(outcome.files, 1U);
  EXPECT_EQ(outcome.damaged, 1U);
  EXPECT_FALSE(outcome.failure);
}

TEST_F(blob_caching, says_when_the_store_takes_nothing_back) {
  needed.insert(put("wanted").sha256);
  stored.set_away(true);
  const auto outcome = put_all_back();
  EXPECT_EQ(outcome.files, 0U);
  ASSERT_TRUE(outcome.failure);
  EXPECT_EQ(outcome.failure->code, errc::unavailable);
}

TEST_F(blob_caching, stops_putting_back_when_the_node_ends) {
  const auto wanted = put("wanted");
  needed.insert(wanted.sha256);
  lose(wanted);
  goes_on = false;
  EXPECT_EQ(put_all_back().files, 0U);
}

} // namespace
} // namespace dure::node
