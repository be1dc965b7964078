#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dure::simulation {

/// Situations that are worth simulating. A set of seeds that never met one proves nothing about it,
/// so the program fails when a counter stays at zero.
enum class situation : std::uint8_t {
  took_over_mid_append,
  lost_ack_found_taken,
  lost_ack_found_absent,
  late_append_refused,
  claim_race_lost,
  deposed_leader_stopped,
  stale_report_refused,
  repeat_answered,
  claim_repeated,
  fed_by_the_submits_record,
  waiting_claim_expired,
  own_leases_freed_at_restart,
  tail_appended_again,
  tail_of_a_peer_awaited,
  in_flight_survived_loss,
  fork_halted,
  stream_gone,
  stream_cut,
  crashed_between_effects,
  power_lost_with_unsynced_writes,
  process_stopped_long,
  journal_unreachable_for_long,
  leader_drained,
  handed_over_early,
  cancelled_while_running,
  lost_jobs_given_to_another,
  unique_key_answered_with_existing,
  limit_reached,
  catch_up_from_afar,
  worker_restarted_in_its_node,
  files_left,
  silent_node_lost,
  handed_over_by_choice,
  answered_when_asked_again,
  found_behind_a_barrier,
  not_found_behind_a_barrier,
  one_way_partition_met,
  reordered_beat_heard,
  duplicate_beat_heard,
  duplicate_request_heard,
  duplicate_append_recognised,
  store_lost_and_caught_up,
  skewed_clock_kept_from_claiming,
  snapshot_installed,
  snapshot_unreadable,
  rows_left_unfinished,
  log_trimmed,
  log_moved,
};
inline constexpr std::size_t situation_count = 48;

std::string_view to_string(situation s);

/// How often each situation was met. A value.
class reached {
public:
  void note(situation s) { ++counts_[static_cast<std::size_t>(s)]; }

  std::uint64_t times(situation s) const { return counts_[static_cast<std::size_t>(s)]; }

  void add(const reached& other);

private:
  std::array<std::uint64_t, situation_count> counts_{};
};

} // namespace dure::simulation
