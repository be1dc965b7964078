#pragma once

#include "actors/core/command.hpp"
#include "actors/core/job.hpp"
#include "gateway/api/job_list.hpp"
#include "gateway/api/job_view.hpp"
#include "gateway/api/response.hpp"

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dure::gateway {

/// Returns the body of GET /api/v1/documents/{id}/status: {success, document_id, file_name, status,
/// progress, error, started_at, completed_at, message}.
nlohmann::json to_document_json(const job& j, const job_surroundings& around, language in);

/// Returns the same with what else there is of the document. `metadata` is the JSON text that its
/// result has under this name, if there is any yet.
nlohmann::json to_whole_document_json(const job& j, const job_surroundings& around,
                                      const std::optional<std::string>& metadata, language in);

/// Returns the answer to a taken upload.
response to_document_upload_response(const job_taken& taken, const blob_ref& file,
                                     std::string_view extension, timestamp taken_at, language in);

/// Returns {documents, total, next} of a container, as lists of jobs are.
response to_document_list_response(const list_answer& answer, const list_request& request,
                                   std::string_view path, const query& parameters, language in);

/// Returns the list of a container's documents that the parameters ask for.
checked<list_request> parse_document_list_request(const query& parameters,
                                                  std::string_view container,
                                                  const queue_directory& queues);

/// Returns the 409 for what only a completed document has.
problem not_completed_problem(const job& j);

/// Returns {success, document_id, page, label, text}; `page` is an element of the result's pages.
response to_page_response(const job_id& id, nlohmann::json page);

/// Returns {success, document_id, chunks}; `chunks` is JSON text.
response to_chunks_response(const job_id& id, std::string_view chunks);

} // namespace dure::gateway
