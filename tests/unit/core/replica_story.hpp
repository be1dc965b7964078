#pragma once

#include "actors/core/record_codec.hpp"
#include "actors/core/replica.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dure {

/// A replica whose script the test writes: each call tells it something; what it wants is kept for
/// the test to look at, writes are carried out at once. The journal is a plain list that the test
/// may bend. One owner.
class replica_story {
public:
  explicit replica_story(std::vector<std::string> schedulers = {"a"}, std::string node = "a");

  // What happens.

  void start();
  void tick(milliseconds passed = milliseconds{100});
  void wait(milliseconds time); ///< In ticks.
  ticket wish(command_body body);
  ticket claim_for(milliseconds patience, const std::string& node = "w");
  ticket ask_barrier();
  void hear(replica_message message);
  void beat(const std::string& node, bool leads, journal_index index, record_hash hash,
            epoch_number epoch, milliseconds clock_ahead = {});

  // The journal answers.

  void look_answered();
  void read_answered();
  void append_taken_answered(); ///< The record goes into the journal, the ack arrives.
  void append_lost_ack();       ///< The record goes into the journal, the ack does not arrive.
  void append_lost();           ///< Neither.
  void append_refused_answered();
  void tail_next();

  /// Answers everything that is asked until nothing is.
  void run();

  /// The process ends; another life begins on the same store and journal.
  void restart();

  // What it wants and says, since it was last taken.

  template <class Effect> std::optional<Effect> take() {
    for (auto e = effects.begin(); e != effects.end(); ++e) {
      if (auto* found = std::get_if<Effect>(&*e)) {
        auto taken = std::move(*found);
        effects.erase(e);
        return taken;
      }
    }
    return std::nullopt;
  }

  std::optional<result<answer>> answer_to(ticket caller);

  bool leads() const { return stands.leads; }

  bool halted() const { return !halt_reason.empty(); }

  job_state state_of(const job_id& id) const;
  job_id new_job_id();
  job_spec spec();

  /// Returns the record that is being appended.
  record appending() const;

  /// Appends a record of another leader that continues the journal.
  void other_leader_appends(epoch_number epoch, const std::string& node, std::vector<event> events);

  std::unique_ptr<memory_state> rows = std::make_unique<memory_state>();
  std::vector<std::string> journal; ///< An empty one is a record that was lost to damage.
  timestamp created{milliseconds{1'000}};
  std::vector<replica_effects_item> effects;
  replica_effect::standing stands;
  std::string halt_reason;
  boot_id boot;
  std::uint64_t snapshot_after_bytes = 1ULL << 30;

private:
  void carry(replica_effects wanted);
  void append_to_journal();

  std::vector<std::string> schedulers_;
  std::string node_;
  std::unique_ptr<replica> machine_;
  monotonic ticks_{milliseconds{50'000}};
  timestamp now_{std::chrono::seconds{1'700'000'000}};
  std::uint64_t tickets_ = 0;
  std::uint64_t ids_ = 0;
  std::uint64_t lives_ = 0;
  std::optional<replica_effect::append> append_;
  std::optional<journal_index> read_;
  bool look_ = false;
  std::optional<journal_index> tail_;
};

inline constexpr log_number story_log{7};

} // namespace dure
