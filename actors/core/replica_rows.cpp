#include "actors/core/replica_rows.hpp"

#include "actors/core/bytes.hpp"
#include "actors/core/keys.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace dure {

namespace {

/// Layout of the row: schema u8, then the fields of log_position in their order.
constexpr std::uint8_t position_schema = 1;

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
  auto row = state.get(family::meta, keys::log(log));
  if (!row)
    return row.error();
  if (!*row)
    return log_position{};
  return from_row(**row);
}

void write_position(overlay& state, log_number log, const log_position& position,
                    std::string bytes) {
  state.put(family::meta, keys::log(log), to_row(position));
  state.put(family::tail, keys::tail(log, position.index), std::move(bytes));
}

result<std::optional<std::string>> read_raw_record(const state_reader& state, log_number log,
                                                   journal_index index) {
  return state.get(family::tail, keys::tail(log, index));
}

} // namespace dure
