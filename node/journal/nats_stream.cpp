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
    if (failure == nullptr || failure->number != jetstream::stream_not_found) {
      self.finish(found, then);
      return;
    }
    self.log_->write(log_level::warn, "stream-made", "made a stream that was missing",
                     {{"stream", self.name()}});
    self.call("CREATE", create_stream_body(*self.wanted_),
              [self, then](const auto& made) { self.finish(made, then); });
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
    const auto code = is_out_of_room(*failure) ? errc::io_failed : errc::unavailable;
    then(error{code, "stream " + name() + ": " + failure->description});
    return;
  }
  const auto& state = std::get<stream_state>(found);
  if (state.misfit.empty()) {
    then(state);
    return;
  }
  log_->write(log_level::error, "stream-misfit", state.misfit, {{"stream", name()}});
  then(error{errc::invalid, "stream " + name() + ": " + state.misfit});
}

} // namespace dure::node
