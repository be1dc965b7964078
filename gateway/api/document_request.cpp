#include "gateway/api/document_request.hpp"

#include "gateway/api/object_reader.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

using nlohmann::json;

constexpr std::uint64_t chunk_characters_min = 16;
constexpr std::uint64_t chunk_characters_max = 100'000;
constexpr std::size_t languages_bytes_max = 128;

/// Languages as tesseract names them.
bool names_languages(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '+';
  });
}

void read_chunking(query_reader& form, json& params) {
  auto size = form.integer("chunk_size", chunk_characters_min, chunk_characters_max);
  auto overlap = form.integer("chunk_overlap", 0, chunk_characters_max / 2);
  if (size && overlap && *overlap > *size / 2)
    form.reject("chunk_overlap", "Must be at most half of chunk_size.");
  if (size)
    params["chunk_size"] = *size;
  if (overlap)
    params["chunk_overlap"] = *overlap;
}

void read_ocr(query_reader& form, json& params) {
  if (auto word = form.text("ocr", languages_bytes_max)) {
    if (*word == "true" || *word == "false")
      params["ocr"] = *word == "true";
    else if (*word == "auto")
      params["ocr"] = *word;
    else
      form.reject("ocr", "Must be true, false or auto.");
  }
  if (auto languages = form.text("ocr_languages", languages_bytes_max)) {
    if (!names_languages(*languages))
      form.reject("ocr_languages", "Must name languages, such as kor+eng.");
    params["ocr_languages"] = *languages;
  }
}

} // namespace

checked<job_spec> parse_document_request(query fields) {
  std::erase_if(fields, [](const auto& field) { return field.second.empty(); });
  query_reader form{fields, query_reader::place::form};
  job_spec spec;
  spec.kind = document_kind;
  spec.group = form.text("container_id", limits::group_bytes_max).value_or("");
  if (has_control(spec.group))
    form.reject("container_id", "Must not hold control characters.");
  auto params = json::object();
  if (form.flag("use_multimodal"))
    params["use_multimodal"] = true;
  if (auto password = form.text("password", limits::inline_json_bytes_max))
    params["password"] = *password;
  read_chunking(form, params);
  read_ocr(form, params);
  if (auto wrong = form.finish())
    return *wrong;
  spec.params = params.dump(-1, ' ', false, json::error_handler_t::replace);
  return checked<job_spec>{boost::system::in_place_value, std::move(spec)};
}

} // namespace dure::gateway
