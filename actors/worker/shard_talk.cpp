#include "actors/worker/shard_talk.hpp"

#include "actors/worker/attempt_files.hpp"
#include "actors/worker/attempt_log.hpp"
#include "actors/worker/attempt_report.hpp"
#include "actors/worker/taking.hpp"

#include <utility>

namespace dure {

namespace {

using greeting = shard_link::greeting;

constexpr milliseconds claim_patience{10'000};
constexpr milliseconds claim_timeout = claim_patience + milliseconds{5'000};
constexpr milliseconds wish_timeout{15'000};
constexpr std::size_t unreported_max = 20'000; ///< Nothing is claimed while more ends wait.

command to_command(worker_state& state, command_body body) {
  auto& time = state.context->time;
  return {command_id{make_random_uuid(time.random(), time.random())}, state.context->node,
          std::move(body)};
}

void on_greeted(worker_pointer self, log_number log, bool taken) {
  self->state.shards.at(log).greeted = taken ? greeting::taken : greeting::due;
  if (taken)
    pump(self);
}

void greet(worker_pointer self, log_number log, shard_link& link) {
  if (link.hello.by.empty())
    link.hello = to_command(self->state, lose_node{self->state.context->node, std::nullopt});
  link.greeted = greeting::sent;
  self->request(link.route.scheduler, wish_timeout, atom::wish::value, wish_batch{{link.hello}})
      .then(
          [=](const outcome_batch& told) {
            on_greeted(self, log, !told.outcomes.empty() && told.outcomes.front());
          },
          [=](const caf::error&) { on_greeted(self, log, false); });
}

void on_claim_answered(worker_pointer self, log_number log, claim_id id, outcome_batch& told) {
  auto& claims = self->state.shards.at(log).claims;
  if (told.outcomes.size() == 1 && !told.outcomes.front() &&
      told.outcomes.front().error().code == errc::invalid)
    self->state.context->log.write(log_level::error, "claim-refused",
                                   told.outcomes.front().error().context);
  if (told.outcomes.size() != 1 || !told.outcomes.front())
    return claims.failed(id);
  claims.answered(id);
  if (auto* jobs = std::get_if<granted>(&*told.outcomes.front()))
    take(self, std::move(jobs->grants));
  pump(self);
}

void send_claim(worker_pointer self, log_number log, shard_link& link, const claim& wish) {
  auto patience = wish.demands.empty() ? milliseconds{0} : claim_patience;
  self->request(link.route.scheduler, claim_timeout, atom::claim::value,
                claim_request{to_command(self->state, wish), patience})
      .then([=, id = wish.id](outcome_batch& told) { on_claim_answered(self, log, id, told); },
            [=, id = wish.id](const caf::error&) { self->state.shards.at(log).claims.failed(id); });
}

void claim_work(worker_pointer self, log_number log, shard_link& link) {
  auto& state = self->state;
  if (link.reports.size() > unreported_max)
    return;
  // A draining worker takes its standing claim back by one for nothing.
  auto wanted = state.draining_since ? std::vector<demand>{} : state.load->demands();
  if (!link.claims.should_ask(wanted))
    return;
  auto& of = *state.context;
  claim wish{claim_id{make_random_uuid(of.time.random(), of.time.random())}, of.node, of.boot,
             std::move(wanted)};
  link.claims.sent(wish);
  send_claim(self, log, link, wish);
}

/// A result that the log does not want must not leave its job running until the timeout.
void replace_refused(worker_state& state, const command& refused, errc why) {
  const auto unwanted = why == errc::invalid || why == errc::too_large;
  if (const auto* done = std::get_if<complete>(&refused.body); done && unwanted)
    report(state, fail{done->of,
                       attempt_end::failed,
                       {"result_refused", std::string{to_string(why)}, false},
                       {},
                       done->peak_memory_bytes,
                       done->cost,
                       done->possibly_charged,
                       done->quota});
}

void on_reports_answered(worker_pointer self, log_number log, report_batch number,
                         const outcome_batch& told) {
  auto& state = self->state;
  auto settled = state.shards.at(log).reports.answered(number, told.outcomes);
  for (const auto& taken : settled.taken)
    if (const auto* made = std::get_if<add_artifacts>(&taken.body))
      on_artifacts_told(state, made->of, {});
  for (const auto& [refused, why] : settled.refused) {
    const auto& of = lease_in(refused.body);
    log_attempt(state, log_level::info, "report-refused", to_string(why.code), of);
    if (std::holds_alternative<add_artifacts>(refused.body))
      on_artifacts_told(state, of, why);
    replace_refused(state, refused, why.code);
  }
  pump(self);
}

void send_reports(worker_pointer self, log_number log, shard_link& link) {
  while (auto batch = link.reports.next())
    self->request(link.route.scheduler, wish_timeout, atom::wish::value,
                  wish_batch{std::move(batch->reports)})
        .then([=, number = batch->number](
                  const outcome_batch& told) { on_reports_answered(self, log, number, told); },
              [=, number = batch->number](const caf::error&) {
                self->state.shards.at(log).reports.failed(number);
              });
}

} // namespace

void talk_to_shards(worker_pointer self) {
  for (auto& [log, link] : self->state.shards) {
    send_reports(self, log, link);
    if (link.greeted == greeting::due)
      greet(self, log, link);
    else if (link.greeted == greeting::taken)
      claim_work(self, log, link);
  }
}

void retry_talk(worker_pointer self) {
  for (auto& [log, link] : self->state.shards) {
    link.reports.retry();
    for (const auto& wish : link.claims.take_failed())
      send_claim(self, log, link, wish);
  }
}

void report(worker_state& state, command_body body) {
  auto log = log_of(lease_in(body).job);
  if (auto link = state.shards.find(log); link != state.shards.end())
    link->second.reports.add(to_command(state, std::move(body)));
}

bool all_reported(const worker_state& state) {
  for (const auto& [log, link] : state.shards)
    if (!link.reports.empty())
      return false;
  return true;
}

} // namespace dure
