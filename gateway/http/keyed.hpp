#pragma once

#include "gateway/api/fingerprint.hpp"
#include "gateway/api/idempotency.hpp"
#include "gateway/http/exchange.hpp"

#include <functional>
#include <optional>

namespace dure::gateway {

/// Makes the ids of what a request wishes: random ones, or, for a keyed request, the same ones at
/// every try. One owner.
class id_maker {
public:
  explicit id_maker(clock& time);
  id_maker(const digest& name, timestamp begun);

  /// When the request, or the first try of it, began.
  timestamp at() const { return at_; }

  std::uint64_t random();

  /// Returns the random part of an id for something about one of many: a later try may name others,
  /// or in another order, and still gets the same part for the same one.
  std::uint64_t random(const job_id& about);

  /// Returns a command that nobody has wished yet (or, keyed, the same that the first try wished).
  command make_command(command_body body);

  /// Returns the same for a wish about one of many, in the same way.
  command make_command(command_body body, const job_id& about);

private:
  clock* time_ = nullptr;
  digest name_{};
  timestamp at_;
  std::uint64_t randoms_ = 0;
  std::uint64_t commands_ = 0;
};

using keyed_work = std::function<boost::asio::awaitable<checked<response>>(id_maker&)>;

/// Returns the digest of a keyed request's body; nobody asks for that of others.
boost::asio::awaitable<digest> digest_of_body(exchange& e, const std::string& body);

/// Does `work`, once for each Idempotency-Key and body: a repeat gets the answer of the first.
/// Without a key it is simply done. Answers that ask to try again (429, 5xx) are not kept.
boost::asio::awaitable<checked<response>> once(exchange& e, const digest& body, keyed_work work);

} // namespace dure::gateway
