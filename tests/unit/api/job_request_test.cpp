#include "gateway/api/job_request.hpp"
#include "gateway/api/time_text.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

checked<job_spec> parse_one(std::string_view text) {
  return parse_job_request(nlohmann::json::parse(text));
}

/// Returns the pointers of everything that is wrong with a request, in order.
std::vector<std::string> wrong_in(std::string_view text) {
  auto spec = parse_one(text);
  std::vector<std::string> pointers;
  if (!spec)
    for (const auto& e : spec.error().errors)
      pointers.push_back(e.pointer);
  return pointers;
}

using pointers = std::vector<std::string>;

TEST(job_request, fills_in_what_is_not_said) {
  auto spec = parse_one(R"({"kind":"noop"})");
  ASSERT_TRUE(spec.has_value());
  job_spec expected;
  expected.kind = "noop";
  expected.params = "{}";
  EXPECT_EQ(*spec, expected);
}

TEST(job_request, takes_every_field) {
  auto spec = parse_one(R"({"kind":"noop","queue":"default","group":"g 1","priority":-5,
    "unique_key":"k","max_attempts":7,"tags":["a","b"],"params":{"x":[1,2]},"input":"text",
    "run_at":"2026-01-31T09:00:00Z","timeout":{"soft_s":10,"hard_s":20}})");
  ASSERT_TRUE(spec.has_value());
  EXPECT_EQ(spec->queue, "default");
  EXPECT_EQ(spec->group, "g 1");
  EXPECT_EQ(spec->priority, -5);
  EXPECT_EQ(spec->unique_key, "k");
  EXPECT_EQ(spec->max_attempts, 7);
  EXPECT_EQ(spec->tags, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(spec->params, R"({"x":[1,2]})");
  EXPECT_EQ(spec->input, R"("text")");
  EXPECT_EQ(spec->run_at, parse_timestamp("2026-01-31T09:00:00Z"));
  EXPECT_EQ(spec->timeout.soft, std::chrono::seconds{10});
  EXPECT_EQ(spec->timeout.hard, std::chrono::seconds{20});
}

TEST(job_request, names_unknown_fields_at_every_depth) {
  EXPECT_EQ(wrong_in(R"({"kind":"noop","colour":1,"timeout":{"soft":1}})"),
            (pointers{"/timeout/soft", "/colour"}));
  EXPECT_EQ(parse_one(R"({"kind":"noop","a/b":1})").error().code, "unknown_field");
  EXPECT_EQ(wrong_in(R"({"kind":"noop","a/b":1})"), pointers{"/a~1b"});
}

TEST(job_request, tells_everything_that_is_wrong_at_once) {
  EXPECT_EQ(wrong_in(R"({"queue":"Big","priority":101,"max_attempts":0,"run_at":"soon",
    "tags":[1],"params":[],"group":7})"),
            (pointers{"/kind", "/queue", "/group", "/params", "/tags", "/priority", "/run_at",
                      "/max_attempts"}));
}

TEST(job_request, refuses_values_at_their_borders) {
  auto with = [](const std::string& field, const nlohmann::json& value) {
    nlohmann::json request{{"kind", "noop"}};
    request[field] = value;
    return request.dump();
  };
  using std::string;
  EXPECT_TRUE(parse_one(with("group", string(128, 'g'))).has_value());
  EXPECT_FALSE(parse_one(with("group", string(129, 'g'))).has_value());
  EXPECT_FALSE(parse_one(with("group", "a\tb")).has_value());
  EXPECT_TRUE(parse_one(with("unique_key", string(256, 'k'))).has_value());
  EXPECT_FALSE(parse_one(with("unique_key", string(257, 'k'))).has_value());
  EXPECT_TRUE(parse_one(with("tags", std::vector<string>(16, "t"))).has_value());
  EXPECT_FALSE(parse_one(with("tags", std::vector<string>(17, "t"))).has_value());
  EXPECT_TRUE(parse_one(with("input", string(16 * 1024 - 2, 'x'))).has_value());
  EXPECT_FALSE(parse_one(with("input", string(16 * 1024 - 1, 'x'))).has_value());
  EXPECT_FALSE(parse_one(with("priority", 1.5)).has_value());
  EXPECT_FALSE(parse_one(with("priority", 18'446'744'073'709'551'615ULL)).has_value());
  EXPECT_FALSE(parse_one(with("kind", "Noop")).has_value());
}

TEST(job_request, moves_the_other_timeout_only_as_far_as_it_must) {
  using std::chrono::seconds;
  auto hard = parse_one(R"({"kind":"noop","timeout":{"hard_s":60}})");
  EXPECT_EQ(hard->timeout.soft, seconds{60});
  auto soft = parse_one(R"({"kind":"noop","timeout":{"soft_s":60}})");
  EXPECT_EQ(soft->timeout.hard, limits::hard_timeout_default);
  auto long_soft = parse_one(R"({"kind":"noop","timeout":{"soft_s":10000}})");
  EXPECT_EQ(long_soft->timeout.hard, seconds{10'000});
  EXPECT_EQ(wrong_in(R"({"kind":"noop","timeout":{"soft_s":61,"hard_s":60}})"),
            pointers{"/timeout/soft_s"});
}

TEST(job_request, takes_an_array_element_by_element) {
  auto batch = parse_job_batch(R"([{"kind":"noop"},{"kind":"noop","x":1},3])", false);
  ASSERT_TRUE(batch.has_value());
  EXPECT_FALSE(batch->single);
  ASSERT_EQ(batch->jobs.size(), 3U);
  EXPECT_TRUE(batch->jobs[0].has_value());
  EXPECT_EQ(batch->jobs[1].error().errors[0].pointer, "/1/x");
  EXPECT_EQ(batch->jobs[2].error().errors[0].pointer, "/2");
}

TEST(job_request, refuses_a_body_of_which_nothing_is_right) {
  auto batch = parse_job_batch(R"([{"kind":1},{}])", false);
  ASSERT_FALSE(batch.has_value());
  EXPECT_EQ(batch.error().status, 400);
  EXPECT_EQ(batch.error().errors.size(), 2U);
  EXPECT_EQ(parse_job_batch("[]", false).error().code, "empty_body");
}

TEST(job_request, refuses_more_jobs_than_fit_into_a_request) {
  std::string body = "[";
  for (int i = 0; i < 10'000; ++i)
    body += R"({"kind":"noop"},)";
  EXPECT_EQ(parse_job_batch(body + R"({"kind":"noop"}])", false).error().status, 413);
  body.back() = ']';
  EXPECT_EQ(parse_job_batch(body, false)->jobs.size(), 10'000U);
}

TEST(job_request, takes_one_job_a_line) {
  auto batch = parse_job_batch("{\"kind\":\"noop\"}\r\n\n{broken\n{\"kind\":\"sleep\"}", true);
  ASSERT_TRUE(batch.has_value());
  ASSERT_EQ(batch->jobs.size(), 3U);
  EXPECT_EQ(batch->jobs[0]->kind, "noop");
  EXPECT_EQ(batch->jobs[1].error().code, "invalid_json");
  EXPECT_EQ(batch->jobs[1].error().errors[0].pointer, "/1");
  EXPECT_EQ(batch->jobs[2]->kind, "sleep");
}

TEST(job_request, reads_the_small_bodies) {
  EXPECT_EQ(*parse_priority_request(R"({"priority":9})"), 9);
  EXPECT_FALSE(parse_priority_request("{}").has_value());
  EXPECT_FALSE(parse_priority_request(R"({"priority":9,"why":1})").has_value());
  EXPECT_EQ(*parse_reschedule_request(R"({"run_at":"1970-01-01T00:00:01Z"})"),
            timestamp{milliseconds{1000}});
  EXPECT_FALSE(parse_reschedule_request(R"({"run_at":5})").has_value());
  EXPECT_EQ(*parse_pause_request(R"({"reason":"입시"})"), "입시");
  EXPECT_EQ(*parse_pause_request("  "), "");
  EXPECT_TRUE(parse_pause_request(R"({"reason":")" + std::string(256, 'r') + R"("})"));
  EXPECT_FALSE(parse_pause_request(R"({"reason":")" + std::string(257, 'r') + R"("})"));
  EXPECT_FALSE(check_empty_request("").has_value());
  EXPECT_FALSE(check_empty_request("{}").has_value());
  EXPECT_TRUE(check_empty_request(R"({"a":1})").has_value());
  EXPECT_TRUE(check_empty_request("[]").has_value());
}

} // namespace
} // namespace dure::gateway
