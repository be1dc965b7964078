#pragma once

#include "gateway/api/job_list.hpp"
#include "gateway/http/exchange.hpp"

#include <functional>

namespace dure::gateway {

using list_parser =
    std::function<checked<list_request>(const query& parameters, const queue_directory& queues)>;
using list_view = response (*)(const list_answer& answer, const list_request& request,
                               std::string_view path, const query& parameters, language in);

/// Answers with the page of jobs that `parse` reads from the request, shown by `show`. The walk is
/// done on a thread that may take its time.
boost::asio::awaitable<checked<response>> list(exchange& e, list_parser parse, list_view show);

} // namespace dure::gateway
