#include "gateway/api/question_work.hpp"

#include "gateway/api/fingerprint.hpp"
#include "gateway/api/system_prompt.hpp"

#include <nlohmann/json.hpp>
#include <utility>

namespace dure::gateway {

namespace {

constexpr std::string_view explaining_kind = "question.explain";

/// Grows when the built-in explainer would explain the same question otherwise.
constexpr std::string_view extractive_version = "2";

/// An explanation takes seconds; one that takes minutes hangs.
constexpr job_timeout explaining_timeout{std::chrono::seconds{240}, std::chrono::seconds{300}};

constexpr std::uint16_t explaining_retries = 3;

/// What the job was made for, so that its handler can tell when it makes something else: the file
/// may have changed while the job waited.
nlohmann::json maker_of(const explainer& by) {
  nlohmann::json maker{{"provider", by.provider}, {"model", nullptr}, {"promptVersion", nullptr}};
  if (!by.uses_prompt())
    return maker;
  maker["model"] = by.model;
  maker["promptVersion"] = by.prompt_version;
  maker["settings"] = by.settings;
  return maker;
}

log_number log_of_set(const queue_definition& queue, const std::string& set) {
  job_spec spec;
  spec.group = set;
  return home_log(queue, spec, 0);
}

} // namespace

question_maker::question_maker(const queue_definition& queue, std::string set, timestamp now,
                               std::uint64_t random)
    : set_{std::move(set)}, now_{now}, random_{random << 32}, log_{log_of_set(queue, set_)} {}

put_question question_maker::make(std::string text, std::string label, std::string answer,
                                  const explainer& by) {
  // The upper half is the request's, the lower counts: the order of ids is that of the file.
  const auto n = ++made_;
  put_question wish;
  wish.id = question_id{make_job_id(log_, now_, random_ | n).value};
  wish.set = set_;
  wish.label = std::move(label);
  wish.content = std::move(text);
  wish.answer = std::move(answer);
  if (!wish.answer.empty())
    return wish;
  wish.work = name_of_work(wish.content, by);
  wish.job = explaining_job(make_job_id(log_, now_, random_ | (n + (1ULL << 31))), set_, by);
  return wish;
}

job_spec explaining_job(const job_id& id, std::string_view set, const explainer& by) {
  job_spec spec;
  spec.id = id;
  spec.kind = explaining_kind;
  spec.queue = questions_queue;
  spec.group = set;
  spec.params = maker_of(by).dump();
  spec.timeout = explaining_timeout;
  spec.max_attempts = 1 + explaining_retries;
  if (by.charged)
    spec.tags.emplace_back(charged_tag);
  if (by.uses_prompt() && by.prompt_version != default_prompt_version)
    spec.tags.push_back(prompt_key(by.prompt_version));
  return spec;
}

std::string name_of_work(std::string_view text, const explainer& by) {
  fingerprint f;
  f.add_field(text);
  f.add_field(by.provider);
  if (by.uses_prompt()) {
    f.add_field(by.model);
    f.add_field(std::to_string(by.prompt_version));
    f.add_field(by.settings);
  } else {
    f.add_field(extractive_version);
  }
  return to_hex(f.take());
}

} // namespace dure::gateway
