#include "actors/core/ledger_charge.hpp"

#include "actors/core/keys.hpp"
#include "actors/core/ledger_follow.hpp"
#include "actors/core/limits.hpp"
#include "actors/core/lookup.hpp"
#include "actors/core/question_keys.hpp"

#include <algorithm>
#include <iterator>

namespace dure::ledger {

namespace {

bool asks_provider(const job_spec& spec) {
  return std::find(spec.tags.begin(), spec.tags.end(), charged_tag) != spec.tags.end();
}

/// Nobody knows how many requests were paid; this one may be.
bool is_lost(const job& j, const bill& of) {
  return (of.possibly_charged && concerns_provider(j.spec)) ||
         (of.unheard && asks_provider(j.spec));
}

/// Adds to the books of a set whose question is gone, while others keep the set.
result<void> charge_set(overlay& state, const std::string& key, const job_cost& cost, bool maybe) {
  auto row = find_row<question_counts>(state, family::questions, key);
  if (!row)
    return row.error();
  if (!*row)
    return {};
  (*row)->cost += cost;
  (*row)->possibly_charged += maybe ? 1 : 0;
  state.put(family::questions, key, encode(**row));
  return {};
}

} // namespace

// The tag alone does not tell: a job may have been made before its workers were given a provider.
bool concerns_provider(const job_spec& spec) {
  return spec.queue == questions_queue || asks_provider(spec);
}

bool may_be_paid(const job& j, const bill& of) {
  return is_lost(j, of) || of.cost != job_cost{};
}

bool may_be_spared(const job& j, const bill& of) {
  return j.spared < limits::charges_spared_max || !may_be_paid(j, of);
}

void book(const job& j, const bill& of, decision& made) {
  const auto end = std::prev(made.events.end());
  const auto* goes_on = std::get_if<events::attempt_ended>(&*end);
  const bool spared = goes_on != nullptr && !goes_on->counted && may_be_paid(j, of);
  // Before the end: a question that left the job is remembered only until then.
  if (is_lost(j, of))
    made.events.insert(end, events::cost_booked{j.spec.id, {}, true});
  if (spared)
    made.events.push_back(events::charge_spared{j.spec.id});
}

result<void> charge(overlay& state, const job& j, const job_cost& cost, bool maybe) {
  if (cost == job_cost{} && !maybe)
    return {};
  auto followers = followers_of(state, j.spec.id);
  if (!followers)
    return followers.error();
  auto debtor = row_or_empty<debtor_row>(state, family::questions, keys::debtor(j.spec.id));
  if (!debtor)
    return debtor.error();
  const auto id = followers->empty() ? debtor->id : followers->front();
  auto q = find_row<question>(state, family::questions, keys::question(id));
  if (!q)
    return q.error();
  const auto& set = debtor->set.empty() ? j.spec.group : debtor->set;
  if (!*q)
    return charge_set(state, keys::question_counts(log_of(j.spec.id), set), cost, maybe);
  return change_question(state, id, [&](question& payer) {
    payer.cost += cost;
    payer.possibly_charged += maybe ? 1 : 0;
  });
}

result<void> apply_one(overlay& state, const events::cost_booked& e, const context&) {
  auto j = promised_job(state, e.job);
  if (!j)
    return j.error();
  return charge(state, *j, e.cost, e.possibly_charged);
}

} // namespace dure::ledger
