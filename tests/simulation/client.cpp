#include "tests/simulation/callers.hpp"

#include <utility>

namespace dure::simulation {

namespace {

constexpr milliseconds answer_timeout{900};

/// Returns whether the same wish may still come true: it is repeated with the same id.
bool is_worth_repeating(errc code) {
  return code == errc::not_leader || code == errc::unavailable || code == errc::busy ||
         code == errc::unknown_outcome || code == errc::shutting_down;
}

} // namespace

struct client::wish_under_way {
  command wish;
  int attempts = 0;
  bool finished = false;
};

void client::begin() {
  in_.time.in(in_.chance.between(milliseconds{0}, milliseconds{600}), [this] { next(); });
}

void client::next() {
  if (!in_.open())
    return;
  auto w = std::make_shared<wish_under_way>();
  if (!done_.empty() && in_.chance.chance(8))
    w->wish = done_[in_.chance.below(done_.size())];
  else
    w->wish = {in_.chance.id<command_id>(), "client", choose()};
  busy_ = true;
  attempt(w);
}

void client::attempt(const std::shared_ptr<wish_under_way>& w) {
  auto n = ++w->attempts;
  // Through any gateway.
  in_.call(in_.chance.below(in_.nodes().size()), w->wish, milliseconds{0},
           [this, w](const result<answer>& outcome) { finish(w, outcome); });
  in_.time.in(answer_timeout, [this, w, n] {
    if (!w->finished && w->attempts == n)
      attempt(w);
  });
}

void client::finish(const std::shared_ptr<wish_under_way>& w, const result<answer>& outcome) {
  if (w->finished)
    return;
  if (!outcome && is_worth_repeating(outcome.error().code)) {
    auto n = w->attempts;
    in_.time.in(in_.chance.between(milliseconds{50}, milliseconds{300}), [this, w, n] {
      if (!w->finished && w->attempts == n)
        attempt(w);
    });
    return;
  }
  w->finished = true;
  busy_ = false;
  if (outcome) {
    in_.promise(w->wish, *outcome);
    done_.push_back(w->wish);
    if (w->attempts > 1)
      in_.note(situation::answered_when_asked_again);
    const auto* taken = std::get_if<job_taken>(&*outcome);
    if (taken && taken->existing)
      in_.note(situation::unique_key_answered_with_existing);
  } else if (outcome.error().code == errc::queue_full) {
    in_.note(situation::limit_reached);
  }
  begin();
}

command_body client::choose() {
  auto& chance = in_.chance;
  auto roll = jobs_.empty() ? 0 : chance.below(100);
  if (roll < 60)
    return submit{new_job()};
  if (roll < 74)
    return cancel{some_job()};
  if (roll < 82)
    return retry{some_job()};
  if (roll < 86)
    return reprioritise{some_job(), static_cast<std::int16_t>(chance.below(3))};
  if (roll < 90)
    return reschedule{some_job(), in_.wall() + milliseconds{chance.below(3'000)}};
  if (roll < 94) {
    remove wish{some_job()};
    in_.expect_removal(wish.id);
    return wish;
  }
  queue_settings settings;
  settings.version = in_.next_settings_version();
  settings.paused = chance.chance(30);
  if (chance.chance(40))
    settings.concurrency_max = static_cast<std::uint32_t>(1 + chance.below(3));
  if (chance.chance(40))
    settings.depth_max = 2 + chance.below(10);
  return configure_queue{settings};
}

job_spec client::new_job() {
  auto& chance = in_.chance;
  job_spec s;
  s.id = make_job_id(the_log, in_.wall(), chance.bits());
  s.kind = chance.chance(70) ? "noop" : "sleep";
  s.queue = "default";
  s.owner = "client";
  s.params = "{}";
  if (chance.chance(30))
    s.group = "set";
  if (chance.chance(12))
    s.unique_key = chance.chance(50) ? "red" : "blue";
  if (chance.chance(20))
    s.run_at = in_.wall() + milliseconds{chance.below(3'000)};
  s.priority = static_cast<std::int16_t>(chance.below(3));
  s.max_attempts = static_cast<std::uint16_t>(1 + chance.below(3));
  s.timeout = {std::chrono::seconds{3}, std::chrono::seconds{5}};
  jobs_.push_back(s.id);
  return s;
}

job_id client::some_job() {
  return jobs_[in_.chance.below(jobs_.size())];
}

} // namespace dure::simulation
