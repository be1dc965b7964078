#include "tests/scenarios/words.hpp"

namespace dure::scenarios {

namespace {

template <class... Cases> struct overloaded : Cases... { using Cases::operator()...; };

std::string to_text(job_state s) {
  return std::string{to_string(s)};
}

std::string failure_of(const std::optional<job_error>& failure) {
  return failure ? " with " + failure->code : "";
}

std::string settings_of(const queue_settings& s) {
  std::string text = "v" + std::to_string(s.version);
  if (s.paused)
    text += " paused";
  if (s.concurrency_max)
    text += " concurrency " + std::to_string(*s.concurrency_max);
  if (s.depth_max)
    text += " depth " + std::to_string(*s.depth_max);
  return text;
}

} // namespace

std::string words::of(const job_id& id) const {
  const auto named = names_.find(id);
  return named == names_.end() ? "?" : named->second;
}

std::string words::of(const lease& l) const {
  return of(l.job) + "#" + std::to_string(l.attempt);
}

std::string words::of(const std::optional<timestamp>& t) const {
  if (!t)
    return "never";
  const auto ms = (*t - start_).count();
  auto text = "+" + std::to_string(ms / 1'000);
  if (ms % 1'000 != 0)
    text += "." + std::to_string(1'000 + ms % 1'000).substr(1);
  return text + "s";
}

std::string words::of(const event& e) const {
  using std::to_string;
  return std::visit(
      overloaded{
          [](const events::leader_claimed& c) { return "leader claimed by " + c.node; },
          [](const events::barrier&) { return std::string{"barrier"}; },
          [&](const events::job_submitted& s) {
            return of(s.spec.id) + " is " + to_text(s.state) + ", to run at " + of(s.spec.run_at);
          },
          [&](const events::job_readied& r) { return of(r.id) + " is pending"; },
          [&](const events::job_leased& l) {
            return of(l.of) + " is leased to " + l.of.node + " in epoch " +
                   to_string(number(l.of.epoch)) + ", until " + of(l.ends_at);
          },
          [&](const events::job_completed& c) {
            return of(c.of) + " completed, kept until " + of(c.expires_at);
          },
          [&](const events::attempt_ended& a) {
            return of(a.of) + " " + std::string{dure::to_string(a.end)} + failure_of(a.failure) +
                   (a.counted ? "" : ", not counted") + ": " + to_text(a.state) + " at " +
                   of(a.run_at);
          },
          [&](const events::job_failed& f) {
            return of(f.of) + " " + std::string{dure::to_string(f.end)} + ": failed with " +
                   f.failure.code + ", kept until " + of(f.expires_at);
          },
          [&](const events::cancel_requested& c) { return of(c.id) + " shall be cancelled"; },
          [&](const events::job_cancelled& c) {
            return of(c.id) + " is cancelled" +
                   (c.end ? " as its attempt " + std::string{dure::to_string(*c.end)} : "") +
                   ", kept until " + of(c.expires_at);
          },
          [&](const events::job_retried& r) { return of(r.id) + " is pending again"; },
          [&](const events::job_reprioritised& r) {
            return of(r.id) + " has priority " + to_string(r.priority);
          },
          [&](const events::job_rescheduled& r) {
            return of(r.id) + " is " + to_text(r.state) + ", to run at " + of(r.run_at);
          },
          [&](const events::job_removed& r) {
            return of(r.id) + (r.expired ? " expired" : " is removed");
          },
          [](const events::queue_configured& c) {
            return "queue has settings " + settings_of(c.settings);
          },
          [&](const events::record_put& r) {
            return "record " + r.key + " v" + to_string(r.version) + " = " + r.value +
                   (r.expires_at ? " until " + of(r.expires_at) : "");
          },
          [](const events::record_deleted& r) { return "record " + r.key + " is deleted"; },
          [&](const events::command_answered& c) { return "answer kept until " + of(c.forget_at); },
          [](const events::answer_forgotten&) { return std::string{"answer forgotten"}; },
          [](const events::job_split&) { return std::string{"job split"}; },
          [](const events::parts_joined&) { return std::string{"parts joined"}; },
          [](const events::input_poisoned&) { return std::string{"input poisoned"}; },
          [&](const events::artifacts_added& a) {
            auto text = of(a.of) + " made";
            for (const auto& one : a.artifacts)
              text += " " + one.name;
            return text;
          },
          [&](const events::log_kept& l) { return of(l.of) + " is quoted"; },
          [&](const events::rate_observed& r) {
            return "the provider asks to wait until " + of(r.blocked_until);
          },
          [](const events::question_put& q) {
            return "question " + q.label + (q.job ? " follows a job" : " is answered");
          },
          [](const events::question_settled& q) {
            return std::string{q.failure ? "a question failed" : "a question is answered"};
          },
          [](const events::question_asked&) { return std::string{"a question is asked again"}; },
          [](const events::question_removed&) { return std::string{"a question is removed"}; },
          [&](const events::cost_booked& c) {
            return of(c.job) + " has cost " + to_string(c.cost.micros) +
                   (c.possibly_charged ? ", or more" : "");
          },
          [&](const events::charge_spared& c) {
            return of(c.job) + " is spared a charged attempt";
          },
          [](const events::snapshot_begun&) { return std::string{"a snapshot begins"}; },
          [](const events::snapshot_taken& s) {
            return "snapshot of record " + std::to_string(number(s.made.index));
          },
          [](const events::snapshot_verified& s) {
            return "snapshot of record " + std::to_string(number(s.index)) + " is whole";
          },
          [&](const events::work_disowned& w) { return of(w.job) + " made something else"; },
          [](const events::rate_configured&) { return std::string{"queue has rate limits"}; },
          [&](const events::provider_seen& p) {
            return "the provider failed " + to_string(p.failures) + " times, blocked until " +
                   of(p.blocked_until);
          },
      },
      e);
}

std::string words::of(const answer& a) const {
  return std::visit(
      overloaded{
          [](const accepted&) { return std::string{"accepted"}; },
          [&](const job_taken& t) {
            return of(t.id) + " " + to_text(t.state) + " v" + std::to_string(t.version) +
                   (t.existing ? ", existing" : "");
          },
          [&](const job_changed& c) {
            return of(c.id) + " " + to_text(c.state) + " v" + std::to_string(c.version) +
                   (c.cancel_requested ? ", cancel requested" : "");
          },
          [&](const granted& g) {
            std::string text = "granted";
            for (const auto& one : g.grants)
              text += " " + of(one.of);
            return g.grants.empty() ? "nothing granted" : text;
          },
          [](const question_taken& q) { return "question " + std::string{to_string(q.state)}; },
          [](const record_changed& r) { return "v" + std::to_string(r.version); },
      },
      a);
}

} // namespace dure::scenarios
