#include "tests/simulation/callers.hpp"

#include <algorithm>
#include <utility>

namespace dure::simulation {

namespace {

constexpr std::size_t slots = 3;
constexpr milliseconds answer_timeout{900};

/// Returns whether nobody needs to hear this report again.
bool is_settled(const result<answer>& outcome) {
  if (outcome)
    return true;
  auto code = outcome.error().code;
  return code == errc::stale_lease || code == errc::not_found || code == errc::gone ||
         code == errc::invalid;
}

} // namespace

struct worker::report_under_way {
  command wish;
  lease of;
  int attempts = 0;
  bool settled = false;
};

worker::worker(world& in, std::size_t node)
    : in_{in}, node_{node}, life_{in.nodes()[node]->life()}, boot_{in.nodes()[node]->boot()} {}

void worker::begin() {
  look_for_work();
}

void worker::begin_after(const worker& dead) {
  lose_node body{in_.nodes()[node_]->name(), std::nullopt};
  in_.forbid_once_ended(boot_, dead.claimed_);
  say_hello({in_.chance.id<command_id>(), body.node, body}, dead.claimed_);
}

void worker::say_hello(const command& hello, const std::vector<claim_id>& dead_claims) {
  if (!alive())
    return;
  auto heard = std::make_shared<bool>(false);
  in_.call(node_, hello, milliseconds{0},
           [this, heard, dead_claims](const result<answer>& outcome) {
             if (!outcome || std::exchange(*heard, true))
               return;
             in_.forbid(dead_claims);
             in_.note(situation::worker_restarted_in_its_node);
             look_for_work();
           });
  in_.time.in(answer_timeout, [this, heard, hello, dead_claims] {
    if (!*heard)
      say_hello(hello, dead_claims);
  });
}

bool worker::alive() const {
  const auto& node = *in_.nodes()[node_];
  return !dead_ && node.running() && node.life() == life_;
}

void worker::look_for_work() {
  if (!alive())
    return;
  if (!asking_ && held_.size() < slots && in_.nodes()[node_]->awake()) {
    claim wish{in_.chance.id<claim_id>(), in_.nodes()[node_]->name(), boot_, {}};
    wish.demands = {{"noop", 2}, {"sleep", 1}};
    asking_ = true;
    claimed_.push_back(wish.id);
    claim_jobs({in_.chance.id<command_id>(), wish.node, wish}, false);
  }
  in_.time.in(in_.chance.between(milliseconds{20}, milliseconds{120}), [this] { look_for_work(); });
}

void worker::claim_jobs(const command& wish, bool repeated) {
  if (!alive())
    return;
  auto answered_now = std::make_shared<bool>(false);
  auto wait = in_.chance.between(milliseconds{300}, milliseconds{6'000});
  auto again = [this, wish, answered_now] {
    if (!std::exchange(*answered_now, true))
      claim_jobs(wish, true);
  };
  auto heard = [this, wish, repeated, answered_now, again](const result<answer>& outcome) {
    if (!outcome)
      return in_.time.in(milliseconds{100}, again);
    const auto& grants = std::get<granted>(*outcome).grants;
    in_.promise(wish, *outcome);
    if (grants.empty())
      in_.note(situation::waiting_claim_expired);
    else if (repeated)
      in_.note(situation::claim_repeated);
    *answered_now = true;
    asking_ = false;
    take(grants);
  };
  // Sent within the node: nothing of it is on its way once the worker is dead.
  in_.call(node_, wish, wait, heard, [this] { return !dead_; });
  in_.time.in(wait + answer_timeout, again);
}

void worker::take(const std::vector<grant>& grants) {
  for (const auto& g : grants) {
    auto known = std::find(seen_.begin(), seen_.end(), g.of) != seen_.end();
    if (known || !alive())
      continue;
    seen_.push_back(g.of);
    held_.push_back(g.of);
    work_on(g.of);
  }
}

void worker::work_on(const lease& of) {
  // A worker that dies may have sent its report already: that one arrives much later.
  auto is_last_word = in_.stormy() && in_.chance.chance(8);
  auto takes = is_last_word ? in_.chance.between(milliseconds{0}, milliseconds{7'000})
                            : in_.chance.between(milliseconds{0}, milliseconds{1'200});
  if (in_.chance.chance(30))
    in_.time.in(in_.chance.between(milliseconds{0}, takes), [this, of] { leave_files(of); });
  in_.time.in(takes, [this, of, is_last_word] {
    if (is_last_word || alive())
      report(of);
  });
}

/// Says once what the attempt has made so far, and what it said: told again by nobody, so that an
/// answer is all that promises it.
void worker::leave_files(const lease& of) {
  if (!alive())
    return;
  const blob_ref blob{std::string(64, in_.chance.chance(50) ? 'a' : 'b'), 1, "", ""};
  const std::vector<command_body> wishes{add_artifacts{of, {{"page-1", blob}, {"text", blob}}},
                                         keep_log{of, blob}};
  for (const auto& body : wishes) {
    const command wish{in_.chance.id<command_id>(), of.node, body};
    in_.call(node_, wish, milliseconds{0}, [this, wish](const result<answer>& outcome) {
      if (!outcome)
        return;
      in_.promise(wish, *outcome);
      in_.note(situation::files_left);
    });
  }
}

void worker::report(const lease& of) {
  if (in_.stormy() && in_.chance.chance(1))
    return; // It forgets the job: time alone must end the lease.
  auto r = std::make_shared<report_under_way>();
  r->wish = {in_.chance.id<command_id>(), of.node, choose_end(of)};
  r->of = of;
  attempt(r);
}

void worker::attempt(const std::shared_ptr<report_under_way>& r) {
  ++r->attempts;
  in_.call(node_, r->wish, milliseconds{0}, [this, r](const result<answer>& outcome) {
    if (outcome)
      in_.promise(r->wish, *outcome);
    else if (outcome.error().code == errc::stale_lease)
      in_.note(situation::stale_report_refused);
    if (!is_settled(outcome) || std::exchange(r->settled, true))
      return;
    std::erase(held_, r->of);
    if (r->attempts > 1 && outcome)
      in_.note(situation::answered_when_asked_again);
    if (in_.stormy() && in_.chance.chance(10))
      attempt(r);
  });
  in_.time.in(in_.chance.between(milliseconds{300}, answer_timeout), [this, r] {
    if (!r->settled && alive())
      attempt(r);
  });
}

command_body worker::choose_end(const lease& of) {
  auto roll = in_.chance.below(100);
  if (roll < 76)
    return complete{of, {R"({"ok":true})", std::nullopt, {}}, {}, 1 << 20};
  if (roll < 84)
    return fail{of, attempt_end::failed, {"busy", "Try later.", true}, std::nullopt, 0};
  if (roll < 89)
    return fail{of, attempt_end::failed, {"encrypted", "Cannot be read.", false}, std::nullopt, 0};
  if (roll < 94)
    return fail{of, attempt_end::died, {"crashed", "Signal 11.", true}, std::nullopt, 0};
  return release{of, attempt_end::released, 0};
}

} // namespace dure::simulation
