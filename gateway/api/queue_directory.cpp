#include "gateway/api/queue_directory.hpp"

#include "actors/core/keys.hpp"
#include "actors/core/rows.hpp"
#include "gateway/api/queue_json.hpp"

#include <algorithm>

namespace dure::gateway {

namespace {

std::uint64_t hash_text(std::string_view text) {
  // FNV-1a, then one round of mixing, because the low bits choose the shard.
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (auto c : text)
    hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
  hash ^= hash >> 32;
  hash *= 0x9e3779b97f4a7c15ULL;
  return hash ^ (hash >> 29);
}

result<queue_definition> parse_row(std::string_view value) {
  auto row = decode_row<record_row>(value);
  if (!row)
    return row.error();
  return parse_queue_definition(row->value, row->version);
}

} // namespace

result<queue_directory> queue_directory::read(const state_reader& view) {
  queues all;
  std::optional<error> failed;
  auto visit = [&](std::string_view, std::string_view value) {
    auto q = parse_row(value);
    if (!q) {
      failed = q.error();
      return false;
    }
    auto name = q->name;
    all.insert_or_assign(std::move(name), std::move(*q));
    return true;
  };
  auto scanned = view.scan(family::records, keys::records_of(control_log, queue_key_prefix),
                           scan_order::ascending, visit);
  if (!scanned)
    return scanned.error();
  if (failed)
    return *failed;
  return queue_directory{std::move(all)};
}

const queue_definition* queue_directory::find(std::string_view name) const {
  auto found = queues_.find(name);
  return found == queues_.end() ? nullptr : &found->second;
}

bool queue_directory::has_log(log_number log) const {
  return std::any_of(queues_.begin(), queues_.end(), [log](const auto& named) {
    const auto& logs = named.second.logs;
    return std::find(logs.begin(), logs.end(), log) != logs.end();
  });
}

const queue_definition* queue_directory::queue_of(const job_spec& spec) const {
  if (!spec.queue.empty())
    return find(spec.queue);
  for (const auto& [name, q] : queues_)
    if (std::find(q.kinds.begin(), q.kinds.end(), spec.kind) != q.kinds.end())
      return &q;
  return find(default_queue);
}

log_number home_log(const queue_definition& q, const job_spec& spec, std::uint64_t random) {
  auto shard = !spec.group.empty()        ? hash_text(spec.group)
               : !spec.unique_key.empty() ? hash_text(spec.unique_key)
                                          : random;
  return q.logs[shard % q.logs.size()];
}

std::vector<log_number> homes_of_group(const queue_directory& queues, std::string_view group) {
  job_spec of_group;
  of_group.group = group;
  std::vector<log_number> homes;
  for (const auto& [name, q] : queues.all())
    homes.push_back(home_log(q, of_group, 0));
  return homes;
}

void place(job_spec& spec, const queue_definition& q, timestamp now, std::uint64_t random) {
  spec.queue = q.name;
  spec.id = make_job_id(home_log(q, spec, random), now, random);
}

} // namespace dure::gateway
