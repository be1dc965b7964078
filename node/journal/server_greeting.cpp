#include "node/journal/server_greeting.hpp"

#include <array>
#include <charconv>
#include <memory>
#include <netdb.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace dure::node {
namespace {

using deadline = std::chrono::steady_clock::time_point;

constexpr std::size_t greeting_bytes_max = 64 * 1024;

/// A socket that closes itself.
class connection {
public:
  explicit connection(int fd) : fd_{fd} {}

  ~connection() { ::close(fd_); }

  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  bool wait_for(short events, deadline until) const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    pollfd watched{fd_, events, 0};
    return left.count() > 0 && ::poll(&watched, 1, static_cast<int>(left.count())) == 1;
  }

  bool connect(const addrinfo& to, deadline until) const {
    if (::connect(fd_, to.ai_addr, to.ai_addrlen) == 0)
      return true;
    int failure = 0;
    socklen_t size = sizeof failure;
    return errno == EINPROGRESS && wait_for(POLLOUT, until) &&
           ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &failure, &size) == 0 && failure == 0;
  }

  std::string read_line(deadline until) const {
    std::string line;
    std::array<char, 4096> buffer{};
    while (line.find('\n') == std::string::npos && line.size() < greeting_bytes_max) {
      if (!wait_for(POLLIN, until))
        return {};
      const auto n = ::read(fd_, buffer.data(), buffer.size());
      if (n <= 0)
        return {};
      line.append(buffer.data(), static_cast<std::size_t>(n));
    }
    return line.substr(0, line.find('\n'));
  }

private:
  int fd_;
};

struct freed_addrinfo {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

std::string read_first_line(const std::string& host, std::uint16_t port, deadline until) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list) != 0)
    return {};
  std::unique_ptr<addrinfo, freed_addrinfo> owned{list};
  for (const auto* to = list; to != nullptr; to = to->ai_next) {
    const int fd = ::socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
      continue;
    connection c{fd};
    if (c.connect(*to, until))
      return c.read_line(until);
  }
  return {};
}

} // namespace

result<server_greeting> read_greeting(const std::string& host, std::uint16_t port,
                                      std::chrono::milliseconds timeout) {
  const auto line = read_first_line(host, port, std::chrono::steady_clock::now() + timeout);
  if (line.empty())
    return error{errc::unavailable,
                 "no nats-server answers on " + host + ":" + std::to_string(port)};
  if (!line.starts_with("INFO "))
    return error{errc::corrupt, host + ":" + std::to_string(port) + " is no nats-server"};
  const auto json = nlohmann::json::parse(line.substr(5), nullptr, false);
  if (!json.is_object() || !json.contains("version") || !json["version"].is_string())
    return error{errc::corrupt, "the nats-server's greeting is malformed"};
  server_greeting greeting;
  greeting.version = json["version"].get<std::string>();
  if (json.contains("server_name") && json["server_name"].is_string())
    greeting.name = json["server_name"].get<std::string>();
  greeting.jetstream = json.contains("jetstream") && json["jetstream"] == true;
  return greeting;
}

bool is_supported_server(std::string_view version) {
  if (version.starts_with('v'))
    version.remove_prefix(1);
  const auto parse = [](std::string_view text) {
    std::array<unsigned, 3> parts{};
    const char* at = text.data();
    const char* end = at + text.size();
    for (auto& part : parts) {
      const auto read = std::from_chars(at, end, part);
      at = read.ptr != end && *read.ptr == '.' ? read.ptr + 1 : end;
    }
    return parts;
  };
  return parse(version) >= parse(nats_server_needed);
}

} // namespace dure::node
