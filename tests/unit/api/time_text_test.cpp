#include "gateway/api/time_text.hpp"

#include <gtest/gtest.h>

namespace dure::gateway {

namespace {

timestamp at(std::int64_t ms) {
  return timestamp{milliseconds{ms}};
}

TEST(time_text, writes_utc_with_milliseconds) {
  EXPECT_EQ(to_text(at(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_text(at(1'769'850'000'007)), "2026-01-31T09:00:00.007Z");
}

TEST(time_text, reads_what_it_writes) {
  for (auto ms : {0LL, 1LL, 951'782'400'000LL, 1'769'850'000'007LL, 253'402'300'799'999LL})
    EXPECT_EQ(parse_timestamp(to_text(at(ms))), at(ms)) << ms;
}

TEST(time_text, reads_offsets_and_short_and_long_fractions) {
  EXPECT_EQ(parse_timestamp("2026-01-31T18:00:00+09:00"), parse_timestamp("2026-01-31T09:00:00Z"));
  EXPECT_EQ(parse_timestamp("2026-01-31T06:30:00-02:30"), parse_timestamp("2026-01-31T09:00:00Z"));
  EXPECT_EQ(parse_timestamp("1970-01-01T00:00:00.5Z"), at(500));
  EXPECT_EQ(parse_timestamp("1970-01-01t00:00:00.123456789z"), at(123));
}

TEST(time_text, refuses_what_is_no_time) {
  for (auto text : {"", "2026-01-31", "2026-02-30T00:00:00Z", "2026-01-31T24:00:00Z",
                    "2026-01-31T09:60:00Z", "2026-01-31T09:00:00", "2026-01-31T09:00:00.Z",
                    "2026-01-31T09:00:00Zx", "1969-12-31T23:59:59Z", "26-01-31T09:00:00Z",
                    "2026-01-31T09:00:00+9:00", "1970-01-01T00:00:00+01:00"})
    EXPECT_FALSE(parse_timestamp(text).has_value()) << text;
}

TEST(time_text, reads_spans) {
  EXPECT_EQ(parse_duration("30"), milliseconds{30'000});
  EXPECT_EQ(parse_duration("30s"), milliseconds{30'000});
  EXPECT_EQ(parse_duration("500ms"), milliseconds{500});
  EXPECT_EQ(parse_duration("2m"), milliseconds{120'000});
  for (auto text : {"", "s", "-1s", "1h", "1.5s", "99999999999s"})
    EXPECT_FALSE(parse_duration(text).has_value()) << text;
}

TEST(time_text, writes_http_dates) {
  EXPECT_EQ(to_http_date(at(784'111'777'000)), "Sun, 06 Nov 1994 08:49:37 GMT");
}

} // namespace
} // namespace dure::gateway
