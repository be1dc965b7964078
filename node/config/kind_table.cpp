#include "node/config/kind_table.hpp"

#include "actors/core/job.hpp"
#include "node/config/table_members.hpp"

#include <array>
#include <functional>
#include <optional>

namespace dure::node {

namespace {

constexpr std::array<std::string_view, 5> built_in{"document.parse", "noop", "sleep", "question.",
                                                   "dataset."};

std::size_t line_of(const toml::node& node) {
  return node.source().begin.line;
}

std::optional<std::vector<std::string>> texts_of(const toml::node& value) {
  const auto* list = value.as_array();
  if (list == nullptr)
    return std::nullopt;
  std::vector<std::string> texts;
  for (const auto& element : *list) {
    auto text = element.value_exact<std::string>();
    if (!text || text->empty() || text->find('\0') != std::string::npos)
      return std::nullopt;
    texts.push_back(std::move(*text));
  }
  return texts;
}

/// Takes a value; answers what is wrong with it, or nothing.
using taker = std::function<std::string(user_kind&, const toml::node&)>;

taker takes_texts(std::vector<std::string> user_kind::*member, bool may_be_empty) {
  return [=](user_kind& to, const toml::node& value) -> std::string {
    auto texts = texts_of(value);
    if (!texts || (texts->empty() && !may_be_empty))
      return R"(takes a list of texts, like ["python3", "thumbs.py"])";
    to.*member = std::move(*texts);
    return {};
  };
}

template <class Assign> taker takes_number(std::int64_t least, std::int64_t most, Assign assign) {
  return [=](user_kind& to, const toml::node& value) -> std::string {
    const auto number = value.value_exact<std::int64_t>();
    if (!number || *number < least || *number > most)
      return "takes a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    assign(to, *number);
    return {};
  };
}

taker takes_count(std::uint32_t user_kind::*member) {
  return takes_number(1, 1'024, [member](user_kind& to, std::int64_t n) {
    to.*member = static_cast<std::uint32_t>(n);
  });
}

taker takes_seconds(milliseconds user_kind::*member) {
  constexpr std::int64_t week = 7 * 24 * 3'600;
  return takes_number(
      1, week, [member](user_kind& to, std::int64_t n) { to.*member = milliseconds{n * 1'000}; });
}

taker takes_mebibytes(std::uint64_t user_kind::*member, std::int64_t least) {
  constexpr std::int64_t tebibyte = std::int64_t{1} << 20;
  return takes_number(least, tebibyte, [member](user_kind& to, std::int64_t n) {
    to.*member = static_cast<std::uint64_t>(n) << 20;
  });
}

std::string take_queue(user_kind& to, const toml::node& value) {
  auto text = value.value_exact<std::string>();
  if (!text || !is_name(*text))
    return "takes a name of 1 to 32 of a-z, 0-9, '.' and '-'";
  to.queue = std::move(*text);
  return {};
}

std::string take_profile(user_kind& to, const toml::node& value) {
  const auto text = value.value_exact<std::string>().value_or("");
  for (auto profile : {handler_profile::open, handler_profile::no_network, handler_profile::strict})
    if (text == to_string(profile)) {
      to.profile = profile;
      return {};
    }
  return "takes \"open\", \"no-network\" or \"strict\"";
}

const table_members<user_kind>& takers() {
  static const table_members<user_kind> all{
      {"command", takes_texts(&user_kind::command, false)},
      {"queue", take_queue},
      {"processes", takes_count(&user_kind::processes)},
      {"concurrency", takes_count(&user_kind::concurrency)},
      {"soft_timeout_s", takes_seconds(&user_kind::soft_timeout)},
      {"hard_timeout_s", takes_seconds(&user_kind::hard_timeout)},
      {"silence_s", takes_seconds(&user_kind::silence)},
      {"memory_mib", takes_mebibytes(&user_kind::memory_bytes, 0)},
      {"output_mib", takes_mebibytes(&user_kind::output_bytes, 1)},
      {"file_mib", takes_mebibytes(&user_kind::file_bytes, 0)},
      {"environment", takes_texts(&user_kind::environment, true)},
      {"profile", take_profile},
  };
  return all;
}

bool is_taken(std::string_view name) {
  for (auto taken : built_in)
    if (name == taken || (taken.ends_with('.') && name.starts_with(taken)))
      return true;
  return false;
}

} // namespace

std::string_view to_string(handler_profile profile) {
  switch (profile) {
  case handler_profile::open:
    return "open";
  case handler_profile::no_network:
    return "no-network";
  case handler_profile::strict:
    return "strict";
  }
  return "";
}

std::variant<user_kind, kind_mistake> read_kind(std::string_view name, const toml::table& table) {
  user_kind kind;
  kind.name = name;
  const auto wrong = [&](const std::string& text, std::size_t line) {
    return kind_mistake{"the kind '" + kind.name + "' " + text, line};
  };
  if (!is_name(name))
    return wrong("needs a name of 1 to 32 of a-z, 0-9, '.' and '-'", line_of(table));
  if (is_taken(name))
    return wrong("is built in; choose another name", line_of(table));
  for (const auto& [key, value] : table) {
    if (auto mistake = take_member(takers(), kind, std::string{key.str()}, value); !mistake.empty())
      return kind_mistake{std::move(mistake), line_of(value)};
  }
  if (kind.command.empty())
    return wrong(R"(needs a command, like command = ["python3", "thumbs.py"])", line_of(table));
  if (kind.hard_timeout < kind.soft_timeout)
    return wrong("has a hard_timeout_s below its soft_timeout_s", line_of(table));
  return kind;
}

} // namespace dure::node
