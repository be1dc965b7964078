#include "node/journal/nats_stream.hpp"

#include "node/journal/nats_connection.hpp"
#include "node/journal/nats_requests.hpp"

#include <utility>

namespace dure::node {
namespace {

using jetstream::api_error;
using jetstream::stream_state;

constexpr std::chrono::milliseconds answer_timeout{3'000};

} // namespace

nats_stream::nats_stream(nats_connection& connection, log_sink& log,
                         jetstream::stream_settings wanted)
    : connection_{&connection}, log_{&log}, wanted_{
                                                std::make_shared<const jetstream::stream_settings>(
                                                    std::move(wanted))} {}

void nats_stream::ensure(handler then, const std::string& subjects) const {
  auto question = subjects.empty() ? "" : "{\"subjects_filter\":\"" + subjects + "\"}";
  call("INFO", std::move(question), [self = *this, then = std::move(then)](const auto& found) {
    const auto* failure = std::get_if<api_error>(&found);
    if (failure != nullptr && failure->number == jetstream::stream_not_found)
      self.make(self.wanted_->replicas, then);
    else
      self.finish(found, then);
  });
}

void nats_stream::make(int replicas, const handler& then) const {
  auto asked = *wanted_;
  asked.replicas = replicas;
  call("CREATE", create_stream_body(asked), [self = *this, replicas, then](const auto& made) {
    const auto* failure = std::get_if<api_error>(&made);
    if (failure != nullptr && failure->number == jetstream::not_clustered && replicas > 1) {
      self.make(1, then);
      return;
    }
    if (failure == nullptr)
      self.log_->write(log_level::warn, "stream-made", "made a stream that was missing",
                       {{"stream", self.name()}, {"replicas", std::to_string(replicas)}});
    self.finish(made, then);
  });
}

void nats_stream::call(const std::string& method, std::string body,
                       std::function<void(jetstream::answer<stream_state>)> then) const {
  connection_->requests().send({"$JS.API.STREAM." + method + "." + name(), std::move(body), {}},
                               answer_timeout,
                               [wanted = wanted_, then = std::move(then)](const nats_reply& reply) {
                                 if (reply.outcome == reply_outcome::answered)
                                   then(jetstream::parse_stream(reply.payload, *wanted));
                                 else
                                   then(api_error{0, std::string{to_string(reply.outcome)}});
                               });
}

void nats_stream::finish(const jetstream::answer<stream_state>& found, const handler& then) const {
  if (const auto* failure = std::get_if<api_error>(&found)) {
    then(failed(*failure));
    return;
  }
  warned_->small_cluster = false;
  const auto& state = std::get<stream_state>(found);
  if (state.misfit.empty()) {
    warn_if_thin(state);
    then(state);
    return;
  }
  log_->write(log_level::error, "stream-misfit", state.misfit, {{"stream", name()}});
  then(error{errc::invalid, "stream " + name() + ": " + state.misfit});
}

error nats_stream::failed(const api_error& failure) const {
  if (failure.number != jetstream::too_few_peers)
    return {is_out_of_room(failure) ? errc::io_failed : errc::unavailable,
            "stream " + name() + ": " + failure.description};
  const auto wanted = std::to_string(wanted_->replicas);
  auto text = "needs " + wanted + " nats-servers to keep " + wanted + " copies";
  // Addresses, not servers: one that has two, or goes by another name here, would count twice.
  if (const auto known = connection_->known_addresses(); known > 0 && known < wanted_->replicas)
    text += "; " + std::to_string(known) + (known == 1 ? " is there" : " are there");
  text += " (" + failure.description + ")";
  if (!warned_->small_cluster.exchange(true))
    log_->write(log_level::error, "stream-cluster-small", text, {{"stream", name()}});
  return {errc::unavailable, "stream " + name() + ": " + text};
}

void nats_stream::warn_if_thin(const stream_state& found) const {
  if (!found.in_cluster || found.replicas >= wanted_->replicas || warned_->thin.exchange(true))
    return;
  const auto wanted = std::to_string(wanted_->replicas);
  log_->write(log_level::warn, "stream-thin",
              "copies: " + std::to_string(found.replicas) + ", wanted: " + wanted +
                  "; mend it with: nats stream edit " + name() + " --replicas " + wanted,
              {{"stream", name()}});
}

} // namespace dure::node
