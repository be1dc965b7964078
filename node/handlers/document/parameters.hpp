#pragma once

#include "actors/core/job.hpp"

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <variant>

namespace dure::node {

enum class ocr_wish {
  never,
  if_installed, ///< `"auto"`: pages without text are read where tesseract is installed.
  required,     ///< `true`: the job fails where it is not.
};

/// What a client asks of `document.parse`. A value.
struct document_parameters {
  std::string password;
  bool use_multimodal = false; ///< Page thumbnails and embedded images too.
  ocr_wish ocr = ocr_wish::if_installed;
  std::string ocr_languages = "kor+eng";
  std::size_t chunk_size = 1'000; ///< Characters, as are the overlaps.
  std::size_t chunk_overlap = 200;
  bool embeddings = false;
  std::string embedding_model; ///< Empty: the one the node is configured with.
};

/// Reads params over `defaults`. Anything unknown or out of its range is `invalid_params`, which
/// names it.
std::variant<document_parameters, job_error> parse_parameters(const nlohmann::json& params,
                                                              document_parameters defaults = {});

} // namespace dure::node
