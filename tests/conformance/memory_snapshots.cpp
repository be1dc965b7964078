#include "tests/conformance/memory_snapshots.hpp"

#include "actors/core/keys.hpp"

#include <utility>

namespace dure::test {

result<snapshot> shelve(const state_reader& state, log_number log, const log_position& at,
                        snapshot_shelf& shelf) {
  snapshot_writer writer{log, at};
  auto walked = for_each_row(state, log, [&](family in, std::string_view key, std::string_view v) {
    writer.add(in, key, v);
    return result<void>{};
  });
  if (!walked)
    return walked.error();
  snapshot made{at.index, at.hash, {}, writer.finish()};
  auto bytes = writer.take();
  made.blob.sha256 =
      to_string(hash_bytes(bytes)) + to_string(at.hash); // 64 hex digits, by content.
  made.blob.bytes = bytes.size();
  shelf[made.blob.sha256] = std::move(bytes);
  return made;
}

result<record_hash> read_shelved(std::string_view bytes, log_number log, log_position& at,
                                 const std::function<void(snapshot_line)>& take) {
  snapshot_parser parser{log};
  parser.feed(bytes);
  for (;;) {
    auto line = parser.next();
    if (!line)
      return line.error();
    if (!*line)
      break;
    take(std::move(**line));
  }
  at = parser.at();
  if (!parser.ended())
    return error{errc::corrupt, "a snapshot ends early"};
  return parser.digest();
}

void memory_snapshots::freeze(log_number log, const log_position& at, bool exports, listener told) {
  auto made = shelve(rows_, log, at, shelf_);
  if (!made)
    return told(freeze_failed{at.index});
  if (!exports)
    return told(state_frozen{at.index, made->digest, {}});
  told(state_frozen{at.index, made->digest, made->blob});
}

void memory_snapshots::check(log_number log, const snapshot& of, listener told) {
  const auto found = shelf_.find(of.blob.sha256);
  log_position at;
  auto digest = found == shelf_.end() ? result<record_hash>{error{errc::not_found, {}}}
                                      : read_shelved(found->second, log, at, [](auto&&) {});
  told(snapshot_checked{of.index, digest ? std::optional{*digest} : std::nullopt});
}

void memory_snapshots::install(log_number log, const std::optional<snapshot>& of, listener told) {
  const auto found = of ? shelf_.find(of->blob.sha256) : shelf_.end();
  if (of && found == shelf_.end())
    return told(snapshot_installed{false});
  state_delta rows;
  log_position at;
  if (of && !read_shelved(found->second, log, at, [&rows](snapshot_line line) {
        rows.of(line.in).insert_or_assign(std::move(line.key), std::move(line.value));
      }))
    return told(snapshot_installed{false});
  at.created = {};
  rows.of(family::meta)[keys::log(log)] = encode(at);
  rows.of(family::meta)[keys::unfinished(log)] = std::nullopt;
  const auto done = rows_.begin_replacing(log) && rows_.write(rows);
  told(snapshot_installed{done});
}

} // namespace dure::test
