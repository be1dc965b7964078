#include "gateway/http/question_intake.hpp"

#include "gateway/api/question_view.hpp"
#include "gateway/api/time_text.hpp"
#include "gateway/http/ask.hpp"
#include "gateway/http/blocking.hpp"

#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace asio = boost::asio;
using nlohmann::json;

namespace {

constexpr std::size_t questions_an_ask = 500;
constexpr int retry_status = 503;
constexpr std::size_t import_errors_max = 1'000;
/// Questions in one upload; beyond this a set is uploaded in parts.
constexpr std::size_t upload_rows_max = 1'000'000;
/// Of questions that wait until the last row was seen.
constexpr std::size_t atomic_bytes_max = 64 << 20;

std::size_t bytes_of(const question_draft& d) {
  auto bytes = sizeof d + d.question_text.size() + d.correct_answer.size() + d.explanation.size() +
               d.passage_content.size() + d.passage_comment.size() + d.question_number.size() +
               d.subject.size() + d.level.size();
  for (const auto& option : d.options)
    bytes += option.size();
  return bytes;
}

/// Returns ", the first 300 are listed" when not all refused rows are.
std::string listed(std::size_t wrong, std::size_t told, language in) {
  if (told == wrong)
    return {};
  const auto count = std::to_string(told);
  return in == language::english ? ", the first " + count + " are listed"
                                 : ", 처음 " + count + "행만 표시";
}

std::string message_of(std::size_t taken, bool dry_run, language in) {
  const auto count = std::to_string(taken);
  if (in == language::english)
    return count + (dry_run ? " questions would be taken" : " questions taken");
  return "문제 " + count + (dry_run ? "개를 등록할 수 있습니다" : "개가 등록되었습니다");
}

std::string refused_rows(std::size_t wrong, std::size_t told, language in) {
  if (wrong == 0)
    return ".";
  const auto count = std::to_string(wrong);
  const auto rest = listed(wrong, told, in);
  return in == language::english ? ", " + count + " rows refused" + rest + "."
                                 : " (" + count + "행 거부" + rest + ").";
}

json to_value(const import_error& e) {
  return {{"line", e.line}, {"field", e.field}, {"reason", e.reason}};
}

} // namespace

question_intake::question_intake(service& use, const question_set& set, explainer by, id_maker& ids,
                                 options how)
    : use_{use}, set_{set}, by_{std::move(by)}, ids_{ids}, how_{how}, maker_{set.queue, set.name,
                                                                             ids.at(),
                                                                             ids.random()} {}

void question_intake::add(question_draft draft, std::vector<import_error> errors) {
  if (errors.empty())
    errors = check_question(draft);
  if (++rows_ > upload_rows_max)
    return;
  if (!errors.empty())
    return note(std::move(errors));
  if (how_.atomic)
    waiting_bytes_ += bytes_of(draft);
  waiting_.push_back(std::move(draft));
}

void question_intake::note(std::vector<import_error> row) {
  ++wrong_;
  if (errors_.empty() && row.size() > import_errors_max)
    row.resize(import_errors_max);
  if (wrong_told_ + 1 < wrong_ || errors_.size() + row.size() > import_errors_max)
    return;
  ++wrong_told_;
  std::move(row.begin(), row.end(), std::back_inserter(errors_));
}

asio::awaitable<std::optional<problem>> question_intake::take_some() {
  if (rows_ > upload_rows_max)
    co_return problem{413,
                      "too_large",
                      "One upload takes at most 1,000,000 rows: send the rest by itself.",
                      {},
                      {}};
  if (waiting_bytes_ > atomic_bytes_max)
    co_return problem{413, "too_large", "An upload with atomic takes at most 64 MiB.", {}, {}};
  while (!how_.atomic && waiting_.size() >= questions_an_ask) {
    auto failed = co_await take(questions_an_ask);
    if (failed)
      co_return failed;
  }
  co_return std::nullopt;
}

asio::awaitable<std::optional<problem>> question_intake::take(std::size_t wanted) {
  std::vector<command> wishes;
  std::vector<question_draft> drafts;
  while (drafts.size() < wanted && !waiting_.empty()) {
    auto& draft = waiting_.front();
    auto answer =
        draft.explanation.empty() ? std::string{} : to_answer_text(draft.explanation, "imported");
    auto wish = maker_.make(to_question_text(draft), draft.question_number, std::move(answer), by_);
    wishes.push_back(ids_.make_command(std::move(wish)));
    drafts.push_back(std::move(draft));
    waiting_.pop_front();
  }
  if (how_.dry_run) {
    for (const auto& draft : drafts)
      taken_.push_back(
          {{},
           draft.question_number,
           draft.explanation.empty() ? question_state::pending : question_state::completed});
    co_return std::nullopt;
  }
  auto outcomes = co_await ask(use_.node, set_.log, std::move(wishes));
  outcomes.resize(drafts.size(), error{errc::unknown_outcome, {}});
  std::optional<problem> passes;
  for (std::size_t i = 0; i < drafts.size(); ++i)
    if (auto refused = note_outcome(drafts[i], outcomes[i]); refused && !passes)
      passes = std::move(refused);
  co_return passes;
}

std::optional<problem> question_intake::note_outcome(const question_draft& draft,
                                                     const result<dure::answer>& outcome) {
  const auto* q = outcome ? std::get_if<question_taken>(&*outcome) : nullptr;
  if (q != nullptr) {
    jobs_ += is_live(q->state) ? 1 : 0;
    taken_.push_back({q->id, draft.question_number, q->state});
    return std::nullopt;
  }
  auto refused = to_problem(outcome ? error{errc::corrupt, {}} : outcome.error());
  // What passes by itself is no fault of the row: the client is to send the file again.
  if (refused.status == retry_status || (taken_.empty() && how_.atomic))
    return refused;
  note({{draft.line, "", refused.detail}});
  return std::nullopt;
}

problem question_intake::refuse_all() const {
  problem refused{400,
                  "bad_rows",
                  std::to_string(wrong_) + " rows are wrong" +
                      listed(wrong_, wrong_told_, language::english) + "; nothing was taken.",
                  {},
                  {}};
  for (const auto& e : errors_)
    refused.errors.push_back({"line " + std::to_string(e.line) + ": " + e.field, e.reason});
  return refused;
}

problem question_intake::broken_off(problem why) const {
  if (!taken_.empty() && !how_.dry_run)
    why.detail += " " + std::to_string(taken_.size()) + " questions before it were taken.";
  return why;
}

asio::awaitable<checked<response>> question_intake::finish(language in) {
  if (wrong_ > 0 && (how_.atomic || (taken_.empty() && waiting_.empty())))
    co_return refuse_all();
  if (wrong_ == 0 && taken_.empty() && waiting_.empty())
    co_return bad_field("/questions", "no_questions", "There is no question in it.");
  while (!waiting_.empty()) {
    auto failed = co_await take(questions_an_ask);
    if (failed)
      co_return *failed;
  }
  // Of a million questions it takes seconds.
  co_return co_await run_blocking(use_.pool, [&] { return answer(in); });
}

checked<response> question_intake::answer(language in) const {
  auto status = set_queue_status(use_.node.view(), set_);
  if (!status)
    return to_problem(status.error());
  auto data = json::array();
  for (const auto& q : taken_)
    data.push_back({{"id", q.id ? json(to_string(*q.id)) : json(nullptr)},
                    {"questionNumber", q.label.empty() ? json(nullptr) : json(q.label)},
                    {"explanationStatus", to_string(q.state)}});
  auto errors = json::array();
  for (const auto& e : errors_)
    errors.push_back(to_value(e));
  json body{{"success", true},
            {"data", std::move(data)},
            {"message",
             message_of(taken_.size(), how_.dry_run, in) + refused_rows(wrong_, wrong_told_, in)},
            {"backgroundJobs", jobs_},
            {"queueStatus", std::move(*status)},
            {"errors", std::move(errors)}};
  response r;
  r.status = how_.dry_run ? 200 : 202;
  r.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  return checked<response>{boost::system::in_place_value, std::move(r)};
}

} // namespace dure::gateway
