#include "tests/simulation/simulated_store.hpp"

namespace dure::simulation {

void simulated_store::write(const state_delta& delta) {
  rows_.write(delta);
  unsynced_.push_back(delta);
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
