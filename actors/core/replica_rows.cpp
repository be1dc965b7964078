#include "actors/core/replica_rows.hpp"

#include "actors/core/bytes.hpp"
#include "actors/core/job_codec.hpp"
#include "actors/core/keys.hpp"

#include <string_view>
#include <utility>

namespace dure {

namespace {

/// Layout of the row: schema u8, then the fields of log_position in their order. Schema 1 had no
/// log_bytes.
constexpr std::uint8_t position_schema = 2;

} // namespace

std::string encode(const log_position& p) {
  std::string row;
  writer w{row};
  w.u8(position_schema);
  w.u64(number(p.index));
  put(w, p.hash);
  put(w, p.time);
  put(w, p.created);
  put(w, p.epoch);
  put(w, p.leader);
  put(w, p.leader_boot);
  put(w, p.log_bytes);
  return row;
}

result<log_position> decode_position(std::string_view row) {
  reader r{row};
  const auto schema = r.u8();
  if (r.ok() && (schema == 0 || schema > position_schema))
    return error{errc::newer_node_needed, "schema " + std::to_string(schema) + " of a log's place"};
  log_position p;
  p.index = journal_index{r.u64()};
  get(r, p.hash);
  get(r, p.time);
  get(r, p.created);
  get(r, p.epoch);
  get(r, p.leader);
  get(r, p.leader_boot);
  if (schema > 1)
    get(r, p.log_bytes);
  if (!r.done())
    return error{errc::corrupt, "the row of a log's place is malformed"};
  return p;
}

result<log_position> read_position(const state_reader& state, log_number log) {
  auto row = state.get(family::meta, keys::log(log));
  if (!row)
    return row.error();
  if (!*row)
    return log_position{};
  return decode_position(**row);
}

void write_position(overlay& state, log_number log, const log_position& position,
                    std::string bytes) {
  state.put(family::meta, keys::log(log), encode(position));
  state.put(family::tail, keys::tail(log, position.index), std::move(bytes));
}

result<std::optional<journal_index>> first_raw_record(const state_reader& state, log_number log,
                                                      journal_index from) {
  std::optional<journal_index> first;
  auto scanned =
      state.scan(family::tail, {keys::tail(log, from), keys::all_of(log).until},
                 scan_order::ascending, [&first](std::string_view key, std::string_view) {
                   first = keys::index_in_tail(key);
                   return false;
                 });
  if (!scanned)
    return scanned.error();
  return first;
}

result<std::optional<std::string>> read_raw_record(const state_reader& state, log_number log,
                                                   journal_index index) {
  return state.get(family::tail, keys::tail(log, index));
}

} // namespace dure
