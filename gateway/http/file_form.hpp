#pragma once

#include "gateway/api/fingerprint.hpp"
#include "gateway/api/query_reader.hpp"
#include "gateway/http/exchange.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string_view>

namespace dure::gateway {

/// A form that has arrived whole; its file is in the blob store.
struct file_form {
  blob_ref file;
  std::string_view extension; ///< By the file's bytes, without a dot.
  query fields;               ///< As sent, in order.
};

/// Says what is wrong with a form's plain fields, or nothing.
using fields_check =
    std::function<boost::asio::awaitable<std::optional<problem>>(const query& fields)>;

/// Reads a multipart body with one file in the field `file` and, at most once each, the named plain
/// fields. The file goes to the blob store while it comes; when anything fails, or `check` refuses
/// the fields, nothing is left there.
boost::asio::awaitable<checked<file_form>>
read_file_form(exchange& e, std::span<const form_field> fields, const fields_check& check);

/// Two forms are the same when their fields and contents are.
digest digest_of(const file_form& form);

} // namespace dure::gateway
