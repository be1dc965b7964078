#pragma once

#include "actors/core/ledger.hpp"
#include "actors/core/pace.hpp"
#include "actors/core/replica.hpp"
#include "actors/core/replica_parts.hpp"
#include "actors/core/replica_peers.hpp"
#include "actors/core/replica_rows.hpp"
#include "actors/core/replica_silence.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace dure {

/// The inside of a replica. Private to the replica_*.cpp files, one for each concern.
///
///   looking -> checking -> following -> claiming -> leading
///                 |  ^         ^            |          |
///                 v  |         +------------+----------+  deposed, drained
///             recovering  (the log ends below what this store has applied, or is another stream)
///
///   checking -> seeking -> installing -> looking  (the log begins above what is needed next)
///
/// What is decided lies in layers: `building` (the record being decided) over `flying` (the one
/// that was appended) over the base. A step that emits a `write` decides nothing after it, because
/// the base shows it only in the next step.
struct replica::machine {
  using phase = replica_part::phase;
  using waiting_wish = replica_part::waiting_wish;
  using waiting_claim = replica_part::waiting_claim;
  using draft = replica_part::draft;
  using flight = replica_part::flight;

  machine(replica_config c, const state_reader& b);

  // replica.cpp: what comes in, and what every phase shares.
  replica_effects start(monotonic ticks, timestamp wall);
  replica_effects step(replica_message message);
  void hear(replica_input::tick& t);
  void hear(replica_input::members& m);
  void hear(replica_input::accept_loss&);
  void hear(replica_input::drain&);
  void hear(journal_message& m);
  void hear(stream_seen& seen);
  void hear(record_read& r);

  template <class Effect> void emit(Effect effect) { effects.emplace_back(std::move(effect)); }

  void answer_now(ticket caller, result<answer> outcome);
  void refuse_all(std::vector<replica_effect::reply>& replies, errc code);
  void halt(const error& why);
  void ask_look();
  void tell_standing();
  std::string why_not() const;
  bool lone() const;

  // replica_deciding.cpp: wishes become a record.
  void hear(replica_input::wishes& w);
  void hear(replica_input::claim_wish& w);
  void hear(replica_input::barrier_wish& w);
  void open_draft();
  bool add_to_draft(const command_id& id, std::string_view by, std::vector<event>&& events);
  void decide(waiting_wish wish);
  void enqueue(waiting_wish wish);
  void put_first(waiting_wish wish);
  void put_last(waiting_wish wish);
  waiting_wish take_first();
  void lose_older_lives(const std::string& node, const boot_id& boot);
  void lose_silent_nodes(milliseconds passed);
  void fill_draft();
  void decide_due();
  std::optional<errc> closed_to(const command& wish) const;
  ledger::context context() const;

  // replica_claims.cpp: who waits for jobs, and how many rate limits allow.
  bool offer(const waiting_claim& claim);
  void feed_claims();
  void forget_claims_of(const lose_node& ended);
  void expire_claims();
  void begin_pace();
  void answer_claims(const result<answer>& outcome);

  // replica_appending.cpp: the record goes to the log, and what became of it is found out.
  void hear(append_taken& t);
  void hear(append_refused&);
  void hear(append_unknown&);
  void launch();
  void send();
  void read_fate();
  void resolve(record_read& r);
  void meet_other(const std::string& bytes);
  void inspect_for_flight();
  void send_again();
  void keep_trying(milliseconds passed);
  void give_up_waiting();
  void land();
  void step_down();
  void leave_behind();
  void give_up_flight();
  void drop_undecided(errc code);
  void drop_everything();
  void resign_if_idle();
  bool stands_on_lost_log() const;

  // replica_following.cpp: the tail, and who tries to lead.
  void hear(record_tailed& t);
  void hear(replica_input::peer& p);
  void hear_itself(const replica_input::peer& p);
  void hear_again(const std::string& node);
  void follow();
  void leave_tail();
  void compare_known(const record_tailed& t);
  void apply_tailed(record_tailed& t);
  std::optional<error> breaks_chain(const record& r, journal_index at) const;
  void reconsider();
  void try_to_lead();
  void claim_lead(std::uint64_t epochs_further);

  // replica_spreading.cpp: who leads which log when all are well.
  std::string first_choice(std::string_view besides) const;
  bool another_should_lead() const;
  void reconsider_leading(milliseconds passed);

  // replica_clocks.cpp: whose clock may become the log's.
  std::optional<milliseconds> median_clock() const;
  static bool is_off(milliseconds ahead, std::optional<milliseconds> median);
  bool yields_to_better_clocks() const;

  // replica_recovery.cpp: a log that is not the one this store knows.
  void place();
  bool begins_too_late() const;
  bool is_placed_by_look() const;
  void note_loss();
  void check_common(record_read& r);
  void check_above();
  void proceed();
  void recover();
  void resume();
  bool settled() const;
  bool accept_stream();
  void put_back();
  void put_back_taken(journal_index index);
  void put_back_unclear();
  void resolve_put_back(record_read& r);
  void move_log(journal_index first);
  bool forked_from(const replica_input::peer& p);

  // replica_snapshots.cpp: the state is kept beside the log, so that the log may be trimmed.
  void hear(snapshot_message& m);
  void hear(state_frozen& f);
  void hear(freeze_failed& f);
  void hear(snapshot_checked& c);
  void hear(snapshot_installed& i);
  std::uint64_t log_bytes_with(const std::vector<event>& events, std::size_t bytes) const;
  void note_written();
  result<void> read_standing();
  void tend_snapshots(milliseconds passed);
  void compare_frozen();
  void offer_again(milliseconds passed);
  void trim();
  void check_newest();
  bool is_read_by_others() const;
  void begin_snapshot_if_due();
  void seek_snapshot();
  void seek_in(record_tailed& t);
  void install(std::optional<snapshot> from);
  void keep_seeking(milliseconds passed);

  const replica_config config;
  const state_reader& base;
  std::vector<std::string> schedulers; ///< As config.schedulers, as of now.
  overlay flying{base};
  overlay building{static_cast<const state_reader&>(flying)};

  phase in = phase::looking;
  timestamp now{};
  monotonic ticks{};
  log_position position;
  stream_seen stream;           ///< As last seen; its `failure` is of the last look.
  timestamp accepted_created{}; ///< The life of the stream that this store trusts; zero: none yet.
  std::optional<milliseconds> lost;     ///< For how long it is known that the log lost something.
  timestamp lost_in{};                  ///< The life of the stream that `lost` is about.
  journal_index common{};               ///< Being read, in phase checking.
  std::optional<journal_index> putting; ///< Being appended again, in phase recovering.
  bool putting_read = false;            ///< Its append was unclear: it is being read.
  bool check_failed = false;            ///< The last read of `common` could not be asked.
  int checks_absent = 0;                ///< So often in a row the record to check was not there.
  bool loss_accepted = false;           ///< An operator gave up what no living node has.
  bool rows_unfinished = false;         ///< The store is between two states: it needs a snapshot.
  bool rebuilding = false;              ///< As in `standing`.
  replica_part::gap missing;

  replica_part::snapshot_work snapshots;

  silence quiet;
  peer_table peers;

  draft next;
  std::optional<flight> out;
  std::deque<waiting_wish> waiting;
  std::size_t waiting_bytes = 0;
  std::deque<waiting_claim> claims;
  pace speed;               ///< What rate limits allow, while leading.
  bool feedable = false;    ///< Something happened that may give a waiting claim a job.
  bool due_again = false;   ///< More was due than one round takes.
  monotonic overdue_from{}; ///< No lease is ended as overdue before.

  bool resigning = false; ///< Another node shall lead, once nothing is in flight here.
  milliseconds led_for{}; ///< Since this node began to lead, or last thought about it.
  milliseconds reconsider_after{15'000};
  std::set<std::string> silent_nodes; ///< Their leases were ended here; they are granted none.
  milliseconds since_roll_call{};
  milliseconds since_own_beat{}; ///< It comes back by the way that others' come.
  milliseconds behind_for{};     ///< While following: nothing came of what others have.
  bool leaving = false;          ///< The node has begun to end: others should lead.

  bool look_asked = false;
  milliseconds since_look{};
  bool stalled = false; ///< No append was taken for a long time; callers are not kept waiting.
  bool draining = false;
  bool written = false; ///< This step has emitted a write.
  std::string halt_reason;

  replica_effects effects;
  std::optional<replica_effect::standing> last_told;
};

} // namespace dure
