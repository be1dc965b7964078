#pragma once

#include "actors/core/job.hpp"
#include "node/handlers/document/parsed_document.hpp"

#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace dure::node {

/// Vectors of chunks, in their order.
struct embeddings {
  std::string model;
  std::vector<std::vector<double>> of_chunks;

  std::size_t dimensions() const { return of_chunks.empty() ? 0 : of_chunks.front().size(); }
};

nlohmann::json to_json(const embeddings& made);

/// Told after each batch (done, total); returns whether to go on.
using embedding_progress = std::function<bool(std::size_t, std::size_t)>;

/// Returns a vector for each chunk, asking an OpenAI-compatible `/v1/embeddings` for 16 at a time.
/// `model` empty: the configured one. Where to ask comes from the environment and never from a job,
/// so that no client can send the key, or the node, elsewhere:
/// - DURE_EMBEDDINGS_URL, e.g. "https://api.example.com/v1"
/// - DURE_EMBEDDINGS_MODEL
/// - DURE_EMBEDDINGS_KEY_FILE, a file with the key, or DURE_EMBEDDINGS_KEY
///
/// 429, 5xx and lost connections are tried again three times, from a second on or after what
/// Retry-After says. Fails with embeddings_not_configured, embeddings_refused, cancelled, or
/// embeddings_unavailable, which may be tried again.
std::variant<embeddings, job_error> embed_chunks(const std::vector<text_chunk>& chunks,
                                                 const std::string& model,
                                                 const embedding_progress& progress);

} // namespace dure::node
