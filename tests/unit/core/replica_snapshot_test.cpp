#include "actors/core/keys.hpp"
#include "actors/core/ledger_snapshot.hpp"
#include "actors/core/record_codec.hpp"
#include "actors/core/snapshot_codec.hpp"
#include "tests/unit/core/replica_story.hpp"

#include <gtest/gtest.h>

namespace dure {
namespace {

namespace effect = replica_effect;

record_hash digest_now(const replica_story& s) {
  return *digest_of(*s.rows, story_log);
}

blob_ref some_blob(std::uint64_t bytes = 100) {
  return {std::string(64, 'b'), bytes, "s", "application/octet-stream"};
}

snapshot_row known(const replica_story& s) {
  return *snapshots_of(*s.rows, story_log);
}

/// A node alone whose log leads to a snapshot after a few records.
replica_story alone() {
  replica_story s;
  s.snapshot_after_bytes = 2'000;
  s.start();
  s.run();
  s.tick();
  s.run();
  return s;
}

/// Submits until a state is to be frozen.
effect::freeze grow(replica_story& s) {
  for (int jobs = 0; jobs < 50; ++jobs) {
    s.wish(submit{s.spec()});
    s.run();
    s.tick();
    s.run();
    if (auto frozen = s.take<effect::freeze>())
      return *frozen;
  }
  ADD_FAILURE() << "no snapshot is begun";
  return {};
}

/// Has the wish that a replica asks the leader for decided here.
bool grant_ask(replica_story& s) {
  auto asked = s.take<effect::ask>();
  if (!asked)
    return false;
  s.wish(asked->wish);
  s.run();
  return true;
}

TEST(replica_snapshots, begins_one_when_the_log_has_grown_and_offers_it) {
  auto s = alone();
  const auto frozen = grow(s);
  EXPECT_TRUE(frozen.exports);
  EXPECT_EQ(number(frozen.at.index), s.journal.size());
  EXPECT_EQ(frozen.at.log_bytes, 0U) << "the next one is counted from here";
  s.hear(state_frozen{frozen.at.index, digest_now(s), some_blob()});
  ASSERT_TRUE(grant_ask(s));
  ASSERT_EQ(known(s).kept.size(), 1U);
  EXPECT_EQ(known(s).kept[0].of.index, frozen.at.index);
  EXPECT_EQ(known(s).kept[0].of.hash, frozen.at.hash);
}

TEST(replica_snapshots, reads_its_own_back_when_nobody_else_can) {
  auto s = alone();
  const auto frozen = grow(s);
  const auto digest = digest_now(s);
  s.hear(state_frozen{frozen.at.index, digest, some_blob()});
  ASSERT_TRUE(grant_ask(s));
  s.tick();
  auto check = s.take<effect::check_snapshot>();
  ASSERT_TRUE(check);
  s.hear(snapshot_checked{check->of.index, digest});
  ASSERT_TRUE(grant_ask(s));
  EXPECT_TRUE(known(s).kept[0].verified);
  EXPECT_FALSE(s.take<effect::start_log_at>()) << "one alone may turn out to be damaged";
}

TEST(replica_snapshots, trims_log_and_tail_behind_the_older_of_two) {
  auto s = alone();
  journal_index first{};
  for (int i = 0; i < 2; ++i) {
    const auto frozen = grow(s);
    first = i == 0 ? frozen.at.index : first;
    const auto digest = digest_now(s);
    s.hear(state_frozen{frozen.at.index, digest, some_blob()});
    ASSERT_TRUE(grant_ask(s));
    s.tick();
    s.hear(snapshot_checked{frozen.at.index, digest});
    ASSERT_TRUE(grant_ask(s));
  }
  s.tick();
  auto trimmed = s.take<effect::trim_tail>();
  auto begins = s.take<effect::start_log_at>();
  ASSERT_TRUE(trimmed && begins);
  EXPECT_EQ(trimmed->below, first);
  EXPECT_EQ(begins->first, first);
}

TEST(replica_snapshots, offers_again_what_may_have_got_lost) {
  auto s = alone();
  const auto frozen = grow(s);
  s.hear(state_frozen{frozen.at.index, digest_now(s), some_blob()});
  ASSERT_TRUE(s.take<effect::ask>()) << "which nobody hears";
  s.wait(milliseconds{31'000});
  s.run();
  ASSERT_TRUE(grant_ask(s));
  s.wait(milliseconds{61'000});
  auto asked = s.take<effect::ask>();
  EXPECT_FALSE(asked && std::holds_alternative<offer_snapshot>(asked->wish));
}

TEST(replica_snapshots, tries_again_when_an_export_has_failed) {
  auto s = alone();
  s.hear(freeze_failed{grow(s).at.index});
  s.wait(milliseconds{29'000});
  s.run();
  EXPECT_FALSE(s.take<effect::freeze>());
  s.wait(milliseconds{2'000});
  s.run();
  EXPECT_TRUE(s.take<effect::freeze>());
}

TEST(replica_snapshots, a_follower_whose_state_differs_from_the_leaders_halts) {
  replica_story s{{"a", "b"}};
  s.start();
  s.run();
  s.other_leader_appends(epoch_number{1}, "b",
                         {events::leader_claimed{epoch_number{1}, "b", boot_id{}}});
  s.other_leader_appends(epoch_number{1}, "b", {events::snapshot_begun{}});
  s.run();
  auto frozen = s.take<effect::freeze>();
  ASSERT_TRUE(frozen);
  EXPECT_FALSE(frozen->exports) << "that is the leader's";
  s.hear(state_frozen{frozen->at.index, digest_now(s), {}});
  snapshot made{frozen->at.index, frozen->at.hash, some_blob(), {}};
  s.other_leader_appends(epoch_number{1}, "b", {events::snapshot_taken{made}});
  s.run();
  s.tick();
  EXPECT_TRUE(s.halted());
}

/// A node without rows meets a log that begins at record 10.
class late_comer : public testing::Test {
protected:
  replica_story s{{"a", "b"}};
  snapshot made{journal_index{10}, {}, some_blob(), {}};
  record_hash before;

  void SetUp() override {
    s.start();
    s.hear(stream_seen{{}, journal_index{10}, journal_index{12}, s.created});
    auto tail = s.take<effect::tail>();
    ASSERT_TRUE(tail);
    EXPECT_EQ(number(tail->from), 10U);
  }

  void tailed(std::uint64_t index, event e) {
    record r{story_log,
             epoch_number{3},
             "b",
             {},
             journal_index{index},
             {},
             before,
             {{{}, "b", {std::move(e)}}}};
    auto bytes = encode(r);
    before = bytes.hash;
    s.hear(record_tailed{journal_index{index}, bytes.bytes});
  }
};

TEST_F(late_comer, starts_from_the_first_snapshot_that_the_log_tells_of) {
  tailed(10, events::snapshot_begun{});
  EXPECT_FALSE(s.take<effect::install_snapshot>());
  tailed(11, events::snapshot_taken{made});
  auto install = s.take<effect::install_snapshot>();
  ASSERT_TRUE(install && install->of);
  EXPECT_EQ(*install->of, made);
  EXPECT_FALSE(s.stands.caught_up);
  overlay rows{*s.rows};
  rows.put(family::meta, keys::log(story_log),
           encode(log_position{journal_index{10}, {}, {}, {}, epoch_number{3}, "b", {}, 0}));
  s.rows->write(rows.take());
  s.hear(snapshot_installed{true});
  s.hear(stream_seen{{}, journal_index{10}, journal_index{12}, s.created});
  EXPECT_EQ(s.stands.index, journal_index{10});
  EXPECT_EQ(s.take<effect::read>()->index, journal_index{10}) << "the log must have that record";
}

TEST_F(late_comer, looks_on_when_a_snapshot_cannot_be_read) {
  tailed(10, events::barrier{});
  tailed(11, events::snapshot_taken{made});
  s.take<effect::install_snapshot>();
  s.hear(snapshot_installed{false});
  auto tail = s.take<effect::tail>();
  ASSERT_TRUE(tail);
  EXPECT_EQ(number(tail->from), 12U);
}

TEST_F(late_comer, asks_for_a_snapshot_when_there_is_none) {
  for (std::uint64_t i = 10; i <= 12; ++i)
    tailed(i, events::barrier{});
  s.wait(milliseconds{31'000});
  auto asked = s.take<effect::ask>();
  ASSERT_TRUE(asked);
  EXPECT_TRUE(std::holds_alternative<begin_snapshot>(asked->wish));
}

TEST(replica_snapshots, a_leader_that_slept_while_its_place_was_trimmed_lets_go) {
  auto s = alone();
  s.effects.clear();
  auto caller = s.wish(submit{s.spec()});
  const auto index = number(s.stands.index);
  s.append_refused_answered();
  s.read_answered();
  s.hear(stream_seen{{}, journal_index{index + 50}, journal_index{index + 60}, s.created});
  EXPECT_FALSE(s.leads());
  auto told = s.answer_to(caller);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->error().code, errc::unknown_outcome) << "it may be in a snapshot";
  auto tail = s.take<effect::tail>();
  ASSERT_TRUE(tail);
  EXPECT_EQ(number(tail->from), index + 50) << "it looks for a snapshot";
}

TEST(replica_snapshots, a_record_that_the_log_has_lost_for_good_is_stepped_over_by_one) {
  replica_story s{{"a", "b"}};
  s.start();
  s.run();
  s.other_leader_appends(epoch_number{1}, "b",
                         {events::leader_claimed{epoch_number{1}, "b", boot_id{}}});
  s.run();
  for (int i = 0; i < 4; ++i)
    s.other_leader_appends(epoch_number{1}, "b", {events::barrier{}});
  for (int times = 0; times < 3; ++times) {
    s.effects.clear();
    s.hear(record_tailed{journal_index{3}, s.journal[2]});
    s.look_answered();
    if (times < 2)
      s.read_answered();
  }
  auto tail = s.take<effect::tail>();
  ASSERT_TRUE(tail);
  EXPECT_EQ(number(tail->from), 1U) << "it reads the log for a snapshot";
  snapshot made{journal_index{4}, {}, some_blob(), {}};
  s.other_leader_appends(epoch_number{1}, "b", {events::snapshot_taken{made}});
  s.hear(record_tailed{journal_index{6}, s.journal[5]});
  auto install = s.take<effect::install_snapshot>();
  ASSERT_TRUE(install && install->of);
  EXPECT_EQ(*install->of, made);
}

TEST(replica_snapshots, says_that_a_view_is_being_made_until_it_has_caught_up) {
  replica_story s{{"a", "b"}};
  s.other_leader_appends(epoch_number{1}, "b",
                         {events::leader_claimed{epoch_number{1}, "b", boot_id{}}});
  s.start();
  EXPECT_TRUE(s.stands.rebuilding);
  s.run();
  EXPECT_FALSE(s.stands.rebuilding);
  s.restart();
  EXPECT_FALSE(s.stands.rebuilding) << "what it shows was shown before";
}

TEST(replica_snapshots, never_serves_rows_that_were_left_unfinished) {
  replica_story s;
  overlay rows{*s.rows};
  rows.put(family::meta, keys::unfinished(story_log), "");
  s.rows->write(rows.take());
  s.start();
  s.look_answered();
  auto install = s.take<effect::install_snapshot>();
  ASSERT_TRUE(install);
  EXPECT_FALSE(install->of) << "the log is whole: it starts from nothing";
  EXPECT_FALSE(s.leads());
}

TEST(replica_snapshots, moves_a_lost_log_to_where_its_tail_begins) {
  replica_story s;
  s.start();
  s.run();
  s.tick();
  s.run();
  for (int i = 0; i < 3; ++i) {
    s.wish(submit{s.spec()});
    s.run();
  }
  const auto index = s.stands.index;
  overlay rows{*s.rows};
  rows.erase(family::tail, keys::tail(story_log, journal_index{1}));
  rows.erase(family::tail, keys::tail(story_log, journal_index{2}));
  s.rows->write(rows.take());
  s.created += milliseconds{1};
  s.journal.clear();
  s.restart();
  s.look_answered();
  auto moved = s.take<effect::start_log_at>();
  ASSERT_TRUE(moved);
  EXPECT_EQ(number(moved->first), 3U);
  s.wait(milliseconds{1'500});
  s.hear(stream_seen{{}, journal_index{3}, journal_index{2}, s.created});
  auto put_back = s.take<effect::append>();
  ASSERT_TRUE(put_back);
  EXPECT_EQ(number(put_back->expected), 2U);
  EXPECT_EQ(decode_record(put_back->bytes)->index, journal_index{3});
  EXPECT_GT(number(index), 3U);
}

} // namespace
} // namespace dure
