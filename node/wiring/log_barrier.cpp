#include "node/wiring/log_barrier.hpp"

#include "actors/core/replica_rows.hpp"

#include <chrono>
#include <thread>
#include <variant>

namespace dure::node {

namespace {

constexpr milliseconds step{50};

error not_passed() {
  return error{errc::unavailable, "a log's newest records are not known here yet"};
}

} // namespace

log_barrier::log_barrier(journal_source& journals, const std::string& queue, std::uint16_t shard)
    : told_{std::make_shared<std::promise<stream_seen>>()}, seen_{told_->get_future()},
      asked_{journals.open(queue, shard, [told = told_](journal_message message) {
        if (const auto* seen = std::get_if<stream_seen>(&message))
          told->set_value(*seen);
      })} {
  asked_->look();
}

result<void> log_barrier::pass(const state_reader& view, log_number log, milliseconds patience,
                               const std::function<bool()>& goes_on) {
  auto left = patience / step;
  for (; seen_.wait_for(step) != std::future_status::ready; --left)
    if (left <= 0 || !goes_on())
      return not_passed();
  const auto seen = seen_.get();
  if (seen.failure)
    return not_passed();
  for (; left > 0 && goes_on(); --left) {
    auto position = read_position(view, log);
    if (!position)
      return position.error();
    if (position->index >= seen.last)
      return {};
    std::this_thread::sleep_for(step);
  }
  return not_passed();
}

} // namespace dure::node
