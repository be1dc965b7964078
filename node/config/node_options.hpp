#pragma once

#include "actors/core/error.hpp"
#include "node/config/question_options.hpp"
#include "node/config/user_kind.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dure::node {

/// What a node does in its cluster.
struct node_roles {
  bool gateway = true;
  bool scheduler = true;
  bool worker = true;

  bool operator==(const node_roles&) const = default;
};

/// An address to listen on.
struct listen_address {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080; ///< 0: any free one.

  bool operator==(const listen_address&) const = default;
};

/// Everything a node is told at its start. A value.
struct node_options {
  std::filesystem::path data = "dure-data";
  listen_address listen;
  bool insecure_listen =
      false;               ///< Allows other addresses than loopback although there are no keys.
  std::uint32_t slots = 1; ///< Heavy handlers at a time; the number of cores by default.
  std::uint32_t cache_mib = 1'024; ///< Disk for copies of files taken lately.
  std::uint32_t snapshot_mib = 64; ///< A log is trimmed behind a snapshot after so much of it.
  std::optional<std::string> nats; ///< An outside NATS; nothing: an own nats-server child.
  std::string cluster = "dure";
  std::string name = "node-1";
  node_roles roles;
  std::string log_level = "info";
  std::vector<user_kind> kinds; ///< From the file only.
  question_options questions;   ///< From the file only.

  bool operator==(const node_options&) const = default;
};

/// Where values come from. Injected, so that the rules need no process.
struct option_sources {
  std::vector<std::string> arguments; ///< After the subcommand.
  std::function<std::optional<std::string>(const std::string&)> environment;
  std::function<result<std::string>(const std::filesystem::path&)> read_file;
  std::uint32_t cores = 1;
};

/// Either what to run with, or a text to print and the exit code (help, or a mistake by the user).
struct parsed_options {
  std::optional<node_options> options;
  std::string text;
  int exit_code = 0;
  std::map<std::string, std::string> origins; ///< Key -> "--key", "DURE_KEY" or "FILE line N";
                                              ///< none: it is the default.
  bool wants_json = false;                    ///< `dure config --json`.
};

/// Reads the options of `dure up`, `dure node` or `dure config` (`command`): flags over `DURE_…`
/// over the file of --config over defaults. A mistake answers exit code 2 and names the flag,
/// variable or key, and the nearest known one where it is unknown.
parsed_options parse_node_options(std::string_view command, const option_sources& sources);

} // namespace dure::node
