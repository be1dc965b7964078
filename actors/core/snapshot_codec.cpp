#include "actors/core/snapshot_codec.hpp"

#include "actors/core/bytes.hpp"
#include "actors/core/job_codec.hpp"
#include "actors/core/keys.hpp"

#include <utility>

namespace dure {

namespace {

constexpr std::string_view magic = "DS";
constexpr std::uint8_t end_of_rows = 0;
constexpr std::size_t end_bytes_max = 64;

bool is_of_snapshots(family f) {
  return f != family::tail && f != family::meta;
}

void put_line(writer& w, family in, std::string_view key, std::string_view value) {
  w.u8(static_cast<std::uint8_t>(static_cast<std::uint8_t>(in) + 1));
  w.text(key);
  w.text(value);
}

error damaged(const char* how) {
  return {errc::corrupt, std::string{"a snapshot "} + how};
}

} // namespace

result<void>
for_each_row(const state_reader& state, log_number log,
             const std::function<result<void>(family, std::string_view, std::string_view)>& visit) {
  for (std::size_t i = 0; i < family_count; ++i) {
    const auto in = static_cast<family>(i);
    if (!is_of_snapshots(in))
      continue;
    result<void> outcome{};
    auto scanned = state.scan(in, keys::all_of(log), scan_order::ascending,
                              [&](std::string_view key, std::string_view value) {
                                outcome = visit(in, key, value);
                                return bool{outcome};
                              });
    if (!scanned || !outcome)
      return scanned ? outcome : scanned;
  }
  return {};
}

result<record_hash> digest_of(const state_reader& state, log_number log,
                              const std::function<bool()>& goes_on) {
  running_hash digest;
  std::string line;
  auto walked =
      for_each_row(state, log, [&](family in, std::string_view key, std::string_view value) {
        if (!goes_on())
          return result<void>{error{errc::cancelled, "the walk over a log's rows was given up"}};
        line.clear();
        writer w{line};
        put_line(w, in, key, value);
        digest.add(line);
        return result<void>{};
      });
  if (!walked)
    return walked.error();
  return digest.value();
}

snapshot_writer::snapshot_writer(log_number log, const log_position& at) {
  writer w{bytes_};
  w.raw(magic);
  w.u8(snapshot_format);
  w.u16(number(log));
  w.text(encode(at));
  counted_ = bytes_.size();
}

void snapshot_writer::add(family in, std::string_view key, std::string_view value) {
  writer w{bytes_};
  put_line(w, in, key, value);
  ++rows_;
}

std::string snapshot_writer::take() {
  digest_.add(std::string_view{bytes_}.substr(counted_));
  counted_ = 0;
  return std::exchange(bytes_, {});
}

record_hash snapshot_writer::finish() {
  digest_.add(std::string_view{bytes_}.substr(counted_));
  const auto digest = digest_.value();
  writer w{bytes_};
  w.u8(end_of_rows);
  w.varint(rows_);
  put(w, digest);
  counted_ = bytes_.size();
  return digest;
}

void snapshot_parser::feed(std::string_view bytes) {
  bytes_.erase(0, std::exchange(read_, 0));
  bytes_ += bytes;
}

result<std::optional<snapshot_line>> snapshot_parser::next() {
  if (!head_read_) {
    auto taken = take_head();
    if (!taken || !*taken)
      return taken ? result<std::optional<snapshot_line>>{std::nullopt} : taken.error();
  }
  if (ended_ && read_ < bytes_.size())
    return damaged("goes on after its end");
  if (read_ == bytes_.size())
    return std::optional<snapshot_line>{};
  return bytes_[read_] == end_of_rows ? take_end() : take_line();
}

/// Returns whether enough bytes were there.
result<bool> snapshot_parser::take_head() {
  reader r{bytes_};
  const auto mark = r.raw(magic.size());
  const auto format = r.u8();
  const auto log = log_number{r.u16()};
  if (r.ok() && mark != magic)
    return damaged("does not begin with its mark");
  if (r.ok() && format != snapshot_format)
    return error{errc::newer_node_needed, "snapshot format " + std::to_string(format)};
  if (r.ok() && log != log_)
    return damaged("is of another log");
  const auto place = r.text();
  if (!r.ok())
    return bytes_.size() < snapshot_row_bytes_max ? result<bool>{false} : damaged("is malformed");
  auto at = decode_position(place);
  if (!at)
    return at.error();
  at_ = std::move(*at);
  head_read_ = true;
  read_ = bytes_.size() - r.left();
  return true;
}

result<std::optional<snapshot_line>> snapshot_parser::take_line() {
  const auto rest = std::string_view{bytes_}.substr(read_);
  reader r{rest};
  const auto in = static_cast<std::size_t>(r.u8()) - 1;
  const auto key = r.text();
  const auto value = r.text();
  if (!r.ok() && rest.size() < snapshot_row_bytes_max)
    return std::optional<snapshot_line>{};
  if (!r.ok())
    return damaged("has a malformed row");
  if (in >= family_count)
    return error{errc::newer_node_needed, "a snapshot has rows of a family of a newer version"};
  const auto of_log = keys::log(log_);
  if (!key.starts_with(of_log) || !is_of_snapshots(static_cast<family>(in)))
    return damaged("has a row that is not its own");
  const auto bytes = rest.size() - r.left();
  digest_.add(rest.substr(0, bytes));
  ++rows_;
  read_ += bytes;
  return std::optional{
      snapshot_line{static_cast<family>(in), std::string{key}, std::string{value}}};
}

result<std::optional<snapshot_line>> snapshot_parser::take_end() {
  reader r{std::string_view{bytes_}.substr(read_)};
  r.u8();
  const auto rows = r.varint();
  record_hash digest;
  get(r, digest);
  if (!r.ok() && bytes_.size() - read_ < end_bytes_max)
    return std::optional<snapshot_line>{};
  if (!r.ok())
    return damaged("has a malformed end");
  if (rows != rows_ || digest != digest_.value())
    return damaged("is not what its digest says");
  if (!r.done())
    return damaged("goes on after its end");
  found_ = digest;
  ended_ = true;
  read_ = bytes_.size();
  return std::optional<snapshot_line>{};
}

} // namespace dure
