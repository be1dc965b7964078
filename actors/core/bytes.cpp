#include "actors/core/bytes.hpp"

#include <algorithm>

namespace dure {

void writer::varint(std::uint64_t v) {
  while (v >= 0x80) {
    u8(static_cast<std::uint8_t>(v | 0x80));
    v >>= 7;
  }
  u8(static_cast<std::uint8_t>(v));
}

void writer::text(std::string_view v) {
  varint(v.size());
  raw(v);
}

void writer::id(const uuid& v) {
  raw({reinterpret_cast<const char*>(v.bytes.data()), v.bytes.size()});
}

void writer::fixed(std::uint64_t v, int bytes) {
  for (int i = 0; i < bytes; ++i)
    u8(static_cast<std::uint8_t>(v >> (8 * i)));
}

std::uint64_t reader::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    auto byte = u8();
    auto bits = static_cast<std::uint64_t>(byte & 0x7f);
    // The tenth byte has room for one bit only; a last byte of zero would be a second spelling.
    if ((shift == 63 && bits > 1) || (shift > 0 && byte == 0))
      break;
    value |= bits << shift;
    if (byte < 0x80)
      return ok_ ? value : 0;
  }
  fail();
  return 0;
}

std::string_view reader::text() {
  auto size = varint();
  if (size > rest_.size()) {
    fail();
    return {};
  }
  return raw(static_cast<std::size_t>(size));
}

std::string_view reader::raw(std::size_t bytes) {
  if (bytes > rest_.size()) {
    fail();
    return {};
  }
  auto taken = rest_.substr(0, bytes);
  rest_.remove_prefix(bytes);
  return taken;
}

uuid reader::id() {
  uuid v;
  auto bytes = raw(v.bytes.size());
  std::copy(bytes.begin(), bytes.end(), v.bytes.begin());
  return v;
}

void reader::fail() {
  ok_ = false;
  rest_ = {};
}

std::uint64_t reader::fixed(int bytes) {
  auto taken = raw(static_cast<std::size_t>(bytes));
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < taken.size(); ++i)
    value |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(taken[i])) << (8 * i);
  return value;
}

void put(writer& w, bool v) {
  w.u8(v ? 1 : 0);
}

void put(writer& w, std::int16_t v) {
  w.u16(static_cast<std::uint16_t>(v));
}

void put(writer& w, const std::string& v) {
  w.text(v);
}

void put(writer& w, timestamp v) {
  w.i64(v.time_since_epoch().count());
}

void put(writer& w, epoch_number v) {
  w.varint(number(v));
}

void get(reader& r, bool& v) {
  auto byte = r.u8();
  if (byte > 1)
    r.fail();
  v = byte == 1;
}

void get(reader& r, std::int16_t& v) {
  v = static_cast<std::int16_t>(r.u16());
}

void get(reader& r, std::string& v) {
  v = r.text();
}

void get(reader& r, timestamp& v) {
  v = timestamp{milliseconds{r.i64()}};
}

void get(reader& r, epoch_number& v) {
  v = epoch_number{r.varint()};
}

} // namespace dure
