#include "gateway/api/question_work.hpp"

#include "gateway/api/fingerprint.hpp"

#include <utility>

namespace dure::gateway {

namespace {

constexpr std::string_view explaining_kind = "question.explain";

/// An explanation takes seconds; one that takes minutes hangs.
constexpr job_timeout explaining_timeout{std::chrono::seconds{240}, std::chrono::seconds{300}};

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
  wish.job = explaining_job(make_job_id(log_, now_, random_ | (n + (1ULL << 31))), set_);
  return wish;
}

job_spec explaining_job(const job_id& id, std::string_view set) {
  job_spec spec;
  spec.id = id;
  spec.kind = explaining_kind;
  spec.queue = questions_queue;
  spec.group = set;
  spec.params = "{}";
  spec.timeout = explaining_timeout;
  return spec;
}

std::string name_of_work(std::string_view text, const explainer& by) {
  fingerprint f;
  f.add_field(text);
  f.add_field(by.provider);
  f.add_field(std::to_string(by.version));
  return to_hex(f.take());
}

} // namespace dure::gateway
