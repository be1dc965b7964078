#pragma once

#include "node/cli/gateway_talk.hpp"

#include <string>

namespace dure::node {

/// Prints every queue as a line of a table.
exit_code list_queues(const gateway_options& to);

/// Nothing of the queue is started until it is resumed; its waiting jobs name the reason.
exit_code pause_queue(const gateway_options& to, const std::string& name,
                      const std::string& reason);

exit_code resume_queue(const gateway_options& to, const std::string& name);

} // namespace dure::node
