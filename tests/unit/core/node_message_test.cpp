#include "actors/core/node_message.hpp"

#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

namespace dure {
namespace {

template <class Id> Id id(std::uint64_t n) {
  return Id{make_random_uuid(n, n + 1)};
}

lease some_lease() {
  return {make_job_id(log_number{3}, timestamp{milliseconds{5}}, 7), 2, epoch_number{9}, "node-b",
          id<boot_id>(4)};
}

job_spec some_spec() {
  job_spec s;
  s.id = some_lease().job;
  s.kind = "document.parse";
  s.queue = "documents";
  s.group = "그룹";
  s.tags = {"a", "b"};
  s.params = R"({"pages":[1]})";
  s.input_file = blob_ref{std::string(64, 'a'), 12, "논문.pdf", "application/pdf"};
  s.priority = -3;
  s.run_at = timestamp{milliseconds{1'700'000'000'123}};
  s.timeout = {std::chrono::seconds{60}, std::chrono::seconds{90}};
  return s;
}

queue_settings some_settings() {
  return {4, true, "night", 3, 100, {3'000, 250'000}};
}

/// One command of each kind, in the order of the variant.
std::vector<command_body> all_commands() {
  const auto of = some_lease();
  const blob_ref file{std::string(64, 'b'), 1, "log", "text/plain"};
  const auto question = id<question_id>(8);
  complete done{of, {R"({"ok":true})", file, {{"text", file}}}, {1, 2, 3}, 4, {5, 6}};
  done.possibly_charged = true;
  return {submit{some_spec()},
          cancel{of.job},
          retry{of.job},
          reprioritise{of.job, 5},
          reschedule{of.job, timestamp{milliseconds{77}}},
          remove{of.job},
          claim{id<claim_id>(1), "node-b", of.boot, {{"noop", 3}, {"sleep", 1}}},
          done,
          fail{of,
               attempt_end::timed_out,
               {"slow", "too slow", true},
               timestamp{milliseconds{9}},
               1,
               {4, 5, 6},
               true,
               {{}, 7}},
          release{of, attempt_end::released, 12, {1, 2, 3}, true, true},
          lose_node{"node-b", of.boot},
          configure_queue{some_settings()},
          put_record{"queue/a", "{}", 3, timestamp{milliseconds{4}}},
          delete_record{"queue/a", {}},
          put_question{question, "set", "1", "work", "{}", "", some_spec()},
          answer_question{question, "{}"},
          ask_question{question, "work", some_spec(), true},
          cancel_question{question},
          remove_question{question},
          forgive_provider{},
          make_ready{of.job},
          end_overdue{of},
          expire{of.job},
          forget_answer{id<command_id>(2)},
          expire_record{"key", 6},
          add_artifacts{of, {{"page-1", file}}},
          keep_log{of, file},
          put_records{{{"queue/a", "{}", 1, {}}, {"kinds", "{}", {}, {}}}},
          begin_snapshot{},
          offer_snapshot{{journal_index{5}, {{1, 2, 3}}, file, {{4, 5}}}},
          confirm_snapshot{journal_index{5}, {{4, 5}}}};
}

std::vector<result<answer>> all_answers() {
  const auto of = some_lease();
  return {answer{accepted{}},
          answer{job_taken{of.job, job_state::running, true, 4}},
          answer{job_changed{of.job, job_state::cancelled, true, 5}},
          answer{granted{{{of, some_spec(), timestamp{milliseconds{3}}, true}}}},
          answer{record_changed{8}},
          answer{question_taken{id<question_id>(3), question_state::failed, of.job}},
          error{errc::queue_full, "the queue is full"}};
}

TEST(node_message, carries_every_command_as_it_is) {
  const auto bodies = all_commands();
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    ASSERT_EQ(bodies[i].index(), i) << "name every command";
    const request_message sent{wishes_message{{{id<command_id>(i), "key-1", bodies[i]}}}};
    const auto bytes = encode(sent);
    auto read = decode_request(bytes);
    ASSERT_TRUE(read) << i << ": " << read.error().context;
    const auto& one = std::get<wishes_message>(*read).commands.at(0);
    EXPECT_EQ(one.body.index(), i);
    EXPECT_EQ(one.by, "key-1");
    EXPECT_EQ(encode(*read), bytes) << i;
  }
  EXPECT_EQ(bodies.size(), std::variant_size_v<command_body>);
}

TEST(node_message, carries_limits_and_specs_whole) {
  auto read = decode_request(
      encode(wishes_message{{{id<command_id>(1), "x", configure_queue{some_settings()}},
                             {id<command_id>(2), "x", submit{some_spec()}}}}));
  ASSERT_TRUE(read);
  const auto& wishes = std::get<wishes_message>(*read).commands;
  EXPECT_EQ(std::get<configure_queue>(wishes.at(0).body).settings, some_settings());
  EXPECT_EQ(std::get<submit>(wishes.at(1).body).spec, some_spec());
}

TEST(node_message, carries_every_answer_and_refusal) {
  const reply_message sent{journal_index{12}, all_answers()};
  auto read = decode_reply(encode(sent));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->index, sent.index);
  ASSERT_EQ(read->outcomes.size(), sent.outcomes.size());
  for (std::size_t i = 0; i + 1 < sent.outcomes.size(); ++i)
    EXPECT_EQ(*read->outcomes[i], *sent.outcomes[i]) << i;
  EXPECT_EQ(read->outcomes.back().error(), sent.outcomes.back().error());
}

TEST(node_message, carries_claims_and_beats) {
  const claim wish{id<claim_id>(1), "node-b", id<boot_id>(2), {{"noop", 3}}};
  auto asked = decode_request(encode(claim_message{{{}, "node-b", wish}, milliseconds{10'000}}));
  ASSERT_TRUE(asked);
  const auto& read = std::get<claim_message>(*asked);
  EXPECT_EQ(read.patience, milliseconds{10'000});
  EXPECT_EQ(std::get<claim>(read.wish.body).demands, wish.demands);

  beat_message beat{"node-b",
                    id<boot_id>(2),
                    epoch_number{3},
                    journal_index{99},
                    {},
                    true,
                    timestamp{milliseconds{4}},
                    true,
                    timestamp{milliseconds{5}}};
  beat.hash.bytes[3] = 7;
  auto heard = decode_beat(encode(beat));
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->node, beat.node);
  EXPECT_EQ(heard->boot, beat.boot);
  EXPECT_EQ(heard->hash, beat.hash);
  EXPECT_EQ(heard->index, beat.index);
  EXPECT_TRUE(heard->leads);
  EXPECT_TRUE(heard->leaving);
  EXPECT_EQ(heard->now, beat.now);
}

TEST(node_message, carries_an_operators_word) {
  for (const auto& word :
       {shard_mending{log_number{7}, shard_mending::way::accept_loss, {}},
        shard_mending{log_number{300}, shard_mending::way::keep_node, "node-b"},
        shard_mending{log_number{1}, shard_mending::way::stand_aside, "node-b"}}) {
    const auto heard = decode_mending(encode(word));
    ASSERT_TRUE(heard);
    EXPECT_EQ(*heard, word);
  }
}

TEST(node_message, refuses_a_word_that_it_does_not_know_or_that_names_nobody) {
  using way = shard_mending::way;
  for (const auto& word :
       {shard_mending{log_number{7}, way{4}, {}}, shard_mending{log_number{7}, way{4}, "node-b"},
        shard_mending{log_number{7}, way::keep_node, {}},
        shard_mending{log_number{7}, way::stand_aside, {}},
        shard_mending{log_number{7}, way::keep_log, "node-b"}})
    EXPECT_FALSE(decode_mending(encode(word)));
}

TEST(node_message, refuses_what_is_cut_or_too_long) {
  const auto bytes = encode(reply_message{journal_index{12}, all_answers()});
  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_FALSE(decode_reply(std::string_view{bytes}.substr(0, length))) << length;
  EXPECT_FALSE(decode_reply(bytes + "x"));
}

TEST(node_message, says_that_a_newer_node_speaks) {
  auto bytes = encode(barrier_message{});
  bytes[0] = 9;
  auto read = decode_request(bytes);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, errc::newer_node_needed);
}

} // namespace
} // namespace dure
