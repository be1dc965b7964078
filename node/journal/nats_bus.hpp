#pragma once

#include "actors/ports/bus.hpp"

#include <atomic>
#include <cstddef>
#include <memory>

namespace dure::node {

class nats_connection;

/// The bus on plain NATS. Thread-safe; must not outlive the connection.
///
/// Publishing is done by the connection's loop, so that a caller never waits for a full socket;
/// over 10,000 waiting messages, new ones are dropped.
class nats_bus final : public bus {
public:
  explicit nats_bus(nats_connection& connection) : connection_{connection} {}

  void publish(const std::string& subject, std::string_view payload) override;
  std::unique_ptr<subscription> subscribe(const std::string& subject, listener on_message) override;
  bool connected() const override;

private:
  nats_connection& connection_;
  std::shared_ptr<std::atomic<std::size_t>> waiting_ =
      std::make_shared<std::atomic<std::size_t>>(0);
};

} // namespace dure::node
