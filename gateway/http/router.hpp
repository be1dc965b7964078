#pragma once

#include "gateway/http/exchange.hpp"

#include <span>
#include <string>
#include <string_view>

namespace dure::gateway {

/// One line of the contract.
struct route {
  std::string_view method;
  std::string_view pattern; ///< "{name}" stands for any one segment that is not empty.
  handler run = nullptr;
  bool of_node = false; ///< Shows the node itself, whatever its view of jobs lacks.
};

/// Where a request goes.
struct routing {
  const route* to = nullptr;
  std::string allow; ///< When no route has this method but some have the path: those they have.
};

/// Returns the whole table.
std::span<const route> all_routes();

/// Returns the route of a request and puts what its names stand for into `captures`. HEAD goes
/// where GET goes.
routing find_route(request& r);

/// Returns the 404, or the 405 with Allow.
response no_route(const routing& where, const request& r);

} // namespace dure::gateway
