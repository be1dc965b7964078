#include "actors/core/keys.hpp"
#include "actors/core/rows.hpp"
#include "gateway/api/queue_directory.hpp"
#include "gateway/api/queue_json.hpp"

#include <gtest/gtest.h>
#include <set>

namespace dure::gateway {

namespace {

queue_definition documents() {
  return {"documents", {log_number{1}, log_number{2}, log_number{3}}, {"document.parse"}, {}};
}

memory_state state_with(const std::vector<std::pair<std::string, std::string>>& records) {
  memory_state state;
  state_delta delta;
  for (const auto& [key, value] : records)
    delta.of(family::records)[keys::record(control_log, key)] =
        encode(record_row{value, 5, std::nullopt});
  state.write(delta);
  return state;
}

job_spec job_of(std::string kind, std::string queue = "") {
  job_spec spec;
  spec.kind = std::move(kind);
  spec.queue = std::move(queue);
  return spec;
}

TEST(queue_json, reads_what_it_writes) {
  auto q = documents();
  q.settings = {9, true, "점검", 4U, 1000U, {600U, std::nullopt}};
  auto read = parse_queue_definition(to_json_text(q), 9);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(*read, q);
}

TEST(queue_json, reads_records_from_before_there_were_rates) {
  auto text = to_json_text(documents());
  const auto rate = text.find(R"(,"rate":{)");
  text.erase(rate, text.find('}', rate) + 1 - rate);
  const auto read = parse_queue_definition(text, 0);
  ASSERT_TRUE(read.has_value()) << text;
  EXPECT_EQ(*read, documents());
}

TEST(queue_json, takes_its_version_from_the_record) {
  auto read = parse_queue_definition(to_json_text(documents()), 12);
  EXPECT_EQ(read->settings.version, 12U);
}

TEST(queue_json, refuses_damage_and_what_it_does_not_know) {
  auto code = [](std::string_view text) {
    auto read = parse_queue_definition(text, 1);
    return read ? errc{} : read.error().code;
  };
  EXPECT_EQ(code("nonsense"), errc::corrupt);
  EXPECT_EQ(code("[]"), errc::corrupt);
  EXPECT_EQ(code(R"({"name":"a"})"), errc::corrupt);
  auto text = to_json_text(documents());
  text.insert(1, R"("mood":5,)");
  EXPECT_EQ(code(text), errc::newer_node_needed);
  text = to_json_text(documents());
  text.insert(text.find(R"("requests_per_minute")"), R"("words_per_minute":5,)");
  EXPECT_EQ(code(text), errc::newer_node_needed);
  auto none = documents();
  none.logs.clear();
  EXPECT_EQ(code(to_json_text(none)), errc::corrupt);
  none.logs = {control_log};
  EXPECT_EQ(code(to_json_text(none)), errc::corrupt);
}

TEST(queue_directory, is_read_from_the_control_log) {
  auto state = state_with({{"queue/documents", to_json_text(documents())}, {"other", "{}"}});
  auto queues = queue_directory::read(state);
  ASSERT_TRUE(queues.has_value());
  EXPECT_EQ(queues->all().size(), 1U);
  ASSERT_NE(queues->find("documents"), nullptr);
  EXPECT_EQ(queues->find("documents")->settings.version, 5U);
}

TEST(queue_directory, tells_of_a_damaged_record) {
  auto state = state_with({{"queue/documents", "{}"}});
  EXPECT_EQ(queue_directory::read(state).error().code, errc::corrupt);
}

TEST(queue_directory, finds_a_queue_by_name_then_kind_then_default) {
  queue_directory queues{
      {{"documents", documents()}, {"default", {"default", {log_number{4}}, {}, {}}}}};
  EXPECT_EQ(queues.queue_of(job_of("document.parse"))->name, "documents");
  EXPECT_EQ(queues.queue_of(job_of("noop"))->name, "default");
  EXPECT_EQ(queues.queue_of(job_of("noop", "documents"))->name, "documents");
  EXPECT_EQ(queues.queue_of(job_of("noop", "nowhere")), nullptr);
  EXPECT_EQ(queue_directory{{}}.queue_of(job_of("noop")), nullptr);
}

TEST(queue_directory, keeps_a_group_together_and_spreads_the_rest) {
  auto q = documents();
  std::set<log_number> group_logs;
  std::set<log_number> other_logs;
  for (std::uint64_t random = 0; random < 50; ++random) {
    auto grouped = job_of("document.parse");
    grouped.group = "container-1";
    grouped.unique_key = std::to_string(random);
    group_logs.insert(home_log(q, grouped, random));
    other_logs.insert(home_log(q, job_of("document.parse"), random));
  }
  EXPECT_EQ(group_logs.size(), 1U);
  EXPECT_EQ(other_logs.size(), 3U);
}

TEST(queue_directory, sends_equal_unique_keys_to_one_log_for_ever) {
  auto spec = job_of("document.parse");
  spec.unique_key = "invoice-17";
  EXPECT_EQ(home_log(documents(), spec, 1), home_log(documents(), spec, 2));
  // These numbers are durable: a change would split groups and double unique jobs.
  EXPECT_EQ(number(home_log(documents(), spec, 1)), 3);
  spec.group = "container-2";
  EXPECT_EQ(number(home_log(documents(), spec, 1)), 2);
}

TEST(queue_directory, names_the_log_in_the_id) {
  auto spec = job_of("document.parse");
  place(spec, documents(), timestamp{milliseconds{1000}}, 1);
  EXPECT_EQ(spec.queue, "documents");
  EXPECT_EQ(log_of(spec.id), home_log(documents(), spec, 1));
  EXPECT_EQ(made_at(spec.id), timestamp{milliseconds{1000}});
}

} // namespace
} // namespace dure::gateway
