#include "actors/scheduler/mender.hpp"

#include "actors/scheduler/effect_carrier.hpp"

#include <string>

namespace dure {

namespace {

using way = shard_mending::way;

/// Who is to stand aside has heard of it by then.
constexpr milliseconds others_first{500};
/// What the journal has not answered by then is asked again.
constexpr milliseconds answer_patience{12'000};
/// What could not be done for so long is not done at a moment when nobody expects it.
constexpr milliseconds mending_patience{60'000};
/// Who stands aside goes on by itself when nothing was heard of the other node for so long,
constexpr milliseconds aside_patience{120'000};
/// or when that one still does not lead after so long.
constexpr milliseconds aside_max{900'000};

bool stands_aside(const scheduler_state& state) {
  return state.mending && state.mending->wish.how == way::stand_aside;
}

void write_line(const scheduler_state& state, log_level level, std::string_view name,
                std::string_view text) {
  const auto& of = *state.context;
  of.log.write(level, name, text, {{"queue", of.queue}, {"shard", std::to_string(of.shard)}});
}

void refuse(const scheduler_state& state, std::string_view why) {
  write_line(state, log_level::warn, "shard-not-resolved", why);
}

void give_up(scheduler_state& state, std::string_view why) {
  state.mending.reset();
  refuse(state, why);
}

/// The log has halted: only a person's word can be better than what the journal has.
void give_up_rows(scheduler_state& state) {
  state.mending->installing = true;
  write_line(state, log_level::warn, "shard-resolved",
             "This node's records of the log are set aside; it starts anew from the log.");
  state.status.standing.rebuilding = true;
  tell_standing(state);
  state.context->states.install(state.context->replica.log, std::nullopt, state.tell_snapshot);
}

void begin(scheduler_state& state, const shard_mending& wish, milliseconds delay,
           milliseconds patience) {
  const auto now = state.context->time.ticks();
  state.mending = {wish, now + delay, now + patience, now + aside_max};
}

/// Said again before the journal is asked: one that was lost on the way must not cost the rest.
void tell_others(const scheduler_state& state, const shard_mending& wish) {
  if (wish.how == way::keep_node && state.context->tell_nodes)
    state.context->tell_nodes({wish.log, way::stand_aside, wish.node});
}

void ask_journal(scheduler_state& state) {
  auto& work = *state.mending;
  work.again_at = state.context->time.ticks() + answer_patience;
  work.asked = true;
  tell_others(state, work.wish);
  if (work.created)
    state.log->remove();
  else
    state.log->look();
}

/// Where nothing has halted, this node has the log's records.
void give_way_to_log(scheduler_state& state, const shard_mending& wish) {
  if (!state.status.halted)
    return;
  if (state.mending)
    return refuse(state, "Another word on this log is being carried out; say this one afterwards.");
  begin(state, wish, milliseconds{0}, mending_patience);
  is_mended_by_time(state);
}

void keep_own(scheduler_state& state, const shard_mending& wish) {
  if (!state.status.halted)
    return refuse(state, "This node has not halted on the log: it has no other records than that.");
  if (number(state.status.standing.index) == 0)
    return refuse(state, "This node has no records of the log.");
  begin(state, wish, others_first, mending_patience);
  tell_others(state, wish);
  stop_log(state, errc::cancelled,
           "An operator keeps this node's records: the log is made anew from them, within a "
           "minute, or it is to be said again.");
}

void stand_aside(scheduler_state& state, const shard_mending& wish) {
  const auto& own = state.context->replica;
  if (wish.node == own.node)
    return;
  if (stands_aside(state) && state.mending->wish == wish) {
    state.mending->until = state.context->time.ticks() + aside_patience;
    return;
  }
  begin(state, wish, aside_patience, aside_patience);
  stop_log(state, errc::cancelled,
           "Stands aside until node " + wish.node +
               " leads: an operator keeps that node's records. If it cannot, keep another's: "
               "`dure shard resolve " +
               own.place + " --keep NODE`.");
}

} // namespace

void begin_mending(scheduler_state& state, const shard_mending& wish) {
  if (state.mending && state.mending->installing)
    return refuse(state, "This node's records are being given up already.");
  if (state.installing) {
    state.word = wish;
    return;
  }
  switch (wish.how) {
  case way::accept_loss:
    return;
  case way::keep_log:
    return give_way_to_log(state, wish);
  case way::keep_node:
    return keep_own(state, wish);
  case way::stand_aside:
    return stand_aside(state, wish);
  }
}

bool is_mended_by_time(scheduler_state& state) {
  if (!state.mending || state.mending->installing)
    return false;
  const auto now = state.context->time.ticks();
  auto& work = *state.mending;
  if (stands_aside(state))
    return now >= work.until || now >= work.ends;
  if (now >= work.until) {
    give_up(state, "The journal has not answered for a minute.");
    return false;
  }
  if (now >= work.again_at)
    ask_journal(state);
  return false;
}

bool is_mended_by(scheduler_state& state, const journal_message& told) {
  const auto* seen = std::get_if<stream_seen>(&told);
  if (!seen || seen->failure || !state.mending || !state.mending->asked ||
      state.mending->installing)
    return false;
  auto& work = *state.mending;
  if (work.wish.how == way::keep_node) {
    if (work.created)
      return seen->created != *work.created;
    work.created = seen->created;
    ask_journal(state);
    return false;
  }
  if (number(seen->last) == 0)
    give_up(state, "The journal has no records to keep: name a node whose records are to go on.");
  else
    give_up_rows(state);
  return false;
}

bool is_mended_by(const scheduler_state& state, const snapshot_message& told) {
  const auto* installed = std::get_if<snapshot_installed>(&told);
  return installed && state.mending && state.mending->installing;
}

bool is_mended_by(scheduler_state& state, const replica_input::peer& beat) {
  if (!stands_aside(state) || beat.node != state.mending->wish.node)
    return false;
  state.mending->until = state.context->time.ticks() + aside_patience;
  return beat.leads;
}

} // namespace dure
