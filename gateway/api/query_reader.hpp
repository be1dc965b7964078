#pragma once

#include "actors/core/time.hpp"
#include "gateway/api/problem.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dure::gateway {

/// The decoded query parameters of a request, in order.
using query = std::vector<std::pair<std::string, std::string>>;

/// A plain field that a form may have beside its file.
struct form_field {
  std::string_view name;
  std::size_t bytes_max = 0;
};

/// Takes query parameters one by one, as object_reader takes fields: what nobody took is unknown,
/// which is wrong, as is a parameter given twice. A value; `parameters` outlive it.
class query_reader {
public:
  /// Where the parameters stand: in the address, or in a form, whose fields read the same way.
  enum class place : std::uint8_t { address, form };

  explicit query_reader(const query& parameters, place in = place::address)
      : parameters_{parameters}, in_{in} {}

  /// Returns a text of 1 to `bytes_max` bytes.
  std::optional<std::string> text(std::string_view name, std::size_t bytes_max);
  std::optional<std::uint64_t> integer(std::string_view name, std::uint64_t min, std::uint64_t max);
  std::optional<timestamp> time(std::string_view name);
  std::optional<milliseconds> duration(std::string_view name);

  /// Returns whether the flag is given: ?name, ?name=true or ?name=1.
  bool flag(std::string_view name);

  void reject(std::string_view name, std::string detail);

  /// Returns the 400 for everything that was wrong, or nothing.
  std::optional<problem> finish();

private:
  const std::string* take(std::string_view name);
  std::string known() const;

  const query& parameters_;
  place in_;
  std::vector<std::string_view> taken_;
  std::vector<field_error> errors_;
};

} // namespace dure::gateway
