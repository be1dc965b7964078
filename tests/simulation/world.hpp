#pragma once

#include "actors/core/verify.hpp"
#include "tests/conformance/memory_snapshots.hpp"
#include "tests/simulation/dice.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/promises.hpp"
#include "tests/simulation/reached.hpp"
#include "tests/simulation/simulated_log.hpp"
#include "tests/simulation/simulated_node.hpp"
#include "tests/simulation/timeline.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace dure::simulation {

inline constexpr log_number the_log{7};

/// What may be done to the log in a run, and so what must hold in its end.
enum class damage : std::uint8_t {
  none,    ///< The log keeps what it took: nothing acknowledged may be lost, whatever else happens.
  covered, ///< It is cut or lost while every tail is up, or on a single node: nothing may be lost.
  remade,  ///< It is made again, empty, at any time, while all know who led last: a replica with
           ///< records that nobody was told of may halt, but nothing acknowledged may be lost.
  wild,    ///< At any time: a replica may halt at a fork, but what goes on is consistent.
};

/// What may befall messages of one sort, in percent, while it is stormy.
struct traffic {
  double lost = 0;
  double slow = 0;    ///< So that later ones overtake it.
  double doubled = 0; ///< Arrives twice.
  milliseconds usual{};
  milliseconds slowest{};
};

class client;
class reader;
class worker;

/// One run: nodes, log, network, callers and everything that befalls them, all from one seed.
class world {
public:
  /// `traced`: print what happens, for a person who replays a seed.
  explicit world(std::uint64_t seed, bool traced = false);
  ~world();

  /// Returns what was broken, or nothing.
  std::string run();

  const reached& met() const { return met_; }

  // For the parts of the world.

  dice chance;
  timeline time;
  simulated_log log;
  network ways;
  test::snapshot_shelf shelf;

  void note(situation s) { met_.note(s); }

  void fail(const std::string& what);
  void trace(const std::string& who, const std::string& what) const;

  /// Whether things may go wrong now.
  bool stormy() const { return stormy_ && time.now() >= calm_until_; }

  /// Whether callers still begin something new.
  bool open() const { return stormy_; }

  void promise(const command& wish, const answer& told) { promises_.keep(wish, told); }

  void expect_removal(const job_id& id) { promises_.expect_removal(id); }

  const promises& promised() const { return promises_; }

  /// Whether a job that was acknowledged must be found by whoever asks for it.
  bool expects_to_find(const job_id& id) const {
    return mode_ != damage::wild && !promises_.may_be_removed(id);
  }

  timestamp wall() const;

  /// Whether something sent now would arrive. Notes when only this direction is cut.
  bool reaches(network::party from, network::party to);
  void send(const traffic& of, network::party from, network::party to,
            const std::function<void(std::size_t)>& arrive);

  /// Asks, from a node, one that is thought to lead; question and answer may get lost, be late or
  /// come twice. Dropped on the way when nobody wants it any more.
  using asked = std::function<void(simulated_node&, answered)>;
  void ask_leader(
      std::size_t from, asked ask, answered done,
      std::function<bool()> wanted = [] { return true; });

  /// Sends a wish so. A `patience` of zero: not a claim that waits.
  void call(
      std::size_t from, command wish, milliseconds patience, answered done,
      std::function<bool()> wanted = [] { return true; });

  /// From now on no job may be leased to these claims: whoever made them is known to be dead.
  void forbid(const std::vector<claim_id>& claims) {
    forbidden_.insert(claims.begin(), claims.end());
  }

  /// The same from the next record on that ends leases of this life: its new worker says so.
  void forbid_once_ended(const boot_id& life, const std::vector<claim_id>& claims) {
    auto& all = dying_[life];
    all.insert(all.end(), claims.begin(), claims.end());
  }

  void on_log_grown();
  void on_applying(const simulated_node& by, const replica_effect::write& w);
  void on_applied(const simulated_node& by);
  void on_halt(const simulated_node& node, const std::string& reason);
  void on_standing(const simulated_node& node, bool led_before, bool draining);

  void on_died_mid_append(const std::string& node) { died_mid_append_ = node; }

  void on_started(std::size_t number);
  void restart_later(std::size_t number);

  /// Returns a version that no queue settings had before.
  std::uint64_t next_settings_version() { return ++settings_version_; }

  /// Some runs have snapshots all the time, some none.
  std::uint64_t snapshot_after_bytes() const { return snapshot_after_bytes_; }

  std::uint64_t log_life() const { return log_life_; }

  const std::vector<std::unique_ptr<simulated_node>>& nodes() const { return nodes_; }

private:
  void plan_beats(std::size_t number);
  void beat(std::size_t from);
  void note_order(std::uint64_t& last, std::uint64_t count);
  void plan_misfortune();
  void misfortune();
  void strike(simulated_node& node, std::size_t number);
  void cut_ways(std::size_t number);
  void lose_disk(simulated_node& node, std::size_t number);
  void set_clock(simulated_node& node);
  void restart_worker(std::size_t number);
  void damage_log();
  void lose_tails();
  bool everyone_is_well() const;
  bool is_out_of_reach(const std::string& name) const;
  bool everyone_knows_who_led() const;
  void check_versions(const simulated_node& by, const state_delta& delta);
  void expect_whole(const simulated_node& node, const result<verification>& checked);
  void note_events(const std::vector<event>& facts);
  void note_claim(const events::leader_claimed& by);
  milliseconds clock_error(const simulated_node& of) const;
  void plan_last_death();
  bool had_to_yield(const std::string& name) const;
  void heal();
  void set_queue_free();
  bool settled() const;
  void check_end();
  chain_model chain_of(const simulated_node& node);
  simulated_node* leader() const;
  std::size_t route(std::size_t from);

  bool traced_;
  damage mode_;
  milliseconds peace_max_; ///< Between two misfortunes: some runs are wilder than others.
  std::uint64_t snapshot_after_bytes_;
  bool stormy_ = true;
  milliseconds calm_until_{};
  std::vector<std::unique_ptr<simulated_node>> nodes_;
  std::vector<std::unique_ptr<client>> clients_;
  std::unique_ptr<reader> reader_;
  std::vector<std::unique_ptr<worker>> workers_;
  std::map<record_hash, std::uint64_t>
      digests_;                                ///< What each record changes, by whoever applied it.
  std::map<record_hash, std::string> archive_; ///< Every record that anybody has applied.
  std::uint64_t log_life_ = 0;
  std::uint64_t settings_version_ = 0;
  std::uint64_t beats_told_ = 0;
  std::map<std::pair<std::size_t, std::size_t>, std::uint64_t> last_beats_; ///< Heard, by way.
  bool all_have_heard_all_ = false; ///< Nothing has been in the way for long.
  bool last_death_awaited_ = false;
  std::string died_mid_append_;
  std::string resigned_;
  milliseconds resigned_at_{};
  std::map<job_id, std::string> lost_with_;
  std::set<claim_id> forbidden_;
  std::map<boot_id, std::vector<claim_id>> dying_;
  bool queue_is_free_ = false;
  bool rows_were_lost_ = false; ///< By a power loss, or with a disk.
  promises promises_;
  reached met_;
  std::string broken_;
};

} // namespace dure::simulation
