#include "node/config/node_options.hpp"

#include "actors/core/job.hpp"
#include "node/config/nearest_word.hpp"

#include <CLI/CLI.hpp>
#include <array>
#include <charconv>
#include <map>
#include <toml++/toml.h>

namespace dure::node {

namespace {

/// One setting under its three names: --key, DURE_KEY, and `key` in the file.
struct setting {
  std::string key;
  std::string help;
  bool is_flag = false;
  bool node_only = false; ///< Not for `dure up`.
  /// Takes the text form; answers what is wrong with it, or nothing.
  std::function<std::string(node_options&, const std::string&)> assign;
};

std::string assign_number(std::uint32_t& to, const std::string& text, std::uint32_t least,
                          std::uint32_t most) {
  std::uint32_t value = 0;
  auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size() || value < least || value > most)
    return "takes a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  to = value;
  return {};
}

std::string assign_name(std::string& to, const std::string& text) {
  if (!is_name(text))
    return "takes a name of 1 to 32 of a-z, 0-9, '.' and '-', beginning with a letter or digit";
  to = text;
  return {};
}

std::string assign_flag(bool& to, const std::string& text) {
  if (text != "true" && text != "false")
    return "takes true or false";
  to = text == "true";
  return {};
}

std::string assign_listen(listen_address& to, const std::string& text) {
  const auto colon = text.rfind(':');
  std::uint32_t port = 0;
  if (colon == std::string::npos || colon == 0 ||
      !assign_number(port, text.substr(colon + 1), 0, 65'535).empty())
    return "takes HOST:PORT, e.g. 127.0.0.1:8080 or [::1]:8080";
  auto host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  to = {host, static_cast<std::uint16_t>(port)};
  return {};
}

std::string assign_roles(node_roles& to, const std::string& text) {
  node_roles roles{false, false, false};
  for (std::size_t at = 0; at <= text.size();) {
    const auto comma = std::min(text.find(',', at), text.size());
    const auto word = text.substr(at, comma - at);
    if (word == "gateway")
      roles.gateway = true;
    else if (word == "scheduler")
      roles.scheduler = true;
    else if (word == "worker")
      roles.worker = true;
    else
      return "takes gateway, scheduler and worker, separated by commas";
    at = comma + 1;
  }
  to = roles;
  return {};
}

std::string assign_level(std::string& to, const std::string& text) {
  static constexpr std::array levels{"debug", "info", "warn", "error"};
  for (const auto* level : levels)
    if (text == level) {
      to = text;
      return {};
    }
  return "takes debug, info, warn or error";
}

std::vector<setting> settings_of(std::string_view command) {
  std::vector<setting> all{
      {"data", "Folder of all state (default ./dure-data)", false, false,
       [](auto& o, auto& text) {
         o.data = text;
         return std::string{text.empty() ? "takes a folder" : ""};
       }},
      {"listen", "Address of the HTTP gateway (default 127.0.0.1:8080; port 0: any free one)",
       false, false, [](auto& o, auto& text) { return assign_listen(o.listen, text); }},
      {"insecure-listen", "Listen on other addresses than loopback, without keys", true, false,
       [](auto& o, auto& text) { return assign_flag(o.insecure_listen, text); }},
      {"slots", "Heavy handlers at a time (default: the number of cores)", false, false,
       [](auto& o, auto& text) { return assign_number(o.slots, text, 1, 1'024); }},
      {"nats", "URL of an outside NATS (default: an own nats-server)", false, false,
       [](auto& o, auto& text) {
         o.nats = text;
         return std::string{text.starts_with("nats://") ? "" : "takes a URL like nats://host:4222"};
       }},
      {"log-level", "debug, info, warn or error (default info)", false, false,
       [](auto& o, auto& text) { return assign_level(o.log_level, text); }},
      {"name", "Name of this node in the cluster", false, true,
       [](auto& o, auto& text) { return assign_name(o.name, text); }},
      {"cluster", "Name of the cluster", false, true,
       [](auto& o, auto& text) { return assign_name(o.cluster, text); }},
      {"roles", "gateway,scheduler,worker (default: all)", false, true,
       [](auto& o, auto& text) { return assign_roles(o.roles, text); }},
  };
  if (command == "up")
    std::erase_if(all, [](const setting& s) { return s.node_only; });
  return all;
}

std::string variable_of(const std::string& key) {
  std::string name = "DURE_";
  for (char c : key)
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

std::string mistake_in(const std::string& where, const std::string& problem) {
  return problem.empty() ? "" : where + " " + problem;
}

/// Returns the text form of a TOML value, or nothing for one that no setting takes.
std::optional<std::string> text_of(const toml::node& value) {
  if (auto text = value.value_exact<std::string>())
    return text;
  if (auto number = value.value_exact<std::int64_t>())
    return std::to_string(*number);
  if (auto flag = value.value_exact<bool>())
    return *flag ? "true" : "false";
  const auto* list = value.as_array();
  if (list == nullptr)
    return std::nullopt;
  std::string joined;
  for (const auto& element : *list) {
    auto text = element.value_exact<std::string>();
    if (!text)
      return std::nullopt;
    joined += (joined.empty() ? "" : ",") + *text;
  }
  return joined;
}

std::string apply_file(node_options& options, const std::vector<setting>& settings,
                       const std::string& path, const std::string& content) {
  toml::table table;
  try {
    table = toml::parse(content, path);
  } catch (const toml::parse_error& failure) {
    return path + " line " + std::to_string(failure.source().begin.line) +
           " is not TOML: " + std::string{failure.description()};
  }
  std::vector<std::string> known;
  for (const auto& s : settings)
    known.push_back(s.key);
  for (const auto& [key, value] : table) {
    const std::string word{key.str()};
    const auto where =
        path + " line " + std::to_string(value.source().begin.line) + ": '" + word + "'";
    const auto found = std::find(known.begin(), known.end(), word);
    if (found == known.end())
      return where + " is unknown; did you mean '" + nearest_word(word, known) + "'?";
    const auto text = text_of(value);
    if (!text)
      return where + " takes a text, a number, true or false, or a list of texts";
    const auto& s = settings[static_cast<std::size_t>(found - known.begin())];
    if (auto mistake = mistake_in(where, s.assign(options, *text)); !mistake.empty())
      return mistake;
  }
  return {};
}

/// Returns the first mistake, or nothing.
std::string apply_layers(node_options& options, const std::vector<setting>& settings,
                         const std::map<std::string, std::string>& flags, const std::string& config,
                         const option_sources& sources) {
  if (!config.empty()) {
    auto content = sources.read_file(config);
    if (!content)
      return "--config: " + content.error().context;
    if (auto mistake = apply_file(options, settings, config, *content); !mistake.empty())
      return mistake;
  }
  for (const auto& s : settings)
    if (auto text = sources.environment(variable_of(s.key)))
      if (auto m = mistake_in(variable_of(s.key), s.assign(options, *text)); !m.empty())
        return m;
  for (const auto& s : settings)
    if (auto flag = flags.find(s.key); flag != flags.end())
      if (auto m = mistake_in("--" + s.key, s.assign(options, flag->second)); !m.empty())
        return m;
  return {};
}

parsed_options refuse(std::string_view command, const std::string& mistake) {
  return {std::nullopt,
          "dure " + std::string{command} + ": " + mistake + "\nTry 'dure " + std::string{command} +
              " --help'.\n",
          2};
}

} // namespace

parsed_options parse_node_options(std::string_view command, const option_sources& sources) {
  const auto settings = settings_of(command);
  CLI::App app{command == "up" ? "Runs everything in one process, with its own nats-server."
                               : "Runs one node of a cluster.",
               "dure " + std::string{command}};
  std::map<std::string, std::string> given;
  std::map<std::string, bool> switched;
  std::string config;
  app.add_option("--config", config, "TOML file with these settings");
  for (const auto& s : settings) {
    if (s.is_flag)
      app.add_flag("--" + s.key, switched[s.key], s.help);
    else
      app.add_option("--" + s.key, given[s.key], s.help);
  }
  try {
    // CLI11 takes arguments from the back.
    app.parse(std::vector<std::string>{sources.arguments.rbegin(), sources.arguments.rend()});
  } catch (const CLI::CallForHelp&) {
    return {std::nullopt, app.help(), 0};
  } catch (const CLI::ParseError& failure) {
    return refuse(command, failure.what());
  }
  std::map<std::string, std::string> flags;
  for (const auto& s : settings)
    if (app.count("--" + s.key) > 0)
      flags[s.key] = s.is_flag ? "true" : given[s.key];

  node_options options;
  options.slots = std::max(1U, sources.cores);
  if (config.empty())
    config = sources.environment("DURE_CONFIG").value_or("");
  if (auto mistake = apply_layers(options, settings, flags, config, sources); !mistake.empty())
    return refuse(command, mistake);
  if (command == "node" && !options.nats)
    return refuse(command, "--nats is needed: the URL of the cluster's NATS");
  return {options, {}, 0};
}

} // namespace dure::node
