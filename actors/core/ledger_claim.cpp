#include "actors/core/keys.hpp"
#include "actors/core/ledger_decide.hpp"
#include "actors/core/ledger_follow.hpp"
#include "actors/core/ledger_provider.hpp"
#include "actors/core/limits.hpp"
#include "actors/core/lookup.hpp"
#include "actors/core/question_keys.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace dure::ledger {

namespace {

/// Returns the jobs named by the ends of at most `limit` keys in `range`.
result<std::vector<job_id>> jobs_in(const state_reader& state, family f, const key_range& range,
                                    std::size_t limit) {
  std::vector<job_id> ids;
  if (limit == 0)
    return ids;
  auto scanned =
      state.scan(f, range, scan_order::ascending, [&](std::string_view key, std::string_view) {
        if (auto id = keys::job_at_end(key))
          ids.push_back(*id);
        return ids.size() < limit;
      });
  if (!scanned)
    return scanned.error();
  return ids;
}

/// Puts a question's text, and the prompt that its job names, into what the worker is handed: they
/// lie in rows of their own and are not kept twice.
result<void> hand_along(const state_reader& state, job_spec& spec) {
  if (spec.queue != questions_queue || !spec.input.empty() || spec.input_file)
    return {};
  auto followers = followers_of(state, spec.id);
  if (!followers)
    return followers.error();
  if (followers->empty())
    return {};
  auto text = state.get(family::questions, keys::question_text(followers->front()));
  if (!text)
    return text.error();
  std::string prompt = "null";
  for (const auto& tag : spec.tags) {
    if (!tag.starts_with(prompt_tag_prefix))
      continue;
    auto record = find_row<record_row>(state, family::records, keys::record(log_of(spec.id), tag));
    if (!record)
      return record.error();
    if (*record)
      prompt = std::move((*record)->value);
  }
  spec.input = R"({"question":)" + text->value_or("null") + R"(,"prompt":)" + prompt + "}";
  return {};
}

/// Returns the leases that an earlier time of the same claim got, as far as they still live.
result<granted> granted_before(const state_reader& state, const claim& c, const context& at) {
  auto ids = jobs_in(state, family::leases, keys::leases_of(at.log, c.node, c.boot, c.id),
                     limits::claim_jobs_max);
  if (!ids)
    return ids.error();
  granted before;
  for (const auto& id : *ids) {
    auto j = promised_job(state, id);
    if (!j)
      return j.error();
    if (auto handed = hand_along(state, j->spec); !handed)
      return handed.error();
    const auto started_at = j->attempts.back().started_at;
    before.grants.push_back({live_lease(*j), std::move(j->spec), started_at, j->cancel_requested});
  }
  return before;
}

/// Returns how many leases the queue's settings leave to be granted now.
result<std::size_t> room_for_leases(const state_reader& state, const context& at) {
  auto row = row_or_empty<log_row>(state, family::logs, keys::log(at.log));
  if (!row)
    return row.error();
  const auto& settings = row->settings;
  if (settings.paused)
    return std::size_t{0};
  auto provider = provider_of(state, at.log);
  if (!provider)
    return provider.error();
  const auto by_provider = leases_allowed(*provider, at.now);
  const auto by_rate = std::min(at.grants_max, limits::claim_jobs_max);
  if (!settings.concurrency_max && by_provider >= limits::claim_jobs_max)
    return by_rate;
  auto all = row_or_empty<count_row>(state, family::groups, keys::counts_of_log(at.log));
  if (!all)
    return all.error();
  const auto running = count_of(all->counts, job_state::running);
  const auto most = std::min<std::uint64_t>(
      settings.concurrency_max.value_or(limits::claim_jobs_max), by_provider);
  return std::min<std::size_t>(running < most ? most - running : 0, by_rate);
}

/// Returns about how many bytes a grant of the job takes in a message.
std::size_t weight(const job_spec& spec) {
  constexpr std::size_t fixed = 256;
  auto bytes = fixed + spec.params.size() + spec.input.size() + spec.group.size() +
               spec.unique_key.size() + spec.owner.size() + spec.traceparent.size();
  for (const auto& tag : spec.tags)
    bytes += tag.size();
  return spec.input_file ? bytes + spec.input_file->name.size() + fixed : bytes;
}

/// Gathers the leases of one claim.
struct granting {
  const claim& wish;
  const context& at;
  std::size_t bytes = 0;
  decision made{};
  granted answered{};

  bool has_room_for(const job& j) const {
    return answered.grants.empty() || bytes + weight(j.spec) <= limits::claim_bytes_max;
  }

  void grant_one(job j) {
    const auto attempt = static_cast<std::uint16_t>(j.attempts_made + 1);
    const lease of{j.spec.id, attempt, at.epoch, wish.node, wish.boot};
    const auto ends_at = at.now + j.spec.timeout.hard + limits::timeout_grace;
    bytes += weight(j.spec);
    made.events.push_back(events::job_leased{of, wish.id, ends_at});
    answered.grants.push_back({of, std::move(j.spec), at.now, false});
  }
};

/// A pending job that a claim could have.
struct candidate {
  std::string place; ///< Orders jobs of all kinds: what follows the kind in a key of `ready`.
  job_id id;
};

/// Returns the jobs that a claim may have at most `room` of: highest priority first, then oldest,
/// and of no kind more than was asked for.
result<std::vector<candidate>> candidates_for(const state_reader& state, const claim& c,
                                              const context& at, std::size_t room) {
  std::vector<candidate> found;
  for (const auto& d : c.demands) {
    const auto range = keys::ready_of(at.log, d.kind);
    auto left = std::min<std::size_t>(room, d.jobs);
    if (left == 0)
      continue;
    auto scanned = state.scan(
        family::ready, range, scan_order::ascending, [&](std::string_view key, std::string_view) {
          if (auto id = keys::job_at_end(key))
            found.push_back({std::string{key.substr(range.from.size())}, *id});
          return --left > 0;
        });
    if (!scanned)
      return scanned.error();
  }
  std::sort(found.begin(), found.end(),
            [](const candidate& a, const candidate& b) { return a.place < b.place; });
  if (found.size() > room)
    found.resize(room);
  return found;
}

} // namespace

result<decision> decide_on(const state_reader& state, const claim& c, const context& at) {
  auto before = granted_before(state, c, at);
  if (!before)
    return before.error();
  if (!before->grants.empty())
    return no_event(std::move(*before));

  auto room = room_for_leases(state, at);
  if (!room)
    return room.error();
  auto candidates = candidates_for(state, c, at, *room);
  if (!candidates)
    return candidates.error();
  granting gathered{c, at};
  for (const auto& next : *candidates) {
    auto j = promised_job(state, next.id);
    if (!j)
      return j.error();
    if (auto handed = hand_along(state, j->spec); !handed)
      return handed.error();
    if (!gathered.has_room_for(*j))
      break;
    gathered.grant_one(std::move(*j));
  }
  gathered.made.reply = std::move(gathered.answered);
  return std::move(gathered.made);
}

} // namespace dure::ledger
