#include "actors/core/node_message.hpp"

#include "actors/core/bytes.hpp"

#include <algorithm>
#include <boost/pfr.hpp>
#include <concepts>
#include <type_traits>
#include <utility>

namespace dure {

namespace {

constexpr std::uint8_t format = 2;

/// Numbers, texts, times and ids. Other structs may have bytes of their own too, but those that are
/// kept, which leave out what nobody keeps.
template <class T>
concept has_own_bytes = requires(writer& w, reader& r, T& v) {
  put(w, std::as_const(v));
  get(r, v);
}

&&(!std::is_aggregate_v<T> || requires(reader & r, T& v) { v.value = r.id(); });

template <class T> constexpr bool is_duration = false;
template <class R, class P> constexpr bool is_duration<std::chrono::duration<R, P>> = true;

// Each `send` and `take` is a pair. Structs are taken apart field by field (Boost.PFR), so that
// none is forgotten.

template <class T> void send(writer& w, const T& v);
template <class T> void send(writer& w, const std::optional<T>& v);
template <class T> void send(writer& w, const std::vector<T>& v);
template <class... T> void send(writer& w, const std::variant<T...>& v);
template <class T> void send(writer& w, const result<T>& v);
template <class T> void take(reader& r, T& v);
template <class T> void take(reader& r, std::optional<T>& v);
template <class T> void take(reader& r, std::vector<T>& v);
template <class... T> void take(reader& r, std::variant<T...>& v);
template <class T> void take(reader& r, result<T>& v);

template <class T> void send(writer& w, const std::optional<T>& v) {
  put(w, v.has_value());
  if (v)
    send(w, *v);
}

template <class T> void take(reader& r, std::optional<T>& v) {
  bool there = false;
  get(r, there);
  v.reset();
  if (there)
    take(r, v.emplace());
}

template <class T> void send(writer& w, const std::vector<T>& v) {
  w.varint(v.size());
  for (const auto& item : v)
    send(w, item);
}

template <class T> void take(reader& r, std::vector<T>& v) {
  v.clear();
  for (auto count = r.varint(); r.ok() && v.size() < count;)
    take(r, v.emplace_back());
}

template <class... T> void send(writer& w, const std::variant<T...>& v) {
  w.u8(static_cast<std::uint8_t>(v.index()));
  std::visit([&w](const auto& alternative) { send(w, alternative); }, v);
}

template <class... T> void take(reader& r, std::variant<T...>& v) {
  const auto index = r.u8();
  std::uint8_t place = 0;
  auto try_one = [&]<class Alternative>(std::type_identity<Alternative>) {
    if (place++ == index)
      take(r, v.template emplace<Alternative>());
  };
  (try_one(std::type_identity<T>{}), ...);
  if (index >= sizeof...(T))
    r.fail();
}

template <class T> void send(writer& w, const result<T>& v) {
  put(w, v.has_value());
  if (v)
    send(w, *v);
  else
    send(w, v.error());
}

template <class T> void take(reader& r, result<T>& v) {
  bool there = false;
  get(r, there);
  if (there) {
    T value;
    take(r, value);
    v = std::move(value);
  } else {
    error why;
    take(r, why);
    v = std::move(why);
  }
}

template <class T> void send(writer& w, const T& v) {
  if constexpr (std::same_as<T, record_hash>)
    w.raw({reinterpret_cast<const char*>(v.bytes.data()), v.bytes.size()});
  else if constexpr (std::is_enum_v<T>)
    w.varint(static_cast<std::uint64_t>(v));
  else if constexpr (is_duration<T>)
    w.i64(v.count());
  else if constexpr (has_own_bytes<T>)
    put(w, v);
  else
    boost::pfr::for_each_field(v, [&w](const auto& field) { send(w, field); });
}

template <class T> void take(reader& r, T& v) {
  if constexpr (std::same_as<T, record_hash>) {
    const auto bytes = r.raw(v.bytes.size());
    std::copy(bytes.begin(), bytes.end(), v.bytes.begin());
  } else if constexpr (std::is_enum_v<T>) {
    std::underlying_type_t<T> wide{};
    get(r, wide);
    v = T{wide};
  } else if constexpr (is_duration<T>)
    v = T{r.i64()};
  else if constexpr (has_own_bytes<T>)
    get(r, v);
  else
    boost::pfr::for_each_field(v, [&r](auto& field) { take(r, field); });
}

template <class T> std::string encode_any(const T& m) {
  std::string bytes;
  writer w{bytes};
  w.u8(format);
  send(w, m);
  return bytes;
}

template <class T> result<T> decode_any(std::string_view bytes) {
  reader r{bytes};
  if (auto theirs = r.u8(); r.ok() && theirs != format)
    return error{errc::newer_node_needed,
                 "a node speaks format " + std::to_string(theirs) + " of node messages"};
  T m;
  take(r, m);
  if (!r.done())
    return error{errc::corrupt, "a message of another node is malformed"};
  return m;
}

} // namespace

std::string encode(const request_message& m) {
  return encode_any(m);
}

std::string encode(const reply_message& m) {
  return encode_any(m);
}

std::string encode(const beat_message& m) {
  return encode_any(m);
}

std::string encode(const shard_mending& m) {
  return encode_any(m);
}

result<request_message> decode_request(std::string_view bytes) {
  return decode_any<request_message>(bytes);
}

result<reply_message> decode_reply(std::string_view bytes) {
  return decode_any<reply_message>(bytes);
}

result<beat_message> decode_beat(std::string_view bytes) {
  return decode_any<beat_message>(bytes);
}

result<shard_mending> decode_mending(std::string_view bytes) {
  using way = shard_mending::way;
  auto word = decode_any<shard_mending>(bytes);
  if (!word)
    return word;
  const bool names_node = word->how == way::keep_node || word->how == way::stand_aside;
  if (word->how > way::stand_aside || names_node == word->node.empty())
    return error{errc::corrupt, "a word on a log is malformed"};
  return word;
}

} // namespace dure
