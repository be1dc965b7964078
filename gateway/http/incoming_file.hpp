#pragma once

#include "actors/core/file_type.hpp"
#include "gateway/http/exchange.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace dure::gateway {

/// A file as it arrives: its first bytes are held until its type is known, everything goes to the
/// blob store. When it is dropped before `finish`, nothing is left there. One owner.
class incoming_file {
public:
  /// `field` is the one of the form that the file is in.
  incoming_file(service& use, std::string_view field, std::string_view name);

  /// Takes the next bytes; returns what failed.
  boost::asio::awaitable<std::optional<problem>> take(std::string_view bytes);

  /// Returns the stored file. An empty one is a problem.
  boost::asio::awaitable<checked<blob_ref>> finish();

  /// Lets go of what was written so far; call it when the upload fails. Deleting may block.
  boost::asio::awaitable<void> abandon();

  /// Known once `finish` has answered.
  file_type type() const { return type_; }

private:
  boost::asio::awaitable<std::optional<problem>> open();
  boost::asio::awaitable<std::optional<problem>> write(std::string_view bytes);

  service& use_;
  std::string field_;
  std::string name_;
  std::string head_;
  file_type type_{};
  std::unique_ptr<blob_writer> writer_;
};

} // namespace dure::gateway
