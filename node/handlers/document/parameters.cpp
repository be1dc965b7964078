#include "node/handlers/document/parameters.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

namespace dure::node {

namespace {

using nlohmann::json;

constexpr std::size_t chunk_size_min = 16;
constexpr std::size_t chunk_size_max = 100'000;
constexpr std::size_t word_bytes_max = 128;

job_error invalid(const std::string& what) {
  return {"invalid_params", "params." + what, false};
}

bool read_text(const json& value, std::string& into, std::size_t bytes_max) {
  if (!value.is_string() || value.get_ref<const std::string&>().size() > bytes_max)
    return false;
  into = value.get<std::string>();
  return true;
}

bool read_flag(const json& value, bool& into) {
  if (value.is_boolean())
    into = value.get<bool>();
  return value.is_boolean();
}

bool read_number(const json& value, std::size_t& into, std::size_t least, std::size_t most) {
  if (!value.is_number_integer() || (value < least || value > most))
    return false;
  into = value.get<std::size_t>();
  return true;
}

bool read_ocr(const json& value, ocr_wish& into) {
  if (value.is_boolean())
    into = value.get<bool>() ? ocr_wish::required : ocr_wish::never;
  else if (value == "auto")
    into = ocr_wish::if_installed;
  else
    return false;
  return true;
}

/// The names of files without their ending, so nothing but letters may be in them.
bool read_languages(const json& value, std::string& into) {
  if (!read_text(value, into, word_bytes_max) || into.empty())
    return false;
  return std::all_of(into.begin(), into.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '+';
  });
}

struct field {
  std::function<bool(const json&, document_parameters&)> read;
  const char* rule;
};

const std::map<std::string, field>& fields() {
  using parameters = document_parameters;
  static const std::map<std::string, field> all{
      {"password",
       {[](const json& v, parameters& p) { return read_text(v, p.password, 1'024); }, "is a text"}},
      {"use_multimodal",
       {[](const json& v, parameters& p) { return read_flag(v, p.use_multimodal); },
        "is true or false"}},
      {"ocr",
       {[](const json& v, parameters& p) { return read_ocr(v, p.ocr); },
        "is true, false or \"auto\""}},
      {"ocr_languages",
       {[](const json& v, parameters& p) { return read_languages(v, p.ocr_languages); },
        "names languages as tesseract does, e.g. \"kor+eng\""}},
      {"chunk_size",
       {[](const json& v, parameters& p) {
          return read_number(v, p.chunk_size, chunk_size_min, chunk_size_max);
        },
        "is a whole number from 16 to 100000"}},
      {"chunk_overlap",
       {[](const json& v, parameters& p) {
          return read_number(v, p.chunk_overlap, 0, chunk_size_max);
        },
        "is a whole number, at most half of chunk_size"}},
      {"embeddings",
       {[](const json& v, parameters& p) { return read_flag(v, p.embeddings); },
        "is true or false"}},
      {"embedding_model",
       {[](const json& v, parameters& p) {
          return read_text(v, p.embedding_model, word_bytes_max);
        },
        "is a text"}}};
  return all;
}

} // namespace

std::variant<document_parameters, job_error> parse_parameters(const json& params,
                                                              document_parameters defaults) {
  document_parameters read = std::move(defaults);
  if (!params.is_object() && !params.is_null())
    return job_error{"invalid_params", "params is an object.", false};
  for (const auto& [name, value] : params.items()) {
    const auto known = fields().find(name);
    if (known == fields().end())
      return invalid(name.substr(0, word_bytes_max) + " is not known.");
    if (!value.is_null() && !known->second.read(value, read))
      return invalid(name + " " + known->second.rule + ".");
  }
  // Who asks for small chunks only, need not think about the overlap.
  if (!params.contains("chunk_overlap"))
    read.chunk_overlap = std::min(read.chunk_overlap, read.chunk_size / 5);
  if (read.chunk_overlap > read.chunk_size / 2)
    return invalid(std::string{"chunk_overlap "} + fields().at("chunk_overlap").rule + ".");
  return read;
}

} // namespace dure::node
