#include "node/journal/nats_bus.hpp"

#include "node/journal/event_loop.hpp"
#include "node/journal/nats_connection.hpp"
#include "node/journal/nats_subscription.hpp"

#include <utility>

namespace dure::node {
namespace {

constexpr std::size_t waiting_max = 10'000;

class nats_bus_subscription final : public bus::subscription {
public:
  explicit nats_bus_subscription(std::unique_ptr<nats_subscription> s) : held_{std::move(s)} {}

private:
  std::unique_ptr<nats_subscription> held_;
};

} // namespace

void nats_bus::publish(const std::string& subject, std::string_view payload) {
  if (!connection_.connected() || *waiting_ >= waiting_max)
    return;
  ++*waiting_;
  connection_.loop().post(
      [&connection = connection_, waiting = waiting_, subject, payload = std::string{payload}] {
        --*waiting;
        connection.publish(subject, payload);
      });
}

std::unique_ptr<bus::subscription> nats_bus::subscribe(const std::string& subject,
                                                       listener on_message) {
  return std::make_unique<nats_bus_subscription>(nats_subscription::open(
      connection_, subject, [on_message = std::move(on_message)](const auto& message) {
        on_message(message.subject(), message.payload());
      }));
}

bool nats_bus::connected() const {
  return connection_.connected();
}

} // namespace dure::node
