#include "actors/core/ledger_check.hpp"

#include "actors/core/limits.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace dure::ledger {

namespace {

error invalid(std::string_view field, std::string_view what) {
  return {errc::invalid, std::string{field} + ": " + std::string{what}};
}

/// Gathers the first thing that is wrong with a command.
class checks {
public:
  void that(bool holds, std::string_view field, std::string_view otherwise) {
    if (!holds && outcome_)
      outcome_ = invalid(field, otherwise);
  }

  void fits(std::size_t bytes, std::size_t most, std::string_view field) {
    if (bytes > most && outcome_)
      outcome_ = error{errc::too_large, std::string{field} + ": is over " + std::to_string(most)};
  }

  void name(std::string_view text, std::string_view field) {
    that(is_name(text), field, "must match [a-z0-9][a-z0-9.-]{0,31}");
  }

  /// A text that may be part of a key: without control characters.
  void plain(std::string_view text, std::size_t most, std::string_view field) {
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    fits(text.size(), most, field);
    that(std::none_of(text.begin(), text.end(), control), field, "has control characters");
  }

  void job(const job_id& id, const context& at) {
    that(log_of(id) == at.log, "id", "does not belong to this log");
  }

  void shard(const context& at) {
    that(at.log != control_log, "id", "the control log holds no jobs");
  }

  void ms(const std::optional<timestamp>& t, std::string_view field) {
    that(!t || *t >= timestamp{}, field, "is before 1970");
  }

  result<void> outcome() const { return outcome_; }

private:
  result<void> outcome_;
};

void check_blob(checks& c, const blob_ref& blob, std::string_view field) {
  const auto hex = [](char d) { return (d >= '0' && d <= '9') || (d >= 'a' && d <= 'f'); };
  c.that(blob.sha256.size() == 64 && std::all_of(blob.sha256.begin(), blob.sha256.end(), hex),
         field, "must name a blob by its SHA-256");
  c.plain(blob.name, limits::file_name_bytes_max, field);
  c.plain(blob.media_type, limits::media_type_bytes_max, field);
}

void check_artifacts(checks& c, const std::vector<artifact>& artifacts) {
  for (const auto& a : artifacts) {
    c.that(!a.name.empty(), "artifacts", "have a name that is empty");
    c.plain(a.name, limits::file_name_bytes_max, "artifacts");
    check_blob(c, a.blob, "artifacts");
  }
}

void check_priority(checks& c, std::int16_t priority) {
  c.that(priority >= limits::priority_min && priority <= limits::priority_max, "priority",
         "must be between -100 and 100");
}

void check_run_at(checks& c, timestamp run_at, const context& at) {
  c.that(run_at <= at.now + limits::run_at_ahead_max, "run_at", "is more than ten years ahead");
}

void check_timeout(checks& c, const job_timeout& timeout) {
  using std::chrono::seconds;
  c.that(timeout.soft >= seconds{1}, "timeout.soft", "must be at least a second");
  c.that(timeout.hard >= timeout.soft, "timeout.hard", "must not be below timeout.soft");
  c.that(timeout.hard <= limits::hard_timeout_max, "timeout.hard", "must be at most 7 days");
}

void check_lease(checks& c, const lease& of, const context& at) {
  c.shard(at);
  c.job(of.job, at);
  c.name(of.node, "node");
}

void check_on(checks& c, const submit& s, const context& at) {
  const auto& spec = s.spec;
  c.shard(at);
  c.job(spec.id, at);
  c.name(spec.kind, "kind");
  c.name(spec.queue, "queue");
  c.plain(spec.group, limits::group_bytes_max, "group");
  c.plain(spec.unique_key, limits::unique_key_bytes_max, "unique_key");
  c.plain(spec.owner, limits::owner_bytes_max, "owner");
  c.plain(spec.traceparent, limits::traceparent_bytes_max, "traceparent");
  c.that(spec.tags.size() <= limits::tags_max, "tags", "are more than 16");
  for (const auto& tag : spec.tags)
    c.plain(tag, limits::tag_bytes_max, "tags");
  c.fits(spec.params.size(), limits::inline_json_bytes_max, "params");
  c.fits(spec.input.size(), limits::inline_json_bytes_max, "input");
  c.that(spec.input.empty() || !spec.input_file, "input", "is given twice, inline and as a file");
  if (spec.input_file)
    check_blob(c, *spec.input_file, "input");
  check_priority(c, spec.priority);
  check_run_at(c, spec.run_at, at);
  c.that(spec.max_attempts >= 1 && spec.max_attempts <= limits::attempts_max, "max_attempts",
         "must be between 1 and 100");
  check_timeout(c, spec.timeout);
}

void check_on(checks& c, const reprioritise& r, const context& at) {
  c.job(r.id, at);
  check_priority(c, r.priority);
}

void check_on(checks& c, const reschedule& r, const context& at) {
  c.job(r.id, at);
  check_run_at(c, r.run_at, at);
}

void check_on(checks& c, const claim& wish, const context& at) {
  c.shard(at);
  c.name(wish.node, "node");
  c.that(wish.demands.size() <= limits::claim_kinds_max, "demands", "are more than 64");
  for (auto d = wish.demands.begin(); d != wish.demands.end(); ++d) {
    const auto same_kind = [d](const demand& other) { return other.kind == d->kind; };
    c.name(d->kind, "demands");
    c.that(std::none_of(wish.demands.begin(), d, same_kind), "demands", "name a kind twice");
  }
}

void check_on(checks& c, const complete& done, const context& at) {
  check_lease(c, done.of, at);
  c.fits(done.outcome.json.size(), limits::inline_json_bytes_max, "result");
  if (done.outcome.blob)
    check_blob(c, *done.outcome.blob, "result");
  c.that(done.outcome.artifacts.size() <= limits::artifacts_inline_max, "artifacts",
         "are more than 64");
  check_artifacts(c, done.outcome.artifacts);
}

void check_on(checks& c, const add_artifacts& made, const context& at) {
  check_lease(c, made.of, at);
  c.that(!made.artifacts.empty(), "artifacts", "are none");
  c.that(made.artifacts.size() <= limits::artifacts_batch_max, "artifacts", "are more than 256");
  check_artifacts(c, made.artifacts);
}

void check_on(checks& c, const keep_log& said, const context& at) {
  check_lease(c, said.of, at);
  check_blob(c, said.log, "log");
}

void check_on(checks& c, const fail& f, const context& at) {
  check_lease(c, f.of, at);
  c.that(f.end == attempt_end::failed || f.end == attempt_end::died ||
             f.end == attempt_end::timed_out,
         "end", "must be failed, died or timed_out");
}

void check_on(checks& c, const release& r, const context& at) {
  check_lease(c, r.of, at);
  c.that(r.end == attempt_end::released || r.end == attempt_end::cancelled, "end",
         "must be released or cancelled");
}

void check_on(checks& c, const lose_node& l, const context& at) {
  c.shard(at);
  c.name(l.node, "node");
}

void check_on(checks& c, const configure_queue& q, const context& at) {
  c.shard(at);
  c.plain(q.settings.pause_reason, limits::pause_reason_bytes_max, "pause_reason");
}

void check_on(checks& c, const put_record& p, const context&) {
  c.that(!p.key.empty(), "key", "is empty");
  c.plain(p.key, limits::record_key_bytes_max, "key");
  c.fits(p.value.size(), limits::record_value_bytes_max, "value");
  c.ms(p.expires_at, "expires_at");
}

void check_question(checks& c, const question_id& id, std::string_view work, const context& at) {
  c.shard(at);
  c.job(job_id{id.value}, at);
  c.plain(work, limits::work_bytes_max, "work");
}

void check_explainer(checks& c, const job_spec& spec, const context& at) {
  check_on(c, submit{spec}, at);
  c.that(spec.queue == questions_queue, "queue", "must be that of questions");
  c.that(spec.unique_key.empty(), "unique_key", "is not for questions: equal work is shared");
}

void check_on(checks& c, const put_question& p, const context& at) {
  check_question(c, p.id, p.work, at);
  c.that(!p.set.empty(), "set", "is empty");
  c.plain(p.set, limits::group_bytes_max, "set");
  c.plain(p.label, limits::question_label_bytes_max, "questionNumber");
  c.fits(p.content.size(), limits::inline_json_bytes_max, "question");
  c.fits(p.answer.size(), limits::inline_json_bytes_max, "explanation");
  c.that(p.job || !p.answer.empty(), "explanation", "is neither given nor asked for");
  if (p.job)
    check_explainer(c, *p.job, at);
}

void check_on(checks& c, const answer_question& a, const context& at) {
  check_question(c, a.id, {}, at);
  c.that(!a.answer.empty(), "explanation", "is empty");
  c.fits(a.answer.size(), limits::inline_json_bytes_max, "explanation");
}

void check_on(checks& c, const ask_question& a, const context& at) {
  check_question(c, a.id, a.work, at);
  check_explainer(c, a.job, at);
}

void check_on(checks& c, const cancel_question& q, const context& at) {
  check_question(c, q.id, {}, at);
}

void check_on(checks& c, const remove_question& q, const context& at) {
  check_question(c, q.id, {}, at);
}

void check_on(checks& c, const end_overdue& o, const context& at) {
  check_lease(c, o.of, at);
}

// Commands that only name something need no more than that it is of this log.

template <class Command>
concept names_job = requires(const Command& body) {
  { body.id } -> std::convertible_to<const job_id&>;
};

void check_on(checks& c, const names_job auto& body, const context& at) {
  c.job(body.id, at);
}

void check_on(checks& c, const put_records& all, const context& at) {
  c.that(!all.puts.empty(), "puts", "are none");
  for (auto p = all.puts.begin(); p != all.puts.end(); ++p) {
    const auto same_key = [p](const put_record& other) { return other.key == p->key; };
    check_on(c, *p, at);
    c.that(std::none_of(all.puts.begin(), p, same_key), "puts", "name a key twice");
  }
}

void check_on(checks&, const delete_record&, const context&) {}

void check_on(checks& c, const forgive_provider&, const context& at) {
  c.shard(at);
}

void check_on(checks&, const begin_snapshot&, const context&) {}

void check_on(checks& c, const offer_snapshot& o, const context&) {
  check_blob(c, o.made.blob, "blob");
}

void check_on(checks&, const confirm_snapshot&, const context&) {}

void check_on(checks&, const forget_answer&, const context&) {}

void check_on(checks&, const expire_record&, const context&) {}

bool is_not_for_codes(char c) {
  return !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_');
}

/// Returns the longest beginning of UTF-8 `text` with at most `most` characters.
std::string_view first_characters(std::string_view text, std::size_t most) {
  const auto begins = [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; };
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (begins(text[i]) && ++characters > most)
      return text.substr(0, i);
  // Bytes that begin no character are not UTF-8 of ours; they must not be without bound.
  return text.substr(0, 4 * most);
}

} // namespace

result<void> check(const command_body& body, const context& at) {
  checks found;
  std::visit([&](const auto& alternative) { check_on(found, alternative, at); }, body);
  return found.outcome();
}

job_error within_limits(job_error said) {
  said.code.resize(std::min(said.code.size(), limits::error_code_bytes_max));
  std::replace_if(said.code.begin(), said.code.end(), is_not_for_codes, '_');
  if (said.code.empty())
    said.code = "failed";
  said.message = first_characters(said.message, limits::error_message_characters_max);
  return said;
}

} // namespace dure::ledger
