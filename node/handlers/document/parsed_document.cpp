#include "node/handlers/document/parsed_document.hpp"

namespace dure::node {

using nlohmann::json;

namespace {

json to_json(const outline_entry& entry) {
  return {{"title", entry.title},
          {"level", entry.level},
          {"page", entry.page > 0 ? json(entry.page) : json(nullptr)}};
}

json to_json(const text_chunk& chunk) {
  return {{"text", chunk.text}, {"from_page", chunk.from_page}, {"to_page", chunk.to_page}};
}

template <class Value> json list_of(const std::vector<Value>& values) {
  json list = json::array();
  for (const Value& value : values)
    list.push_back(to_json(value));
  return list;
}

} // namespace

json to_json(const page_text& page) {
  return {{"page", page.number}, {"label", page.label}, {"text", page.text}};
}

json to_json(const parsed_document& document) {
  json made{{"page_count", document.page_count},    {"metadata", document.metadata},
            {"outline", list_of(document.outline)}, {"pages", json::array()},
            {"chunks", list_of(document.chunks)},   {"warnings", document.warnings},
            {"attachments", document.attachments},  {"images", document.images},
            {"thumbnails", document.thumbnails}};
  for (const page_text& page : document.pages)
    made["pages"].push_back(to_json(page));
  if (!document.embeddings.is_null())
    made["embeddings"] = document.embeddings;
  if (document.partial)
    made["partial"] = true;
  return made;
}

std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace dure::node
