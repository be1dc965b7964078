#include "actors/scheduler/effect_carrier.hpp"

#include "actors/core/keys.hpp"
#include "actors/core/node_record.hpp"
#include "actors/core/rows.hpp"
#include "actors/scheduler/leader_talk.hpp"
#include "actors/scheduler/scheduler.hpp"

#include <caf/send.hpp>
#include <utility>
#include <vector>

namespace dure {

namespace {

/// Returns whether only records came between the two; nobody is told of each.
bool same_but_for_index(const replica_effect::standing& a, const replica_effect::standing& b) {
  return a.leads == b.leads && a.caught_up == b.caught_up && a.epoch == b.epoch &&
         a.created == b.created && a.rebuilding == b.rebuilding && a.why_not == b.why_not;
}

/// Carries one effect after another; a value that lives for one step.
struct carrier {
  scheduler_state& state;
  bool wrote = false;
  std::vector<lease> cancels{}; ///< Told after the replies: a cancel must not overtake its grant.

  scheduler_context& of() { return *state.context; }

  void operator()(replica_effect::append& a) { state.log->append(std::move(a)); }

  void operator()(replica_effect::read& r) { state.log->read(r.index); }

  void operator()(replica_effect::look&) { state.log->look(); }

  void operator()(replica_effect::tail& t) { state.log->tail(t.from); }

  void operator()(replica_effect::stop_tail&) { state.log->stop_tail(); }

  void operator()(replica_effect::write& w) {
    if (auto written = of().rows.write(w.delta); !written)
      return halt(written.error().code, written.error().context);
    wrote = true;
    state.applied = w.index;
    state.view->on_written(w.delta);
    of().listeners.applied(of().replica.log, of().queue, w);
    for (const auto& e : w.events)
      pass_on(e);
  }

  void operator()(replica_effect::freeze& f) {
    of().states.freeze(of().replica.log, f.at, f.exports, state.tell_snapshot);
  }

  void operator()(replica_effect::check_snapshot& c) {
    of().states.check(of().replica.log, c.of, state.tell_snapshot);
  }

  void operator()(replica_effect::install_snapshot& i) {
    write_line(log_level::warn, "snapshot-install",
               i.of ? "Starts from the snapshot of record " + std::to_string(number(i.of->index))
                    : std::string{"Starts anew: its rows were left unfinished."});
    state.installing = true;
    of().states.install(of().replica.log, i.of, state.tell_snapshot);
  }

  void operator()(replica_effect::trim_tail& t) {
    auto trimmed = of().rows.erase(family::tail, keys::tail_below(of().replica.log, t.below));
    if (!trimmed)
      halt(trimmed.error().code, trimmed.error().context);
  }

  void operator()(replica_effect::start_log_at& s) {
    write_line(log_level::info, "log-trimmed",
               "The journal begins at record " + std::to_string(number(s.first)) + " from now on.");
    state.log->start_at(s.first);
  }

  void operator()(replica_effect::ask& a) { state.wish_later(std::move(a.wish)); }

  void operator()(replica_effect::reply& r) {
    if (!r.outcome && r.outcome.error().code == errc::stale_lease)
      of().listeners.refused_stale(of().queue);
    remote_desk::settled one;
    one.emplace_back(r.caller, std::move(r.outcome));
    settle(state, std::move(one));
  }

  void operator()(replica_effect::standing& s) {
    const auto& before = state.status.standing;
    auto is_news = !same_but_for_index(before, s);
    auto is_turn = before.leads != s.leads || before.why_not != s.why_not;
    auto leads_else = before.leads != s.leads || before.epoch != s.epoch;
    state.status.standing = std::move(s);
    state.applied = state.status.standing.index; // A snapshot brings it further without a write.
    if (leads_else)
      change_leader();
    if (is_turn)
      log_standing();
    if (is_news)
      dure::tell_standing(state);
  }

  void operator()(replica_effect::halt& h) { halt(h.code, h.reason); }

  /// Tells at once, rather than with the next beat, so that a hand-over is quick.
  void change_leader() {
    settle(state, state.remote.give_up());
    if (state.peers)
      state.peers->serve(state.status.standing.leads);
    beat(state);
  }

  void answer(batch_number batch, outcome_batch outcomes) {
    auto caller = state.callers.extract(batch);
    if (!caller.empty())
      caller.mapped()(std::move(outcomes));
  }

  /// Tells the supervisor what concerns more than this log.
  void pass_on(const event& e) {
    if (const auto* cancelled = std::get_if<events::cancel_requested>(&e))
      cancel(cancelled->id);
    else if (const auto* ended = std::get_if<events::attempt_ended>(&e))
      stop_lost(*ended);
    else if (is_about_the_cluster(e))
      caf::anon_send(of().supervisor, atom::records::value);
  }

  bool is_about_the_cluster(const event& e) {
    const auto* put = std::get_if<events::record_put>(&e);
    return put && of().replica.log == control_log &&
           (put->key.starts_with(queue_key_prefix) || put->key.starts_with(node_key_prefix));
  }

  void cancel(const job_id& id) {
    auto row = of().rows.get(family::jobs, keys::job(id));
    if (!row || !*row)
      return;
    auto cancelled = decode_row<job>(**row);
    if (!cancelled || cancelled->state != job_state::running)
      return;
    auto of_job = live_lease(*cancelled);
    if (of_job.node == of().replica.node)
      cancels.push_back(std::move(of_job));
  }

  /// The others took this node for dead: nobody wants what its attempt makes.
  void stop_lost(const events::attempt_ended& ended) {
    const auto& own = of().replica;
    if (ended.end == attempt_end::lost && ended.of.node == own.node && ended.of.boot == own.boot)
      cancels.push_back(ended.of);
  }

  void send_cancels() {
    for (auto& cancelled : cancels)
      caf::anon_send(of().supervisor, atom::cancel::value, std::move(cancelled));
  }

  void halt(errc code, const std::string& reason) {
    state.status.standing.leads = false;
    beat(state); // The last one: others must not think that it leads.
    state.status.halted = code;
    state.status.standing.why_not = reason;
    state.log->stop_tail();
    state.remote = {};
    if (state.peers)
      state.peers->serve(false);
    write_line(log_level::error, "shard-halted", reason, to_string(code));
    for (auto& [batch, outcomes] : state.desk.close_all(error{errc::unknown_outcome, reason}))
      answer(batch, std::move(outcomes));
    dure::tell_standing(state);
  }

  void log_standing() {
    const auto& now = state.status.standing;
    if (now.leads)
      write_line(log_level::info, "shard-leads", "This node leads the log.");
    else if (now.why_not.empty())
      write_line(log_level::info, "shard-follows", "This node does not lead the log.");
    else
      write_line(log_level::info, "shard-waits", now.why_not);
  }

  void write_line(log_level level, std::string_view name, std::string_view text,
                  std::string_view code = {}) {
    const auto& now = state.status.standing;
    of().log.write(level, name, text,
                   {{"queue", of().queue},
                    {"shard", std::to_string(of().shard)},
                    {"epoch", std::to_string(number(now.epoch))},
                    {"index", std::to_string(number(now.index))},
                    {"code", std::string{code}}});
  }
};

bool is_idle(const scheduler_state& state) {
  return state.status.halted.has_value() ||
         (!state.status.standing.leads && state.desk.unanswered() == 0);
}

} // namespace

carried carry_out(scheduler_state& state, replica_effects effects) {
  carrier carry{state};
  for (auto& effect : effects) {
    std::visit(carry, effect);
    if (state.status.halted)
      break;
  }
  carry.send_cancels();
  answer_drains(state);
  return carry.wrote ? carried::wrote : carried::nothing_written;
}

void tell_standing(scheduler_state& state) {
  state.context->listeners.stands(state.status);
  caf::anon_send(state.context->supervisor, atom::status::value, state.status);
}

void stop_log(scheduler_state& state, errc code, const std::string& reason) {
  carrier{state}.halt(code, reason);
}

void answer_drains(scheduler_state& state) {
  if (state.drains.empty() || !is_idle(state))
    return;
  for (auto& caller : std::exchange(state.drains, {}))
    caller.deliver(true);
}

} // namespace dure
