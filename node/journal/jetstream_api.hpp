#pragma once

#include "actors/core/time.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The JSON that JetStream's API takes and gives. Pure: text in, values out.
namespace dure::node::jetstream {

/// Numbers of errors that mean something to us.
inline constexpr int too_few_peers = 10005;
inline constexpr int message_not_found = 10037;
inline constexpr int stream_not_found = 10059;
inline constexpr int wrong_last_sequence = 10071;
inline constexpr int not_clustered = 10074; ///< More than one replica was asked for.

/// What the server refused, or an answer that makes no sense (number 0).
struct api_error {
  int number = 0;
  std::string description;
};

/// Returns whether the server refuses because it has no room or cannot write: 10023 and 10047
/// (resources and storage exceeded), 10049 (a stream cannot be made), 10077 (a message cannot be
/// stored). It takes the same again when there is room.
constexpr bool is_out_of_room(const api_error& e) {
  return e.number == 10023 || e.number == 10047 || e.number == 10049 || e.number == 10077;
}

template <class T> using answer = std::variant<T, api_error>;

/// The settings of a stream that we set and check; all streams are on disk, without a limit of age,
/// number or size, and refuse what is new when the disk is full.
struct stream_settings {
  std::string name;
  std::vector<std::string> subjects;
  int replicas = 1; ///< Of a stream that is made; one that is there may have another number.
  bool allow_rollup = false;
  bool allow_direct = false;
  std::chrono::milliseconds duplicate_window{2'000};
};

/// Returns the body of STREAM.CREATE.
std::string create_stream_body(const stream_settings& wanted);

struct stream_state {
  std::uint64_t first = 0; ///< 0 in a stream that never had a message.
  std::uint64_t last = 0;
  std::uint64_t bytes = 0;
  timestamp created{};
  int replicas = 0;
  bool in_cluster = false;                       ///< The server belongs to a cluster.
  std::map<std::string, std::uint64_t> subjects; ///< Messages of each subject, when asked for.
  std::string misfit; ///< How its configuration differs from the wanted one; empty: it does not.
};

/// Reads the answer to STREAM.INFO and STREAM.CREATE.
answer<stream_state> parse_stream(std::string_view text, const stream_settings& wanted);

struct publish_ack {
  std::uint64_t sequence = 0;
  bool duplicate = false;
};

answer<publish_ack> parse_publish_ack(std::string_view text);

struct stored_message {
  std::uint64_t sequence = 0;
  std::string subject;
  std::string payload;
  std::optional<timestamp> stored_at;
};

/// Reads the answer to STREAM.MSG.GET.
answer<stored_message> parse_stored_message(std::string_view text);

/// An ordered, ephemeral push consumer.
struct consumer_settings {
  std::string stream;
  std::string name;
  std::string deliver_to;
  std::string filter; ///< Empty: all subjects.
  std::uint64_t from = 1;
  std::chrono::milliseconds heartbeat{};
};

std::string create_consumer_body(const consumer_settings& wanted);

/// Reads an answer of which only success matters.
std::optional<api_error> parse_done(std::string_view text);

/// Where a message of a push consumer comes from, told by its reply subject.
struct delivery {
  std::string_view consumer;
  std::uint64_t stream_sequence = 0;
  std::uint64_t consumer_sequence = 0;
};

/// Reads $JS.ACK.<stream>.<consumer>.<n>.<stream seq>.<consumer seq>.<time>.<pending>, and the
/// longer form with domain and account.
std::optional<delivery> parse_delivery(std::string_view reply_subject);

} // namespace dure::node::jetstream
