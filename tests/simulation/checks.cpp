#include "actors/core/keys.hpp"
#include "actors/core/record_codec.hpp"
#include "actors/core/rows.hpp"
#include "actors/core/verify.hpp"
#include "tests/simulation/callers.hpp"
#include "tests/simulation/invariants.hpp"
#include "tests/simulation/world.hpp"

#include <algorithm>
#include <functional>
#include <string_view>

namespace dure::simulation {

namespace {

/// Returns what a delta changes, but for the replica's own row, as a number.
std::uint64_t digest(const state_delta& delta) {
  std::uint64_t sum = 0;
  auto mix = [&sum](std::string_view bytes) {
    sum = (sum ^ std::hash<std::string_view>{}(bytes)) * 0x9e3779b97f4a7c15ULL + 1;
  };
  for (std::size_t f = 0; f < family_count; ++f) {
    if (family{static_cast<std::uint8_t>(f)} == family::meta)
      continue;
    for (const auto& [key, value] : delta.families[f]) {
      mix(key);
      mix(value ? std::string_view{*value} : std::string_view{"gone"});
    }
  }
  return sum;
}

} // namespace

/// Before a replica's store takes a record: is it what every other replica made of it?
void world::on_applying(const simulated_node& by, const replica_effect::write& w) {
  const auto& raw = w.delta.of(family::tail);
  if (raw.size() != 1 || !raw.begin()->second)
    return fail(by.name() + " applies a record without its bytes");
  archive_.emplace(trailing_hash(*raw.begin()->second), *raw.begin()->second);
  auto known = digests_.emplace(trailing_hash(*raw.begin()->second), digest(w.delta));
  if (!known.second && known.first->second != digest(w.delta))
    return fail(by.name() + " makes something else of record " + std::to_string(number(w.index)));
  if (known.second)
    note_events(w.events);
  check_versions(by, w.delta);
}

void world::check_versions(const simulated_node& by, const state_delta& delta) {
  for (const auto& [key, value] : delta.of(family::jobs)) {
    auto before = by.store().rows().get(family::jobs, key);
    if (!value || !before || !*before)
      continue;
    auto older = decode_row<job>(**before);
    auto newer = decode_row<job>(*value);
    if (!older || !newer || newer->version <= older->version)
      fail("a job's version does not grow on " + by.name());
  }
}

void world::on_applied(const simulated_node& by) {
  // Each check costs as much as all rows: a broken rule does not mend itself, so one in eight will
  // do.
  if (chance.below(8) == 0)
    expect_whole(by, verify_rows(by.store().rows(), the_log));
}

void world::expect_whole(const simulated_node& node, const result<verification>& checked) {
  if (!checked)
    fail(node.name() + " cannot be verified: " + checked.error().context);
  else if (!checked->broken.empty())
    fail(node.name() + ": " + checked->broken.front());
}

void world::on_halt(const simulated_node& node, const std::string& reason) {
  if (mode_ == damage::none || mode_ == damage::covered)
    return fail(node.name() + " halts: " + reason);
  note(situation::fork_halted);
}

void world::on_standing(const simulated_node& node, bool led_before, bool draining) {
  const auto& stands = node.standing();
  std::string_view why = stands.why_not;
  if (why.find("waiting for the other") != why.npos || why.find("has records that") != why.npos)
    note(situation::tail_of_a_peer_awaited);
  if (why.find("clock is more than") != why.npos)
    note(situation::skewed_clock_kept_from_claiming);
  if (why.find("not taken a record") != why.npos)
    note(situation::journal_unreachable_for_long);
  // Nobody has deposed it, or there would be a newer record.
  if (led_before && !stands.leads && !draining && why.empty() && stands.index == log.last())
    note(situation::handed_over_by_choice);
  if (led_before && !stands.leads && draining) {
    note(situation::leader_drained);
    resigned_ = node.name();
    resigned_at_ = time.now();
  }
}

/// Returns all that led to a node's state, of which its tail may only have the end.
chain_model world::chain_of(const simulated_node& node) {
  std::vector<record> records;
  auto hash = node.standing().hash;
  for (auto left = number(node.standing().index); left > 0; --left) {
    auto found = archive_.find(hash);
    auto r = found == archive_.end() ? result<record>{error{}} : decode_record(found->second);
    if (!r) {
      fail(node.name() + " stands on a record that nobody has applied");
      break;
    }
    hash = r->previous;
    records.push_back(std::move(*r));
  }
  chain_model chain;
  for (auto r = records.rbegin(); r != records.rend(); ++r)
    chain.take(*r);
  if (!chain.broken().empty())
    fail(chain.broken());
  return chain;
}

void world::check_end() {
  auto halted =
      std::any_of(nodes_.begin(), nodes_.end(), [](const auto& n) { return n->halted(); });
  if (!settled()) {
    // After a fork the others may rightly wait for a person.
    if (!halted)
      fail("it does not come to rest: " +
           (leader() ? "jobs or callers are left" : nodes_.front()->standing().why_not));
    return;
  }
  for (const auto& node : nodes_) {
    if (node->halted())
      continue;
    auto chain = chain_of(*node);
    expect_whole(*node, verify_rows(node->store().rows(), the_log));
    for (const auto& difference : rebuilt_rows{node->store().rows(), the_log}.differences())
      fail(node->name() + ": " + difference);
    expect_whole(*node, verify_tail(node->store().rows(), the_log));
    if (mode_ == damage::wild && (halted || rows_were_lost_))
      continue;
    if (auto broken = promises_.broken_by(chain))
      fail(*broken);
  }
}

} // namespace dure::simulation
