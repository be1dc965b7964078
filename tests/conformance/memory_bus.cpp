#include "tests/conformance/memory_bus.hpp"

#include "node/journal/call_gate.hpp"

#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

namespace dure::test {
namespace {

/// Takes the first token off.
std::string_view pop_token(std::string_view& subject) {
  const auto dot = subject.find('.');
  const auto token = subject.substr(0, dot);
  subject.remove_prefix(dot == std::string_view::npos ? subject.size() : dot + 1);
  return token;
}

bool matches(std::string_view pattern, std::string_view subject) {
  while (!pattern.empty() && !subject.empty()) {
    const auto wanted = pop_token(pattern);
    if (wanted == ">")
      return true;
    if (const auto token = pop_token(subject); wanted != "*" && wanted != token)
      return false;
  }
  return pattern.empty() && subject.empty();
}

struct receiver {
  std::string pattern;
  bus::listener on_message;
  std::mutex one_at_a_time;
  node::call_gate gate;
};

} // namespace

struct memory_bus::world {
  std::mutex mutex;
  std::atomic<bool> away = false;
  std::vector<std::shared_ptr<receiver>> receivers;

  void remove(const std::shared_ptr<receiver>& r) {
    std::lock_guard lock{mutex};
    std::erase(receivers, r);
  }
};

memory_bus::memory_bus() : world_{std::make_shared<world>()} {}

void memory_bus::publish(const std::string& subject, std::string_view payload) {
  if (world_->away)
    return;
  std::vector<std::shared_ptr<receiver>> receivers;
  {
    std::lock_guard lock{world_->mutex};
    receivers = world_->receivers;
  }
  for (const auto& r : receivers)
    if (matches(r->pattern, subject))
      r->gate.pass([&] {
        std::lock_guard lock{r->one_at_a_time};
        r->on_message(subject, payload);
      });
}

std::unique_ptr<bus::subscription> memory_bus::subscribe(const std::string& subject,
                                                         listener on_message) {
  class registration final : public subscription {
  public:
    registration(std::shared_ptr<world> in, std::shared_ptr<receiver> r)
        : in_{std::move(in)}, receiver_{std::move(r)} {}

    ~registration() override {
      in_->remove(receiver_);
      receiver_->gate.close();
    }

  private:
    std::shared_ptr<world> in_;
    std::shared_ptr<receiver> receiver_;
  };

  auto r = std::make_shared<receiver>();
  r->pattern = subject;
  r->on_message = std::move(on_message);
  std::lock_guard lock{world_->mutex};
  world_->receivers.push_back(r);
  return std::make_unique<registration>(world_, r);
}

bool memory_bus::connected() const {
  return !world_->away;
}

void memory_bus::set_away(bool away) {
  world_->away = away;
}

} // namespace dure::test
