#include "gateway/api/job_filter.hpp"

#include "gateway/api/unicode.hpp"
#include "gateway/api/words.hpp"

#include <algorithm>

namespace dure::gateway {

namespace {

constexpr std::size_t words_bytes_max = 200;

/// An empty text is wrong: it would mean every job where somebody meant one group.
template <class Reader>
std::optional<std::string> read_word(Reader& reader, std::string_view name, std::size_t bytes_max) {
  auto word = reader.text(name, bytes_max);
  if (word && word->empty()) {
    reader.reject(name, "Must not be empty.");
    return std::nullopt;
  }
  return word;
}

template <class Reader> void read_words(Reader& reader, queries::job_filter& filter) {
  auto words = read_word(reader, "status", words_bytes_max);
  if (!words)
    return;
  if (auto status = parse_status_filter(*words)) {
    filter.states = std::move(status->states);
    filter.fresh_only = std::move(status->fresh_only);
    filter.started_only = std::move(status->started_only);
  } else {
    reader.reject("status", "Must be scheduled, pending, running, completed, failed, cancelled, "
                            "uploaded or processing, or several with commas between.");
  }
}

template <class Reader>
void read_logs(Reader& reader, queries::job_filter& filter, const queue_directory& queues) {
  auto name = read_word(reader, "queue", limits::name_bytes_max);
  for (const auto& [queue_name, definition] : queues.all())
    if (!name || *name == queue_name)
      filter.logs.insert(filter.logs.end(), definition.logs.begin(), definition.logs.end());
  if (name && queues.find(*name) == nullptr)
    reader.reject("queue", "No such queue.");
}

template <class Reader>
queries::job_filter read_filter(Reader& reader, const queue_directory& queues) {
  queries::job_filter filter;
  read_words(reader, filter);
  read_logs(reader, filter, queues);
  filter.kind = read_word(reader, "kind", limits::name_bytes_max).value_or("");
  filter.group = read_word(reader, "group", limits::group_bytes_max).value_or("");
  filter.tag = read_word(reader, "tag", limits::tag_bytes_max).value_or("");
  filter.created_after = reader.time("created_after");
  filter.created_before = reader.time("created_before");
  if (auto text = read_word(reader, "q", words_bytes_max))
    filter.also = [text = folded(*text)](const job& j) { return mentions(j, text); };
  return filter;
}

bool stands_in(const std::string& where, std::string_view text) {
  return !where.empty() && folded(where).find(text) != std::string::npos;
}

} // namespace

queries::job_filter read_job_filter(query_reader& parameters, const queue_directory& queues) {
  return read_filter(parameters, queues);
}

queries::job_filter read_job_filter(object_reader& fields, const queue_directory& queues) {
  return read_filter(fields, queues);
}

void read_status(query_reader& parameters, queries::job_filter& filter) {
  read_words(parameters, filter);
}

bool mentions(const job& j, std::string_view text) {
  const auto& spec = j.spec;
  auto in = [text](const std::string& where) { return stands_in(where, text); };
  return in(to_string(spec.id)) || in(spec.kind) || in(spec.group) || in(spec.unique_key) ||
         (spec.input_file && in(spec.input_file->name)) ||
         std::any_of(spec.tags.begin(), spec.tags.end(), in) ||
         (j.failure && (in(j.failure->code) || in(j.failure->message)));
}

} // namespace dure::gateway
