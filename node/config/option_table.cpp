#include "node/config/option_table.hpp"

#include "actors/core/job.hpp"

#include <array>
#include <cctype>
#include <charconv>

namespace dure::node {

namespace {

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

std::string show_listen(const listen_address& a) {
  const bool is_v6 = a.host.find(':') != std::string::npos;
  return (is_v6 ? "[" + a.host + "]" : a.host) + ":" + std::to_string(a.port);
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

std::string show_roles(const node_roles& roles) {
  std::string text;
  for (const auto& [has, word] : {std::pair{roles.gateway, "gateway"},
                                  {roles.scheduler, "scheduler"},
                                  {roles.worker, "worker"}})
    if (has)
      text += (text.empty() ? "" : ",") + std::string{word};
  return text;
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

std::string assign_nats(std::optional<std::string>& to, const std::string& text) {
  if (!text.starts_with("nats://"))
    return "takes a URL like nats://host:4222";
  to = text;
  return {};
}

/// Masks what stands before the host: a password, a token or a user with either.
std::string show_nats(const std::optional<std::string>& url) {
  if (!url)
    return "";
  const auto host = url->rfind('@');
  constexpr std::string_view scheme = "nats://";
  return host == std::string::npos ? *url : std::string{scheme} + "***" + url->substr(host);
}

} // namespace

std::vector<option> options_of(std::string_view command) {
  using o = node_options;
  std::vector<option> all{
      {"data", "Folder of all state (default ./dure-data)", false, false,
       [](o& to, auto& text) {
         to.data = text;
         return std::string{text.empty() ? "takes a folder" : ""};
       },
       [](const o& of) { return of.data.string(); }},
      {"listen", "Address of the HTTP gateway (default 127.0.0.1:8080; port 0: any free one)",
       false, false, [](o& to, auto& text) { return assign_listen(to.listen, text); },
       [](const o& of) { return show_listen(of.listen); }},
      {"insecure-listen", "Listen on other addresses than loopback, without keys", true, false,
       [](o& to, auto& text) { return assign_flag(to.insecure_listen, text); },
       [](const o& of) { return std::string{of.insecure_listen ? "true" : "false"}; }},
      {"slots", "Heavy handlers at a time (default: the number of cores)", false, false,
       [](o& to, auto& text) { return assign_number(to.slots, text, 1, 1'024); },
       [](const o& of) { return std::to_string(of.slots); }},
      {"cache-mib", "Disk for copies of files taken lately (default 1024; 0: none)", false, false,
       [](o& to, auto& text) { return assign_number(to.cache_mib, text, 0, 1U << 24); },
       [](const o& of) { return std::to_string(of.cache_mib); }},
      {"snapshot-mib", "A log is trimmed behind a snapshot after so much of it (default 64)", false,
       false, [](o& to, auto& text) { return assign_number(to.snapshot_mib, text, 1, 1U << 16); },
       [](const o& of) { return std::to_string(of.snapshot_mib); }},
      {"nats", "URL of an outside NATS (default: an own nats-server)", false, false,
       [](o& to, auto& text) { return assign_nats(to.nats, text); },
       [](const o& of) { return show_nats(of.nats); }},
      {"log-level", "debug, info, warn or error (default info)", false, false,
       [](o& to, auto& text) { return assign_level(to.log_level, text); },
       [](const o& of) { return of.log_level; }},
      {"name", "Name of this node in the cluster (default node-1)", false, true,
       [](o& to, auto& text) { return assign_name(to.name, text); },
       [](const o& of) { return of.name; }},
      {"cluster", "Name of the cluster (default dure)", false, true,
       [](o& to, auto& text) { return assign_name(to.cluster, text); },
       [](const o& of) { return of.cluster; }},
      {"roles", "gateway,scheduler,worker (default: all)", false, true,
       [](o& to, auto& text) { return assign_roles(to.roles, text); },
       [](const o& of) { return show_roles(of.roles); }},
  };
  if (command == "up")
    std::erase_if(all, [](const option& one) { return one.node_only; });
  return all;
}

std::string variable_of(std::string_view key) {
  std::string name = "DURE_";
  for (char c : key)
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

} // namespace dure::node
