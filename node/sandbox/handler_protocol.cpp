#include "node/sandbox/handler_protocol.hpp"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

namespace dure::node {

namespace {

using nlohmann::json;

constexpr std::size_t step_characters_max = 64;
constexpr std::size_t log_characters_max = 4'096;
constexpr std::size_t media_type_bytes_max = 127;

/// Of a line; each costs up to a hundred bytes once it is parsed.
constexpr std::size_t json_values_max = 2'000'000;

/// Returns whether `line` nests no deeper than json_depth_max and has no more values than
/// json_values_max. Checked before parsing: writing a deep value out again is recursive, and many
/// small values take much more memory than their text.
bool is_modest(std::string_view line) {
  std::size_t depth = 0;
  std::size_t values = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (in_string) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > json_depth_max || ++values > json_values_max)
        return false;
    } else if (c == ',') {
      if (++values > json_values_max)
        return false;
    } else if (c == ']' || c == '}') {
      depth -= depth > 0 ? 1 : 0;
    }
  }
  return true;
}

/// Reads members of one object; a member of the wrong type spoils the whole.
class members {
public:
  explicit members(const json& object) : object_{object}, good_{object.is_object()} {}

  std::string text(const char* name, std::size_t characters = std::string::npos) {
    const json* found = find(name);
    if (found == nullptr)
      return {};
    good_ = good_ && found->is_string();
    return good_ ? first_characters(found->get_ref<const std::string&>(), characters)
                 : std::string{};
  }

  std::optional<std::uint64_t> count(const char* name) {
    const json* found = find(name);
    if (found == nullptr)
      return std::nullopt;
    good_ = good_ && found->is_number_unsigned();
    return good_ ? std::optional{found->get<std::uint64_t>()} : std::nullopt;
  }

  bool flag(const char* name) {
    const json* found = find(name);
    good_ = good_ && (found == nullptr || found->is_boolean());
    return good_ && found != nullptr && found->get<bool>();
  }

  const json* find(const char* name) const {
    if (!object_.is_object())
      return nullptr;
    const auto it = object_.find(name);
    return it == object_.end() ? nullptr : &*it;
  }

  void require(bool condition) { good_ = good_ && condition; }

  bool good() const { return good_; }

private:
  const json& object_;
  bool good_;
};

bool is_error_code(std::string_view code) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !code.empty() && code.size() <= limits::error_code_bytes_max &&
         std::all_of(code.begin(), code.end(), allowed);
}

std::optional<handler_report> read_hello(const json& object) {
  members in{object};
  hello_line hello;
  hello.protocol = static_cast<std::uint32_t>(in.count("protocol").value_or(0));
  hello.concurrency = static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(in.count("concurrency").value_or(1), 1, 100'000));
  const json* kinds = in.find("kinds");
  in.require(kinds != nullptr && kinds->is_array());
  if (in.good()) {
    for (const json& kind : *kinds) {
      in.require(kind.is_string());
      if (in.good())
        hello.kinds.push_back(kind.get<std::string>());
    }
  }
  return in.good() ? std::optional<handler_report>{std::move(hello)} : std::nullopt;
}

bool read_progress(const json& object, attempt_report& report) {
  members in{object};
  const std::uint64_t done = in.count("done").value_or(0);
  const std::uint64_t total = in.count("total").value_or(0);
  report.said = progress_line{done, total, in.text("step", step_characters_max),
                              in.text("message", limits::error_message_characters_max)};
  return in.good();
}

bool read_log(const json& object, attempt_report& report) {
  members in{object};
  report.said =
      log_line{in.text("level", step_characters_max), in.text("message", log_characters_max)};
  return in.good();
}

bool read_artifact(const json& object, attempt_report& report) {
  members in{object};
  artifact_line artifact{in.text("name"), in.text("path"), in.text("media_type")};
  in.require(!artifact.name.empty() && artifact.name.size() <= limits::file_name_bytes_max &&
             artifact.name.find('/') == std::string::npos && !artifact.path.empty() &&
             artifact.media_type.size() <= media_type_bytes_max);
  report.said = std::move(artifact);
  return in.good();
}

/// More would overflow the sums of a set; nobody pays so much for one answer.
constexpr std::uint64_t charge_max = 1'000'000'000'000;

bool read_cost(const json& object, job_cost& cost) {
  members in{object};
  for (const auto& [name, to] : {std::pair{"tokens_in", &cost.tokens_in},
                                 {"tokens_out", &cost.tokens_out},
                                 {"micros", &cost.micros}}) {
    *to = in.count(name).value_or(0);
    in.require(*to <= charge_max);
  }
  return in.good();
}

bool read_quota(const json& object, quota_report& quota) {
  members in{object};
  quota.requests_left = in.count("requests_left");
  quota.tokens_left = in.count("tokens_left");
  return in.good();
}

/// Reads what stands beside a result or an error.
bool read_charge(const members& message, attempt_charge& charge) {
  const json* cost = message.find("cost");
  const json* quota = message.find("quota");
  return (cost == nullptr || read_cost(*cost, charge.cost)) &&
         (quota == nullptr || read_quota(*quota, charge.quota));
}

bool read_result(const json& outcome, members& message, attempt_report& report) {
  result_line done{outcome.dump()};
  const json* reusable = message.find("reusable");
  done.reusable = reusable == nullptr || *reusable != false;
  done.charge.possibly_charged = message.flag("possibly_charged");
  message.require(read_charge(message, done.charge) &&
                  (reusable == nullptr || reusable->is_boolean()));
  report.said = std::move(done);
  return message.good();
}

bool read_error(const json& object, const members& message, attempt_report& report) {
  members in{object};
  error_line failed;
  failed.failure.code = in.text("code");
  failed.failure.message = in.text("message", limits::error_message_characters_max);
  failed.failure.retryable = in.flag("retryable");
  if (const auto wait = in.count("retry_after_ms"))
    failed.retry_after = milliseconds{std::min<std::uint64_t>(*wait, 86'400'000)};
  failed.charge.possibly_charged = in.flag("possibly_charged");
  in.require(is_error_code(failed.failure.code) && read_charge(message, failed.charge));
  report.said = std::move(failed);
  return in.good();
}

std::optional<handler_report> read_attempt(const json& message) {
  members in{message};
  const json* job = in.find("job");
  const auto attempt = in.count("attempt");
  in.require(job != nullptr && job->is_string() && attempt && *attempt <= 0xffff);
  const auto id = in.good() ? parse_uuid(job->get_ref<const std::string&>()) : std::nullopt;
  if (!id)
    return std::nullopt;
  attempt_report report{{job_id{*id}, static_cast<std::uint16_t>(*attempt)}, {}};
  bool good = false;
  if (const json* outcome = in.find("result")) {
    good = read_result(*outcome, in, report);
  } else if (const json* progress = in.find("progress")) {
    good = read_progress(*progress, report);
  } else if (const json* failed = in.find("error")) {
    good = read_error(*failed, in, report);
  } else if (const json* log = in.find("log")) {
    good = read_log(*log, report);
  } else if (const json* artifact = in.find("artifact")) {
    good = read_artifact(*artifact, report);
  }
  return good ? std::optional<handler_report>{std::move(report)} : std::nullopt;
}

std::optional<handler_report> read_message(const json& message) {
  if (!message.is_object())
    return std::nullopt;
  const auto hello = message.find("hello");
  return hello == message.end() ? read_attempt(message) : read_hello(*hello);
}

/// Raw line ends in valid JSON are only ever white space between its parts.
void append_on_one_line(std::string& line, std::string_view json_text) {
  for (const char c : json_text)
    line += c == '\n' || c == '\r' ? ' ' : c;
}

std::string quoted(const std::string& text) {
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

void append_job(std::string& line, const handler_task& task) {
  line += R"({"job":")";
  line += to_string(task.of.job);
  line += R"(","attempt":)";
  line += std::to_string(task.of.attempt);
  line += R"(,"kind":")";
  line += task.kind;
  line += R"(","params":)";
  append_on_one_line(line, task.params.empty() ? "{}" : task.params);
  if (task.input_file) {
    line += R"(,"input":{"path":"in/0","name":)" + quoted(task.input_file->name);
    line += R"(,"media_type":)" + quoted(task.input_file->media_type) + "}";
  } else if (!task.input.empty()) {
    line += R"(,"input":)";
    append_on_one_line(line, task.input);
  }
  if (!task.scratch.empty())
    line += R"(,"scratch":)" + quoted(task.scratch.string());
  line += R"(,"deadline_ms":)" + std::to_string(task.soft_timeout.count()) + "}";
}

} // namespace

std::size_t attempt_key_hash::operator()(const attempt_key& key) const {
  std::uint64_t random_half = 0; // Of a UUIDv7.
  std::memcpy(&random_half, key.job.value.bytes.data() + 8, sizeof random_half);
  return std::hash<std::uint64_t>{}(random_half + key.attempt);
}

std::string as_utf8(std::string_view bytes) {
  return json::parse(quoted(std::string{bytes})).get<std::string>();
}

result<void> parse_line(std::string_view line, std::vector<handler_report>& reports) {
  const error garbage{errc::invalid, "a line of a handler"};
  if (!is_modest(line))
    return garbage;
  const json parsed = json::parse(line.begin(), line.end(), nullptr, false);
  const std::size_t before = reports.size();
  const auto take = [&reports](const json& message) {
    auto report = read_message(message);
    if (report)
      reports.push_back(std::move(*report));
    return report.has_value();
  };
  const bool good =
      parsed.is_array() ? std::all_of(parsed.begin(), parsed.end(), take) : take(parsed);
  if (good)
    return {};
  reports.resize(before);
  return garbage;
}

std::string job_line(const std::vector<handler_task>& tasks) {
  std::string line = tasks.size() == 1 ? "" : "[";
  for (const handler_task& task : tasks) {
    if (line.size() > 1)
      line += ',';
    append_job(line, task);
  }
  line += tasks.size() == 1 ? "\n" : "]\n";
  return line;
}

std::string cancel_line(const job_id& job) {
  return R"({"cancel":{"job":")" + to_string(job) + "\"}}\n";
}

std::string first_characters(std::string_view text, std::size_t characters) {
  if (text.size() <= characters)
    return std::string{text};
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80;
    if (begins && seen++ == characters)
      return std::string{text.substr(0, i)};
  }
  return std::string{text};
}

} // namespace dure::node
