#include "gateway/api/job_request.hpp"
#include "gateway/api/job_view.hpp"
#include "gateway/api/json_text.hpp"
#include "gateway/http/file_form.hpp"
#include "gateway/http/handlers.hpp"
#include "gateway/http/keyed.hpp"
#include "gateway/http/submission.hpp"

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

handlers::outcome submit_file(exchange& e, const file_form& form, job_spec spec, id_maker& ids) {
  spec.input_file = form.file;
  std::vector<checked<job_spec>> one;
  one.push_back(std::move(spec));
  auto outcomes = co_await submit_all(e.use.node, std::move(one), ids, submission::alone);
  if (!outcomes.front())
    co_return outcomes.front().error();
  co_return to_upload_response(*outcomes.front(), form.file, form.extension, e.head.speaks);
}

} // namespace

handlers::outcome handlers::upload_file(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  const std::span<const form_field> fields = job_fields;
  job_spec spec;
  const fields_check check = [&e, &spec](const query& said) -> std::optional<problem> {
    auto read = spec_of(said);
    if (!read)
      return read.error();
    spec = std::move(*read);
    return check_queue(e.use.node.view(), spec);
  };
  auto form = co_await read_file_form(e, fields, check);
  if (!form)
    co_return form.error();
  keyed_work work = [&e, &form, &spec](id_maker& ids) -> outcome {
    co_return co_await submit_file(e, *form, spec, ids);
  };
  co_return co_await once(e, digest_of(*form), std::move(work));
}

} // namespace dure::gateway
