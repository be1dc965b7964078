#include "node/wiring/store_quarantine.hpp"

#include <filesystem>
#include <string>
#include <system_error>

namespace dure::node {

namespace {

namespace fs = std::filesystem;

result<fs::path> free_name(const fs::path& store) {
  for (int n = 1; n <= quarantined_stores_max; ++n) {
    auto name = store;
    name += ".damaged-" + std::to_string(n);
    std::error_code failure;
    if (!fs::exists(name, failure))
      return name;
  }
  return error{errc::corrupt, "the database was damaged " + std::to_string(quarantined_stores_max) +
                                  " times: look at the disk, then remove the folders " +
                                  store.string() + ".damaged-*"};
}

result<void> set_aside(const fs::path& store, const std::string& why, log_sink& log) {
  auto name = free_name(store);
  if (!name)
    return name.error();
  std::error_code failure;
  fs::rename(store, *name, failure);
  if (failure)
    return error{errc::io_failed, "the damaged database " + store.string() +
                                      " cannot be set aside: " + failure.message()};
  log.write(log_level::error, "store-quarantined", why, {{"folder", name->string()}});
  return {};
}

} // namespace

result<std::unique_ptr<rocks_store>> open_store(const data_folder& folder, store_trust trust,
                                                log_sink& log) {
  if (trust == store_trust::damaged)
    if (auto moved = set_aside(folder.store(), "damage was met while reading", log); !moved)
      return moved.error();
  auto opened = rocks_store::open(folder.store());
  if (opened || opened.error().code != errc::corrupt)
    return opened;
  if (auto moved = set_aside(folder.store(), opened.error().context, log); !moved)
    return moved.error();
  return rocks_store::open(folder.store());
}

} // namespace dure::node
