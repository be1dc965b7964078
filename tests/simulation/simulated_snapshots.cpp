#include "actors/core/keys.hpp"
#include "actors/core/snapshot_codec.hpp"
#include "tests/simulation/simulated_node.hpp"
#include "tests/simulation/world.hpp"

#include <utility>

// What a node does about snapshots: its state goes to the shelf, which all nodes share, and comes
// back in pieces, between which it may die.
namespace dure::simulation {

namespace {

constexpr milliseconds slow_work{2'000};

} // namespace

bool simulated_node::reaches_shelf() {
  return reaches_journal() && !(in_.stormy() && in_.chance.chance(15));
}

void simulated_node::carry_out(replica_effect::freeze& e) {
  in_.trace(name_, "freezes its state at " + std::to_string(number(e.at.index)));
  auto kept = std::make_shared<memory_state>(store_.rows());
  later(in_.chance.between(milliseconds{1}, slow_work), [this, kept, e] {
    auto made = test::shelve(*kept, the_log, e.at, in_.shelf);
    if (!made)
      return in_.fail(name_ + " cannot export its state: " + made.error().context);
    if (e.exports && !reaches_shelf())
      return tell(freeze_failed{e.at.index});
    tell(state_frozen{e.at.index, made->digest,
                      e.exports ? std::optional{made->blob} : std::nullopt});
  });
}

void simulated_node::carry_out(replica_effect::check_snapshot& e) {
  later(in_.chance.between(milliseconds{1}, slow_work), [this, of = e.of] {
    log_position at;
    std::optional<record_hash> digest;
    if (auto found = in_.shelf.find(of.blob.sha256); found != in_.shelf.end() && reaches_shelf())
      if (auto read = test::read_shelved(found->second, the_log, at, [](auto&&) {}))
        digest = *read;
    tell(snapshot_checked{of.index, digest});
  });
}

void simulated_node::carry_out(replica_effect::install_snapshot& e) {
  in_.trace(name_, e.of ? "starts from the snapshot of " + std::to_string(number(e.of->index))
                        : std::string{"starts anew"});
  later(in_.chance.between(milliseconds{1}, slow_work), [this, of = e.of] {
    auto rows = std::make_shared<state_delta>();
    log_position at;
    if (of) {
      const auto found = in_.shelf.find(of->blob.sha256);
      if (found == in_.shelf.end() || !reaches_shelf()) {
        in_.note(situation::snapshot_unreadable);
        return tell(snapshot_installed{false});
      }
      auto read = test::read_shelved(found->second, the_log, at, [&rows](snapshot_line line) {
        rows->of(line.in).insert_or_assign(std::move(line.key), std::move(line.value));
      });
      if (!read || *read != of->digest)
        return in_.fail("a snapshot is not what its record says");
    }
    at.created = {};
    store_.begin_replacing(the_log);
    if (in_.stormy() && in_.chance.chance(25)) {
      kill(false);
      return in_.restart_later(number_);
    }
    later(in_.chance.between(milliseconds{1}, slow_work), [this, of, rows, at] {
      store_.write(*rows);
      later(in_.chance.between(milliseconds{1}, slow_work), [this, of, at] {
        state_delta last;
        last.of(family::meta)[keys::log(the_log)] = encode(at);
        last.of(family::meta)[keys::unfinished(the_log)] = std::nullopt;
        store_.write(last);
        if (of)
          in_.note(situation::snapshot_installed);
        tell(snapshot_installed{true});
      });
    });
  });
}

void simulated_node::carry_out(replica_effect::trim_tail& e) {
  store_.erase(family::tail, keys::tail_below(the_log, e.below));
}

void simulated_node::carry_out(replica_effect::start_log_at& e) {
  in_.trace(name_, "lets the log begin at " + std::to_string(number(e.first)));
  const auto above = e.first > next(in_.log.last());
  // On its way it may be late or lost, like everything else.
  in_.time.in(in_.chance.between(milliseconds{0}, milliseconds{300}),
              [this, above, first = e.first, life = in_.log_life()] {
                if (life != in_.log_life() || !reaches_shelf())
                  return;
                in_.note(above ? situation::log_moved : situation::log_trimmed);
                in_.log.start_at(first);
              });
}

void simulated_node::carry_out(replica_effect::ask& e) {
  in_.call(number_, {{}, name_, std::move(e.wish)}, milliseconds{0}, [](const result<answer>&) {});
}

} // namespace dure::simulation
