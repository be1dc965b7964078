#pragma once

#include "actors/core/error.hpp"

#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dure::gateway {

/// One thing wrong with a request: where (a JSON pointer, or "?name" for a query parameter) and
/// what.
struct field_error {
  std::string pointer;
  std::string detail;

  bool operator==(const field_error&) const = default;
};

/// Why a request got no answer of its own: RFC 9457 in plain values. Never holds a path of the
/// machine, a stack or an internal name.
struct problem {
  int status = 500;
  std::string code;   ///< Stable, lower case with underscores, e.g. "unknown_field".
  std::string detail; ///< One sentence.
  std::vector<field_error> errors;
  std::optional<int> retry_after_s;

  bool operator==(const problem&) const = default;
};

/// What a client asked for, understood, or the problem with it. Must not be dropped.
template <class T> struct [[nodiscard]] checked : boost::system::result<T, problem> {
  using boost::system::result<T, problem>::result;
};

/// Returns a 400 with one field error.
problem bad_field(std::string pointer, std::string code, std::string detail);

/// Returns whether one of the problem's field errors is about `pointer`.
bool names(const problem& p, std::string_view pointer);

/// The one table from our failures to HTTP.
int http_status(errc code);

/// Returns the stable word that clients see for `code`, e.g. "wrong_state".
std::string_view problem_code(errc code);

/// Returns the problem that a refusal is for a client. Failures of the node itself (store, damage)
/// keep their context to themselves.
problem to_problem(const error& e);

/// Returns the body of `application/problem+json`. `instance` is the request's path.
std::string to_json_text(const problem& p, std::string_view instance);

/// Returns `token` with "~" and "/" escaped as RFC 6901 wants it.
std::string pointer_token(std::string_view token);

/// Returns the usual phrase of an HTTP status, e.g. "Not Found".
std::string_view status_phrase(int status);

} // namespace dure::gateway
