#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/time.hpp"

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dure {

/// Appends values to a text in the form that rows and records share: fixed integers little-endian,
/// others as LEB128 varints, texts with their length before them. One owner.
class writer {
public:
  /// Requires: `out` outlives the writer.
  explicit writer(std::string& out) : out_{out} {}

  void u8(std::uint8_t v) { out_ += static_cast<char>(v); }

  void u16(std::uint16_t v) { fixed(v, 2); }

  void u64(std::uint64_t v) { fixed(v, 8); }

  void i64(std::int64_t v) { u64(static_cast<std::uint64_t>(v)); }

  void varint(std::uint64_t v);
  void text(std::string_view v);

  void raw(std::string_view v) { out_ += v; }

  void id(const uuid& v);

private:
  void fixed(std::uint64_t v, int bytes);

  std::string& out_;
};

/// Takes values from bytes, which may be anything. The first value that is not there makes `ok`
/// false for good, and every value read from then on is zero or empty: check once, at the end.
/// Never reads outside the bytes nor allocates more than they hold. A value; the bytes outlive it.
class reader {
public:
  explicit reader(std::string_view bytes) : rest_{bytes} {}

  std::uint8_t u8() { return static_cast<std::uint8_t>(fixed(1)); }

  std::uint16_t u16() { return static_cast<std::uint16_t>(fixed(2)); }

  std::uint64_t u64() { return fixed(8); }

  std::int64_t i64() { return static_cast<std::int64_t>(fixed(8)); }

  std::uint64_t varint();
  std::string_view text();
  std::string_view raw(std::size_t bytes);
  uuid id();

  void fail();

  bool ok() const { return ok_; }

  std::size_t left() const { return rest_.size(); }

  /// Returns whether everything was well-formed and nothing is left over.
  bool done() const { return ok_ && rest_.empty(); }

private:
  std::uint64_t fixed(int bytes);

  std::string_view rest_;
  bool ok_ = true;
};

// One pair of functions for each type: `put` appends it, `get` takes it back. Those of structs are
// in job_codec.hpp; the ones for optional values and lists build on any pair.

void put(writer& w, bool v);
void put(writer& w, std::int16_t v);
void put(writer& w, const std::string& v);
void put(writer& w, timestamp v);
void put(writer& w, epoch_number v);
void get(reader& r, bool& v);
void get(reader& r, std::int16_t& v);
void get(reader& r, std::string& v);
void get(reader& r, timestamp& v);
void get(reader& r, epoch_number& v);

template <std::unsigned_integral T> void put(writer& w, T v) {
  w.varint(v);
}

template <std::unsigned_integral T> void get(reader& r, T& v) {
  auto wide = r.varint();
  if (wide > std::numeric_limits<T>::max())
    r.fail();
  v = static_cast<T>(wide);
}

template <class Tag> void put(writer& w, const named_uuid<Tag>& v) {
  w.id(v.value);
}

template <class Tag> void get(reader& r, named_uuid<Tag>& v) {
  v.value = r.id();
}

template <class T> void put(writer& w, const std::optional<T>& v) {
  put(w, v.has_value());
  if (v)
    put(w, *v);
}

template <class T> void get(reader& r, std::optional<T>& v) {
  bool there = false;
  get(r, there);
  v.reset();
  if (there)
    get(r, v.emplace());
}

template <class T> void put(writer& w, const std::vector<T>& v) {
  w.varint(v.size());
  for (const auto& item : v)
    put(w, item);
}

template <class T> void get(reader& r, std::vector<T>& v) {
  v.clear();
  // Grows item by item: a count that lies fails at the first item that is not there.
  for (auto count = r.varint(); r.ok() && v.size() < count;)
    get(r, v.emplace_back());
}

} // namespace dure
