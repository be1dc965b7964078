#include "actors/core/keys.hpp"
#include "tests/simulation/callers.hpp"

#include <algorithm>
#include <utility>

namespace dure::simulation {

namespace {

constexpr milliseconds answer_timeout{900};
constexpr milliseconds patience{5'000}; ///< Of a gateway, through a change of leader.
constexpr milliseconds a_moment{30};

} // namespace

struct reader::question {
  job_id id;
  bool promised = false; ///< Its caller had been told of the job before.
  std::size_t gateway = 0;
  std::uint64_t life = 0; ///< Of the gateway.
  milliseconds until{};
  bool behind_barrier = false;
};

void reader::begin() {
  in_.time.in(in_.chance.between(milliseconds{50}, milliseconds{900}), [this] {
    if (!in_.open())
      return;
    ask();
    begin();
  });
}

void reader::ask() {
  auto q = std::make_shared<question>();
  const auto* known = in_.chance.chance(70) ? in_.promised().some_submitted(in_.chance) : nullptr;
  q->promised = known != nullptr;
  q->id = known ? *known : make_job_id(the_log, in_.wall(), in_.chance.bits());
  q->gateway = in_.chance.below(in_.nodes().size());
  q->life = in_.nodes()[q->gateway]->life();
  q->until = in_.time.now() + patience;
  if (is_open(*q) && !is_shown(*q))
    pass_barrier(q);
}

/// Returns whether somebody still waits for an answer.
bool reader::is_open(const question& q) const {
  const auto& gateway = *in_.nodes()[q.gateway];
  return gateway.running() && gateway.life() == q.life && in_.time.now() < q.until;
}

bool reader::is_shown(const question& q) const {
  auto row = in_.nodes()[q.gateway]->store().rows().get(family::jobs, keys::job(q.id));
  return row && row->has_value();
}

/// The view does not show the job: perhaps it lags. Repeated until the leader has answered.
void reader::pass_barrier(const std::shared_ptr<question>& q) {
  if (!is_open(*q) || q->behind_barrier)
    return;
  auto index = std::make_shared<journal_index>();
  in_.ask_leader(
      q->gateway,
      [index](simulated_node& node, answered reply) {
        node.ask_barrier([index, &node, reply](const result<answer>& outcome) {
          if (outcome)
            *index = std::max(*index, node.applied());
          reply(outcome);
        });
      },
      [this, q, index](const result<answer>& outcome) {
        if (outcome && !std::exchange(q->behind_barrier, true))
          look_again(q, *index);
      });
  in_.time.in(answer_timeout, [this, q] { pass_barrier(q); });
}

/// Waits until the view shows what the leader's did, and answers.
void reader::look_again(const std::shared_ptr<question>& q, journal_index index) {
  if (!is_open(*q))
    return;
  const auto& gateway = *in_.nodes()[q->gateway];
  if (!gateway.awake() || gateway.applied() < index)
    return in_.time.in(a_moment, [this, q, index] { look_again(q, index); });
  if (is_shown(*q))
    return in_.note(situation::found_behind_a_barrier);
  in_.note(situation::not_found_behind_a_barrier);
  if (q->promised && in_.expects_to_find(q->id))
    in_.fail("acknowledged job " + to_string(q->id) + " is not found through " + gateway.name());
}

} // namespace dure::simulation
