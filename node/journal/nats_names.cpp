#include "node/journal/nats_names.hpp"

namespace dure::node::nats_names {
namespace {

std::string stream_token(std::string_view name) {
  std::string token;
  for (const char c : name) {
    if (c == '.')
      token += "dot";
    else
      token += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return token;
}

std::string shard_subject(std::string_view cluster, std::string_view what, std::string_view queue,
                          std::uint16_t shard) {
  return "dure." + subject_token(cluster) + "." + std::string{what} + "." + subject_token(queue) +
         "." + std::to_string(shard);
}

} // namespace

std::string subject_token(std::string_view name) {
  std::string token{name};
  for (char& c : token)
    if (c == '.')
      c = '_';
  return token;
}

std::string stream(std::string_view cluster, std::string_view queue, std::uint16_t shard) {
  return "DURE_" + stream_token(cluster) + "_" + stream_token(queue) + "_" + std::to_string(shard);
}

std::string journal_subject(std::string_view cluster, std::string_view queue, std::uint16_t shard) {
  return shard_subject(cluster, "journal", queue, shard);
}

std::string beat_subject(std::string_view cluster, std::string_view queue, std::uint16_t shard) {
  return shard_subject(cluster, "beat", queue, shard);
}

std::string request_subject(std::string_view cluster, std::string_view queue, std::uint16_t shard) {
  return shard_subject(cluster, "shard", queue, shard);
}

std::string progress_subject(std::string_view cluster, std::string_view queue, std::uint16_t shard,
                             std::string_view job) {
  return shard_subject(cluster, "progress", queue, shard) + "." + std::string{job};
}

std::string all_progress(std::string_view cluster) {
  return "dure." + subject_token(cluster) + ".progress.>";
}

std::string log_subject(std::string_view cluster, std::string_view queue, std::uint16_t shard,
                        std::string_view job) {
  return shard_subject(cluster, "log", queue, shard) + "." + std::string{job};
}

std::string all_logs(std::string_view cluster) {
  return "dure." + subject_token(cluster) + ".log.>";
}

std::string drain_subject(std::string_view cluster, std::string_view node) {
  return "dure." + subject_token(cluster) + ".drain." + subject_token(node);
}

std::string mend_subject(std::string_view cluster) {
  return "dure." + subject_token(cluster) + ".mend";
}

std::string bucket(std::string_view cluster) {
  return "dure-" + subject_token(cluster);
}

} // namespace dure::node::nats_names
