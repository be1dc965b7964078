#include "tests/conformance/nats_call.hpp"

#include "node/journal/nats_requests.hpp"

#include <future>

namespace dure::test {

std::string nats_call(node::nats_connection& connection, const std::string& subject,
                      const std::string& payload, std::chrono::milliseconds patience) {
  std::promise<std::string> answered;
  connection.requests().send({subject, payload, {}}, patience, [&](node::nats_reply reply) {
    answered.set_value(std::move(reply.payload));
  });
  return answered.get_future().get();
}

} // namespace dure::test
