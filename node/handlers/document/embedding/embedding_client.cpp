#include "node/handlers/document/embedding/embedding_client.hpp"

#include "node/handlers/document/embedding/http_post.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <thread>

namespace dure::node {

namespace {

using nlohmann::json;
using std::chrono::seconds;

constexpr std::size_t batch_chunks = 16;
constexpr std::size_t answer_bytes_max = std::size_t{16} << 20;
constexpr seconds answer_within{60};
constexpr int retries_max = 3;
constexpr seconds first_wait{1};
/// Longer than this is for the scheduler to wait, not for a slot.
constexpr seconds wait_max{30};

struct endpoint {
  std::string url;
  std::string key;
  std::string model;
};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string key_of_environment() {
  const std::string path = variable("DURE_EMBEDDINGS_KEY_FILE");
  if (path.empty())
    return variable("DURE_EMBEDDINGS_KEY");
  std::ifstream file{path};
  std::string key;
  std::getline(file, key);
  return key;
}

job_error failure(const char* code, std::string message, bool retryable) {
  return {code, std::move(message), retryable};
}

json body_of(const std::vector<text_chunk>& chunks, std::size_t first, const std::string& model) {
  json texts = json::array();
  for (std::size_t n = first; n < std::min(first + batch_chunks, chunks.size()); ++n)
    texts.push_back(chunks[n].text);
  return {{"model", model}, {"input", std::move(texts)}, {"encoding_format", "float"}};
}

/// Reads {data: [{index, embedding}]}; nothing when it is not that, for `count` texts.
std::optional<std::vector<std::vector<double>>> vectors_of(const std::string& body,
                                                           std::size_t count) {
  const json answer = json::parse(body, nullptr, false);
  const auto data = answer.is_object() ? answer.find("data") : answer.end();
  if (!answer.is_object() || data == answer.end() || !data->is_array() || data->size() != count)
    return std::nullopt;
  std::vector<std::vector<double>> vectors(count);
  for (std::size_t n = 0; n < count; ++n) {
    const json& one = (*data)[n];
    const auto index = one.is_object() ? one.value("index", json(n)) : json(nullptr);
    const auto vector = one.is_object() ? one.value("embedding", json(nullptr)) : json(nullptr);
    if (!index.is_number_unsigned() || index >= count || !vector.is_array() || vector.empty() ||
        !std::all_of(vector.begin(), vector.end(), [](const json& v) { return v.is_number(); }))
      return std::nullopt;
    vectors[index.get<std::size_t>()] = vector.get<std::vector<double>>();
  }
  const bool complete = std::all_of(vectors.begin(), vectors.end(),
                                    [](const auto& vector) { return !vector.empty(); });
  return complete ? std::optional{std::move(vectors)} : std::nullopt;
}

bool worth_repeating(const http_answer& answer) {
  return answer.status == 0 || answer.status == 429 || answer.status >= 500;
}

http_answer ask(const endpoint& at, const std::string& body) {
  seconds wait = first_wait;
  for (int n = 0;; ++n) {
    http_answer answer = post_json(at.url, at.key, body, answer_bytes_max, answer_within);
    if (!worth_repeating(answer) || n == retries_max)
      return answer;
    const seconds told = answer.retry_after.value_or(wait);
    if (told > wait_max)
      return answer;
    std::this_thread::sleep_for(told);
    wait *= 2;
  }
}

job_error failure_of(const http_answer& answer) {
  if (answer.status == 0)
    return failure("embeddings_unavailable",
                   "The embeddings endpoint cannot be reached: " + answer.body + ".", true);
  const std::string status = "The embeddings endpoint answered " + std::to_string(answer.status);
  return worth_repeating(answer) ? failure("embeddings_unavailable", status + ".", true)
                                 : failure("embeddings_refused", status + ".", false);
}

std::variant<endpoint, job_error> find_endpoint(const std::string& model) {
  endpoint found{variable("DURE_EMBEDDINGS_URL"), key_of_environment(),
                 model.empty() ? variable("DURE_EMBEDDINGS_MODEL") : model};
  if (found.url.empty())
    return failure("embeddings_not_configured",
                   "This node has no embeddings endpoint (DURE_EMBEDDINGS_URL).", false);
  if (found.model.empty())
    return failure("embeddings_not_configured",
                   "No embedding model is named, neither by the job nor by the node.", false);
  while (found.url.ends_with('/'))
    found.url.pop_back();
  if (!found.url.ends_with("/embeddings"))
    found.url += found.url.ends_with("/v1") ? "/embeddings" : "/v1/embeddings";
  return found;
}

} // namespace

json to_json(const embeddings& made) {
  return {{"model", made.model}, {"dimensions", made.dimensions()}, {"vectors", made.of_chunks}};
}

std::variant<embeddings, job_error> embed_chunks(const std::vector<text_chunk>& chunks,
                                                 const std::string& model,
                                                 const embedding_progress& progress) {
  const auto found = find_endpoint(model);
  if (const auto* missing = std::get_if<job_error>(&found))
    return *missing;
  const auto& at = std::get<endpoint>(found);
  embeddings made{at.model, {}};
  while (made.of_chunks.size() < chunks.size()) {
    const json body = body_of(chunks, made.of_chunks.size(), at.model);
    const http_answer answer = ask(at, text_of(body));
    if (answer.status != 200)
      return failure_of(answer);
    auto vectors = vectors_of(answer.body, body["input"].size());
    if (!vectors)
      return failure("embeddings_refused",
                     "The embeddings endpoint's answer is not a vector for each text.", false);
    std::move(vectors->begin(), vectors->end(), std::back_inserter(made.of_chunks));
    if (!progress(made.of_chunks.size(), chunks.size()))
      return failure("cancelled", "It was stopped on request.", false);
  }
  return made;
}

} // namespace dure::node
