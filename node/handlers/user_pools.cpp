#include "node/handlers/user_pools.hpp"

#include <cstdlib>

namespace dure::node {

namespace {

/// A line holds a result and what JSON puts around it.
constexpr std::size_t line_margin = std::size_t{1} << 20;

pool_settings settings_of(const user_kind& kind, const std::filesystem::path& scratch) {
  pool_settings settings;
  settings.kind = kind.name;
  settings.argv = kind.command;
  for (const auto& name : kind.environment)
    if (const char* value = std::getenv(name.c_str()); value != nullptr)
      settings.env.push_back(name + "=" + value);
  settings.processes_max = kind.processes;
  settings.concurrency_max = kind.concurrency;
  settings.needs_files = true;
  settings.limits.address_space_bytes = kind.memory_bytes;
  settings.limits.file_bytes = kind.file_bytes;
  settings.soft_timeout = kind.soft_timeout;
  settings.hard_timeout = kind.hard_timeout;
  settings.silence = kind.silence;
  settings.result_bytes_max = kind.output_bytes;
  settings.line_bytes_max = kind.output_bytes + line_margin;
  settings.shut_in.no_network = kind.profile != handler_profile::open;
  if (kind.profile == handler_profile::strict) {
    settings.shut_in.writable = scratch.string();
    settings.env.push_back("TMPDIR=" + scratch.string());
  }
  return settings;
}

} // namespace

std::vector<pool_settings> user_pools(const std::vector<user_kind>& kinds,
                                      const std::filesystem::path& scratch) {
  std::vector<pool_settings> pools;
  for (const auto& kind : kinds)
    pools.push_back(settings_of(kind, scratch));
  return pools;
}

} // namespace dure::node
