#include "tests/conformance/blobs_world.hpp"
#include "tests/conformance/temporary_folder.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <thread>
#include <vector>

namespace dure::test {
namespace {

/// Every promise of ports/blobs.hpp, on the twin and on a JetStream object store.
class blob_stores : public testing::TestWithParam<std::unique_ptr<blobs_world> (*)()> {
protected:
  std::unique_ptr<blobs_world> world = GetParam()();
  blobs& store = world->store();
  blob_stock& stock = world->stock();

  /// Puts the content from several threads; each must be able to read it afterwards.
  void put_at_once(std::size_t threads, const std::string& content) {
    std::vector<blob_ref> blobs(threads);
    std::vector<std::thread> uploads;
    for (auto& blob : blobs)
      uploads.emplace_back([&] { blob = put_all(store, content); });
    for (auto& upload : uploads)
      upload.join();
    for (const auto& blob : blobs)
      EXPECT_TRUE(read_all(store, blob) == content);
  }

  std::vector<stored_blob> all() {
    std::vector<stored_blob> found;
    for (std::uint64_t after = 0;;) {
      auto one = stock.next(after);
      EXPECT_TRUE(one);
      if (!one || !*one)
        return found;
      after = (*one)->revision;
      found.push_back(**one);
    }
  }
};

INSTANTIATE_TEST_SUITE_P(memory, blob_stores, testing::Values(&make_memory_blobs));
INSTANTIATE_TEST_SUITE_P(nats, blob_stores, testing::Values(&make_nats_blobs));

TEST_P(blob_stores, names_a_blob_by_its_hash) {
  const auto blob = put_all(store, "abc", "letters.txt");
  EXPECT_EQ(blob.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(blob.bytes, 3U);
  EXPECT_EQ(blob.name, "letters.txt");
  EXPECT_EQ(blob.media_type, "application/pdf");
  EXPECT_EQ(read_all(store, blob), "abc");
}

TEST_P(blob_stores, gives_back_every_byte_at_sizes_around_a_chunk) {
  constexpr std::size_t chunk = 128 * 1024;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, chunk - 1, chunk, chunk + 1, 3 * chunk, 40 * chunk + 17}) {
    const auto content = make_content(size, size);
    const auto blob = put_all(store, content);
    EXPECT_EQ(blob.bytes, size);
    EXPECT_TRUE(read_all(store, blob) == content) << size;
  }
}

TEST_P(blob_stores, reads_from_an_offset) {
  const auto content = make_content(300'000);
  const auto blob = put_all(store, content);
  for (const std::size_t offset : {1UL, 131'071UL, 131'072UL, 200'000UL, 299'999UL})
    EXPECT_TRUE(read_all(store, blob, offset) == content.substr(offset)) << offset;
  EXPECT_EQ(read_all(store, blob, 300'000), "");
}

TEST_P(blob_stores, stops_when_the_reader_has_enough) {
  const auto blob = put_all(store, make_content(4'000'000));
  int calls = 0;
  EXPECT_TRUE(store.read(blob, 0, [&](auto) { return ++calls < 3; }));
  EXPECT_EQ(calls, 3);
}

TEST_P(blob_stores, gives_a_file_in_pieces_once_and_says_when_it_ends) {
  const auto content = make_content(700'000);
  const auto blob = put_all(store, content);
  const auto reader = store.open(blob, 100'000);
  std::string read;
  for (;;) {
    const auto piece = reader->next();
    ASSERT_TRUE(piece) << piece.error().context;
    if (piece->empty())
      break;
    read += *piece;
  }
  EXPECT_TRUE(read == content.substr(100'000));
  EXPECT_EQ(*reader->next(), "") << "the end is told again";
}

TEST_P(blob_stores, a_reader_that_pauses_goes_on_where_it_was) {
  const auto content = make_content(6'000'000);
  const auto blob = put_all(store, content);
  const auto reader = store.open(blob, 0);
  std::string read = *reader->next();
  // Longer than an adapter keeps sending ahead of it.
  std::this_thread::sleep_for(std::chrono::milliseconds{2'500});
  for (auto piece = reader->next(); piece && !piece->empty(); piece = reader->next())
    read += *piece;
  EXPECT_TRUE(read == content);
}

TEST_P(blob_stores, may_stop_reading_anywhere) {
  const auto blob = put_all(store, make_content(6'000'000));
  store.open(blob, 0);
  EXPECT_TRUE(store.open(blob, 5'000'000)->next());
  const blob_ref unknown{std::string(64, 'a'), 3, "", ""};
  EXPECT_EQ(store.open(unknown, 0)->next().error().code, errc::not_found);
}

TEST_P(blob_stores, takes_the_same_content_again) {
  const auto content = make_content(500'000);
  const auto first = put_all(store, content, "first.pdf");
  const auto second = put_all(store, content, "second.pdf");
  EXPECT_EQ(first.sha256, second.sha256);
  EXPECT_EQ(second.name, "second.pdf");
  EXPECT_TRUE(read_all(store, first) == content);
}

TEST_P(blob_stores, takes_the_same_content_from_several_at_once) {
  const auto content = make_content(700'000);
  put_at_once(4, content);
}

TEST_P(blob_stores, takes_small_content_that_is_known_from_many_at_once) {
  const std::string content = "the same words on many pages";
  put_all(store, content);
  put_at_once(16, content);
}

TEST_P(blob_stores, does_not_know_what_was_never_put_or_not_finished) {
  blob_ref blob{std::string(64, 'a'), 3, "", ""};
  const auto ignore = [](auto) { return true; };
  EXPECT_EQ(store.read(blob, 0, ignore).error().code, errc::not_found);
  const std::string content = "abc";
  {
    const auto writer = store.put("a", "b");
    EXPECT_TRUE(writer->write(std::as_bytes(std::span{content})));
  }
  blob.sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  EXPECT_EQ(store.read(blob, 0, ignore).error().code, errc::not_found);
}

TEST_P(blob_stores, fetches_into_a_new_file_or_leaves_none) {
  const temporary_folder folder;
  const auto content = make_content(300'000);
  const auto blob = put_all(store, content);
  const auto path = folder.path() / "0";
  ASSERT_TRUE(store.fetch(blob, path));
  std::ostringstream written;
  written << std::ifstream{path, std::ios::binary}.rdbuf();
  EXPECT_TRUE(written.str() == content);
  EXPECT_FALSE(store.fetch(blob, path)) << "an existing file is not written over";

  const auto missing = folder.path() / "1";
  EXPECT_EQ(store.fetch({std::string(64, 'b'), 1, "", ""}, missing).error().code, errc::not_found);
  EXPECT_FALSE(std::filesystem::exists(missing));
}

TEST_P(blob_stores, notices_damage) {
  const temporary_folder folder;
  const auto blob = put_all(store, make_content(300'000));
  world->damage(blob);
  EXPECT_EQ(store.read(blob, 0, [](auto) { return true; }).error().code, errc::corrupt);
  EXPECT_EQ(store.fetch(blob, folder.path() / "0").error().code, errc::corrupt);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "0"));
}

TEST_P(blob_stores, shows_every_blob_once_in_the_order_of_puts) {
  EXPECT_TRUE(all().empty());
  const auto first = put_all(store, make_content(300'000, 1));
  const auto second = put_all(store, make_content(10, 2));
  auto before = all();
  ASSERT_EQ(before.size(), 2U);
  EXPECT_EQ(before[0].sha256, first.sha256);
  EXPECT_EQ(before[0].bytes, 300'000U);
  EXPECT_EQ(before[1].sha256, second.sha256);
  put_all(store, make_content(300'000, 1));
  auto after = all();
  ASSERT_EQ(after.size(), 2U);
  EXPECT_EQ(after[1].sha256, first.sha256) << "a put of known content is news";
  EXPECT_GT(after[1].revision, before[1].revision);
}

TEST_P(blob_stores, removes_what_was_seen_and_nothing_newer) {
  const auto content = make_content(300'000);
  const auto blob = put_all(store, content);
  const auto seen = all().at(0);
  put_all(store, content);
  EXPECT_EQ(stock.remove(seen).error().code, errc::version_mismatch);
  EXPECT_TRUE(read_all(store, blob) == content);
  ASSERT_TRUE(stock.remove(all().at(0)));
  EXPECT_EQ(store.read(blob, 0, [](auto) { return true; }).error().code, errc::not_found);
  EXPECT_TRUE(all().empty());
  EXPECT_TRUE(stock.remove(seen)) << "it is gone already";
}

TEST_P(blob_stores, takes_a_removed_content_again) {
  const auto content = make_content(300'000);
  const auto blob = put_all(store, content);
  ASSERT_TRUE(stock.remove(all().at(0)));
  put_all(store, content);
  EXPECT_TRUE(read_all(store, blob) == content);
  EXPECT_EQ(all().size(), 1U);
}

TEST_P(blob_stores, fails_while_away_and_works_afterwards) {
  const auto content = make_content(400'000);
  const auto blob = put_all(store, content);
  const auto writer = store.put("a", "b");
  ASSERT_TRUE(writer->write(std::as_bytes(std::span{content})));
  world->go_away();
  EXPECT_EQ(store.read(blob, 0, [](auto) { return true; }).error().code, errc::unavailable);
  EXPECT_EQ(writer->finish().error().code, errc::unavailable);
  world->come_back();
  EXPECT_TRUE(read_all(store, blob) == content);
  EXPECT_TRUE(read_all(store, put_all(store, make_content(400'000, 2))) ==
              make_content(400'000, 2));
}

} // namespace
} // namespace dure::test
