#include "gateway/api/job_filter.hpp"
#include "gateway/api/job_list.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

using queries::job_order;

queue_directory two_queues() {
  return queue_directory{{{"a", {"a", {log_number{1}, log_number{2}}, {}, {}}},
                          {"b", {"b", {log_number{3}}, {}, {}}}}};
}

checked<list_request> parse(const query& parameters) {
  return parse_list_request(parameters, two_queues());
}

queries::list_position somewhere() {
  return {job_state::failed, make_job_id(log_number{2}, timestamp{milliseconds{77}}, 9)};
}

TEST(job_list, lists_the_newest_of_all_queues_unless_told_otherwise) {
  auto request = parse({});
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->filter.logs.size(), 3U);
  EXPECT_EQ(request->order, job_order::created_descending);
  EXPECT_EQ(request->limit, 50U);
}

TEST(job_list, takes_every_filter) {
  auto request = parse({{"status", "failed"},
                        {"kind", "noop"},
                        {"queue", "a"},
                        {"group", "g"},
                        {"tag", "red"},
                        {"q", "Summer"},
                        {"created_after", "2026-01-01T00:00:00Z"},
                        {"created_before", "2026-02-01T00:00:00Z"},
                        {"limit", "500"},
                        {"order_by", "-status"}});
  ASSERT_TRUE(request.has_value()) << request.error().detail;
  EXPECT_EQ(request->filter.logs.size(), 2U);
  EXPECT_EQ(request->filter.states, std::vector{job_state::failed});
  EXPECT_EQ(request->filter.kind, "noop");
  EXPECT_EQ(request->filter.group, "g");
  EXPECT_EQ(request->filter.tag, "red");
  job j;
  EXPECT_FALSE(request->filter.also(j));
  j.spec.input_file = blob_ref{{}, 0, "indian summer.pdf", {}};
  EXPECT_TRUE(request->filter.also(j));
  EXPECT_TRUE(request->filter.created_after && request->filter.created_before);
  EXPECT_EQ(request->limit, 500U);
  EXPECT_EQ(request->order, job_order::status_descending);
}

TEST(job_list, refuses_what_it_does_not_know) {
  for (const auto& [name, value] : query{{"colour", "x"},
                                         {"tag", ""},
                                         {"q", ""},
                                         {"limit", "0"},
                                         {"limit", "501"},
                                         {"status", "done"},
                                         {"queue", "zz"},
                                         {"order_by", "kind"},
                                         {"created_after", "now"},
                                         {"cursor", "zzz"},
                                         {"offset", "-1"},
                                         {"group", ""}}) {
    auto request = parse({{name, value}});
    ASSERT_FALSE(request.has_value()) << name;
    EXPECT_EQ(request.error().status, 400);
    EXPECT_EQ(request.error().errors[0].pointer, "?" + name);
  }
  EXPECT_FALSE(parse({{"limit", "5"}, {"limit", "6"}}).has_value());
}

TEST(job_list, skips_only_where_what_is_skipped_can_be_counted) {
  EXPECT_TRUE(parse({{"group", "g"}, {"offset", "5"}}).has_value());
  for (const auto& [name, value] :
       query{{"tag", "t"}, {"q", "x"}, {"created_after", "2026-01-01T00:00:00Z"}}) {
    auto request = parse({{name, value}, {"offset", "5"}});
    ASSERT_FALSE(request.has_value()) << name;
    EXPECT_EQ(request.error().errors[0].pointer, "?offset");
    EXPECT_TRUE(parse({{name, value}, {"offset", "0"}}).has_value()) << name;
  }
}

TEST(job_list, names_the_parameters_that_there_are) {
  auto request = parse({{"colour", "x"}});
  ASSERT_FALSE(request.has_value());
  EXPECT_EQ(request.error().code, "unknown_parameter");
  EXPECT_EQ(request.error().detail,
            "?colour: No such parameter. There are: status, queue, kind, group, tag, "
            "created_after, created_before, q, order_by, cursor, offset, limit.");
}

TEST(job_list, finds_text_in_whatever_people_know_a_job_by) {
  job j;
  j.spec.kind = "Noop";
  j.spec.tags = {"여름"};
  j.failure = job_error{"encrypted", "A Password is needed.", false};
  for (auto text : {"noop", "여름", "encrypt", "password", "0000-0000"})
    EXPECT_TRUE(mentions(j, text)) << text;
  EXPECT_FALSE(mentions(j, "winter"));
}

TEST(job_list, reads_its_own_cursors_in_the_same_order_only) {
  auto cursor = to_cursor(somewhere(), job_order::created);
  EXPECT_EQ(parse_cursor(cursor, job_order::created), somewhere());
  EXPECT_FALSE(parse_cursor(cursor, job_order::status).has_value());
  EXPECT_FALSE(parse_cursor(cursor.substr(1), job_order::created).has_value());
  EXPECT_FALSE(parse_cursor("a09" + cursor.substr(3), job_order::created).has_value());
  EXPECT_FALSE(parse({{"cursor", cursor}}).has_value());
  EXPECT_TRUE(parse({{"cursor", cursor}, {"order_by", "created_at"}}).has_value());
  EXPECT_FALSE(
      parse({{"cursor", cursor}, {"order_by", "created_at"}, {"offset", "1"}}).has_value());
}

TEST(job_list, links_to_the_next_page_with_the_same_filters) {
  list_answer answer;
  answer.page.next = somewhere();
  answer.total = 7;
  query parameters{{"group", "a b&c"}, {"offset", "5"}};
  auto request = parse(parameters);
  ASSERT_TRUE(request.has_value());
  auto r = to_list_response(answer, *request, "/api/v1/jobs", parameters, language::korean);
  auto body = nlohmann::json::parse(r.body);
  auto next = body["next"].get<std::string>();
  EXPECT_EQ(body["total"], 7);
  EXPECT_EQ(*r.header("Link"), "</api/v1/jobs?group=a%20b%26c>; rel=\"first\", "
                               "</api/v1/jobs?group=a%20b%26c&cursor=" +
                                   next + ">; rel=\"next\"");
}

TEST(job_list, says_null_when_it_does_not_know) {
  auto request = parse({});
  auto r = to_list_response({}, *request, "/api/v1/jobs", {}, language::korean);
  EXPECT_EQ(r.body, R"({"jobs":[],"next":null,"total":null})");
}

} // namespace
} // namespace dure::gateway
