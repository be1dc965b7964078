#pragma once

#include "actors/core/queries.hpp"
#include "gateway/api/object_reader.hpp"
#include "gateway/api/query_reader.hpp"
#include "gateway/api/queue_directory.hpp"

namespace dure::gateway {

/// Reads which jobs a list shows or a bulk change is about: `status` (native and legacy words),
/// `kind`, `queue`, `group`, `tag`, `q` (text in the id, the names, the tags or the error),
/// `created_after`, `created_before`. What is wrong is told by the reader.
queries::job_filter read_job_filter(query_reader& parameters, const queue_directory& queues);
queries::job_filter read_job_filter(object_reader& fields, const queue_directory& queues);

/// Reads `status` alone.
void read_status(query_reader& parameters, queries::job_filter& filter);

/// Returns whether `text`, folded, stands in what people know a job by.
bool mentions(const job& j, std::string_view text);

} // namespace dure::gateway
