#pragma once

#include "actors/core/time.hpp"
#include "gateway/api/problem.hpp"

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dure::gateway {

/// Takes the fields of a JSON object one by one and gathers everything that is wrong with them, so
/// that a client hears all at once. Fields that nobody took are unknown, which is wrong too.
///
///     object_reader body{value};
///     auto reason = body.text("reason", 500);
///     if (auto wrong = body.finish()) return *wrong;
///
/// A field that is absent or null reads as nothing. A value; `object` and `pointer` outlive it.
class object_reader {
public:
  /// `pointer` is where the object stands in the request.
  explicit object_reader(const nlohmann::json& object, std::string pointer = "");

  /// Returns a string of at most `bytes_max` bytes without control characters.
  std::optional<std::string> text(std::string_view name, std::size_t bytes_max);

  /// Returns a string of 1 to `bytes_max` bytes that may have lines.
  std::optional<std::string> prose(std::string_view name, std::size_t bytes_max);

  std::optional<std::int64_t> integer(std::string_view name, std::int64_t min, std::int64_t max);

  std::optional<bool> flag(std::string_view name);

  std::optional<timestamp> time(std::string_view name);

  std::optional<std::vector<std::string>> texts(std::string_view name, std::size_t count_max,
                                                std::size_t bytes_max);

  /// Returns any value as JSON text of at most `bytes_max` bytes.
  std::optional<std::string> json_value(std::string_view name, std::size_t bytes_max);

  /// Returns an object as JSON text of at most `bytes_max` bytes.
  std::optional<std::string> json_object(std::string_view name, std::size_t bytes_max);

  /// Returns the member, an object, to be read by another reader, or null.
  const nlohmann::json* object(std::string_view name);

  /// Returns whether the field is there, be it null.
  bool names(std::string_view name) const;

  /// Says that a field is wrong.
  void reject(std::string_view name, std::string detail);

  /// Takes over what another reader, of a member of this object, has gathered.
  void absorb(object_reader&& member);

  /// Says that the named field must be there.
  void require(std::string_view name);

  /// Returns the 400 for everything that was wrong, or nothing.
  std::optional<problem> finish();

  std::string pointer_to(std::string_view name) const;

private:
  const nlohmann::json* take(std::string_view name);
  std::optional<std::string> dumped(const nlohmann::json& value, std::string_view name,
                                    std::size_t bytes_max);
  void note_unknown();
  std::string known() const;

  const nlohmann::json& object_;
  std::string pointer_;
  std::vector<std::string_view> taken_;
  std::vector<field_error> errors_;
  bool unknown_ = false;
};

/// Returns whether `text` holds a byte below 0x20 or DEL.
bool has_control(std::string_view text);

} // namespace dure::gateway
