#pragma once

#include "gateway/http/exchange.hpp"

#include <optional>
#include <string>

namespace dure::gateway {

/// Returns why a node cannot be told anything: 404 when nobody knows it, 409 when it is silent.
std::optional<problem> refuse_unless_heard(exchange& e, const std::string& name);

} // namespace dure::gateway
