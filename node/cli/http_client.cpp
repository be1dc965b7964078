#include "node/cli/http_client.hpp"

#include <curl/curl.h>
#include <memory>
#include <utility>

namespace dure::node {

namespace {

/// For a whole answer without a sink: the longest wait that we ask for is a second.
constexpr long answer_timeout_s = 30;

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

/// What is looked at while bytes go and come, and while none do.
struct transfer_watch {
  const sent_listener* on_sent;
  const std::function<bool()>& stop;
};

/// Not 0 ends the transfer.
int watch_transfer(void* by, curl_off_t, curl_off_t, curl_off_t total, curl_off_t sent) {
  const auto& watch = *static_cast<const transfer_watch*>(by);
  if (watch.on_sent != nullptr && total > 0)
    (*watch.on_sent)(static_cast<std::uint64_t>(sent), static_cast<std::uint64_t>(total));
  return watch.stop && watch.stop() ? 1 : 0;
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
  curl_easy_reset(static_cast<CURL*>(curl_));
  curl_easy_setopt(static_cast<CURL*>(curl_), CURLOPT_TIMEOUT, answer_timeout_s);
  return perform(path, {}, nullptr);
}

result<http_reply> http_client::get(const std::string& path,
                                    const std::function<void(std::string_view)>& sink) {
  auto* curl = static_cast<CURL*>(curl_);
  curl_easy_reset(curl);
  return perform(path, sink, nullptr);
}

result<http_reply> http_client::send(const std::string& method, const std::string& path,
                                     const std::string& body) {
  auto* curl = static_cast<CURL*>(curl_);
  if (method == "GET")
    return get(path);
  curl_easy_reset(curl);
  const std::unique_ptr<curl_slist, list_deleter> headers{
      curl_slist_append(nullptr, "Content-Type: application/json")};
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method.c_str());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  return perform(path, {}, nullptr);
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
  return perform(path, {}, &on_sent);
}

result<http_reply> http_client::perform(const std::string& path,
                                        const std::function<void(std::string_view)>& sink,
                                        const sent_listener* on_sent) {
  auto* curl = static_cast<CURL*>(curl_);
  body_target target{curl, {}, sink};
  const auto url = url_ + path;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &target);
  const transfer_watch watch{on_sent, stop_};
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &watch_transfer);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &watch);
  const auto failure = curl_easy_perform(curl);
  if (failure == CURLE_ABORTED_BY_CALLBACK)
    return error{errc::cancelled, "stopped waiting for " + url_};
  if (failure != CURLE_OK)
    return error{errc::unavailable, "no answer from " + url_ + ": " + curl_easy_strerror(failure)};
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &target.reply.status);
  return std::move(target.reply);
}

} // namespace dure::node
