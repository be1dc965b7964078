#include "actors/core/keys.hpp"
#include "actors/core/ledger_decide.hpp"
#include "actors/core/ledger_provider.hpp"
#include "actors/core/lookup.hpp"

namespace dure::ledger {

namespace {

result<std::optional<record_row>> find_record(const state_reader& state, log_number log,
                                              const std::string& key) {
  return find_row<record_row>(state, family::records, keys::record(log, key));
}

/// Returns errc::version_mismatch unless the record is as expected; 0 expects none.
result<void> matches(const std::optional<record_row>& found,
                     const std::optional<std::uint64_t>& expected, const std::string& key) {
  const auto version = found ? found->version : 0;
  if (!expected || *expected == version)
    return {};
  return error{errc::version_mismatch, "record " + key + " has version " + std::to_string(version)};
}

} // namespace

result<decision> decide_on(const state_reader& state, const configure_queue& c, const context& at) {
  auto row = row_or_empty<log_row>(state, family::logs, keys::log(at.log));
  if (!row)
    return row.error();
  if (c.settings.version <= row->settings.version)
    return no_event();
  auto provider = provider_of(state, at.log);
  if (!provider)
    return provider.error();
  auto made = one_event(events::queue_configured{c.settings});
  if (c.settings.rate != provider->rate)
    made.events.push_back(events::rate_configured{c.settings.rate});
  return made;
}

result<decision> decide_on(const state_reader& state, const put_record& c, const context& at) {
  return decide_on(state, put_records{{c}}, at);
}

result<decision> decide_on(const state_reader& state, const put_records& c, const context& at) {
  auto row = row_or_empty<log_row>(state, family::logs, keys::log(at.log));
  if (!row)
    return row.error();
  decision made;
  made.reply = record_changed{row->record_version + 1};
  for (const auto& p : c.puts) {
    auto found = find_record(state, at.log, p.key);
    if (!found)
      return found.error();
    if (auto matched = matches(*found, p.expected, p.key); !matched)
      return matched.error();
    made.events.push_back(events::record_put{p.key, p.value, ++row->record_version, p.expires_at});
  }
  return made;
}

result<decision> decide_on(const state_reader& state, const delete_record& c, const context& at) {
  auto found = find_record(state, at.log, c.key);
  if (!found)
    return found.error();
  if (auto matched = matches(*found, c.expected, c.key); !matched)
    return matched.error();
  if (!*found)
    return error{errc::not_found, "record " + c.key};
  return one_event(events::record_deleted{c.key});
}

result<decision> decide_on(const state_reader& state, const forget_answer& c, const context& at) {
  auto kept = find_row<answer_row>(state, family::commands, keys::command(at.log, c.id));
  if (!kept)
    return kept.error();
  if (!*kept || (*kept)->forget_at > at.now)
    return no_event();
  return one_event(events::answer_forgotten{c.id});
}

result<decision> decide_on(const state_reader& state, const expire_record& c, const context& at) {
  auto found = find_record(state, at.log, c.key);
  if (!found)
    return found.error();
  const auto& record = *found;
  if (!record || record->version != c.version || !record->expires_at ||
      *record->expires_at > at.now)
    return no_event();
  return one_event(events::record_deleted{c.key});
}

} // namespace dure::ledger
