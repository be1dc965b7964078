#pragma once

#include "actors/core/error.hpp"
#include "node/sandbox/confinement.hpp"
#include "node/sandbox/owned_fd.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dure::node {

/// What the kernel holds a handler process to. 0: not limited.
struct process_limits {
  std::uint64_t address_space_bytes = 0;
  std::uint64_t cpu_seconds = 0; ///< Of the whole life of the process, so only a backstop.
  std::uint64_t file_bytes = 0;  ///< Of each file it writes.
  std::uint64_t open_files = 0;
};

/// Asks the spawner for a process. Travels with two descriptors: its stdin and stdout (one socket),
/// and its stderr.
struct spawn_request {
  std::uint64_t id = 0; ///< Chosen by the node, never used twice with one spawner.
  std::vector<std::string> argv;
  std::vector<std::string> env; ///< NAME=VALUE; the whole environment.
  process_limits limits;
  confinement shut_in;
};

/// Asks the spawner to kill a process and its process group. Nothing happens if it is gone.
struct kill_request {
  std::uint64_t id = 0;
};

/// What the spawner tells. Fixed size; both ends are the same binary on the same machine.
struct spawn_report {
  enum class happening : std::uint32_t { started = 1, exited = 2 };
  happening what = happening::started;
  std::int32_t pid = 0;
  std::uint64_t id = 0;
  std::int32_t wait_status = 0; ///< As of wait4; when exited.
  std::uint64_t peak_memory_bytes = 0;
};

/// Longest request: argv and environment together.
inline constexpr std::size_t spawn_packet_bytes_max = 128 * 1024;

/// Returns the bytes of one packet; errc::too_large over spawn_packet_bytes_max.
result<std::string> encode(const spawn_request& request);
std::string encode(const kill_request& request);

/// What a packet asks for.
struct spawn_packet {
  std::optional<spawn_request> spawn;
  std::optional<kill_request> kill;
};

/// Returns what `packet` asks for; errc::invalid when it is malformed.
result<spawn_packet> decode_packet(std::string_view packet);

/// A packet with the descriptors that came with it. `bytes` is empty when the other end is closed.
struct received_packet {
  std::string bytes;
  std::vector<owned_fd> fds;
};

/// Sends one packet without waiting. errc::busy: try again later; errc::io_failed: the other end is
/// gone.
result<void> send_packet(int socket, std::string_view bytes, const std::vector<int>& fds);

/// Receives one packet. errc::busy when there is none and the socket does not block.
result<received_packet> receive_packet(int socket);

} // namespace dure::node
