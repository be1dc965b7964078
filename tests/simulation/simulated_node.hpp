#pragma once

#include "actors/core/replica.hpp"
#include "tests/simulation/simulated_store.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace dure::simulation {

class world;

using answered = std::function<void(result<answer>)>;

/// A node process around the very replica: carries its effects to the simulated log, store and
/// callers, and may die between any two of them. One owner, the world.
class simulated_node {
public:
  simulated_node(world& in, std::size_t number, std::string name);

  void start();
  void kill(bool power_too);

  /// The process is not scheduled for a while: messages wait.
  void stop_for(milliseconds time);
  void drain();

  /// What was stored here is gone. Requires: it does not run.
  void lose_disk();

  /// The clock is set, or goes wrong: so far ahead of the world's from now on.
  void set_clock(milliseconds ahead);

  /// Nothing is in the way any more.
  void heal();

  void ask(command wish, answered done);
  void ask_claim(command wish, milliseconds patience, answered done);
  void ask_barrier(answered done);
  void hear(const replica_input::peer& beat);

  /// The log has grown, or was damaged.
  void on_log_grown();
  void on_log_damaged();

  bool running() const { return machine_ != nullptr && !halted_; }

  bool awake() const;

  bool halted() const { return halted_; }

  const std::string& name() const { return name_; }

  const boot_id& boot() const { return boot_; }

  std::uint64_t life() const { return life_; }

  const replica_effect::standing& standing() const { return standing_; }

  /// Returns the last record that this life's view shows.
  journal_index applied() const { return applied_; }

  timestamp wall() const;

  milliseconds clock_ahead() const { return skew_; }

  const simulated_store& store() const { return store_; }

  simulated_store& store() { return store_; }

private:
  struct append_on_its_way;

  void step(replica_message message);
  void tell(replica_message message);
  void when_awake(std::function<void()> action);
  void wake();
  void carry_out(replica_effects effects);
  void carry_out(replica_effect::append& e);
  void carry_out(replica_effect::read& e);
  void carry_out(replica_effect::look& e);
  void carry_out(replica_effect::tail& e);
  void carry_out(replica_effect::stop_tail& e);
  void carry_out(replica_effect::write& e);
  void carry_out(replica_effect::freeze& e);
  void carry_out(replica_effect::check_snapshot& e);
  void carry_out(replica_effect::install_snapshot& e);
  void carry_out(replica_effect::trim_tail& e);
  void carry_out(replica_effect::start_log_at& e);
  void carry_out(replica_effect::ask& e);
  void carry_out(replica_effect::reply& e);
  void carry_out(replica_effect::standing& e);
  void carry_out(replica_effect::halt& e);
  void plan_tick();
  void plan_tail();
  void tail_one();
  void arrive(const std::shared_ptr<append_on_its_way>& a, const append_record& e,
              std::uint64_t life);
  void time_out(const std::shared_ptr<append_on_its_way>& a);
  void note_fate(journal_index index, const std::optional<std::string>& bytes);
  ticket open(answered done);
  bool reaches_journal();
  bool reaches_shelf();
  bool is_reached_by_journal();
  void later(milliseconds delay, std::function<void()> action);
  monotonic ticks() const;

  world& in_;
  std::size_t number_;
  std::string name_;
  boot_id boot_;
  std::uint64_t life_ = 0;
  simulated_store store_;
  std::unique_ptr<replica> machine_;
  replica_effect::standing standing_;
  journal_index applied_{};
  bool disk_was_lost_ = false; ///< And its log is not read again to the end yet.
  bool halted_ = false;
  bool draining_ = false;
  milliseconds skew_{};
  milliseconds stopped_until_{};
  std::deque<std::function<void()>> mailbox_;
  std::map<ticket, answered> callers_;
  std::uint64_t tickets_ = 0;
  std::uint64_t next_tailed_ = 0; ///< 0: does not tail.
  bool tail_planned_ = false;
  std::shared_ptr<append_on_its_way> appending_;
};

} // namespace dure::simulation
