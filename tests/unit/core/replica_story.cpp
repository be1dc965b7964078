#include "tests/unit/core/replica_story.hpp"

#include "actors/core/keys.hpp"
#include "actors/core/rows.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <utility>

namespace dure {

replica_story::replica_story(std::vector<std::string> schedulers, std::string node)
    : schedulers_{std::move(schedulers)}, node_{std::move(node)} {}

void replica_story::start() {
  boot = boot_id{make_random_uuid(1, ++lives_)};
  auto may_lead = std::find(schedulers_.begin(), schedulers_.end(), node_) != schedulers_.end();
  replica_config config{story_log, node_, boot, may_lead, schedulers_, 1};
  config.snapshot_after_bytes = snapshot_after_bytes;
  machine_ = std::make_unique<replica>(std::move(config), *rows);
  carry(machine_->start(ticks_, now_));
}

void replica_story::restart() {
  append_.reset();
  read_.reset();
  look_ = false;
  tail_.reset();
  effects.clear();
  stands = {};
  start();
}

void replica_story::tick(milliseconds passed) {
  ticks_ += passed;
  now_ += passed;
  hear(replica_input::tick{ticks_, now_});
}

void replica_story::wait(milliseconds time) {
  for (milliseconds waited{0}; waited < time; waited += milliseconds{100})
    tick();
}

ticket replica_story::wish(command_body body) {
  ticket caller{++tickets_};
  command c{{make_random_uuid(2, tickets_)}, "client", std::move(body)};
  hear(replica_input::wishes{ticks_, now_, {{caller, std::move(c)}}});
  return caller;
}

ticket replica_story::claim_for(milliseconds patience, const std::string& node) {
  ticket caller{++tickets_};
  claim body{{make_random_uuid(3, tickets_)}, node, {make_random_uuid(4, 1)}, {{"noop", 1}}};
  command c{{make_random_uuid(2, tickets_)}, node, std::move(body)};
  hear(replica_input::claim_wish{ticks_, now_, caller, std::move(c), ticks_ + patience});
  return caller;
}

ticket replica_story::ask_barrier() {
  ticket caller{++tickets_};
  hear(replica_input::barrier_wish{ticks_, now_, caller});
  return caller;
}

void replica_story::hear(replica_message message) {
  carry(machine_->step(std::move(message)));
}

void replica_story::beat(const std::string& node, bool leads, journal_index index, record_hash hash,
                         epoch_number epoch, milliseconds clock_ahead) {
  hear(replica_input::peer{node,
                           {make_random_uuid(5, 1)},
                           epoch,
                           index,
                           hash,
                           leads,
                           created,
                           false,
                           now_ + clock_ahead});
}

void replica_story::look_answered() {
  ASSERT_TRUE(std::exchange(look_, false)) << "nobody looks";
  hear(stream_seen{{}, journal_index{1}, journal_index{journal.size()}, created});
}

void replica_story::read_answered() {
  ASSERT_TRUE(read_) << "nobody reads";
  auto index = *std::exchange(read_, std::nullopt);
  record_read r{index, std::nullopt, false};
  if (number(index) <= journal.size() && !journal[number(index) - 1].empty())
    r.bytes = journal[number(index) - 1];
  hear(std::move(r));
}

void replica_story::append_to_journal() {
  ASSERT_TRUE(append_) << "nobody appends";
  ASSERT_EQ(number(append_->expected), journal.size());
  journal.push_back(append_->bytes);
}

void replica_story::append_taken_answered() {
  append_to_journal();
  append_.reset();
  hear(append_taken{journal_index{journal.size()}, false});
}

void replica_story::append_lost_ack() {
  append_to_journal();
  append_lost();
}

void replica_story::append_lost() {
  ASSERT_TRUE(append_) << "nobody appends";
  append_.reset();
  hear(append_unknown{"no ack"});
}

void replica_story::append_refused_answered() {
  ASSERT_TRUE(append_) << "nobody appends";
  append_.reset();
  hear(append_refused{});
}

void replica_story::tail_next() {
  ASSERT_TRUE(tail_ && number(*tail_) <= journal.size()) << "nothing to tail";
  auto index = *tail_;
  tail_ = next(index);
  hear(record_tailed{index, journal[number(index) - 1]});
}

void replica_story::run() {
  for (int steps = 0; steps < 1'000; ++steps) {
    if (look_)
      look_answered();
    else if (read_)
      read_answered();
    else if (append_ && number(append_->expected) == journal.size())
      append_taken_answered();
    else if (append_)
      append_refused_answered();
    else if (tail_ && number(*tail_) <= journal.size())
      tail_next();
    else
      return;
  }
  FAIL() << "it never comes to rest";
}

std::optional<result<answer>> replica_story::answer_to(ticket caller) {
  for (auto e = effects.begin(); e != effects.end(); ++e) {
    auto* r = std::get_if<replica_effect::reply>(&*e);
    if (r && r->caller == caller) {
      auto outcome = std::move(r->outcome);
      effects.erase(e);
      return outcome;
    }
  }
  return std::nullopt;
}

job_state replica_story::state_of(const job_id& id) const {
  auto row = rows->get(family::jobs, keys::job(id));
  auto j = decode_row<job>(row && *row ? **row : std::string{});
  EXPECT_TRUE(j) << "no such job";
  return j ? j->state : job_state::scheduled;
}

job_id replica_story::new_job_id() {
  return make_job_id(story_log, now_, ++ids_);
}

job_spec replica_story::spec() {
  job_spec s;
  s.id = new_job_id();
  s.kind = "noop";
  s.queue = "default";
  s.params = "{}";
  return s;
}

record replica_story::appending() const {
  EXPECT_TRUE(append_) << "nobody appends";
  auto r = decode_record(append_ ? append_->bytes : std::string{});
  return r ? *r : record{};
}

void replica_story::other_leader_appends(epoch_number epoch, const std::string& node,
                                         std::vector<event> events) {
  record r;
  r.log = story_log;
  r.epoch = epoch;
  r.node = node;
  r.boot = {make_random_uuid(5, 1)};
  r.index = journal_index{journal.size() + 1};
  r.time = now_;
  if (!journal.empty())
    r.previous = trailing_hash(journal.back());
  r.entries.push_back({{}, node, std::move(events)});
  journal.push_back(encode(r).bytes);
}

void replica_story::carry(replica_effects wanted) {
  for (auto& e : wanted) {
    if (auto* w = std::get_if<replica_effect::write>(&e))
      rows->write(w->delta);
    else if (auto* a = std::get_if<replica_effect::append>(&e))
      append_ = *a;
    else if (auto* r = std::get_if<replica_effect::read>(&e))
      read_ = r->index;
    else if (std::holds_alternative<replica_effect::look>(e))
      look_ = true;
    else if (auto* t = std::get_if<replica_effect::tail>(&e))
      tail_ = t->from;
    else if (std::holds_alternative<replica_effect::stop_tail>(e))
      tail_.reset();
    else if (auto* s = std::get_if<replica_effect::standing>(&e))
      stands = *s;
    else if (auto* h = std::get_if<replica_effect::halt>(&e))
      halt_reason = h->reason;
    effects.push_back(std::move(e));
  }
}

} // namespace dure
