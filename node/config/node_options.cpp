#include "node/config/node_options.hpp"

#include "node/config/config_file.hpp"
#include "node/config/option_table.hpp"

#include <CLI/CLI.hpp>
#include <map>

namespace dure::node {

namespace {

/// Returns the first mistake, or nothing.
std::string apply_layers(parsed_options& to, const std::vector<option>& known,
                         const std::map<std::string, std::string>& flags, const std::string& config,
                         const option_sources& sources) {
  if (!config.empty()) {
    auto content = sources.read_file(config);
    if (!content)
      return "--config: " + content.error().context;
    if (auto mistake = apply_config_file(to, known, config, *content); !mistake.empty())
      return mistake;
  }
  const auto assign = [&](const option& one, const std::string& origin, const std::string& text) {
    to.origins[one.key] = origin;
    const auto mistake = one.assign(*to.options, text);
    return mistake.empty() ? "" : origin + " " + mistake;
  };
  for (const auto& one : known)
    if (auto text = sources.environment(variable_of(one.key)))
      if (auto mistake = assign(one, variable_of(one.key), *text); !mistake.empty())
        return mistake;
  for (const auto& one : known)
    if (auto flag = flags.find(one.key); flag != flags.end())
      if (auto mistake = assign(one, "--" + one.key, flag->second); !mistake.empty())
        return mistake;
  return {};
}

parsed_options refuse(std::string_view command, const std::string& mistake) {
  parsed_options refused;
  refused.text = "dure " + std::string{command} + ": " + mistake + "\nTry 'dure " +
                 std::string{command} + " --help'.\n";
  refused.exit_code = 2;
  return refused;
}

std::string purpose_of(std::string_view command) {
  if (command == "config")
    return "Prints the effective options of a node and where each comes from.";
  return command == "up" ? "Runs everything in one process, with its own nats-server."
                         : "Runs one node of a cluster.";
}

} // namespace

parsed_options parse_node_options(std::string_view command, const option_sources& sources) {
  const auto known = options_of(command);
  CLI::App app{purpose_of(command), "dure " + std::string{command}};
  std::map<std::string, std::string> given;
  std::map<std::string, bool> switched;
  std::string config;
  parsed_options parsed;
  app.add_option("--config", config, "TOML file with these options and user-defined kinds");
  if (command == "config")
    app.add_flag("--json", parsed.wants_json, "Print JSON");
  for (const auto& one : known) {
    if (one.is_flag)
      app.add_flag("--" + one.key, switched[one.key], one.help);
    else
      app.add_option("--" + one.key, given[one.key], one.help);
  }
  try {
    // CLI11 takes arguments from the back.
    app.parse(std::vector<std::string>{sources.arguments.rbegin(), sources.arguments.rend()});
  } catch (const CLI::CallForHelp&) {
    parsed.text = app.help();
    return parsed;
  } catch (const CLI::ParseError& failure) {
    return refuse(command, failure.what());
  }
  std::map<std::string, std::string> flags;
  for (const auto& one : known)
    if (app.count("--" + one.key) > 0)
      flags[one.key] = one.is_flag ? "true" : given[one.key];

  parsed.options.emplace();
  parsed.options->slots = std::max(1U, sources.cores);
  if (config.empty())
    config = sources.environment("DURE_CONFIG").value_or("");
  if (auto mistake = apply_layers(parsed, known, flags, config, sources); !mistake.empty())
    return refuse(command, mistake);
  if (command == "node" && !parsed.options->nats)
    return refuse(command, "--nats is needed: the URL of the cluster's NATS");
  return parsed;
}

} // namespace dure::node
