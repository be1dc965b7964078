#include "gateway/openapi/openapi.hpp"

#include "gateway/openapi/embedded_files.hpp"

#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

using json = nlohmann::ordered_json;

std::string join_parts() {
  json whole;
  for (const auto& file : embedded_files())
    if (file.name.ends_with(".json"))
      whole.update(json::parse(file.content), true);
  return whole.dump();
}

} // namespace

const std::string& openapi_document() {
  static const std::string document = join_parts();
  return document;
}

std::optional<std::string_view> docs_file(std::string_view name) {
  for (const auto& file : embedded_files())
    if (file.name == name && !name.ends_with(".json"))
      return file.content;
  return std::nullopt;
}

} // namespace dure::gateway
