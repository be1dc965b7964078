#pragma once

#include "actors/core/job.hpp"
#include "gateway/api/problem.hpp"
#include "gateway/api/query_reader.hpp"

#include <array>
#include <string_view>

namespace dure::gateway {

/// The kind of every uploaded document.
inline constexpr std::string_view document_kind = "document.parse";

/// The fields that the form of an upload may have beside its file.
inline constexpr std::array document_fields{
    form_field{"container_id", limits::group_bytes_max},
    form_field{"use_multimodal", 8},
    form_field{"password", 1'024},
    form_field{"chunk_size", 8},
    form_field{"chunk_overlap", 8},
    form_field{"ocr", 8},
    form_field{"ocr_languages", 128},
};

/// Returns the job of an uploaded document, without its file. `fields` are those of the form; an
/// empty one reads as absent, as browsers send every field of a form.
checked<job_spec> parse_document_request(query fields);

} // namespace dure::gateway
