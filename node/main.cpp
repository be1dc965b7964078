#include "node/cli/cli.hpp"
#include "node/config/config_report.hpp"
#include "node/config/node_options.hpp"
#include "node/handlers/handlers.hpp"
#include "node/sandbox/spawner.hpp"
#include "node/wiring/node_process.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using dure::node::option_sources;

dure::result<std::string> read_file(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path))
    return dure::error{dure::errc::invalid, path.string() + " is a folder"};
  std::ifstream in{path, std::ios::binary};
  std::string content{std::istreambuf_iterator<char>{in}, {}};
  if (!in)
    return dure::error{dure::errc::not_found, path.string() + " cannot be read"};
  return content;
}

int start_node(std::string_view command, int argc, char** argv) {
  option_sources sources;
  sources.arguments.assign(argv + 2, argv + argc);
  sources.environment = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>{value};
  };
  sources.read_file = read_file;
  sources.cores = std::thread::hardware_concurrency();
  const auto parsed = dure::node::parse_node_options(command, sources);
  if (parsed.options && command == "config") {
    std::fputs(dure::node::config_report(parsed).c_str(), stdout);
    return 0;
  }
  if (parsed.options)
    return dure::node::run_node(*parsed.options);
  std::fputs(parsed.text.c_str(), parsed.exit_code == 0 ? stdout : stderr);
  return parsed.exit_code;
}

} // namespace

int main(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  // These two are the node's own children: they must stay single-threaded and small.
  if (command == "spawner")
    return dure::node::spawner_main(dure::node::spawner_control_fd);
  if (command == "handler" && argc == 3 && argv[2] != std::string_view{"check"})
    return dure::node::run_handler(argv[2]);
  if (command == "up" || command == "node" || command == "config")
    return start_node(command, argc, argv);
  if (command == "--version") {
    std::puts("dure " DURE_VERSION);
    return 0;
  }
  return dure::node::run_cli(argc, argv);
}
