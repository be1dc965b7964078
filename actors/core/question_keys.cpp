#include "actors/core/question_keys.hpp"

#include "actors/core/keys.hpp"

namespace dure::keys {

namespace {

std::string begin(log_number log, char letter) {
  return keys::log(log) + letter;
}

std::string bytes_of(const uuid& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

key_range begins_with(std::string prefix) {
  auto until = after_prefix(prefix);
  return {std::move(prefix), std::move(until)};
}

std::string set_prefix(log_number log, std::string_view set) {
  return begin(log, 's').append(set) + '\0';
}

} // namespace

std::string question(const question_id& id) {
  return begin(log_of(id), 'q') + bytes_of(id.value);
}

std::string question_text(const question_id& id) {
  return begin(log_of(id), 't') + bytes_of(id.value);
}

std::string question_in_set(std::string_view set, const question_id& id) {
  return set_prefix(log_of(id), set) + bytes_of(id.value);
}

key_range questions_of_set(log_number log, std::string_view set) {
  return begins_with(set_prefix(log, set));
}

std::string question_counts(log_number log, std::string_view set) {
  return begin(log, 'n').append(set);
}

std::string follower(const job_id& job, const question_id& id) {
  return begin(log_of(job), 'j') + bytes_of(job.value) + bytes_of(id.value);
}

key_range followers_of(const job_id& job) {
  return begins_with(begin(log_of(job), 'j') + bytes_of(job.value));
}

std::string work(log_number log, std::string_view work) {
  return begin(log, 'w').append(work);
}

std::string debtor(const job_id& job) {
  return begin(log_of(job), 'd') + bytes_of(job.value);
}

std::string provider(log_number log) {
  return begin(log, 'p');
}

key_range questions_with(log_number log, char letter) {
  return begins_with(begin(log, letter));
}

std::optional<question_id> question_at_end(std::string_view key) {
  auto id = job_at_end(key);
  return id ? std::optional{question_id{id->value}} : std::nullopt;
}

} // namespace dure::keys
