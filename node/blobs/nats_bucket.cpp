#include "node/blobs/nats_bucket.hpp"

#include "node/journal/event_loop.hpp"
#include "node/journal/jetstream_api.hpp"
#include "node/journal/nats_connection.hpp"

#include <chrono>
#include <future>
#include <utility>

namespace dure::node {
namespace {

using namespace std::chrono_literals;
using jetstream::api_error;

constexpr std::chrono::milliseconds answer_timeout{5'000};
constexpr std::chrono::milliseconds purge_again_after{5'000};
constexpr int purge_tries = 120;

jetstream::stream_settings settings_of(const std::string& bucket, int replicas) {
  jetstream::stream_settings settings;
  settings.name = object_layout::stream(bucket);
  settings.subjects = object_layout::subjects(bucket);
  settings.replicas = replicas;
  settings.allow_rollup = true;
  settings.allow_direct = true;
  return settings;
}

void purge(nats_connection& connection, outgoing_message request, int tries) {
  connection.requests().send(
      request, answer_timeout, [&connection, request, tries](const nats_reply& reply) {
        if (reply.outcome == reply_outcome::answered || tries <= 1)
          return;
        connection.loop().post_after(purge_again_after, [&connection, request, tries] {
          purge(connection, request, tries - 1);
        });
      });
}

} // namespace

nats_bucket::nats_bucket(nats_connection& connection, log_sink& log, clock& time, std::string name,
                         int replicas)
    : connection_{connection}, time_{time}, name_{std::move(name)}, stream_{connection, log,
                                                                            settings_of(name_,
                                                                                        replicas)} {
}

result<void> nats_bucket::ensure() const {
  if (seen_)
    return {};
  auto done = std::make_shared<std::promise<result<jetstream::stream_state>>>();
  stream_.ensure([done](const auto& found) { done->set_value(found); });
  const auto found = done->get_future().get();
  if (!found)
    return found.error();
  seen_ = true;
  return {};
}

result<std::optional<nats_bucket::found_meta>> nats_bucket::find(const std::string& object) const {
  const auto message =
      get("{\"last_by_subj\":\"" + object_layout::meta_subject(name_, object) + "\"}");
  if (!message)
    return message.error();
  if (!*message)
    return std::optional<found_meta>{};
  auto found = read_meta(**message);
  if (!found)
    return error{errc::corrupt, "the meta of " + object + " is malformed"};
  return found;
}

result<std::optional<nats_bucket::found_meta>> nats_bucket::next_meta(std::uint64_t after) const {
  for (;;) {
    const auto message = get("{\"seq\":" + std::to_string(after + 1) + ",\"next_by_subj\":\"" +
                             object_layout::all_metas(name_) + "\"}");
    if (!message)
      return message.error();
    if (!*message)
      return std::optional<found_meta>{};
    if (auto found = read_meta(**message))
      return found;
    after = (*message)->sequence;
  }
}

std::optional<nats_bucket::found_meta>
nats_bucket::read_meta(const jetstream::stored_message& message) {
  auto meta = object_layout::parse_meta(message.payload);
  if (!meta)
    return std::nullopt;
  return found_meta{std::move(*meta), message.sequence,
                    message.stored_at.value_or(timestamp::max())};
}

result<std::optional<jetstream::stored_message>>
nats_bucket::get(const std::string& question) const {
  const auto text = call({"$JS.API.STREAM.MSG.GET." + stream_.name(), question, {}});
  if (!text)
    return text.error();
  auto answer = jetstream::parse_stored_message(*text);
  if (const auto* failure = std::get_if<api_error>(&answer)) {
    if (failure->number == jetstream::stream_not_found)
      seen_ = false;
    if (failure->number == jetstream::message_not_found ||
        failure->number == jetstream::stream_not_found)
      return std::optional<jetstream::stored_message>{};
    return error{errc::unavailable, "a meta of bucket " + name_ + ": " + failure->description};
  }
  return std::optional{std::get<jetstream::stored_message>(std::move(answer))};
}

result<std::optional<jetstream::stream_state>> nats_bucket::state(milliseconds patience) const {
  if (!connection_.connected())
    return error{errc::unavailable, "bucket " + name_ + ": not connected"};
  const auto text = call({"$JS.API.STREAM.INFO." + stream_.name(), {}, {}}, patience);
  if (!text)
    return text.error();
  auto found = jetstream::parse_stream(*text, {});
  if (auto* there = std::get_if<jetstream::stream_state>(&found))
    return std::optional{std::move(*there)};
  const auto& failure = std::get<api_error>(found);
  if (failure.number == jetstream::stream_not_found) {
    seen_ = false; // Whoever writes next makes it.
    return std::optional<jetstream::stream_state>{};
  }
  return error{errc::unavailable, "bucket " + name_ + ": " + failure.description};
}

void nats_bucket::drop(std::uint64_t sequence) const {
  connection_.requests().send({"$JS.API.STREAM.MSG.DELETE." + stream_.name(),
                               "{\"seq\":" + std::to_string(sequence) + ",\"no_erase\":true}",
                               {}},
                              answer_timeout, [](const nats_reply&) {});
}

result<std::uint64_t> nats_bucket::put_meta(const object_layout::meta& m,
                                            std::uint64_t expected) const {
  const auto text = call({object_layout::meta_subject(name_, m.name),
                          to_json(m, time_.now()),
                          {{"Nats-Rollup", "sub"},
                           {"Nats-Expected-Last-Subject-Sequence", std::to_string(expected)}}});
  if (!text)
    return error{errc::unknown_outcome, text.error().context};
  const auto answer = jetstream::parse_publish_ack(*text);
  const auto* failure = std::get_if<api_error>(&answer);
  if (failure == nullptr)
    return std::get<jetstream::publish_ack>(answer).sequence;
  const auto code = failure->number == jetstream::wrong_last_sequence ? errc::version_mismatch
                    : is_out_of_room(*failure)                        ? errc::io_failed
                                                                      : errc::unknown_outcome;
  return error{code, "meta of " + m.name + ": " + failure->description};
}

result<std::uint64_t> nats_bucket::count_chunks(const std::string& nuid) const {
  const auto subject = object_layout::chunk_subject(name_, nuid);
  auto done = std::make_shared<std::promise<result<jetstream::stream_state>>>();
  stream_.ensure([done](const auto& found) { done->set_value(found); }, subject);
  const auto found = done->get_future().get();
  if (!found)
    return found.error();
  const auto counted = found->subjects.find(subject);
  return counted == found->subjects.end() ? std::uint64_t{0} : counted->second;
}

result<std::string> nats_bucket::only_chunk(const std::string& nuid) const {
  return call(
      {"$JS.API.DIRECT.GET." + stream_.name() + "." + object_layout::chunk_subject(name_, nuid),
       {},
       {}});
}

void nats_bucket::send_chunk(const std::string& nuid, std::string bytes,
                             nats_requests::handler on_reply) const {
  connection_.requests().send({object_layout::chunk_subject(name_, nuid), std::move(bytes), {}},
                              answer_timeout,
                              [this, then = std::move(on_reply)](const nats_reply& reply) {
                                if (reply.outcome != reply_outcome::answered)
                                  seen_ = false;
                                then(reply);
                              });
}

void nats_bucket::purge_chunks(const std::string& nuid) const {
  purge(connection_,
        {"$JS.API.STREAM.PURGE." + stream_.name(),
         "{\"filter\":\"" + object_layout::chunk_subject(name_, nuid) + "\"}",
         {}},
        purge_tries);
}

result<std::string> nats_bucket::call(const outgoing_message& request) const {
  return call(request, answer_timeout);
}

result<std::string> nats_bucket::call(const outgoing_message& request,
                                      milliseconds patience) const {
  auto done = std::make_shared<std::promise<nats_reply>>();
  connection_.requests().send(request, patience,
                              [done](nats_reply reply) { done->set_value(std::move(reply)); });
  auto reply = done->get_future().get();
  if (reply.outcome == reply_outcome::answered)
    return std::move(reply.payload);
  return error{errc::unavailable, "bucket " + name_ + ": " + std::string{to_string(reply.outcome)}};
}

} // namespace dure::node
