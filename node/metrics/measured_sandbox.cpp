#include "node/metrics/measured_sandbox.hpp"

#include "node/metrics/metrics.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace dure::node {

std::string_view cause_of(const handler_end& end) {
  if (end.end == attempt_end::completed || end.end == attempt_end::cancelled)
    return to_string(end.end);
  if (!end.failure)
    return "other";
  // A handler's own codes are its own business: there is no end to them.
  const auto known =
      std::find(handler_end_causes.begin(), handler_end_causes.end(), end.failure->code);
  if (known != handler_end_causes.end())
    return *known;
  return end.end == attempt_end::failed ? "failed" : "other";
}

void measured_sandbox::listen(listener on_messages) {
  below_.listen(
      [&figures = figures_, tell = std::move(on_messages)](std::vector<handler_message> messages) {
        for (const auto& message : messages)
          if (const auto* end = std::get_if<handler_end>(&message))
            figures.count_handler_end(cause_of(*end));
        tell(std::move(messages));
      });
}

} // namespace dure::node
