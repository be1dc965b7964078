#include "actors/core/keys.hpp"
#include "actors/core/snapshot_codec.hpp"

#include <gtest/gtest.h>

namespace dure {
namespace {

constexpr log_number log{7};

class snapshot_codec : public testing::Test {
protected:
  memory_state state;
  log_position at{
      journal_index{42}, {}, timestamp{milliseconds{5}}, {}, epoch_number{3}, "a", {}, 9};

  void SetUp() override {
    state_delta rows;
    rows.of(family::jobs)[keys::log(log) + "job"] = std::string(100'000, 'j');
    rows.of(family::ready)[keys::log(log) + "ready"] = "";
    rows.of(family::questions)[keys::log(log) + "q"] = "question";
    rows.of(family::meta)[keys::log(log)] = "not of the ledger";
    rows.of(family::tail)[keys::tail(log, journal_index{42})] = "neither";
    rows.of(family::jobs)[keys::log(log_number{8}) + "job"] = "of another log";
    state.write(rows);
  }

  std::string bytes() {
    snapshot_writer writer{log, at};
    auto walked =
        for_each_row(state, log, [&](family in, std::string_view key, std::string_view value) {
          writer.add(in, key, value);
          return result<void>{};
        });
    EXPECT_TRUE(walked);
    auto first = writer.take();
    EXPECT_EQ(writer.finish(), *digest_of(state, log));
    return first + writer.take();
  }

  /// Feeds pieces of `size`; returns the rows, or why there are none.
  static result<memory_state> parse(std::string_view bytes, std::size_t size, bool& ended) {
    snapshot_parser parser{log};
    state_delta rows;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size()))) {
      parser.feed(bytes.substr(0, size));
      for (;;) {
        auto line = parser.next();
        if (!line)
          return line.error();
        if (!*line)
          break;
        rows.of((*line)->in)[(*line)->key] = (*line)->value;
      }
    }
    ended = parser.ended();
    memory_state parsed;
    parsed.write(rows);
    return parsed;
  }
};

TEST_F(snapshot_codec, brings_back_every_row_whatever_the_pieces) {
  const auto whole = bytes();
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{7}, std::size_t{4'096}, whole.size()}) {
    bool ended = false;
    auto parsed = parse(whole, size, ended);
    ASSERT_TRUE(parsed) << parsed.error().context;
    EXPECT_TRUE(ended);
    EXPECT_EQ(*digest_of(*parsed, log), *digest_of(state, log));
    EXPECT_FALSE(*parsed->get(family::meta, keys::log(log))) << "that belongs to the replica";
  }
}

TEST_F(snapshot_codec, says_where_it_stands) {
  snapshot_parser parser{log};
  parser.feed(bytes());
  ASSERT_TRUE(parser.next());
  EXPECT_EQ(parser.at(), at);
}

TEST_F(snapshot_codec, notices_every_changed_byte) {
  state = {};
  state_delta rows;
  rows.of(family::jobs)[keys::log(log) + "job"] = "value";
  state.write(rows);
  const auto whole = bytes();
  const auto place = std::string_view{encode(at)}.size();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    auto damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x20);
    bool ended = false;
    auto parsed = parse(damaged, damaged.size(), ended);
    // Where it stands is not in the digest: whoever reads it holds it against the log.
    const auto in_place = i >= 5 && i <= 5 + place;
    EXPECT_TRUE(in_place || !parsed || !ended) << "byte " << i;
  }
}

TEST_F(snapshot_codec, never_ends_early) {
  const auto whole = bytes();
  for (std::size_t size = 0; size < whole.size(); size += size < 200 ? 1 : 9'973) {
    bool ended = false;
    auto parsed = parse(std::string_view{whole}.substr(0, size), 64, ended);
    EXPECT_FALSE(ended) << size;
  }
  bool ended = false;
  EXPECT_EQ(parse(whole + "x", whole.size() + 1, ended).error().code, errc::corrupt);
}

TEST_F(snapshot_codec, refuses_rows_of_another_log_or_a_newer_version) {
  snapshot_parser other{log_number{8}};
  other.feed(bytes());
  EXPECT_EQ(other.next().error().code, errc::corrupt);
  auto newer = bytes();
  newer[2] = 2;
  snapshot_parser parser{log};
  parser.feed(newer);
  EXPECT_EQ(parser.next().error().code, errc::newer_node_needed);
  snapshot_writer writer{log, at};
  writer.add(family::meta, keys::log(log), "the replica's");
  writer.finish();
  snapshot_parser strict{log};
  strict.feed(writer.take());
  EXPECT_EQ(strict.next().error().code, errc::corrupt);
}

} // namespace
} // namespace dure
