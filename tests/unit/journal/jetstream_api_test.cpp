#include "node/journal/jetstream_api.hpp"

#include <gtest/gtest.h>

namespace dure::node::jetstream {
namespace {

stream_settings make_settings() {
  stream_settings wanted;
  wanted.name = "T";
  wanted.subjects = {"t.a"};
  return wanted;
}

/// Returns what nats-server 2.10.27 answered to STREAM.CREATE, with `config` changed.
std::string stream_answer(const std::string& config = "") {
  return R"({"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"T",)"
         R"("subjects":["t.a"],"retention":"limits","max_consumers":-1,"max_msgs":-1,)"
         R"("max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,)"
         R"("discard":"new","storage":"file","num_replicas":1,"duplicate_window":2000000000,)"
         R"("allow_rollup_hdrs":false,"sealed":false)" +
         config +
         R"(},"created":"2026-11-21T04:44:01.168194407Z","state":{"messages":5,"first_seq":3,)"
         R"("last_seq":7,"subjects":{"t.a":5}},"did_create":true})";
}

TEST(jetstream_api, reads_a_stream) {
  const auto answer = parse_stream(stream_answer(), make_settings());
  const auto* found = std::get_if<stream_state>(&answer);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->first, 3U);
  EXPECT_EQ(found->last, 7U);
  EXPECT_EQ(found->created.time_since_epoch().count() % 1000, 168);
  EXPECT_EQ(found->misfit, "");
  EXPECT_EQ(found->subjects.at("t.a"), 5U);
}

TEST(jetstream_api, names_every_setting_that_could_lose_a_record) {
  // A later key of the same name wins when JSON is parsed.
  for (const char* change :
       {R"(,"max_age":1)", R"(,"max_msgs":10)", R"(,"max_bytes":10)", R"(,"discard":"old")",
        R"(,"retention":"workqueue")", R"(,"storage":"memory")", R"(,"subjects":["t.>"])",
        R"(,"max_msg_size":1)", R"(,"sealed":true)", R"(,"max_msgs_per_subject":1)"}) {
    const auto answer = parse_stream(stream_answer(change), make_settings());
    EXPECT_NE(std::get<stream_state>(answer).misfit, "") << change;
  }
}

TEST(jetstream_api, accepts_any_number_of_replicas_and_tells_it) {
  auto wanted = make_settings();
  wanted.replicas = 3;
  for (const int there : {1, 3, 5}) {
    const auto answer =
        parse_stream(stream_answer(R"(,"num_replicas":)" + std::to_string(there)), wanted);
    EXPECT_EQ(std::get<stream_state>(answer).misfit, "");
    EXPECT_EQ(std::get<stream_state>(answer).replicas, there);
  }
}

TEST(jetstream_api, tells_a_server_of_a_cluster_from_one_that_is_alone) {
  const std::string head =
      R"({"config":{},"created":"2026-11-21T04:44:01Z","state":{},"cluster":{)";
  const auto of_cluster = parse_stream(head + R"("name":"c","leader":"s1"}})", make_settings());
  EXPECT_TRUE(std::get<stream_state>(of_cluster).in_cluster);
  const auto alone = parse_stream(head + R"("leader":"s1"}})", make_settings());
  EXPECT_FALSE(std::get<stream_state>(alone).in_cluster);
}

TEST(jetstream_api, accepts_the_stream_that_it_asks_for) {
  auto wanted = make_settings();
  wanted.allow_rollup = true;
  const auto answer = R"({"created":"2026-11-21T04:44:01Z","state":{},"config":)" +
                      create_stream_body(wanted) + "}";
  EXPECT_EQ(std::get<stream_state>(parse_stream(answer, wanted)).misfit, "");
}

TEST(jetstream_api, reads_acknowledgements) {
  const auto taken = parse_publish_ack(R"({"stream":"T","seq":9,"duplicate":true})");
  EXPECT_EQ(std::get<publish_ack>(taken).sequence, 9U);
  EXPECT_TRUE(std::get<publish_ack>(taken).duplicate);
  const auto refused = parse_publish_ack(
      R"({"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 5"},)"
      R"("stream":"T","seq":0})");
  EXPECT_EQ(std::get<api_error>(refused).number, wrong_last_sequence);
  EXPECT_EQ(std::get<api_error>(refused).description, "wrong last sequence: 5");
}

TEST(jetstream_api, reads_stored_messages) {
  const auto found = parse_stored_message(
      R"({"message":{"subject":"t.a","seq":6,"data":"Zm9vAA==","time":"2026-11-21T04:44:01Z"}})");
  EXPECT_EQ(std::get<stored_message>(found).sequence, 6U);
  EXPECT_EQ(std::get<stored_message>(found).payload, std::string("foo\0", 4));
  const auto absent = parse_stored_message(
      R"({"error":{"code":404,"err_code":10037,"description":"no message found"}})");
  EXPECT_EQ(std::get<api_error>(absent).number, message_not_found);
}

TEST(jetstream_api, takes_nonsense_for_an_error) {
  for (const char* text : {"", "{", "[]", "null", "7", R"("x")", "{}", R"({"seq":"9"})",
                           R"({"message":7})", R"({"error":{}})", "\xff\xfe"}) {
    EXPECT_TRUE(std::holds_alternative<api_error>(parse_publish_ack(text))) << text;
    EXPECT_TRUE(std::holds_alternative<api_error>(parse_stored_message(text))) << text;
    EXPECT_TRUE(std::holds_alternative<api_error>(parse_stream(text, make_settings()))) << text;
  }
  EXPECT_FALSE(parse_done(R"({"success":true})"));
  EXPECT_TRUE(parse_done(""));
}

TEST(jetstream_api, finds_a_delivery_in_both_forms_of_the_reply_subject) {
  for (const char* subject : {"$JS.ACK.T.c-1.1.10.11.1700000000000000000.5",
                              "$JS.ACK.hub.AB12.T.c-1.1.10.11.1700000000000000000.5.x9",
                              "$JS.ACK.hub.AB12.T.c-1.1.10.11.1700000000000000000.5"}) {
    const auto found = parse_delivery(subject);
    ASSERT_TRUE(found) << subject;
    EXPECT_EQ(found->consumer, "c-1");
    EXPECT_EQ(found->stream_sequence, 10U);
    EXPECT_EQ(found->consumer_sequence, 11U);
  }
  for (const char* subject : {"", "$JS.FC.T.c.x", "$JS.ACK.T.c-1.1.10.11", "a.b.c.d.e.f.g.h.i"})
    EXPECT_FALSE(parse_delivery(subject)) << subject;
}

} // namespace
} // namespace dure::node::jetstream
