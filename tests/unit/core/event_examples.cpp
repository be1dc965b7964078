#include "tests/unit/core/event_examples.hpp"

#include <utility>

namespace dure {

namespace {

template <class Id> Id id(std::uint8_t first) {
  Id named;
  for (auto& byte : named.value.bytes)
    byte = first++;
  return named;
}

timestamp at(std::int64_t ms) {
  return timestamp{milliseconds{ms}};
}

blob_ref paper() {
  return {std::string(64, 'a'), 1'234'567, "논문.pdf", "application/pdf"};
}

record_hash hash(std::uint8_t first) {
  record_hash made;
  for (auto& byte : made.bytes)
    byte = first++;
  return made;
}

job_spec spec() {
  job_spec s;
  s.id = id<job_id>(0x10);
  s.kind = "document.parse";
  s.queue = "documents";
  s.group = "set-1";
  s.tags = {"red", "blue"};
  s.unique_key = "only-one";
  s.owner = "key-3";
  s.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  s.params = R"({"pages":[1,2]})";
  s.input = R"({"question":"왜?"})";
  s.input_file = paper();
  s.priority = -7;
  s.run_at = at(1'700'000'000'123);
  s.max_attempts = 5;
  s.timeout = {std::chrono::seconds{60}, std::chrono::seconds{90}};
  return s;
}

lease held() {
  return {id<job_id>(0x10), 2, epoch_number{300}, "node-a", id<boot_id>(0x20)};
}

job_error failure() {
  return {"encrypted", "The document is encrypted.", true};
}

job_result outcome() {
  return {R"({"pages":9})", paper(), {{"text", paper()}, {"outline", paper()}}};
}

} // namespace

std::vector<event> event_examples() {
  constexpr auto job = id<job_id>;
  const auto later = at(1'700'000'600'000);
  return {
      events::leader_claimed{epoch_number{300}, "node-a", id<boot_id>(0x20)},
      events::barrier{},
      events::job_submitted{spec(), job_state::scheduled},
      events::job_readied{job(0x10)},
      events::job_leased{held(), id<claim_id>(0x30), later},
      events::job_completed{held(), outcome(), {10, 20, 30}, 1 << 20, later},
      events::attempt_ended{held(),
                            attempt_end::died,
                            failure(),
                            {11, 21, 31},
                            1 << 21,
                            true,
                            job_state::scheduled,
                            later},
      events::job_failed{held(), attempt_end::timed_out, failure(), {12, 22, 32}, 1 << 22, later},
      events::cancel_requested{job(0x10)},
      events::job_cancelled{
          job(0x10), attempt_end::failed, failure(), {13, 23, 33}, 1 << 23, later},
      events::job_retried{job(0x10)},
      events::job_reprioritised{job(0x10), -100},
      events::job_rescheduled{job(0x10), later, job_state::scheduled},
      events::job_removed{job(0x10), true},
      events::queue_configured{{9, true, "maintenance", 4, 1'000, {}}},
      events::record_put{"queue/documents", R"({"paused":true})", 9, later},
      events::record_deleted{"queue/documents"},
      events::command_answered{id<command_id>(0x40),
                               job_changed{job(0x10), job_state::cancelled, true, 12}, later},
      events::answer_forgotten{id<command_id>(0x40)},
      events::job_split{held(), {spec(), spec()}},
      events::parts_joined{job(0x10)},
      events::input_poisoned{std::string(64, 'b'), job(0x10)},
      events::rate_observed{100, 20'000, later},
      events::artifacts_added{held(), {{"text", paper()}, {"page-1", paper()}}},
      events::log_kept{held(), paper()},
      events::question_put{id<question_id>(0x60), "set-1", "7", "work", R"({"questionText":"?"})",
                           R"({"explanation":"!"})", job(0x10)},
      events::question_settled{id<question_id>(0x60), "work", R"({"explanation":"!"})", failure()},
      events::question_asked{id<question_id>(0x60), "work", job(0x10)},
      events::question_removed{id<question_id>(0x60)},
      events::cost_booked{job(0x10), {10, 20, 30}, true},
      events::rate_configured{{3'000, 90'000}},
      events::provider_seen{5, later, "Connection refused."},
      events::charge_spared{job(0x10)},
      events::work_disowned{job(0x10)},
      events::snapshot_begun{},
      events::snapshot_taken{{journal_index{41}, hash(0x61), paper(), hash(0x71)}},
      events::snapshot_verified{journal_index{41}},
  };
}

record example_record(std::vector<event> events) {
  record r;
  r.log = log_number{7};
  r.epoch = epoch_number{300};
  r.node = "node-a";
  r.boot = id<boot_id>(0x20);
  r.index = journal_index{42};
  r.time = at(1'700'000'000'000);
  r.previous.bytes.fill(0xee);
  for (auto& e : events)
    r.entries.push_back({id<command_id>(0x50), "key-3", {std::move(e)}});
  return r;
}

} // namespace dure
