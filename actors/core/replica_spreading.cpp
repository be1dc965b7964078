#include "actors/core/replica_machine.hpp"

#include <algorithm>
#include <utility>

namespace dure {

namespace {

constexpr milliseconds heard_lately{1'500};         ///< Three beats.
constexpr std::uint64_t records_behind_max = 1'000; ///< Of a node that may be chosen.
constexpr milliseconds reconsider_max{600'000};

/// Returns a number that a log draws for a node: rendezvous hashing (Thaler, Ravishankar 1998), so
/// that all nodes agree without a word, and few logs move when one comes or goes.
std::uint64_t draw(std::string_view node, log_number log) {
  std::uint64_t sum = 0xcbf29ce484222325ULL ^ number(log); // FNV-1a, then SplitMix64's finish
  for (auto c : node)
    sum = (sum ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
  sum = (sum ^ (sum >> 30)) * 0xbf58476d1ce4e5b9ULL;
  sum = (sum ^ (sum >> 27)) * 0x94d049bb133111ebULL;
  return sum ^ (sum >> 31);
}

} // namespace

/// Returns the node that this log would choose among those that could lead now, but for `besides`.
std::string replica::machine::first_choice(std::string_view besides) const {
  const auto median = median_clock();
  auto may_be_it = besides != config.node && config.may_lead && !draining && !leaving &&
                   !is_off(milliseconds{0}, median);
  auto best = may_be_it ? config.node : std::string{};
  peers.for_each_heard_within(heard_lately, [&](const auto& p, milliseconds ahead) {
    auto may_lead = std::find(schedulers.begin(), schedulers.end(), p.node) != schedulers.end();
    auto keeps_up = p.created == stream.created &&
                    number(p.index) + records_behind_max >= number(position.index);
    if (!may_lead || !keeps_up || p.leaving || p.node == besides || is_off(ahead, median))
      return;
    if (best.empty() || draw(p.node, config.log) > draw(best, config.log))
      best = p.node;
  });
  return best;
}

bool replica::machine::another_should_lead() const {
  const auto choice = first_choice({});
  return !choice.empty() && choice != config.node;
}

/// Hands over to the node that this log would choose; more and more seldom, since one that was
/// chosen and does not lead must not stop the work again and again.
void replica::machine::reconsider_leading(milliseconds passed) {
  led_for += passed;
  if (led_for < reconsider_after)
    return;
  led_for = milliseconds{0};
  resigning = another_should_lead();
  if (resigning)
    reconsider_after = std::min(2 * reconsider_after, reconsider_max);
  resign_if_idle();
}

} // namespace dure
