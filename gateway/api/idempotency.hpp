#pragma once

#include "actors/core/command.hpp"
#include "gateway/api/fingerprint.hpp"
#include "gateway/api/response.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What an Idempotency-Key on a POST means: the same key and body get the same answer for a day.
///
/// A keyed request is a record in the control log. It is put (and must not exist) before anything
/// is done, and put again with the answer when that is known. Every id that the request makes
/// derives from the key and the time of the first try, so that a second try after a crash wishes
/// the very same things, and the ledger does nothing twice.
namespace dure::gateway {

inline constexpr std::chrono::hours keyed_requests_kept{24};

/// For how long a try holds the key. Longer than the backend takes to answer all asks of a request;
/// a repeat after that time assumes that the node died and takes over.
inline constexpr std::chrono::seconds keyed_request_patience{15};

struct keyed_request {
  std::string fingerprint;        ///< Of method, target and body, in hex.
  timestamp begun{};              ///< The first try; part of every id that is derived.
  timestamp busy_until{};         ///< The try that runs gives up by then.
  std::optional<response> answer; ///< Its body is elsewhere when `body_parts` > 0.
  std::uint32_t body_parts = 0;   ///< A body too large for a record lies in so many others.

  bool operator==(const keyed_request&) const = default;
};

/// What to do with a request whose key is known already.
enum class keyed_verdict : std::uint8_t {
  answer_again, ///< Same body, answer known.
  take_over,    ///< Same body, and nobody is at it any more.
  in_progress,  ///< 409
  other_body,   ///< 422
};

keyed_verdict judge(const keyed_request& known, std::string_view fingerprint, timestamp now);

/// Returns the 409 or 422 of a verdict.
problem to_problem(keyed_verdict v, const keyed_request& known, timestamp now);

/// Returns the key, checked: 1 to 255 visible ASCII characters.
checked<std::string> parse_idempotency_key(std::string_view header);

/// Returns the digest that names the keyed request among those of `owner`.
digest keyed_name(std::string_view owner, std::string_view key);

/// Returns the fingerprint of a request whose body is already digested.
std::string request_fingerprint(std::string_view method, std::string_view target,
                                const digest& body);

std::string keyed_record_key(std::string_view owner, const digest& name);

/// Returns the n-th 64 random-looking bits that belong to the key.
std::uint64_t derived_random(const digest& name, std::uint64_t n);

/// Returns the id of the n-th command of the keyed request.
command_id derived_command_id(const digest& name, std::uint64_t n);

std::string to_json_text(const keyed_request& r);
result<keyed_request> parse_keyed_request(std::string_view text);

/// Returns the commands that keep the answer: the record, and before it the parts of a body that
/// does not fit into it.
std::vector<command_body> keep_answer(const std::string& record_key, keyed_request request,
                                      response answer, std::uint64_t expected, timestamp now);

/// Returns the key of the n-th part of a kept body.
std::string body_part_key(const std::string& record_key, std::uint32_t n);

} // namespace dure::gateway
