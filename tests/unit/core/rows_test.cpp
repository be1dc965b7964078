#include "actors/core/keys.hpp"
#include "actors/core/rows.hpp"
#include "actors/core/timer.hpp"

#include <gtest/gtest.h>
#include <random>

namespace dure {
namespace {

constexpr timestamp start{milliseconds{1'700'000'000'000}};

/// A job with something in every field.
job full_job() {
  const blob_ref blob{std::string(64, 'a'), 12, "한글.pdf", "application/pdf"};
  job j;
  j.spec = {make_job_id(log_number{3}, start, 5),
            "document.parse",
            "documents",
            "set",
            {"a", "b"},
            "key",
            "owner",
            "trace",
            "{\"x\":1}",
            "",
            blob,
            -7,
            start,
            4,
            {std::chrono::seconds{1}, std::chrono::seconds{2}}};
  j.state = job_state::running;
  j.cancel_requested = true;
  j.version = 300;
  j.attempts_made = 2;
  j.attempts_counted = 1;
  j.losses = 1;
  j.deaths = 1;
  attempt a;
  a.n = 2;
  a.node = "node-1";
  a.boot.value = make_random_uuid(1, 2);
  a.claim.value = make_random_uuid(3, 4);
  a.epoch = epoch_number{9};
  a.started_at = start;
  a.ends_at = start + milliseconds{5};
  a.end = attempt_end::died;
  a.ended_at = start;
  a.peak_memory_bytes = 1'000'000;
  a.failure = job_error{"code", "message", true};
  j.attempts = {a, a};
  j.failure = a.failure;
  j.outcome = {"{}", blob, {{"text", blob}}};
  j.cost = {1, 2, 3};
  j.created_at = j.started_at.emplace(start);
  j.completed_at = j.cancel_requested_at = j.expires_at = start;
  return j;
}

TEST(rows, read_back_as_they_were_written) {
  EXPECT_EQ(*decode_row<job>(encode(full_job())), full_job());
  const lease_row l{3, epoch_number{4}};
  EXPECT_EQ(*decode_row<lease_row>(encode(l)), l);
  const count_row c{{{1, 2, 3, 4, 5, 600}}, start};
  EXPECT_EQ(*decode_row<count_row>(encode(c)), c);
  const record_row r{"{}", 7, start};
  EXPECT_EQ(*decode_row<record_row>(encode(r)), r);
  const log_row g{{1, true, "why", 2, 3}, 9};
  EXPECT_EQ(*decode_row<log_row>(encode(g)), g);
  EXPECT_EQ(*decode_row<job_id>(encode(full_job().spec.id)), full_job().spec.id);
  const debtor_row d{question_id{full_job().spec.id.value}, "set"};
  EXPECT_EQ(*decode_row<debtor_row>(encode(d)), d);
}

TEST(rows, of_a_debtor_were_a_bare_id_once) {
  const auto id = full_job().spec.id;
  const debtor_row bare{question_id{id.value}, {}};
  EXPECT_EQ(*decode_row<debtor_row>(encode(id)), bare);
  EXPECT_FALSE(decode_row<debtor_row>(encode(id) + "\x05"
                                                   "set"));
}

TEST(rows, of_a_job_say_what_was_added_later_only_when_there_is_something_to_say) {
  auto j = full_job();
  const auto before = encode(j);
  j.spared = 2;
  EXPECT_EQ(encode(j).size(), before.size() + 1);
  EXPECT_EQ(decode_row<job>(encode(j))->spared, 2);
  EXPECT_FALSE(decode_row<job>(encode(j) + "x"));
}

TEST(rows, hold_every_kind_of_answer) {
  const auto id = full_job().spec.id;
  const std::vector<answer> answers{accepted{}, job_taken{id, job_state::failed, true, 4},
                                    job_changed{id, job_state::running, true, 5},
                                    granted{{{{}, full_job().spec, start}}}, record_changed{6}};
  for (const auto& reply : answers) {
    const answer_row row{reply, start};
    auto read = decode_row<answer_row>(encode(row));
    ASSERT_TRUE(read) << read.error().context;
    EXPECT_EQ(*read, row);
  }
}

TEST(rows, refuse_every_cut_and_survive_every_flipped_byte) {
  const auto bytes = encode(full_job());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    auto cut = decode_row<job>(std::string_view{bytes}.substr(0, size));
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().code, errc::corrupt);
  }
  EXPECT_EQ(decode_row<job>(bytes + '\0').error().code, errc::corrupt);
  std::mt19937 random{1};
  for (int i = 0; i < 20'000; ++i) {
    auto damaged = bytes;
    damaged[random() % damaged.size()] = static_cast<char>(random());
    auto read = decode_row<job>(damaged);
    EXPECT_TRUE(read || read.error().code == errc::corrupt ||
                read.error().code == errc::newer_node_needed);
  }
}

TEST(rows, ask_for_a_newer_node_on_an_unknown_schema) {
  auto bytes = encode(full_job());
  bytes[0] = 2;
  EXPECT_EQ(decode_row<job>(bytes).error().code, errc::newer_node_needed);
}

TEST(rows, refuse_a_running_job_without_an_attempt) {
  auto j = full_job();
  j.attempts.clear();
  EXPECT_EQ(decode_row<job>(encode(j)).error().code, errc::corrupt);
}

TEST(keys, order_ready_jobs_by_priority_and_then_by_age) {
  const log_number log{1};
  const auto old = make_job_id(log, start, 1);
  const auto young = make_job_id(log, start + milliseconds{1}, 0);
  EXPECT_LT(keys::ready(log, "a", 1, young), keys::ready(log, "a", 0, old));
  EXPECT_LT(keys::ready(log, "a", 0, old), keys::ready(log, "a", 0, young));
  EXPECT_LT(keys::ready(log, "a", 0, young), keys::ready(log, "a", -1, old));
  EXPECT_LT(keys::ready(log, "a", 100, old), keys::ready(log, "a", -100, old));
}

TEST(keys, keep_what_belongs_together_in_its_range) {
  const log_number log{0x00ff};
  const auto id = make_job_id(log, start, 1);
  const auto in = [](const key_range& range, const std::string& key) {
    return range.from <= key && key < range.until;
  };
  EXPECT_TRUE(in(keys::all_of(log), keys::job(id)));
  EXPECT_FALSE(in(keys::all_of(log), keys::job(make_job_id(log_number{0x0100}, start, 1))));
  EXPECT_TRUE(in(keys::ready_of(log, "a"), keys::ready(log, "a", 0, id)));
  EXPECT_FALSE(in(keys::ready_of(log, "a"), keys::ready(log, "a.b", 0, id)));
  EXPECT_FALSE(in(keys::by_group_of(log, "a"), keys::by_group("ab", job_state::pending, id)));
  EXPECT_NE(keys::unique(log, "", "gk"), keys::unique(log, "g", "k"));
  const lease of{id, 1, epoch_number{1}, "node-1", boot_id{make_random_uuid(1, 1)}};
  const claim_id claim{make_random_uuid(2, 2)};
  const auto key = keys::lease_of(of, claim);
  EXPECT_TRUE(in(keys::leases_of(log, "node-1"), key));
  EXPECT_TRUE(in(keys::leases_of(log, "node-1", of.boot, claim), key));
  EXPECT_FALSE(in(keys::leases_of(log, "node"), key));
  EXPECT_EQ(keys::job_at_end(key), id);
  EXPECT_EQ(keys::boot_of_lease(key), of.boot);
}

TEST(keys, read_timers_back_in_order_of_time) {
  const log_number log{1};
  const timer early{start, timer_type::record_expiry, "key"};
  const auto late = make_timer(start + milliseconds{1}, timer_type::ready, make_random_uuid(1, 1));
  EXPECT_LT(timer_key(log, early), timer_key(log, late));
  EXPECT_EQ(parse_timer(timer_key(log, early)), early);
  EXPECT_EQ(parse_timer(timer_key(log, late)), late);
  EXPECT_LT(timer_key(log, early), timers_until(log, start).until);
  EXPECT_GE(timer_key(log, late), timers_until(log, start).until);
  EXPECT_FALSE(parse_timer("short"));
  EXPECT_FALSE(parse_timer(std::string(11, '\x7f')));
}

TEST(names, are_lower_case_words_of_at_most_32_characters) {
  for (const auto* good : {"a", "0", "document.parse", "node-1"})
    EXPECT_TRUE(is_name(good)) << good;
  for (const auto* bad : {"", "A", "-a", ".a", "a_b", "a b", "é"})
    EXPECT_FALSE(is_name(bad)) << bad;
  EXPECT_TRUE(is_name(std::string(32, 'a')));
  EXPECT_FALSE(is_name(std::string(33, 'a')));
}

TEST(names, of_states_are_read_back) {
  for (unsigned n = 1; n <= job_state_count; ++n)
    EXPECT_EQ(parse_job_state(to_string(static_cast<job_state>(n))), static_cast<job_state>(n));
  EXPECT_FALSE(parse_job_state("done"));
}

} // namespace
} // namespace dure
