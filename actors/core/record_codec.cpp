#include "actors/core/record_codec.hpp"

#include "actors/core/event_codec.hpp"
#include "actors/core/job_codec.hpp"
#include "actors/core/limits.hpp"

namespace dure {

namespace {

constexpr std::size_t hash_size = sizeof(record_hash::bytes);
constexpr std::string_view magic = "DR";

/// Room for everything but the entries: fixed fields, the longest node name and the counts.
constexpr std::size_t frame_bytes_max = 256;

void put_event(writer& w, const event& e, std::string& scratch) {
  scratch.clear();
  writer body{scratch};
  put_body(body, e);
  w.u8(static_cast<std::uint8_t>(type_of(e)));
  w.text(scratch);
}

void put_entry(writer& w, const command_id& id, std::string_view by,
               const std::vector<event>& events, std::string& scratch) {
  w.id(id.value);
  w.text(by);
  w.varint(events.size());
  for (const auto& e : events)
    put_event(w, e, scratch);
}

encoded_record close(const record& head, std::size_t entries, std::string_view body) {
  encoded_record closed;
  closed.bytes.reserve(body.size() + frame_bytes_max);
  writer w{closed.bytes};
  w.raw(magic);
  w.u8(record_format);
  w.u8(0);
  w.u16(number(head.log));
  w.u64(number(head.epoch));
  w.u64(number(head.index));
  w.i64(head.time.time_since_epoch().count());
  w.id(head.boot.value);
  w.text(head.node);
  put(w, head.previous);
  w.varint(entries);
  w.raw(body);
  closed.hash = hash_bytes(closed.bytes);
  put(w, closed.hash);
  return closed;
}

error corrupt(std::string what) {
  return {errc::corrupt, "a journal record " + std::move(what)};
}

result<event> get_event(reader& r) {
  auto type = r.u8();
  reader body{r.text()};
  if (!r.ok())
    return corrupt("ends inside an event");
  auto e = get_body(body, type);
  if (e && !body.done())
    return corrupt("has a malformed event of type " + std::to_string(type));
  return e;
}

/// Takes an entry; `events_left` is how many events the record may still have.
result<record_entry> get_entry(reader& r, std::size_t& events_left) {
  record_entry entry;
  entry.id.value = r.id();
  entry.by = r.text();
  auto count = r.varint();
  if (!r.ok() || count > events_left)
    return corrupt("has a malformed entry");
  events_left -= static_cast<std::size_t>(count);
  while (entry.events.size() < count) {
    auto e = get_event(r);
    if (!e)
      return e.error();
    entry.events.push_back(std::move(*e));
  }
  return entry;
}

record get_head(reader& r) {
  record head;
  head.log = log_number{r.u16()};
  head.epoch = epoch_number{r.u64()};
  head.index = journal_index{r.u64()};
  head.time = timestamp{milliseconds{r.i64()}};
  head.boot.value = r.id();
  head.node = r.text();
  get(r, head.previous);
  return head;
}

result<void> check_format(reader& r) {
  if (r.raw(magic.size()) != magic)
    return corrupt("does not begin with its mark");
  auto format = r.u8();
  auto flags = r.u8();
  if (format != record_format || flags != 0)
    return error{errc::newer_node_needed,
                 "record format " + std::to_string(format) + " flags " + std::to_string(flags)};
  return {};
}

} // namespace

encoded_record encode(const record& r) {
  std::string body;
  std::string scratch;
  writer w{body};
  for (const auto& entry : r.entries)
    put_entry(w, entry.id, entry.by, entry.events, scratch);
  return close(r, r.entries.size(), body);
}

result<record> decode_record(std::string_view bytes) {
  if (auto checked = hash_of(bytes); !checked)
    return checked.error();
  reader r{bytes.substr(0, bytes.size() - hash_size)};
  if (auto known = check_format(r); !known)
    return known.error();
  auto decoded = get_head(r);
  auto entries = r.varint();
  auto events_left = limits::record_events_max;
  for (std::uint64_t i = 0; i < entries && r.ok(); ++i) {
    auto entry = get_entry(r, events_left);
    if (!entry)
      return entry.error();
    decoded.entries.push_back(std::move(*entry));
  }
  if (!r.done())
    return corrupt("is malformed");
  return decoded;
}

record_hash trailing_hash(std::string_view bytes) {
  reader r{bytes.substr(bytes.size() - hash_size)};
  record_hash hash;
  get(r, hash);
  return hash;
}

result<record_hash> hash_of(std::string_view bytes) {
  if (bytes.size() < hash_size)
    return corrupt("is shorter than its hash");
  auto carried = trailing_hash(bytes);
  if (hash_bytes(bytes.substr(0, bytes.size() - hash_size)) != carried)
    return corrupt("does not match its hash");
  return carried;
}

bool record_writer::add(const command_id& id, std::string_view by,
                        const std::vector<event>& events) {
  auto before = body_.size();
  writer w{body_};
  put_entry(w, id, by, events, scratch_);
  auto fits = body_.size() + frame_bytes_max <= limits::record_bytes_max &&
              events_ + events.size() <= limits::record_events_max;
  if (!fits) {
    body_.resize(before);
    return false;
  }
  ++entries_;
  events_ += events.size();
  return true;
}

encoded_record record_writer::finish(const record& head) {
  auto closed = close(head, entries_, body_);
  clear();
  return closed;
}

void record_writer::clear() {
  body_.clear();
  entries_ = 0;
  events_ = 0;
}

} // namespace dure
