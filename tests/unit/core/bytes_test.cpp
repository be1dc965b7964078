#include "actors/core/bytes.hpp"

#include <gtest/gtest.h>
#include <limits>

namespace dure {
namespace {

TEST(bytes, take_back_what_was_put) {
  std::string bytes;
  writer w{bytes};
  const auto id = make_random_uuid(1, 2);
  w.u8(200);
  w.u16(40'000);
  w.u64(0x0102030405060708ULL);
  w.i64(-5);
  w.id(id);
  w.text("두레");
  put(w, std::optional<std::uint32_t>{7});
  put(w, std::optional<std::uint32_t>{});
  put(w, std::vector<std::string>{"a", ""});
  put(w, static_cast<std::int16_t>(-100));

  reader r{bytes};
  EXPECT_EQ(r.u8(), 200);
  EXPECT_EQ(r.u16(), 40'000);
  EXPECT_EQ(r.u64(), 0x0102030405060708ULL);
  EXPECT_EQ(r.i64(), -5);
  EXPECT_EQ(r.id(), id);
  EXPECT_EQ(r.text(), "두레");
  std::optional<std::uint32_t> seven, none = 1;
  std::vector<std::string> texts;
  std::int16_t negative = 0;
  get(r, seven);
  get(r, none);
  get(r, texts);
  get(r, negative);
  EXPECT_EQ(seven, 7U);
  EXPECT_EQ(none, std::nullopt);
  EXPECT_EQ(texts, (std::vector<std::string>{"a", ""}));
  EXPECT_EQ(negative, -100);
  EXPECT_TRUE(r.done());
}

TEST(bytes, are_little_endian) {
  std::string bytes;
  writer w{bytes};
  w.u16(0x0102);
  w.varint(300);
  EXPECT_EQ(bytes, (std::string{"\x02\x01\xac\x02", 4}));
}

TEST(bytes, take_back_varints_of_every_length) {
  for (int bit = 0; bit < 64; ++bit)
    for (auto value : {std::uint64_t{1} << bit, (std::uint64_t{1} << bit) - 1,
                       std::numeric_limits<std::uint64_t>::max() >> bit}) {
      std::string bytes;
      writer{bytes}.varint(value);
      reader r{bytes};
      EXPECT_EQ(r.varint(), value);
      EXPECT_TRUE(r.done());
    }
}

TEST(bytes, refuse_malformed_values) {
  const std::vector<std::string> varints{"",
                                         "\x80",
                                         std::string{"\x80\0", 2},
                                         std::string(10, '\xff'),
                                         std::string(9, '\xff') + '\x02',
                                         std::string(11, '\x80') + '\x01'};
  for (const auto& bytes : varints) {
    reader r{bytes};
    EXPECT_EQ(r.varint(), 0U);
    EXPECT_FALSE(r.ok());
  }
  reader text{std::string_view{"\x05"
                               "abc"}};
  EXPECT_EQ(text.text(), "");
  EXPECT_FALSE(text.ok());

  reader flag{"\x02"};
  bool v = true;
  get(flag, v);
  EXPECT_FALSE(flag.ok());

  reader wide{std::string_view{"\xff\xff\x04"}};
  std::uint16_t narrow = 0;
  get(wide, narrow);
  EXPECT_FALSE(wide.ok());
}

TEST(bytes, stay_failed_after_a_failure) {
  reader r{std::string_view{"\x01\x02"}};
  r.u64();
  EXPECT_FALSE(r.ok());
  EXPECT_EQ(r.u8(), 0);
  EXPECT_FALSE(r.done());
}

TEST(bytes, do_not_believe_a_count_that_lies) {
  std::string bytes;
  writer w{bytes};
  w.varint(std::uint64_t{1} << 60);
  w.text("a");
  reader r{bytes};
  std::vector<std::string> texts;
  get(r, texts);
  EXPECT_FALSE(r.ok());
  EXPECT_LE(texts.size(), 2U);
}

} // namespace
} // namespace dure
