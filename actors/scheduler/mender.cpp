#include "actors/scheduler/mender.hpp"

#include "actors/scheduler/effect_carrier.hpp"

#include <string>

namespace dure {

namespace {

using way = shard_mending::way;

/// Who is to stand aside has heard the same word by then.
constexpr milliseconds others_first{500};
/// What the journal has not answered by then is asked again.
constexpr milliseconds answer_patience{12'000};
/// What could not be done for so long is not done at a moment when nobody expects it.
constexpr milliseconds mending_patience{60'000};

bool is_kept(const scheduler_state& state, const shard_mending& wish) {
  return wish.how == way::keep_node && wish.node == state.context->replica.node;
}

bool stands_aside(const scheduler_state& state) {
  return state.mending && state.mending->wish.how == way::keep_node &&
         !is_kept(state, state.mending->wish);
}

void write_line(const scheduler_state& state, log_level level, std::string_view name,
                std::string_view text) {
  const auto& of = *state.context;
  of.log.write(level, name, text, {{"queue", of.queue}, {"shard", std::to_string(of.shard)}});
}

void refuse(scheduler_state& state, std::string_view why) {
  state.mending.reset();
  write_line(state, log_level::warn, "shard-not-resolved", why);
}

/// The log has halted: only a person's word can be better than what the journal has.
void give_up_rows(scheduler_state& state) {
  state.mending->installing = true;
  write_line(state, log_level::warn, "shard-resolved",
             "This node's records of the log are set aside; it starts anew from the log.");
  state.context->states.install(state.context->replica.log, std::nullopt, state.tell_snapshot);
}

} // namespace

void begin_mending(scheduler_state& state, const shard_mending& wish) {
  if (state.mending && state.mending->installing)
    return;
  const auto now = state.context->time.ticks();
  const auto& stands = state.status.standing;
  const bool goes_on = !state.status.halted && stands.why_not.empty();
  if (wish.how == way::keep_log && !state.status.halted)
    return; // It has the log's records.
  if (is_kept(state, wish) && goes_on)
    return refuse(state, "The log goes on here, and this node is to lead it.");
  state.mending = {wish, now, now + mending_patience, stands.created};
  if (wish.how == way::keep_log)
    return go_on_mending(state);
  state.mending->again_at = now + others_first;
  if (is_kept(state, wish))
    stop_log(state, errc::cancelled,
             "An operator keeps this node's records: the log is made anew from them, within a "
             "minute, or it is to be said again.");
  else if (!state.status.halted)
    stop_log(state, errc::cancelled,
             "Stands aside until node " + wish.node +
                 " leads: an operator keeps that node's records. If it cannot, keep another's: "
                 "`dure shard resolve " +
                 state.context->replica.place + " --keep NODE`.");
}

void go_on_mending(scheduler_state& state) {
  if (!state.mending || state.mending->installing || stands_aside(state))
    return;
  const auto now = state.context->time.ticks();
  auto& work = *state.mending;
  if (now >= work.until)
    return refuse(state, "The journal has not answered for a minute.");
  if (now < work.again_at)
    return;
  work.again_at = now + answer_patience;
  work.asked = true;
  if (work.wish.how == way::keep_log)
    state.log->look();
  else
    state.log->remove();
}

bool is_mended_by(scheduler_state& state, const journal_message& told) {
  const auto* seen = std::get_if<stream_seen>(&told);
  if (!seen || seen->failure || !state.mending || !state.mending->asked || state.mending->installing)
    return false;
  if (is_kept(state, state.mending->wish))
    return seen->created != state.mending->created;
  if (state.mending->wish.how != way::keep_log)
    return false;
  if (number(seen->last) == 0)
    refuse(state, "The journal has no records to keep: name a node whose records are to go on.");
  else
    give_up_rows(state);
  return false;
}

bool is_mended_by(const scheduler_state& state, const snapshot_message& told) {
  const auto* installed = std::get_if<snapshot_installed>(&told);
  return installed && state.mending && state.mending->installing;
}

bool is_mended_by(const scheduler_state& state, const replica_input::peer& beat) {
  return stands_aside(state) && beat.node == state.mending->wish.node && beat.leads;
}

} // namespace dure
