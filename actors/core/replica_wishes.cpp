#include "actors/core/replica_wishes.hpp"

#include <type_traits>

namespace dure {

bool may_feed(const event& e) {
  return std::visit(
      []<class Event>(const Event&) {
        return !std::is_same_v<Event, events::barrier> &&
               !std::is_same_v<Event, events::leader_claimed> &&
               !std::is_same_v<Event, events::job_leased> &&
               !std::is_same_v<Event, events::record_put> &&
               !std::is_same_v<Event, events::record_deleted> &&
               !std::is_same_v<Event, events::command_answered> &&
               !std::is_same_v<Event, events::answer_forgotten> &&
               !std::is_same_v<Event, events::artifacts_added> &&
               !std::is_same_v<Event, events::log_kept> &&
               !std::is_same_v<Event, events::snapshot_begun> &&
               !std::is_same_v<Event, events::snapshot_taken> &&
               !std::is_same_v<Event, events::snapshot_verified>;
      },
      e);
}

bool ends_an_attempt(const command& c) {
  return std::holds_alternative<complete>(c.body) || std::holds_alternative<fail>(c.body) ||
         std::holds_alternative<release>(c.body) || std::holds_alternative<add_artifacts>(c.body) ||
         std::holds_alternative<keep_log>(c.body);
}

quota_report quota_in(const command_body& body) {
  if (const auto* done = std::get_if<complete>(&body))
    return done->quota;
  if (const auto* failed = std::get_if<fail>(&body))
    return failed->quota;
  return {};
}

bool is_fatal(errc code) {
  return code == errc::store_failed || code == errc::corrupt || code == errc::newer_node_needed;
}

std::size_t weight(const command& c) {
  constexpr std::size_t small = 512;
  if (const auto* s = std::get_if<submit>(&c.body))
    return small + s->spec.params.size() + s->spec.input.size();
  if (const auto* d = std::get_if<complete>(&c.body))
    return small + d->outcome.json.size() + d->outcome.artifacts.size() * small;
  if (const auto* a = std::get_if<add_artifacts>(&c.body))
    return small + a->artifacts.size() * small;
  if (const auto* p = std::get_if<put_record>(&c.body))
    return small + p->value.size();
  if (const auto* all = std::get_if<put_records>(&c.body)) {
    std::size_t bytes = 0;
    for (const auto& p : all->puts)
      bytes += small + p.value.size();
    return bytes;
  }
  if (const auto* q = std::get_if<put_question>(&c.body))
    return 2 * small + q->content.size() + q->answer.size();
  return small;
}

} // namespace dure
