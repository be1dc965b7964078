#include "tests/simulation/simulated_store.hpp"

#include "actors/core/keys.hpp"

namespace dure::simulation {

void simulated_store::write(const state_delta& delta) {
  rows_.write(delta);
  unsynced_.push_back(delta);
}

void simulated_store::erase(family f, const key_range& range) {
  state_delta delta;
  note_rows(f, range, delta);
  write(delta);
}

void simulated_store::begin_replacing(log_number log) {
  state_delta delta;
  for (std::size_t f = 0; f < family_count; ++f)
    note_rows(static_cast<family>(f), keys::all_of(log), delta);
  delta.of(family::meta)[keys::unfinished(log)] = "";
  write(delta);
}

/// Puts the erasing of all rows in `range` into the delta.
void simulated_store::note_rows(family f, const key_range& range, state_delta& delta) const {
  auto noted = rows_.scan(f, range, scan_order::ascending, [&](std::string_view key, auto) {
    delta.of(f)[std::string{key}] = std::nullopt;
    return true;
  });
  DURE_CHECK(noted.has_value()); // It is memory.
}

void simulated_store::sync() {
  for (const auto& delta : unsynced_)
    synced_.write(delta);
  unsynced_.clear();
}

void simulated_store::lose_power(std::size_t count) {
  unsynced_.resize(unsynced_.size() - count);
  sync();
  rows_ = synced_;
}

void simulated_store::lose_everything() {
  rows_ = {};
  synced_ = {};
  unsynced_.clear();
}

} // namespace dure::simulation
