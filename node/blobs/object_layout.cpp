#include "node/blobs/object_layout.hpp"

#include "node/journal/base64.hpp"
#include "node/journal/server_time.hpp"

#include <nlohmann/json.hpp>

namespace dure::node::object_layout {
namespace {

using nlohmann::json;

std::string prefix(std::string_view bucket) {
  return "$O." + std::string{bucket};
}

} // namespace

std::string stream(std::string_view bucket) {
  return "OBJ_" + std::string{bucket};
}

std::vector<std::string> subjects(std::string_view bucket) {
  return {prefix(bucket) + ".C.>", prefix(bucket) + ".M.>"};
}

std::string chunk_subject(std::string_view bucket, std::string_view nuid) {
  return prefix(bucket) + ".C." + std::string{nuid};
}

std::string meta_subject(std::string_view bucket, std::string_view name) {
  return prefix(bucket) + ".M." + base64::to_url_text(name);
}

std::string all_metas(std::string_view bucket) {
  return prefix(bucket) + ".M.>";
}

std::string to_digest(std::string_view hash) {
  return "SHA-256=" + base64::to_url_text(hash);
}

std::string to_json(const meta& m, timestamp now) {
  json body{{"name", m.name},
            {"bucket", m.bucket},
            {"nuid", m.nuid},
            {"size", m.size},
            {"mtime", to_server_time(now)},
            {"chunks", m.chunks},
            {"digest", m.digest},
            {"options", {{"max_chunk_size", chunk_bytes}}}};
  if (m.deleted)
    body["deleted"] = true;
  return body.dump();
}

std::optional<meta> parse_meta(std::string_view text) {
  const auto body = json::parse(text, nullptr, false);
  if (!body.is_object())
    return std::nullopt;
  for (const char* name : {"name", "bucket", "nuid"})
    if (!body.contains(name) || !body[name].is_string())
      return std::nullopt;
  for (const char* name : {"size", "chunks"})
    if (body.contains(name) && !body[name].is_number_unsigned())
      return std::nullopt;
  const auto digest = body.find("digest");
  return meta{.name = body["name"].get<std::string>(),
              .bucket = body["bucket"].get<std::string>(),
              .nuid = body["nuid"].get<std::string>(),
              .size = body.contains("size") ? body["size"].get<std::uint64_t>() : 0,
              .chunks = body.contains("chunks") ? body["chunks"].get<std::uint64_t>() : 0,
              .digest = digest != body.end() && digest->is_string() ? digest->get<std::string>()
                                                                    : std::string{},
              .deleted = body.contains("deleted") && body["deleted"] == true};
}

} // namespace dure::node::object_layout
