#pragma once

#include "actors/core/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The layout of NATS object stores (ADR-20): how files lie in a stream, so that any NATS client
/// reads ours and we read theirs. Pure.
namespace dure::node::object_layout {

inline constexpr std::size_t chunk_bytes = 128 * 1024;

std::string stream(std::string_view bucket);

/// Returns the subjects of the bucket's stream: chunks and metas.
std::vector<std::string> subjects(std::string_view bucket);

/// Returns the subject of an upload's chunks; `nuid` names the upload, not the content.
std::string chunk_subject(std::string_view bucket, std::string_view nuid);

/// Returns the subject of an object's meta; only the newest one counts.
std::string meta_subject(std::string_view bucket, std::string_view name);

/// Returns the subject of all metas.
std::string all_metas(std::string_view bucket);

/// What is known of one object.
struct meta {
  std::string name;
  std::string bucket;
  std::string nuid;
  std::uint64_t size = 0;
  std::uint64_t chunks = 0;
  std::string digest; ///< "SHA-256=" and the hash in base64 for URLs.
  bool deleted = false;
};

/// Returns the digest of 32 bytes of hash.
std::string to_digest(std::string_view hash);

std::string to_json(const meta& m, timestamp now);

/// Returns nothing when malformed.
std::optional<meta> parse_meta(std::string_view text);

} // namespace dure::node::object_layout
