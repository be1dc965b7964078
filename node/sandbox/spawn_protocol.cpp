#include "node/sandbox/spawn_protocol.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/uio.h>

namespace dure::node {

namespace {

enum class packet_type : std::uint64_t { spawn = 1, kill = 2 };

/// The fixed beginning of every request.
struct packet_head {
  packet_type type{};
  std::uint64_t id = 0;
  process_limits limits;
  std::uint64_t no_network = 0;
  std::uint64_t best_effort = 0;
  std::uint64_t arguments = 0;
  std::uint64_t variables = 0;
};

constexpr std::size_t fds_max = 2;

void append_strings(std::string& packet, const std::vector<std::string>& strings) {
  for (const std::string& s : strings)
    packet.append(s.c_str(), std::strlen(s.c_str()) + 1);
}

std::string with_head(const packet_head& head) {
  std::string packet(sizeof head, '\0');
  std::memcpy(packet.data(), &head, sizeof head);
  return packet;
}

/// Takes `count` zero-terminated strings from the front of `rest`.
std::optional<std::vector<std::string>> take_strings(std::string_view& rest, std::uint64_t count) {
  std::vector<std::string> strings;
  for (; count > 0; --count) {
    const auto end = rest.find('\0');
    if (end == std::string_view::npos)
      return std::nullopt;
    strings.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  return strings;
}

} // namespace

result<std::string> encode(const spawn_request& request) {
  std::string packet = with_head(
      {packet_type::spawn, request.id, request.limits, request.shut_in.no_network ? 1U : 0U,
       request.shut_in.best_effort ? 1U : 0U, request.argv.size(), request.env.size()});
  append_strings(packet, request.argv);
  append_strings(packet, request.env);
  append_strings(packet, {request.shut_in.writable});
  if (packet.size() > spawn_packet_bytes_max)
    return error{errc::too_large, "arguments and environment of a handler"};
  return packet;
}

std::string encode(const kill_request& request) {
  return with_head({packet_type::kill, request.id, {}, 0, 0, 0});
}

result<spawn_packet> decode_packet(std::string_view packet) {
  packet_head head;
  if (packet.size() < sizeof head)
    return error{errc::invalid, "a short packet to the spawner"};
  std::memcpy(&head, packet.data(), sizeof head);
  packet.remove_prefix(sizeof head);
  if (head.type == packet_type::kill)
    return spawn_packet{std::nullopt, kill_request{head.id}};
  auto argv = take_strings(packet, head.arguments);
  auto env = argv ? take_strings(packet, head.variables) : std::nullopt;
  auto writable = env ? take_strings(packet, 1) : std::nullopt;
  if (head.type != packet_type::spawn || !writable || argv->empty())
    return error{errc::invalid, "a malformed packet to the spawner"};
  return spawn_packet{
      spawn_request{head.id,
                    std::move(*argv),
                    std::move(*env),
                    head.limits,
                    {head.no_network != 0, std::move(writable->front()), head.best_effort != 0}},
      {}};
}

result<void> send_packet(int socket, std::string_view bytes, const std::vector<int>& fds) {
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(fds_max * sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!fds.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(fds.size() * sizeof(int));
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
    std::memcpy(CMSG_DATA(rights), fds.data(), fds.size() * sizeof(int));
  }
  while (::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
    if (errno == EAGAIN)
      return error{errc::busy, "the spawner's socket is full"};
    if (errno != EINTR)
      return error{errc::io_failed, "the spawner's socket is closed"};
  }
  return {};
}

result<received_packet> receive_packet(int socket) {
  std::string buffer(spawn_packet_bytes_max, '\0');
  iovec part{buffer.data(), buffer.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(fds_max * sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t got = 0;
  while ((got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0) {
    if (errno == EAGAIN)
      return error{errc::busy, "nothing to receive"};
    if (errno != EINTR)
      return error{errc::io_failed, "receive on the spawner's socket"};
  }
  received_packet packet;
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    for (std::size_t n = 0; n < (c->cmsg_len - CMSG_LEN(0)) / sizeof(int); ++n) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(c) + n * sizeof(int), sizeof fd);
      packet.fds.emplace_back(fd);
    }
  }
  buffer.resize(static_cast<std::size_t>(got));
  packet.bytes = std::move(buffer);
  return packet;
}

} // namespace dure::node
