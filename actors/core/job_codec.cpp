#include "actors/core/job_codec.hpp"

#include <type_traits>

namespace dure {

namespace {

template <class S, class T>
concept same_struct = std::same_as<std::remove_const_t<S>, T>;

// The fields of each struct, once for both directions.

void fields(same_struct<blob_ref> auto& v, auto&& each) {
  each(v.sha256, v.bytes, v.name, v.media_type);
}

void fields(same_struct<artifact> auto& v, auto&& each) {
  each(v.name, v.blob);
}

void fields(same_struct<job_error> auto& v, auto&& each) {
  each(v.code, v.message, v.retryable);
}

void fields(same_struct<job_cost> auto& v, auto&& each) {
  each(v.tokens_in, v.tokens_out, v.micros);
}

void fields(same_struct<job_result> auto& v, auto&& each) {
  each(v.json, v.blob, v.artifacts);
}

void fields(same_struct<job_spec> auto& v, auto&& each) {
  each(v.id, v.kind, v.queue, v.group, v.tags, v.unique_key, v.owner, v.traceparent, v.params,
       v.input, v.input_file, v.priority, v.run_at, v.max_attempts, v.timeout);
}

void fields(same_struct<lease> auto& v, auto&& each) {
  each(v.job, v.attempt, v.epoch, v.node, v.boot);
}

void fields(same_struct<attempt> auto& v, auto&& each) {
  each(v.n, v.node, v.boot, v.epoch, v.claim, v.started_at, v.ends_at, v.ended_at, v.end,
       v.peak_memory_bytes, v.failure);
}

void fields(same_struct<snapshot> auto& v, auto&& each) {
  each(v.index, v.hash, v.blob, v.digest);
}

void fields(same_struct<kept_snapshot> auto& v, auto&& each) {
  each(v.of, v.verified);
}

void fields(same_struct<queue_settings> auto& v, auto&& each) {
  each(v.version, v.paused, v.pause_reason, v.concurrency_max, v.depth_max);
}

void fields(same_struct<accepted> auto&, auto&& each) {
  each();
}

void fields(same_struct<job_taken> auto& v, auto&& each) {
  each(v.id, v.state, v.existing, v.version);
}

void fields(same_struct<job_changed> auto& v, auto&& each) {
  each(v.id, v.state, v.cancel_requested, v.version);
}

void fields(same_struct<grant> auto& v, auto&& each) {
  each(v.of, v.spec, v.started_at);
}

void fields(same_struct<granted> auto& v, auto&& each) {
  each(v.grants);
}

void fields(same_struct<record_changed> auto& v, auto&& each) {
  each(v.version);
}

void fields(same_struct<question_taken> auto& v, auto&& each) {
  each(v.id, v.state, v.job);
}

void fields(same_struct<failure_count> auto& v, auto&& each) {
  each(v.code, v.questions);
}

template <class T> void put_fields(writer& w, const T& v) {
  fields(v, [&w](const auto&... field) { (put(w, field), ...); });
}

template <class T> void get_fields(reader& r, T& v) {
  fields(v, [&r](auto&... field) { (get(r, field), ...); });
}

template <class E> void get_enum(reader& r, E& v, E first, E last) {
  auto byte = r.u8();
  auto known = byte >= static_cast<std::uint8_t>(first) && byte <= static_cast<std::uint8_t>(last);
  if (!known)
    r.fail();
  v = known ? static_cast<E>(byte) : first;
}

template <class T> void get_alternative(reader& r, answer& v) {
  get_fields(r, v.emplace<T>());
}

} // namespace

void put(writer& w, job_state v) {
  w.u8(static_cast<std::uint8_t>(v));
}

void put(writer& w, attempt_end v) {
  w.u8(static_cast<std::uint8_t>(v));
}

void put(writer& w, question_state v) {
  w.u8(static_cast<std::uint8_t>(v));
}

void put(writer& w, const failure_count& v) {
  put_fields(w, v);
}

void put(writer& w, const blob_ref& v) {
  put_fields(w, v);
}

void put(writer& w, const artifact& v) {
  put_fields(w, v);
}

void put(writer& w, const job_error& v) {
  put_fields(w, v);
}

void put(writer& w, const job_cost& v) {
  put_fields(w, v);
}

void put(writer& w, const job_result& v) {
  put_fields(w, v);
}

void put(writer& w, const job_timeout& v) {
  w.varint(static_cast<std::uint64_t>(v.soft.count()));
  w.varint(static_cast<std::uint64_t>(v.hard.count()));
}

void put(writer& w, const job_spec& v) {
  put_fields(w, v);
}

void put(writer& w, const lease& v) {
  put_fields(w, v);
}

void put(writer& w, const attempt& v) {
  put_fields(w, v);
}

void put(writer& w, const queue_settings& v) {
  put_fields(w, v);
}

void put(writer& w, journal_index v) {
  w.varint(number(v));
}

void put(writer& w, const record_hash& v) {
  w.raw({reinterpret_cast<const char*>(v.bytes.data()), v.bytes.size()});
}

void put(writer& w, const snapshot& v) {
  put_fields(w, v);
}

void put(writer& w, const kept_snapshot& v) {
  put_fields(w, v);
}

void put(writer& w, const grant& v) {
  put_fields(w, v);
}

void put(writer& w, const answer& v) {
  w.u8(static_cast<std::uint8_t>(v.index() + 1));
  std::visit([&w](const auto& alternative) { put_fields(w, alternative); }, v);
}

void get(reader& r, job_state& v) {
  get_enum(r, v, job_state::scheduled, job_state::cancelled);
}

void get(reader& r, attempt_end& v) {
  get_enum(r, v, attempt_end::completed, attempt_end::cancelled);
}

void get(reader& r, question_state& v) {
  get_enum(r, v, question_state::pending, question_state::failed);
}

void get(reader& r, failure_count& v) {
  get_fields(r, v);
}

void get(reader& r, blob_ref& v) {
  get_fields(r, v);
}

void get(reader& r, artifact& v) {
  get_fields(r, v);
}

void get(reader& r, job_error& v) {
  get_fields(r, v);
}

void get(reader& r, job_cost& v) {
  get_fields(r, v);
}

void get(reader& r, job_result& v) {
  get_fields(r, v);
}

void get(reader& r, job_timeout& v) {
  std::uint32_t soft = 0;
  std::uint32_t hard = 0;
  get(r, soft);
  get(r, hard);
  v = {std::chrono::seconds{soft}, std::chrono::seconds{hard}};
}

void get(reader& r, job_spec& v) {
  get_fields(r, v);
}

void get(reader& r, lease& v) {
  get_fields(r, v);
}

void get(reader& r, attempt& v) {
  get_fields(r, v);
}

void get(reader& r, queue_settings& v) {
  get_fields(r, v);
}

void get(reader& r, journal_index& v) {
  v = journal_index{r.varint()};
}

void get(reader& r, record_hash& v) {
  const auto bytes = r.raw(v.bytes.size());
  std::copy(bytes.begin(), bytes.end(), v.bytes.begin());
}

void get(reader& r, snapshot& v) {
  get_fields(r, v);
}

void get(reader& r, kept_snapshot& v) {
  get_fields(r, v);
}

void get(reader& r, grant& v) {
  get_fields(r, v);
}

void get(reader& r, answer& v) {
  switch (r.u8()) {
  case 1:
    return get_alternative<accepted>(r, v);
  case 2:
    return get_alternative<job_taken>(r, v);
  case 3:
    return get_alternative<job_changed>(r, v);
  case 4:
    return get_alternative<granted>(r, v);
  case 5:
    return get_alternative<record_changed>(r, v);
  case 6:
    return get_alternative<question_taken>(r, v);
  }
  r.fail();
}

} // namespace dure
