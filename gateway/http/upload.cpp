#include "gateway/api/job_request.hpp"
#include "gateway/api/job_view.hpp"
#include "gateway/api/json_text.hpp"
#include "gateway/http/form_submission.hpp"
#include "gateway/http/handlers.hpp"

#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

constexpr std::string_view upload_kind = "document.parse";

/// What a form may say besides its file, for kinds that operators bring.
constexpr form_field job_fields[] = {
    {"kind", limits::name_bytes_max},
    {"queue", limits::name_bytes_max},
    {"group", limits::group_bytes_max},
    {"params", limits::inline_json_bytes_max},
};

/// Returns what the form asks for, by the rules of a job that comes as JSON.
checked<job_spec> spec_of(const query& fields) {
  nlohmann::json body{{"kind", upload_kind}};
  for (const auto& [name, value] : fields) {
    if (name != "params") {
      body[name] = value;
      continue;
    }
    auto params = parse_json(value);
    if (!params)
      return params.error();
    body[name] = std::move(*params);
  }
  return parse_job_request(body);
}

} // namespace

handlers::outcome handlers::upload_file(exchange& e) {
  form_answer answer = [&e](const job_taken& taken, const file_form& form,
                            timestamp) -> checked<response> {
    return to_upload_response(taken, form.file, form.extension, e.head.speaks);
  };
  co_return co_await submit_form(e, job_fields, spec_of, std::move(answer));
}

} // namespace dure::gateway
