#include "node/cli/verify_command.hpp"

#include "actors/core/keys.hpp"
#include "actors/core/replica_rows.hpp"
#include "actors/core/snapshot_codec.hpp"
#include "actors/core/verify.hpp"
#include "node/store/rocks_store.hpp"

#include <cstdio>
#include <filesystem>
#include <set>
#include <string_view>

namespace dure::node {

namespace {

/// Returns every log that the database holds: those with a place of their own.
result<std::set<log_number>> logs_of(const state_reader& state) {
  std::set<log_number> logs;
  auto scanned = state.scan(family::meta, {std::string(2, '\0'), std::string(3, '\xff')},
                            scan_order::ascending, [&](std::string_view key, std::string_view) {
                              const auto high = static_cast<unsigned char>(key[0]);
                              const auto low = static_cast<unsigned char>(key[1]);
                              logs.insert(log_number{static_cast<std::uint16_t>(high << 8 | low)});
                              return true;
                            });
  if (!scanned)
    return scanned.error();
  return logs;
}

exit_code refuse(const error& failure) {
  std::fprintf(stderr, "dure verify: %s\n", failure.context.c_str());
  return exit_code::failed;
}

} // namespace

exit_code verify_folder(const std::string& folder) {
  const auto database = std::filesystem::path{folder} / "rocksdb";
  std::error_code failure;
  if (!std::filesystem::is_directory(database, failure)) {
    std::fprintf(stderr, "dure verify: %s is not the data folder of a node\n", folder.c_str());
    return exit_code::usage;
  }
  auto store = rocks_store::open(database);
  if (!store)
    return refuse(store.error());
  auto logs = logs_of(**store);
  if (!logs)
    return refuse(logs.error());
  bool sound = true;
  for (auto log : *logs) {
    auto rows = verify_rows(**store, log);
    auto tail = verify_tail(**store, log);
    if (!rows || !tail)
      return refuse(rows ? tail.error() : rows.error());
    auto stands = read_position(**store, log);
    auto digest = digest_of(**store, log);
    if (!stands || !digest)
      return refuse(stands ? digest.error() : stands.error());
    const bool holds = rows->broken.empty() && tail->broken.empty();
    std::printf("log %u: %llu jobs, %llu records, %s, state %s at %llu\n",
                static_cast<unsigned>(number(log)), static_cast<unsigned long long>(rows->jobs),
                static_cast<unsigned long long>(tail->records), holds ? "sound" : "BROKEN",
                to_string(*digest).c_str(), static_cast<unsigned long long>(number(stands->index)));
    for (const auto* findings : {&rows->broken, &tail->broken})
      for (const auto& sentence : *findings)
        std::printf("  %s\n", sentence.c_str());
    sound = sound && holds;
  }
  return sound ? exit_code::done : exit_code::failed;
}

} // namespace dure::node
