#include "node/journal/nats_server_config.hpp"

#include <sstream>

namespace dure::node {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += '\\';
    out += c;
  }
  return out + '"';
}

} // namespace

std::string to_text(const nats_server_config& config) {
  const auto file = [&](const char* name) { return quoted((config.folder / name).string()); };
  std::ostringstream text;
  text << "# Written by dure at every start; changes are lost.\n"
       << "server_name: " << quoted(config.name) << "\n"
       << "listen: \"127.0.0.1:" << config.port << "\"\n"
       << "max_payload: 1048576\n"
       << "pid_file: " << file("server.pid") << "\n"
       << "log_file: " << file("server.log") << "\n"
       << "logfile_size_limit: 10485760\n"
       << "logfile_max_num: 3\n";
  if (config.monitoring_port)
    text << "http: \"127.0.0.1:" << *config.monitoring_port << "\"\n";
  // JetStream's own folder below store_dir is called jetstream.
  text << "jetstream {\n"
       << "  store_dir: " << quoted(config.folder.string()) << "\n"
       << "  sync_interval: always\n"
       << "  max_file_store: " << config.store_bytes_max << "\n"
       << "  max_memory_store: 67108864\n"
       << "}\n"
       << "accounts {\n"
       << "  DURE {\n"
       << "    jetstream: enabled\n"
       << "    users: [ { user: \"dure\", password: " << quoted(config.password) << " } ]\n"
       << "  }\n"
       << "}\n";
  return text.str();
}

} // namespace dure::node
