#include "actors/core/keys.hpp"

#include <algorithm>

namespace dure::keys {

namespace {

constexpr char end_of_text = '\0';

/// Builds a key from its parts, left to right.
class key {
public:
  explicit key(log_number log) { big_endian(number(log), 2); }

  key& text(std::string_view part) {
    bytes_ += part;
    return *this;
  }

  key& ended(std::string_view part) {
    bytes_ += part;
    bytes_ += end_of_text;
    return *this;
  }

  key& id(const uuid& part) {
    bytes_.append(reinterpret_cast<const char*>(part.bytes.data()), part.bytes.size());
    return *this;
  }

  key& letter(char part) {
    bytes_ += part;
    return *this;
  }

  key& state(job_state part) {
    bytes_ += static_cast<char>(part);
    return *this;
  }

  key& big_endian(std::uint64_t part, int size) {
    for (auto i = size - 1; i >= 0; --i)
      bytes_ += static_cast<char>(part >> (8 * i));
    return *this;
  }

  operator std::string() { return std::move(bytes_); }

private:
  std::string bytes_;
};

constexpr char count_tag = 'n';
constexpr char artifact_tag = 'a';
constexpr char log_tag = 'l';

constexpr std::size_t log_bytes = 2;
constexpr std::size_t hash_bytes = 32;
constexpr std::size_t id_bytes = sizeof(uuid::bytes);
constexpr std::size_t file_prefix_bytes = log_bytes + id_bytes + 1; ///< With the tag.

char to_digit_value(char hex) {
  return static_cast<char>(hex <= '9' ? hex - '0' : hex - 'a' + 10);
}

/// Returns the 32 bytes that a hash in hex spells; a malformed one gives some bytes.
std::string to_bytes(std::string_view sha256) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < sha256.size(); i += 2)
    bytes += static_cast<char>((to_digit_value(sha256[i]) << 4) | to_digit_value(sha256[i + 1]));
  bytes.resize(hash_bytes);
  return bytes;
}

std::uint16_t attempt_in(std::string_view bytes) {
  std::uint16_t attempt = 0;
  for (char byte : bytes)
    attempt = static_cast<std::uint16_t>(attempt << 8 | static_cast<std::uint8_t>(byte));
  return attempt;
}

key_range begins_with(std::string prefix) {
  auto until = after_prefix(prefix);
  return {std::move(prefix), std::move(until)};
}

/// Returns the `place`-th id from the end of a key that ends in ids.
std::optional<uuid> id_from_end(std::string_view key, std::size_t place) {
  uuid id;
  const auto size = id.bytes.size();
  if (key.size() < place * size)
    return std::nullopt;
  const auto bytes = key.substr(key.size() - place * size, size);
  std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
  return id;
}

} // namespace

std::string job(const job_id& id) {
  return key{log_of(id)}.id(id.value);
}

std::string ready(log_number log, std::string_view kind, std::int16_t priority, const job_id& id) {
  auto inverted = static_cast<std::uint16_t>(32'767 - priority);
  return key{log}.ended(kind).big_endian(inverted, 2).id(id.value);
}

key_range ready_of(log_number log, std::string_view kind) {
  return begins_with(key{log}.ended(kind));
}

std::string by_state(job_state state, const job_id& id) {
  return key{log_of(id)}.state(state).id(id.value);
}

key_range by_state_of(log_number log, job_state state) {
  return begins_with(key{log}.state(state));
}

std::string by_group(std::string_view group, job_state state, const job_id& id) {
  return key{log_of(id)}.ended(group).state(state).id(id.value);
}

key_range by_group_of(log_number log, std::string_view group) {
  return begins_with(key{log}.ended(group));
}

key_range by_group_of(log_number log, std::string_view group, job_state state) {
  return begins_with(key{log}.ended(group).state(state));
}

std::string unique(log_number log, std::string_view group, std::string_view unique_key) {
  return key{log}.text(group.empty() ? "q" : "g").ended(group).text(unique_key);
}

std::string lease_of(const lease& of, const claim_id& claim) {
  return key{log_of(of.job)}.ended(of.node).id(of.boot.value).id(claim.value).id(of.job.value);
}

key_range leases_of(log_number log, std::string_view node) {
  return begins_with(key{log}.ended(node));
}

key_range leases_of(log_number log, std::string_view node, const boot_id& boot,
                    const claim_id& claim) {
  return begins_with(key{log}.ended(node).id(boot.value).id(claim.value));
}

std::string_view node_of_lease(std::string_view key) {
  auto rest = after_log(key);
  return rest.substr(0, rest.find('\0'));
}

std::optional<boot_id> boot_of_lease(std::string_view key) {
  auto id = id_from_end(key, 3);
  return id ? std::optional{boot_id{*id}} : std::nullopt;
}

std::string command(log_number log, const command_id& id) {
  return key{log}.id(id.value);
}

std::string counts_of_log(log_number log) {
  return key{log}.text("q");
}

std::string counts_of_kind(log_number log, std::string_view kind) {
  return key{log}.text("k").text(kind);
}

std::string counts_of_group(log_number log, std::string_view group) {
  return key{log}.text("g").text(group);
}

std::string record(log_number log, std::string_view record_key) {
  return key{log}.text(record_key);
}

key_range records_of(log_number log, std::string_view prefix) {
  return begins_with(key{log}.text(prefix));
}

std::string artifact_count(const job_id& id) {
  return key{log_of(id)}.id(id.value).letter(count_tag);
}

std::string artifact(const job_id& id, std::string_view name) {
  return key{log_of(id)}.id(id.value).letter(artifact_tag).text(name);
}

key_range artifacts_of(const job_id& id) {
  return begins_with(artifact(id, {}));
}

key_range artifacts_after(const job_id& id, std::string_view name) {
  return {artifact(id, name) + end_of_text, after_prefix(artifact(id, {}))};
}

std::string attempt_log(const job_id& id, std::uint16_t attempt) {
  return key{log_of(id)}.id(id.value).letter(log_tag).big_endian(attempt, 2);
}

key_range attempt_logs_of(const job_id& id) {
  return begins_with(key{log_of(id)}.id(id.value).letter(log_tag));
}

key_range files_of(const job_id& id) {
  return begins_with(key{log_of(id)}.id(id.value));
}

std::optional<file> parse_file(std::string_view key) {
  if (key.size() < file_prefix_bytes)
    return std::nullopt;
  const auto id = job_at_end(key.substr(0, file_prefix_bytes - 1));
  const auto detail = key.substr(file_prefix_bytes);
  switch (key[file_prefix_bytes - 1]) {
  case count_tag:
    return file{*id, std::nullopt, {}};
  case artifact_tag:
    return file{*id, use::artifact, std::string{detail}};
  case log_tag:
    return file{*id, use::log, std::to_string(attempt_in(detail))};
  }
  return std::nullopt;
}

std::string blob_use(std::string_view sha256, const job_id& id, use as, std::string_view detail) {
  return key{log_of(id)}
      .text(to_bytes(sha256))
      .id(id.value)
      .letter(static_cast<char>(as))
      .text(detail);
}

key_range blob_uses_of(log_number log, std::string_view sha256) {
  return begins_with(key{log}.text(to_bytes(sha256)));
}

std::optional<job_id> user_of_blob(std::string_view key) {
  constexpr auto prefix = log_bytes + hash_bytes;
  if (key.size() < prefix + id_bytes)
    return std::nullopt;
  return job_at_end(key.substr(0, prefix + id_bytes));
}

std::string log(log_number log) {
  return key{log};
}

std::string snapshots(log_number log) {
  return key{log}.letter('s');
}

std::string unfinished(log_number log) {
  return key{log}.letter('u');
}

std::string tail(log_number log, journal_index index) {
  return key{log}.big_endian(number(index), 8);
}

key_range tail_below(log_number log, journal_index index) {
  return {key{log}, tail(log, index)};
}

std::optional<journal_index> index_in_tail(std::string_view key) {
  const auto bytes = after_log(key);
  if (bytes.size() != 8)
    return std::nullopt;
  std::uint64_t index = 0;
  for (const auto byte : bytes)
    index = index << 8 | static_cast<std::uint8_t>(byte);
  return journal_index{index};
}

key_range all_of(log_number log) {
  return begins_with(key{log});
}

std::string_view after_log(std::string_view key) {
  return key.substr(std::min<std::size_t>(2, key.size()));
}

std::optional<job_id> job_at_end(std::string_view key) {
  auto id = id_from_end(key, 1);
  return id ? std::optional{job_id{*id}} : std::nullopt;
}

std::string after_prefix(std::string prefix) {
  // No prefix of ours is all 0xff: it begins with a log number of at most 4095.
  while (!prefix.empty() && static_cast<std::uint8_t>(prefix.back()) == 0xff)
    prefix.pop_back();
  if (!prefix.empty())
    prefix.back() = static_cast<char>(static_cast<std::uint8_t>(prefix.back()) + 1);
  return prefix;
}

} // namespace dure::keys
