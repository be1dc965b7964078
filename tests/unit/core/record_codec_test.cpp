#include "actors/core/event_codec.hpp"
#include "actors/core/limits.hpp"
#include "actors/core/record_codec.hpp"
#include "tests/unit/core/event_examples.hpp"
#include "tests/unit/core/golden_files.hpp"

#include <cstdlib>
#include <gtest/gtest.h>
#include <random>
#include <xxhash.h>

namespace dure {
namespace {

constexpr std::size_t hash_bytes = 16;

/// Returns `content` followed by the hash that makes it pass for whole.
std::string sealed(std::string content) {
  XXH128_canonical_t hash;
  XXH128_canonicalFromHash(&hash, XXH3_128bits(content.data(), content.size()));
  content.append(reinterpret_cast<const char*>(hash.digest), sizeof hash.digest);
  return content;
}

std::string unsealed(std::string bytes) {
  bytes.resize(bytes.size() - hash_bytes);
  return bytes;
}

/// Whatever the decoder accepts has one spelling only.
void expect_refused_or_canonical(const std::string& bytes) {
  auto decoded = decode_record(bytes);
  if (decoded) {
    EXPECT_EQ(encode(*decoded).bytes, bytes);
  }
}

constexpr std::size_t events_of_first_format = 23;

void check_golden(const std::string& name, const record& r) {
  auto encoded = encode(r);
  auto file = golden_folder() / (name + ".hex");
  if (std::getenv("DURE_ADD_GOLDEN"))
    add_golden(file, encoded.bytes);
  auto golden = read_golden(file);
  ASSERT_TRUE(golden) << file << " is missing; see golden/README.md";
  EXPECT_EQ(to_hex_lines(encoded.bytes), to_hex_lines(*golden)) << name;
  auto decoded = decode_record(*golden);
  ASSERT_TRUE(decoded) << decoded.error().context;
  EXPECT_EQ(*decoded, r) << name;
}

TEST(record_codec, has_an_example_of_every_type_of_event) {
  auto examples = event_examples();
  ASSERT_EQ(examples.size(), std::variant_size_v<event>);
  for (std::size_t i = 1; i < examples.size(); ++i)
    EXPECT_LT(type_of(examples[i - 1]), type_of(examples[i]));
}

TEST(record_codec, writes_and_reads_the_golden_bytes_of_every_event) {
  for (const auto& e : event_examples())
    check_golden(std::to_string(static_cast<int>(type_of(e))), example_record({e}));
  // The first format's: a later type has a file of its own only, since this one never changes.
  auto first = event_examples();
  first.resize(events_of_first_format);
  check_golden("all", example_record(first));
}

TEST(record_codec, reads_every_golden_file_there_ever_was) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator{golden_folder()}) {
    if (entry.path().extension() != ".hex")
      continue;
    ++files;
    auto decoded = decode_record(*read_golden(entry.path()));
    EXPECT_TRUE(decoded) << entry.path();
  }
  EXPECT_GE(files, std::variant_size_v<event> + 1);
}

TEST(record_codec, gives_back_what_was_written) {
  std::mt19937_64 random{1};
  auto examples = event_examples();
  for (int round = 0; round < 500; ++round) {
    auto r = example_record({});
    r.index = journal_index{random()};
    r.time = timestamp{milliseconds{static_cast<std::int64_t>(random())}};
    for (auto entries = random() % 5; entries > 0; --entries) {
      record_entry entry{
          {make_random_uuid(random(), random())}, std::string(random() % 200, 'k'), {}};
      for (auto count = random() % 6; count > 0; --count)
        entry.events.push_back(examples[random() % examples.size()]);
      r.entries.push_back(std::move(entry));
    }
    auto encoded = encode(r);
    auto decoded = decode_record(encoded.bytes);
    ASSERT_TRUE(decoded) << decoded.error().context;
    EXPECT_EQ(*decoded, r);
    EXPECT_EQ(*hash_of(encoded.bytes), encoded.hash);
    EXPECT_EQ(trailing_hash(encoded.bytes), encoded.hash);
  }
}

TEST(record_codec, writes_the_same_bytes_entry_by_entry) {
  auto r = example_record(event_examples());
  record_writer w;
  for (const auto& entry : r.entries)
    EXPECT_TRUE(w.add(entry.id, entry.by, entry.events));
  EXPECT_EQ(w.finish(r).bytes, encode(r).bytes);
  EXPECT_TRUE(w.empty());
}

TEST(record_codec, keeps_a_record_below_its_limit) {
  record_writer w;
  event large = events::record_put{"key", std::string(200'000, 'v'), 1, std::nullopt};
  std::size_t added = 0;
  while (w.add({}, "key", {large}))
    ++added;
  EXPECT_EQ(added, limits::record_bytes_max / 200'000);
  auto closed = w.finish(example_record({}));
  EXPECT_LE(closed.bytes.size(), limits::record_bytes_max);
  EXPECT_EQ(decode_record(closed.bytes)->entries.size(), added);
}

TEST(record_codec, refuses_every_truncation) {
  auto bytes = encode(example_record(event_examples())).bytes;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(decode_record(bytes.substr(0, size)).error().code, errc::corrupt);
    // The same with a hash that fits, so that the parser itself meets the end.
    EXPECT_FALSE(decode_record(sealed(bytes.substr(0, std::min(size, bytes.size() - 17)))));
  }
}

TEST(record_codec, refuses_every_flipped_bit) {
  for (const auto& e : event_examples()) {
    auto bytes = encode(example_record({e})).bytes;
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
      auto flipped = bytes;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
      EXPECT_EQ(decode_record(flipped).error().code, errc::corrupt);
    }
  }
}

TEST(record_codec, survives_any_bytes_with_a_hash_that_fits) {
  std::mt19937_64 random{2};
  auto examples = event_examples();
  for (const auto& e : examples) {
    auto content =
        unsealed(encode(example_record({e, examples[random() % examples.size()]})).bytes);
    for (int round = 0; round < 1'000; ++round) {
      auto mutated = content;
      for (auto changes = 1 + random() % 4; changes > 0; --changes)
        mutated[random() % mutated.size()] = static_cast<char>(random());
      if (random() % 4 == 0)
        mutated.resize(random() % mutated.size());
      expect_refused_or_canonical(sealed(std::move(mutated)));
    }
  }
}

TEST(record_codec, refuses_counts_that_lie) {
  // A record without entries ends with its count, a zero byte.
  auto content = unsealed(encode(example_record({})).bytes);
  content.pop_back();
  auto many = content + std::string(9, '\xff') + '\x01';
  EXPECT_EQ(decode_record(sealed(many)).error().code, errc::corrupt);
  record crowd = example_record({});
  crowd.entries.push_back(
      {{}, "", std::vector<event>(limits::record_events_max + 1, events::barrier{})});
  EXPECT_EQ(decode_record(encode(crowd).bytes).error().code, errc::corrupt);
}

TEST(record_codec, says_that_a_newer_node_is_needed) {
  auto content = unsealed(encode(example_record({events::barrier{}})).bytes);
  auto newer_format = content;
  newer_format[2] = record_format + 1;
  EXPECT_EQ(decode_record(sealed(newer_format)).error().code, errc::newer_node_needed);
  auto newer_event = content;
  newer_event[newer_event.size() - 2] = '\x7f'; // Type and length end a barrier's record.
  EXPECT_EQ(decode_record(sealed(newer_event)).error().code, errc::newer_node_needed);
}

} // namespace
} // namespace dure
