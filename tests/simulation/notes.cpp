#include "tests/simulation/world.hpp"

#include <algorithm>
#include <string_view>

namespace dure::simulation {

namespace {

constexpr milliseconds patience{2'000}; ///< Of a replica before it tries to lead.
constexpr milliseconds time_to_hear_all{12'000};
constexpr milliseconds time_to_follow{8'000}; ///< A dead leader.
constexpr milliseconds clearly_off{2'200};    ///< Of 2,000, with what a beat may be late.
constexpr milliseconds clearly_right{1'800};

} // namespace

void world::note_events(const std::vector<event>& facts) {
  std::string claimed;
  std::map<job_id, bool> submitted;
  for (const auto& e : facts) {
    if (const auto* c = std::get_if<events::leader_claimed>(&e)) {
      claimed = c->node;
      note_claim(*c);
    } else if (const auto* s = std::get_if<events::job_submitted>(&e)) {
      submitted[s->spec.id] = true;
    } else if (const auto* l = std::get_if<events::job_leased>(&e)) {
      if (submitted.count(l->of.job) != 0)
        note(situation::fed_by_the_submits_record);
      if (forbidden_.count(l->claim) != 0)
        fail("job " + to_string(l->of.job) + " is leased to a worker that is known to be dead");
      auto lost = lost_with_.find(l->of.job);
      if (lost != lost_with_.end() && lost->second != l->of.node)
        note(situation::lost_jobs_given_to_another);
    } else if (const auto* a = std::get_if<events::attempt_ended>(&e)) {
      if (a->end == attempt_end::lost) {
        lost_with_[a->of.job] = a->of.node;
        if (auto dead = dying_.find(a->of.boot); dead != dying_.end())
          forbid(dead->second);
        if (a->of.node == claimed)
          note(situation::own_leases_freed_at_restart);
        if (is_out_of_reach(a->of.node))
          note(situation::silent_node_lost);
      }
    } else if (std::holds_alternative<events::cancel_requested>(e)) {
      note(situation::cancelled_while_running);
    }
  }
}

void world::note_claim(const events::leader_claimed& by) {
  if (!died_mid_append_.empty() && died_mid_append_ != by.node)
    note(situation::took_over_mid_append);
  died_mid_append_.clear();
  if (!resigned_.empty() && resigned_ != by.node && time.now() - resigned_at_ < patience)
    note(situation::handed_over_early);
  resigned_.clear();
  if (all_have_heard_all_ && had_to_yield(by.node))
    fail(by.node + " claims though its clock is off and another could");
}

/// Returns how far a node's clock is off the median of all.
milliseconds world::clock_error(const simulated_node& of) const {
  std::vector<milliseconds> clocks;
  for (const auto& node : nodes_)
    if (!node->halted())
      clocks.push_back(node->clock_ahead());
  if (clocks.size() < 3)
    return milliseconds{0};
  std::sort(clocks.begin(), clocks.end());
  return std::chrono::abs(of.clock_ahead() - clocks[(clocks.size() - 1) / 2]);
}

/// Returns whether the clock of `name` is clearly off, and another's that could lead clearly not.
bool world::had_to_yield(const std::string& name) const {
  auto could = false;
  auto is_off = false;
  for (const auto& node : nodes_) {
    if (node->name() == name)
      is_off = clock_error(*node) > clearly_off;
    else if (node->running())
      could = could || clock_error(*node) < clearly_right;
  }
  return is_off && could;
}

/// Where clocks differ, the leader dies once more when nothing else is wrong: who follows it?
void world::plan_last_death() {
  auto differ = std::any_of(nodes_.begin(), nodes_.end(),
                            [this](const auto& node) { return clock_error(*node) > clearly_off; });
  if (!differ)
    return;
  last_death_awaited_ = true;
  time.in(time_to_hear_all, [this] {
    last_death_awaited_ = false;
    all_have_heard_all_ = true;
    auto* leads = leader();
    if (!leads)
      return;
    leads->kill(false);
    time.in(time_to_follow, [leads] { leads->start(); });
  });
}

bool world::is_out_of_reach(const std::string& name) const {
  return std::any_of(nodes_.begin(), nodes_.end(), [&](const auto& node) {
    return node->name() == name && !(node->running() && node->awake());
  });
}

} // namespace dure::simulation
