#include "actors/core/rows.hpp"

#include "actors/core/job_codec.hpp"

namespace dure {

namespace {

constexpr std::uint8_t schema = 1;

template <class S, class T>
concept same_struct = std::same_as<std::remove_const_t<S>, T>;

// The fields of each row, once for both directions.

void fields(same_struct<job> auto& v, auto&& each) {
  each(v.spec, v.state, v.cancel_requested, v.version, v.attempts_made, v.attempts_counted,
       v.losses, v.deaths, v.attempts, v.failure, v.outcome, v.cost, v.created_at, v.started_at,
       v.completed_at, v.cancel_requested_at, v.expires_at);
}

void fields(same_struct<lease_row> auto& v, auto&& each) {
  each(v.attempt, v.epoch);
}

void fields(same_struct<answer_row> auto& v, auto&& each) {
  each(v.reply, v.forget_at);
}

void fields(same_struct<count_row> auto& v, auto&& each) {
  auto& [scheduled, pending, running, completed, failed, cancelled] = v.counts.by_state;
  each(scheduled, pending, running, completed, failed, cancelled, v.expires_at);
}

void fields(same_struct<record_row> auto& v, auto&& each) {
  each(v.value, v.version, v.expires_at);
}

void fields(same_struct<log_row> auto& v, auto&& each) {
  each(v.settings, v.record_version);
}

void fields(same_struct<artifact_count_row> auto& v, auto&& each) {
  each(v.artifacts);
}

void fields(same_struct<file_row> auto& v, auto&& each) {
  each(v.blob);
}

void fields(same_struct<snapshot_row> auto& v, auto&& each) {
  each(v.kept);
}

void fields(same_struct<question> auto& v, auto&& each) {
  each(v.id, v.set, v.label, v.work, v.state, v.job, v.answer, v.failure, v.created_at,
       v.explained_at, v.cost, v.possibly_charged, v.version);
}

void fields(same_struct<question_counts> auto& v, auto&& each) {
  auto& [pending, generating, completed, failed] = v.by_state;
  each(pending, generating, completed, failed, v.failures, v.cost, v.possibly_charged);
}

void fields(same_struct<provider_row> auto& v, auto&& each) {
  each(v.rate.requests_per_minute, v.rate.tokens_per_minute, v.failures, v.blocked_until, v.reason);
}

// What was added to a row later is written only when it says something: older rows stay readable,
// and rows without it as they were.

template <class Row> void put_tail(writer&, const Row&) {}

void put_tail(writer& w, const job& row) {
  if (row.spared > 0)
    put(w, row.spared);
}

template <class Row> void get_tail(reader&, Row&) {}

void get_tail(reader& r, job& row) {
  if (!r.ok() || r.done())
    return;
  get(r, row.spared);
  if (row.spared == 0) // Nobody writes that.
    r.fail();
}

template <class Row> std::string encode_row(const Row& row) {
  std::string bytes;
  writer w{bytes};
  w.u8(schema);
  fields(row, [&w](const auto&... field) { (put(w, field), ...); });
  put_tail(w, row);
  return bytes;
}

template <class Row> result<Row> decode_fields(std::string_view bytes, std::string_view what) {
  reader r{bytes};
  auto found = r.u8();
  if (r.ok() && found != schema)
    return error{errc::newer_node_needed, std::string{what} + " row has an unknown schema"};
  Row row;
  fields(row, [&r](auto&... field) { (get(r, field), ...); });
  get_tail(r, row);
  if (!r.done())
    return error{errc::corrupt, std::string{what} + " row is malformed"};
  return row;
}

} // namespace

std::string encode(const job& row) {
  return encode_row(row);
}

std::string encode(const lease_row& row) {
  return encode_row(row);
}

std::string encode(const answer_row& row) {
  return encode_row(row);
}

std::string encode(const count_row& row) {
  return encode_row(row);
}

std::string encode(const record_row& row) {
  return encode_row(row);
}

std::string encode(const log_row& row) {
  return encode_row(row);
}

std::string encode(const artifact_count_row& row) {
  return encode_row(row);
}

std::string encode(const file_row& row) {
  return encode_row(row);
}

std::string encode(const question& row) {
  return encode_row(row);
}

std::string encode(const question_counts& row) {
  return encode_row(row);
}

std::string encode(const provider_row& row) {
  return encode_row(row);
}

std::string encode(const snapshot_row& row) {
  return encode_row(row);
}

std::string encode(const debtor_row& row) {
  std::string bytes;
  writer w{bytes};
  put(w, row.id);
  put(w, row.set);
  return bytes;
}

std::string encode(const job_id& row) {
  std::string bytes;
  writer{bytes}.id(row.value);
  return bytes;
}

template <> result<job> decode_row(std::string_view bytes) {
  auto row = decode_fields<job>(bytes, "a job's");
  if (row && row->state == job_state::running && row->attempts.empty())
    return error{errc::corrupt, "a job's row says running but holds no attempt"};
  return row;
}

template <> result<lease_row> decode_row(std::string_view bytes) {
  return decode_fields<lease_row>(bytes, "a lease's");
}

template <> result<answer_row> decode_row(std::string_view bytes) {
  return decode_fields<answer_row>(bytes, "a kept answer's");
}

template <> result<count_row> decode_row(std::string_view bytes) {
  return decode_fields<count_row>(bytes, "a counter's");
}

template <> result<record_row> decode_row(std::string_view bytes) {
  return decode_fields<record_row>(bytes, "a record's");
}

template <> result<log_row> decode_row(std::string_view bytes) {
  return decode_fields<log_row>(bytes, "a log's");
}

template <> result<artifact_count_row> decode_row(std::string_view bytes) {
  return decode_fields<artifact_count_row>(bytes, "a count of artifacts'");
}

template <> result<file_row> decode_row(std::string_view bytes) {
  return decode_fields<file_row>(bytes, "a file's");
}

template <> result<question> decode_row(std::string_view bytes) {
  return decode_fields<question>(bytes, "a question's");
}

template <> result<question_counts> decode_row(std::string_view bytes) {
  return decode_fields<question_counts>(bytes, "a set's");
}

template <> result<provider_row> decode_row(std::string_view bytes) {
  return decode_fields<provider_row>(bytes, "a provider's");
}

template <> result<snapshot_row> decode_row(std::string_view bytes) {
  return decode_fields<snapshot_row>(bytes, "a snapshot's");
}

// Without a schema, as it was a bare id once.
template <> result<debtor_row> decode_row(std::string_view bytes) {
  reader r{bytes};
  debtor_row row{question_id{r.id()}, {}};
  if (r.left() > 0)
    get(r, row.set);
  if (!r.done())
    return error{errc::corrupt, "a debtor's row is malformed"};
  return row;
}

template <> result<job_id> decode_row(std::string_view bytes) {
  reader r{bytes};
  job_id id{r.id()};
  if (!r.done())
    return error{errc::corrupt, "a unique key's row is malformed"};
  return id;
}

} // namespace dure
