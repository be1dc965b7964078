#include "gateway/api/idempotency.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <set>

namespace dure::gateway {

namespace {

constexpr timestamp now{std::chrono::days{100}};

keyed_request running() {
  return {"print", now, now + keyed_request_patience, {}, 0};
}

TEST(idempotency, takes_keys_of_visible_characters) {
  EXPECT_TRUE(parse_idempotency_key("order-17").has_value());
  EXPECT_TRUE(parse_idempotency_key(std::string(255, 'k')).has_value());
  EXPECT_FALSE(parse_idempotency_key(std::string(256, 'k')).has_value());
  EXPECT_FALSE(parse_idempotency_key("").has_value());
  EXPECT_FALSE(parse_idempotency_key("a b").has_value());
}

TEST(idempotency, judges_by_body_answer_and_time) {
  auto known = running();
  EXPECT_EQ(judge(known, "other", now), keyed_verdict::other_body);
  EXPECT_EQ(judge(known, "print", now), keyed_verdict::in_progress);
  EXPECT_EQ(judge(known, "print", known.busy_until), keyed_verdict::take_over);
  known.answer = response{};
  EXPECT_EQ(judge(known, "print", now), keyed_verdict::answer_again);
  EXPECT_EQ(to_problem(keyed_verdict::other_body, known, now).status, 422);
  auto busy = to_problem(keyed_verdict::in_progress, running(), now);
  EXPECT_EQ(busy.status, 409);
  EXPECT_EQ(busy.retry_after_s, 15);
}

TEST(idempotency, derives_the_same_ids_at_every_try) {
  auto name = keyed_name("", "k");
  EXPECT_EQ(derived_random(name, 3), derived_random(name, 3));
  std::set<std::uint64_t> seen;
  for (std::uint64_t n = 0; n < 100; ++n)
    seen.insert(derived_random(name, n));
  EXPECT_EQ(seen.size(), 100U);
  EXPECT_NE(derived_random(name, 0), derived_random(keyed_name("", "l"), 0));
  EXPECT_NE(keyed_name("a", "b"), keyed_name("ab", ""));
  EXPECT_EQ(derived_command_id(name, 1), derived_command_id(name, 1));
  EXPECT_NE(derived_command_id(name, 1), derived_command_id(name, 2));
}

TEST(idempotency, reads_the_record_it_writes) {
  auto r = running();
  EXPECT_EQ(*parse_keyed_request(to_json_text(r)), r);
  r.answer = response{202, "application/json", "{\"a\":\"가\"}", {{"Location", "/x"}}, {}};
  r.body_parts = 3;
  EXPECT_EQ(*parse_keyed_request(to_json_text(r)), r);
  EXPECT_FALSE(parse_keyed_request("{}").has_value());
  EXPECT_FALSE(parse_keyed_request("nonsense").has_value());
}

TEST(idempotency, keeps_a_small_answer_in_the_record) {
  auto wishes = keep_answer("key", running(), response{202, "a/b", "body", {}, {}}, 7, now);
  ASSERT_EQ(wishes.size(), 1U);
  const auto& put = std::get<put_record>(wishes[0]);
  EXPECT_EQ(put.key, "key");
  EXPECT_EQ(put.expected, 7U);
  EXPECT_EQ(put.expires_at, now + std::chrono::hours{24});
  EXPECT_EQ(parse_keyed_request(put.value)->answer->body, "body");
}

TEST(idempotency, keeps_a_large_answer_in_parts_of_whole_characters) {
  std::string body;
  while (body.size() < 700'000)
    body += "\"가\"";
  auto wishes = keep_answer("key", running(), response{202, "a/b", body, {}, {}}, 7, now);
  ASSERT_GT(wishes.size(), 2U);
  std::string together;
  for (std::size_t i = 0; i + 1 < wishes.size(); ++i) {
    const auto& put = std::get<put_record>(wishes[i]);
    EXPECT_EQ(put.key, body_part_key("key", static_cast<std::uint32_t>(i)));
    EXPECT_LE(put.value.size(), limits::record_value_bytes_max);
    together += nlohmann::json::parse(put.value).get<std::string>();
  }
  EXPECT_EQ(together, body);
  auto last = parse_keyed_request(std::get<put_record>(wishes.back()).value);
  EXPECT_EQ(last->body_parts, wishes.size() - 1);
  EXPECT_TRUE(last->answer->body.empty());
}

} // namespace
} // namespace dure::gateway
