#include "node/cli/http_client.hpp"

#include <curl/curl.h>
#include <memory>
#include <utility>

namespace dure::node {

namespace {

using sent_listener = std::function<void(std::uint64_t, std::uint64_t)>;

/// Where a body goes: to the sink when all is well, else into the reply.
struct body_target {
  CURL* curl;
  http_reply reply;
  const std::function<void(std::string_view)>& sink;
};

std::size_t take_body(char* bytes, std::size_t, std::size_t count, void* to) {
  auto& target = *static_cast<body_target*>(to);
  curl_easy_getinfo(target.curl, CURLINFO_RESPONSE_CODE, &target.reply.status);
  if (target.sink && target.reply.status == 200)
    target.sink({bytes, count});
  else
    target.reply.body.append(bytes, count);
  return count;
}

int tell_progress(void* to, curl_off_t, curl_off_t, curl_off_t total, curl_off_t sent) {
  const auto& listener = *static_cast<const sent_listener*>(to);
  if (total > 0)
    listener(static_cast<std::uint64_t>(sent), static_cast<std::uint64_t>(total));
  return 0;
}

struct list_deleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

struct mime_deleter {
  void operator()(curl_mime* mime) const { curl_mime_free(mime); }
};

} // namespace

http_client::http_client(std::string url) : url_{std::move(url)}, curl_{curl_easy_init()} {
  DURE_CHECK(curl_ != nullptr);
}

http_client::~http_client() {
  curl_easy_cleanup(static_cast<CURL*>(curl_));
}

result<http_reply> http_client::get(const std::string& path) {
  return get(path, {});
}

result<http_reply> http_client::get(const std::string& path,
                                    const std::function<void(std::string_view)>& sink) {
  auto* curl = static_cast<CURL*>(curl_);
  curl_easy_reset(curl);
  return perform(path, sink);
}

result<http_reply> http_client::send(const std::string& method, const std::string& path,
                                     const std::string& body) {
  auto* curl = static_cast<CURL*>(curl_);
  curl_easy_reset(curl);
  const std::unique_ptr<curl_slist, list_deleter> headers{
      curl_slist_append(nullptr, "Content-Type: application/json")};
  if (method != "GET") {
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method.c_str());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  }
  return perform(path, {});
}

result<http_reply>
http_client::upload(const std::string& path, const std::filesystem::path& file,
                    const std::vector<std::pair<std::string, std::string>>& fields,
                    const sent_listener& on_sent) {
  auto* curl = static_cast<CURL*>(curl_);
  curl_easy_reset(curl);
  const std::unique_ptr<curl_mime, mime_deleter> mime{curl_mime_init(curl)};
  for (const auto& [name, value] : fields) {
    auto* field = curl_mime_addpart(mime.get());
    curl_mime_name(field, name.c_str());
    curl_mime_data(field, value.data(), value.size());
  }
  auto* part = curl_mime_addpart(mime.get());
  curl_mime_name(part, "file");
  if (curl_mime_filedata(part, file.c_str()) != CURLE_OK)
    return error{errc::not_found, "the file " + file.string() + " cannot be read"};
  curl_easy_setopt(curl, CURLOPT_MIMEPOST, mime.get());
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &tell_progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &on_sent);
  return perform(path, {});
}

result<http_reply> http_client::perform(const std::string& path,
                                        const std::function<void(std::string_view)>& sink) {
  auto* curl = static_cast<CURL*>(curl_);
  body_target target{curl, {}, sink};
  const auto url = url_ + path;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &target);
  if (auto failure = curl_easy_perform(curl); failure != CURLE_OK)
    return error{errc::unavailable, "no answer from " + url_ + ": " + curl_easy_strerror(failure)};
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &target.reply.status);
  return std::move(target.reply);
}

} // namespace dure::node
