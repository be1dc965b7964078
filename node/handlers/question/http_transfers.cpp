#include "node/handlers/question/http_transfers.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <curl/curl.h>
#include <string_view>
#include <sys/epoll.h>
#include <unistd.h>

namespace dure::node {

namespace {

using std::chrono::milliseconds;
using clock = http_transfers::clock;

constexpr std::size_t header_bytes_max = std::size_t{64} << 10;
constexpr milliseconds connect_within{10'000};
/// A server may close a connection that rests; one that was used lately rarely is.
constexpr long connection_rest_seconds_max = 20;
constexpr curl_off_t retry_after_seconds_max = 86'400;

struct close_transfer {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};

struct close_multi {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

struct free_list {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

using header_list = std::unique_ptr<curl_slist, free_list>;

struct transfer {
  std::string id;
  std::string body;
  std::size_t read = 0; ///< Bytes of the body that curl has taken.
  http_reply reply;
  std::size_t body_bytes_max = 0;
  std::size_t header_bytes = 0;
  bool too_large = false;
  bool too_many_headers = false;
  bool is_interim = false; ///< The answer whose headers come.
  milliseconds patience{}; ///< From the first byte of the answer to its end.
  std::optional<clock::time_point> patient_until;
  std::unique_ptr<CURL, close_transfer> curl;
};

/// As a function and without a seek of its own: curl then cannot post a second time by itself when
/// a kept connection turns out to be dead. Whether to ask again is the ledger's to say.
std::size_t give_body(char* to, std::size_t, std::size_t room, void* of) {
  auto& t = *static_cast<transfer*>(of);
  const auto count = std::min(room, t.body.size() - t.read);
  std::copy_n(t.body.data() + t.read, count, to);
  t.read += count;
  return count;
}

std::size_t take_body(const char* bytes, std::size_t, std::size_t count, void* of) {
  auto& t = *static_cast<transfer*>(of);
  if (t.reply.body.size() + count > t.body_bytes_max) {
    t.too_large = true;
    return 0; // Ends the transfer.
  }
  t.reply.body.append(bytes, count);
  return count;
}

/// Interim answers (1xx) say that the server is there, not that the answer has begun.
std::size_t take_header(const char* line, std::size_t, std::size_t count, void* of) {
  auto& t = *static_cast<transfer*>(of);
  const std::string_view text{line, count};
  if (text.starts_with("HTTP/"))
    t.is_interim = text.substr(std::min(text.find(' '), text.size())).starts_with(" 1");
  if (!t.patient_until && !t.is_interim)
    t.patient_until = clock::now() + t.patience;
  t.header_bytes += count;
  t.too_many_headers = t.header_bytes > header_bytes_max;
  return t.too_many_headers ? 0 : count;
}

http_reply::ending ending_of(CURLcode code, const transfer& t) {
  using ending = http_reply::ending;
  const bool sent = t.read == t.body.size();
  if (code == CURLE_OK)
    return ending::answered;
  if (t.too_large)
    return ending::too_large;
  if (t.too_many_headers || code == CURLE_BAD_CONTENT_ENCODING ||
      code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY)
    return ending::garbled;
  if (!sent)
    return ending::unreachable;
  return code == CURLE_OPERATION_TIMEDOUT ? ending::too_slow : ending::cut;
}

header_list headers_with(const std::string& key) {
  // No "Expect: 100-continue": it would cost a round trip with servers that do not know it.
  curl_slist* list = curl_slist_append(nullptr, "Expect:");
  list = curl_slist_append(list, "Content-Type: application/json");
  if (!key.empty())
    list = curl_slist_append(list, ("Authorization: Bearer " + key).c_str());
  return header_list{list};
}

} // namespace

struct http_transfers::parts {
  explicit parts(http_target to)
      : target{std::move(to)}, headers{headers_with(target.key)}, events{::epoll_create1(
                                                                      EPOLL_CLOEXEC)} {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    multi.reset(curl_multi_init());
    curl_multi_setopt(multi.get(), CURLMOPT_SOCKETFUNCTION, watch);
    curl_multi_setopt(multi.get(), CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi.get(), CURLMOPT_TIMERFUNCTION, remind);
    curl_multi_setopt(multi.get(), CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(target.connections_max));
  }

  ~parts() {
    for (const auto& [id, t] : running)
      curl_multi_remove_handle(multi.get(), t->curl.get());
    multi.reset(); // Closes its sockets, which it tells.
    ::close(events);
  }

  static int watch(CURL*, curl_socket_t socket, int what, void* of, void*) {
    const auto& self = *static_cast<parts*>(of);
    epoll_event wanted{};
    wanted.data.fd = socket;
    wanted.events = (what & CURL_POLL_IN ? EPOLLIN : 0U) | (what & CURL_POLL_OUT ? EPOLLOUT : 0U);
    if (what == CURL_POLL_REMOVE)
      ::epoll_ctl(self.events, EPOLL_CTL_DEL, socket, nullptr);
    else if (::epoll_ctl(self.events, EPOLL_CTL_MOD, socket, &wanted) != 0 && errno == ENOENT)
      ::epoll_ctl(self.events, EPOLL_CTL_ADD, socket, &wanted);
    return 0;
  }

  static int remind(CURLM*, long after_ms, void* of) {
    auto& self = *static_cast<parts*>(of);
    self.reminder =
        after_ms < 0 ? std::nullopt : std::optional{clock::now() + milliseconds{after_ms}};
    return 0;
  }

  /// Lets curl do what its sockets and its reminder ask for.
  void move_bytes(clock::time_point now) {
    std::array<epoll_event, 64> ready;
    const int count = ::epoll_wait(events, ready.data(), ready.size(), 0);
    int still_running = 0;
    for (int n = 0; n < count; ++n) {
      const auto& one = ready[static_cast<std::size_t>(n)];
      const int may = ((one.events & (EPOLLIN | EPOLLHUP)) != 0 ? CURL_CSELECT_IN : 0) |
                      ((one.events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                      ((one.events & EPOLLERR) != 0 ? CURL_CSELECT_ERR : 0);
      curl_multi_socket_action(multi.get(), one.data.fd, may, &still_running);
    }
    if (reminder && *reminder <= now) {
      reminder.reset();
      curl_multi_socket_action(multi.get(), CURL_SOCKET_TIMEOUT, 0, &still_running);
    }
  }

  http_reply reply_of(transfer& t, CURLcode code) const {
    auto reply = std::move(t.reply);
    reply.how = ending_of(code, t);
    reply.sent = t.read == t.body.size();
    if (code != CURLE_OK)
      reply.why = curl_easy_strerror(code);
    curl_easy_getinfo(t.curl.get(), CURLINFO_RESPONSE_CODE, &reply.status);
    if (reply.status < 200)
      reply.status = 0;
    curl_off_t wait = 0;
    if (curl_easy_getinfo(t.curl.get(), CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0)
      reply.retry_after = std::chrono::seconds{std::min(wait, retry_after_seconds_max)};
    for (const auto& name : target.headers_wanted) {
      curl_header* found = nullptr;
      if (curl_easy_header(t.curl.get(), name.c_str(), 0, CURLH_HEADER, -1, &found) == CURLHE_OK)
        reply.headers[name] = found->value;
    }
    return reply;
  }

  std::pair<std::string, http_reply> end(transfer& t, CURLcode code) {
    std::pair<std::string, http_reply> ended{t.id, reply_of(t, code)};
    curl_multi_remove_handle(multi.get(), t.curl.get());
    running.erase(ended.first);
    return ended;
  }

  http_target target;
  header_list headers;
  int events;
  std::unique_ptr<CURLM, close_multi> multi;
  std::optional<clock::time_point> reminder;
  std::map<std::string, std::unique_ptr<transfer>> running; ///< At most the handler's concurrency.
};

http_transfers::http_transfers(http_target target)
    : parts_{std::make_unique<parts>(std::move(target))} {}

http_transfers::~http_transfers() = default;

void http_transfers::begin(const std::string& id, std::string body, milliseconds within) {
  const auto& target = parts_->target;
  auto fresh = std::make_unique<transfer>();
  fresh->id = id;
  fresh->body = std::move(body);
  fresh->body_bytes_max = target.body_bytes_max;
  fresh->patience = within / 4;
  fresh->curl.reset(curl_easy_init());
  CURL* const curl = fresh->curl.get();
  curl_easy_setopt(curl, CURLOPT_URL, target.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  // One request a connection at a time: one that is cut harms no other.
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, parts_->headers.get());
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "dure");
  curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
  curl_easy_setopt(curl, CURLOPT_POST, 1L);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(fresh->body.size()));
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_body);
  curl_easy_setopt(curl, CURLOPT_READDATA, fresh.get());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, fresh.get());
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, fresh.get());
  curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L); // A proxy's word is not the answer.
  curl_easy_setopt(curl, CURLOPT_PRIVATE, fresh.get());
  curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, connection_rest_seconds_max);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(std::min(connect_within, within).count()));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(within.count()));
  curl_multi_add_handle(parts_->multi.get(), curl);
  parts_->running[id] = std::move(fresh);
}

bool http_transfers::abort(const std::string& id) {
  const auto found = parts_->running.find(id);
  if (found == parts_->running.end())
    return false;
  auto& t = *found->second;
  const bool sent = t.read == t.body.size();
  curl_multi_remove_handle(parts_->multi.get(), t.curl.get());
  parts_->running.erase(found);
  return sent;
}

int http_transfers::descriptor() const {
  return parts_->events;
}

std::optional<clock::time_point> http_transfers::next_wake() const {
  auto next = parts_->reminder;
  for (const auto& [id, t] : parts_->running)
    if (t->patient_until)
      next = std::min(next.value_or(*t->patient_until), *t->patient_until);
  return next;
}

std::vector<std::pair<std::string, http_reply>> http_transfers::drive(clock::time_point now) {
  parts_->move_bytes(now);
  std::vector<std::pair<std::string, http_reply>> ended;
  int left = 0;
  while (const CURLMsg* told = curl_multi_info_read(parts_->multi.get(), &left)) {
    const CURLcode code = told->data.result;
    transfer* t = nullptr;
    curl_easy_getinfo(told->easy_handle, CURLINFO_PRIVATE, &t);
    ended.push_back(parts_->end(*t, code));
  }
  std::vector<transfer*> late;
  for (const auto& [id, t] : parts_->running)
    if (t->patient_until && *t->patient_until <= now)
      late.push_back(t.get());
  for (auto* t : late)
    ended.push_back(parts_->end(*t, CURLE_OPERATION_TIMEDOUT));
  return ended;
}

} // namespace dure::node
