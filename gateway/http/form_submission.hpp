#pragma once

#include "gateway/http/file_form.hpp"
#include "gateway/http/keyed.hpp"

#include <functional>
#include <span>

namespace dure::gateway {

/// Reads the job that a form's plain fields ask for.
using form_reader = std::function<checked<job_spec>(const query& fields)>;

/// Makes the answer for the job that was taken; `at` is when.
using form_answer =
    std::function<checked<response>(const job_taken&, const file_form& form, timestamp at)>;

/// Submits the job of a form with one file, which is its input. Refuses what `read` refuses, and a
/// queue that there is not, before the file is kept. Keyed like every submit.
boost::asio::awaitable<checked<response>>
submit_form(exchange& e, std::span<const form_field> fields, form_reader read, form_answer answer);

} // namespace dure::gateway
