#include "actors/supervisor/log_mending.hpp"

#include <string>

namespace dure {

namespace {

using way = shard_mending::way;

constexpr milliseconds accepts_loss_for{60'000};

std::string_view name_of(way how) {
  switch (how) {
  case way::accept_loss:
    return "What no living node has is given up.";
  case way::keep_log:
    return "The log is kept where this node has halted on it.";
  case way::keep_node:
    return "One node's records are kept.";
  case way::stand_aside:
    return "One node's records are being put into the log.";
  }
  return {};
}

/// Returns whether there is nothing more to mend: who has lost something follows or leads, and the
/// node whose records are kept leads, for the others stand aside until then.
bool is_done(const kept_scheduler& kept) {
  const auto& stands = kept.status.standing;
  const bool follows = stands.caught_up && stands.why_not.empty();
  return stands.leads || (kept.mending->how == way::accept_loss && follows);
}

} // namespace

void mend_log(supervisor_pointer self, const shard_mending& wish) {
  auto& state = self->state;
  const auto found = state.schedulers.find(wish.log);
  if (found == state.schedulers.end())
    return;
  auto& kept = found->second;
  state.context->log.write(log_level::warn, "shard-mending", name_of(wish.how),
                           {{"queue", kept.place.queue},
                            {"shard", std::to_string(kept.place.shard)},
                            {"node", wish.node}});
  const bool is_own = wish.node == state.context->node;
  if (wish.how == way::keep_node && !is_own)
    return;
  // Its own scheduler has said so, and lives anew soon: what others have beyond it is given up.
  const bool has_begun = wish.how == way::stand_aside && is_own;
  kept.mending.reset();
  if (wish.how == way::accept_loss || has_begun) {
    kept.mending = wish;
    kept.mending_until = state.context->time.ticks() + accepts_loss_for;
  }
  if (kept.handle)
    self->send(kept.handle, atom::mend::value, wish);
  else
    state.context->log.write(
        log_level::warn, "shard-not-resolved",
        "The log's scheduler is being started again; say the word again.",
        {{"queue", kept.place.queue}, {"shard", std::to_string(kept.place.shard)}});
}

void repeat_mending(supervisor_pointer self) {
  const auto now = self->state.context->time.ticks();
  for (auto& [log, kept] : self->state.schedulers) {
    if (!kept.mending)
      continue;
    if (now >= kept.mending_until || is_done(kept))
      kept.mending.reset();
    else if (kept.handle)
      self->send(kept.handle, atom::mend::value, shard_mending{log, way::accept_loss, {}});
  }
}

} // namespace dure
