#include "actors/core/replica_rows.hpp"

#include "actors/core/bytes.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace dure {

namespace {

/// Layout of the row: schema u8, then the fields of log_position in their order.
constexpr std::uint8_t position_schema = 1;

void append_big_endian(std::string& key, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    key += static_cast<char>(static_cast<std::uint8_t>(value >> shift));
}

std::string position_key(log_number log) {
  std::string key;
  append_big_endian(key, number(log), 2);
  return key;
}

std::string to_row(const log_position& p) {
  std::string row;
  writer w{row};
  w.u8(position_schema);
  w.u64(number(p.index));
  w.raw({reinterpret_cast<const char*>(p.hash.bytes.data()), p.hash.bytes.size()});
  put(w, p.time);
  put(w, p.created);
  put(w, p.epoch);
  put(w, p.leader);
  put(w, p.leader_boot);
  return row;
}

result<log_position> from_row(std::string_view row) {
  reader r{row};
  if (auto schema = r.u8(); r.ok() && schema != position_schema)
    return error{errc::newer_node_needed, "schema " + std::to_string(schema) + " of a log's place"};
  log_position p;
  p.index = journal_index{r.u64()};
  auto hash = r.raw(p.hash.bytes.size());
  std::copy(hash.begin(), hash.end(), p.hash.bytes.begin());
  get(r, p.time);
  get(r, p.created);
  get(r, p.epoch);
  get(r, p.leader);
  get(r, p.leader_boot);
  if (!r.done())
    return error{errc::corrupt, "the row of a log's place is malformed"};
  return p;
}

} // namespace

result<log_position> read_position(const state_reader& state, log_number log) {
  auto row = state.get(family::meta, position_key(log));
  if (!row)
    return row.error();
  if (!*row)
    return log_position{};
  return from_row(**row);
}

void write_position(overlay& state, log_number log, const log_position& position,
                    std::string bytes) {
  state.put(family::meta, position_key(log), to_row(position));
  state.put(family::tail, tail_key(log, position.index), std::move(bytes));
}

result<std::optional<std::string>> read_raw_record(const state_reader& state, log_number log,
                                                   journal_index index) {
  return state.get(family::tail, tail_key(log, index));
}

std::string tail_key(log_number log, journal_index index) {
  std::string key;
  append_big_endian(key, number(log), 2);
  append_big_endian(key, number(index), 8);
  return key;
}

} // namespace dure
