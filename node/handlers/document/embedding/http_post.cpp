#include "node/handlers/document/embedding/http_post.hpp"

#include <curl/curl.h>
#include <memory>

namespace dure::node {

namespace {

struct close_transfer {
  void operator()(CURL* transfer) const { curl_easy_cleanup(transfer); }
};

struct free_list {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

using header_list = std::unique_ptr<curl_slist, free_list>;

struct received {
  std::string body;
  std::size_t bytes_max;
};

std::size_t on_bytes(const char* bytes, std::size_t, std::size_t count, void* into) {
  auto& answer = *static_cast<received*>(into);
  if (answer.body.size() + count > answer.bytes_max)
    return 0; // Ends the transfer.
  answer.body.append(bytes, count);
  return count;
}

header_list headers_with(const std::string& key) {
  curl_slist* list = curl_slist_append(nullptr, "Content-Type: application/json");
  if (!key.empty())
    list = curl_slist_append(list, ("Authorization: Bearer " + key).c_str());
  return header_list{list};
}

} // namespace

http_answer post_json(const std::string& url, const std::string& key, const std::string& body,
                      std::size_t bytes_max, std::chrono::seconds within) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, close_transfer> transfer{curl_easy_init()};
  if (started != CURLE_OK || !transfer)
    return {0, "the HTTP client does not start", std::nullopt};
  CURL* const curl = transfer.get();
  received answer{{}, bytes_max};
  const header_list headers = headers_with(key);
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, static_cast<long>(within.count()));
  if (const CURLcode outcome = curl_easy_perform(curl); outcome != CURLE_OK)
    return {0, curl_easy_strerror(outcome), std::nullopt};
  http_answer told;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &told.status);
  curl_off_t wait = 0;
  if (curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0)
    told.retry_after = std::chrono::seconds{wait};
  told.body = std::move(answer.body);
  return told;
}

} // namespace dure::node
