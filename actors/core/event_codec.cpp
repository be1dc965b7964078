#include "actors/core/event_codec.hpp"

#include "actors/core/job_codec.hpp"

#include <string>
#include <type_traits>

namespace dure {

namespace {

template <class S, class T>
concept same_struct = std::same_as<std::remove_const_t<S>, T>;

// The number and the fields of each event, once for both directions.

template <class Event> constexpr event_type number_of = {};
template <> constexpr event_type number_of<events::leader_claimed> = event_type::leader_claimed;
template <> constexpr event_type number_of<events::barrier> = event_type::barrier;
template <> constexpr event_type number_of<events::job_submitted> = event_type::job_submitted;
template <> constexpr event_type number_of<events::job_readied> = event_type::job_readied;
template <> constexpr event_type number_of<events::job_leased> = event_type::job_leased;
template <> constexpr event_type number_of<events::job_completed> = event_type::job_completed;
template <> constexpr event_type number_of<events::attempt_ended> = event_type::attempt_ended;
template <> constexpr event_type number_of<events::job_failed> = event_type::job_failed;
template <> constexpr event_type number_of<events::cancel_requested> = event_type::cancel_requested;
template <> constexpr event_type number_of<events::job_cancelled> = event_type::job_cancelled;
template <> constexpr event_type number_of<events::job_retried> = event_type::job_retried;
template <>
constexpr event_type number_of<events::job_reprioritised> = event_type::job_reprioritised;
template <> constexpr event_type number_of<events::job_rescheduled> = event_type::job_rescheduled;
template <> constexpr event_type number_of<events::job_removed> = event_type::job_removed;
template <> constexpr event_type number_of<events::queue_configured> = event_type::queue_configured;
template <> constexpr event_type number_of<events::record_put> = event_type::record_put;
template <> constexpr event_type number_of<events::record_deleted> = event_type::record_deleted;
template <> constexpr event_type number_of<events::command_answered> = event_type::command_answered;
template <> constexpr event_type number_of<events::answer_forgotten> = event_type::answer_forgotten;
template <> constexpr event_type number_of<events::job_split> = event_type::job_split;
template <> constexpr event_type number_of<events::parts_joined> = event_type::parts_joined;
template <> constexpr event_type number_of<events::input_poisoned> = event_type::input_poisoned;
template <> constexpr event_type number_of<events::rate_observed> = event_type::rate_observed;
template <> constexpr event_type number_of<events::artifacts_added> = event_type::artifacts_added;
template <> constexpr event_type number_of<events::log_kept> = event_type::log_kept;
template <> constexpr event_type number_of<events::question_put> = event_type::question_put;
template <> constexpr event_type number_of<events::question_settled> = event_type::question_settled;
template <> constexpr event_type number_of<events::question_asked> = event_type::question_asked;
template <> constexpr event_type number_of<events::question_removed> = event_type::question_removed;
template <> constexpr event_type number_of<events::cost_booked> = event_type::cost_booked;
template <> constexpr event_type number_of<events::rate_configured> = event_type::rate_configured;
template <> constexpr event_type number_of<events::provider_seen> = event_type::provider_seen;
template <> constexpr event_type number_of<events::charge_spared> = event_type::charge_spared;
template <> constexpr event_type number_of<events::work_disowned> = event_type::work_disowned;
template <> constexpr event_type number_of<events::snapshot_begun> = event_type::snapshot_begun;
template <> constexpr event_type number_of<events::snapshot_taken> = event_type::snapshot_taken;
template <>
constexpr event_type number_of<events::snapshot_verified> = event_type::snapshot_verified;

void fields(same_struct<events::leader_claimed> auto& e, auto&& each) {
  each(e.epoch, e.node, e.boot);
}

void fields(same_struct<events::barrier> auto&, auto&& each) {
  each();
}

void fields(same_struct<events::job_submitted> auto& e, auto&& each) {
  each(e.spec, e.state);
}

void fields(same_struct<events::job_readied> auto& e, auto&& each) {
  each(e.id);
}

void fields(same_struct<events::job_leased> auto& e, auto&& each) {
  each(e.of, e.claim, e.ends_at);
}

void fields(same_struct<events::job_completed> auto& e, auto&& each) {
  each(e.of, e.outcome, e.cost, e.peak_memory_bytes, e.expires_at);
}

void fields(same_struct<events::attempt_ended> auto& e, auto&& each) {
  each(e.of, e.end, e.failure, e.cost, e.peak_memory_bytes, e.counted, e.state, e.run_at);
}

void fields(same_struct<events::job_failed> auto& e, auto&& each) {
  each(e.of, e.end, e.failure, e.cost, e.peak_memory_bytes, e.expires_at);
}

void fields(same_struct<events::cancel_requested> auto& e, auto&& each) {
  each(e.id);
}

void fields(same_struct<events::job_cancelled> auto& e, auto&& each) {
  each(e.id, e.end, e.failure, e.cost, e.peak_memory_bytes, e.expires_at);
}

void fields(same_struct<events::job_retried> auto& e, auto&& each) {
  each(e.id);
}

void fields(same_struct<events::job_reprioritised> auto& e, auto&& each) {
  each(e.id, e.priority);
}

void fields(same_struct<events::job_rescheduled> auto& e, auto&& each) {
  each(e.id, e.run_at, e.state);
}

void fields(same_struct<events::job_removed> auto& e, auto&& each) {
  each(e.id, e.expired);
}

void fields(same_struct<events::queue_configured> auto& e, auto&& each) {
  each(e.settings);
}

void fields(same_struct<events::record_put> auto& e, auto&& each) {
  each(e.key, e.value, e.version, e.expires_at);
}

void fields(same_struct<events::record_deleted> auto& e, auto&& each) {
  each(e.key);
}

void fields(same_struct<events::command_answered> auto& e, auto&& each) {
  each(e.id, e.reply, e.forget_at);
}

void fields(same_struct<events::answer_forgotten> auto& e, auto&& each) {
  each(e.id);
}

void fields(same_struct<events::job_split> auto& e, auto&& each) {
  each(e.of, e.parts);
}

void fields(same_struct<events::parts_joined> auto& e, auto&& each) {
  each(e.id);
}

void fields(same_struct<events::input_poisoned> auto& e, auto&& each) {
  each(e.sha256, e.by);
}

void fields(same_struct<events::rate_observed> auto& e, auto&& each) {
  each(e.requests_left, e.tokens_left, e.blocked_until);
}

void fields(same_struct<events::artifacts_added> auto& e, auto&& each) {
  each(e.of, e.artifacts);
}

void fields(same_struct<events::log_kept> auto& e, auto&& each) {
  each(e.of, e.log);
}

void fields(same_struct<events::question_put> auto& e, auto&& each) {
  each(e.id, e.set, e.label, e.work, e.content, e.answer, e.job);
}

void fields(same_struct<events::question_settled> auto& e, auto&& each) {
  each(e.id, e.work, e.answer, e.failure);
}

void fields(same_struct<events::question_asked> auto& e, auto&& each) {
  each(e.id, e.work, e.job);
}

void fields(same_struct<events::question_removed> auto& e, auto&& each) {
  each(e.id);
}

void fields(same_struct<events::cost_booked> auto& e, auto&& each) {
  each(e.job, e.cost, e.possibly_charged);
}

void fields(same_struct<events::rate_configured> auto& e, auto&& each) {
  each(e.rate.requests_per_minute, e.rate.tokens_per_minute);
}

void fields(same_struct<events::provider_seen> auto& e, auto&& each) {
  each(e.failures, e.blocked_until, e.reason);
}

void fields(same_struct<events::charge_spared> auto& e, auto&& each) {
  each(e.job);
}

void fields(same_struct<events::work_disowned> auto& e, auto&& each) {
  each(e.job);
}

void fields(same_struct<events::snapshot_begun> auto&, auto&& each) {
  each();
}

void fields(same_struct<events::snapshot_taken> auto& e, auto&& each) {
  each(e.made);
}

void fields(same_struct<events::snapshot_verified> auto& e, auto&& each) {
  each(e.index);
}

/// Tries the alternatives of `event` from number `I` on until one has the type.
template <std::size_t I = 0> bool get_alternative(reader& r, event_type type, event& e) {
  if constexpr (I == std::variant_size_v<event>) {
    return false;
  } else {
    using alternative = std::variant_alternative_t<I, event>;
    static_assert(number_of<alternative> != event_type{}, "give the new event a number");
    if (number_of<alternative> != type)
      return get_alternative<I + 1>(r, type, e);
    fields(e.emplace<I>(), [&r](auto&... field) { (get(r, field), ...); });
    return true;
  }
}

} // namespace

event_type type_of(const event& e) {
  return std::visit([]<class Event>(const Event&) { return number_of<Event>; }, e);
}

void put_body(writer& w, const event& e) {
  std::visit(
      [&w](const auto& fact) {
        fields(fact, [&w](const auto&... field) { (put(w, field), ...); });
      },
      e);
}

result<event> get_body(reader& r, std::uint8_t type) {
  event e;
  if (!get_alternative(r, event_type{type}, e))
    return error{errc::newer_node_needed, "event type " + std::to_string(type)};
  return e;
}

} // namespace dure
