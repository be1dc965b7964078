#include "node/handlers/question/chat_answer.hpp"

#include "node/handlers/question/rate_headers.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dure::node {

namespace {

using nlohmann::json;
using ending = http_reply::ending;

/// No answer has more; the cost of a hostile one stays below what the node takes in a report.
constexpr std::uint64_t tokens_max = 10'000'000;
constexpr std::uint64_t micros_per_unit = 1'000'000;
constexpr std::size_t quote_bytes_max = 300;
constexpr int depth_max = 64;

chat_outcome failed(const char* code, std::string message, bool retryable,
                    bool possibly_charged = false) {
  chat_outcome outcome;
  outcome.said = job_error{code, std::move(message), retryable};
  outcome.charge.possibly_charged = possibly_charged;
  return outcome;
}

/// Returns the JSON, discarded when it is none or is nested deeper than any answer: copies of it
/// would take the stack.
json parsed(const std::string& body) {
  bool too_deep = false;
  const auto keep = [&too_deep](int depth, json::parse_event_t, const json&) {
    too_deep = too_deep || depth > depth_max;
    return !too_deep;
  };
  auto value = json::parse(body, keep, false);
  return too_deep ? json(json::value_t::discarded) : value;
}

/// Returns the member at the end of a path of names, or null.
const json& member(const json& value, std::initializer_list<const char*> path) {
  static const json nothing;
  const json* at = &value;
  for (const char* name : path) {
    const auto found = at->is_object() ? at->find(name) : at->end();
    if (!at->is_object() || found == at->end())
      return nothing;
    at = &*found;
  }
  return *at;
}

std::string text_at(const json& value, std::initializer_list<const char*> path) {
  const auto& found = member(value, path);
  return found.is_string() ? found.get<std::string>() : std::string{};
}

/// Returns ": " and the words on one line, cut short and without the key, or nothing for no words.
std::string quoted(std::string words, const std::string& key) {
  for (auto at = words.find(key); !key.empty() && at != std::string::npos; at = words.find(key))
    words.replace(at, key.size(), "***");
  for (char& c : words)
    c = static_cast<unsigned char>(c) < ' ' || c == 127 ? ' ' : c;
  auto end = std::min(words.size(), quote_bytes_max);
  while (end < words.size() && end > 0 && (static_cast<unsigned char>(words[end]) & 0xc0) == 0x80)
    --end;
  words.resize(end);
  return words.empty() ? "" : ": " + words;
}

/// Keeps line ends and tabs of the control characters: no reader wants the others.
std::string printable(std::string text) {
  std::erase_if(text,
                [](unsigned char c) { return (c < ' ' && c != '\n' && c != '\t') || c == 127; });
  const auto blank = [](char c) { return c == ' ' || c == '\n' || c == '\t'; };
  const auto first = std::find_if_not(text.begin(), text.end(), blank);
  const auto last = std::find_if_not(text.rbegin(), text.rend(), blank).base();
  return first < last ? std::string{first, last} : std::string{};
}

/// Returns the cost that the answer itself tells, or nothing.
std::optional<job_cost> cost_of(const json& answer, const token_price& price) {
  const auto& in = member(answer, {"usage", "prompt_tokens"});
  const auto& out = member(answer, {"usage", "completion_tokens"});
  if (!in.is_number_unsigned() || !out.is_number_unsigned() || in > tokens_max || out > tokens_max)
    return std::nullopt;
  const auto tokens_in = in.get<std::uint64_t>();
  const auto tokens_out = out.get<std::uint64_t>();
  return job_cost{tokens_in, tokens_out, price_in_micros(tokens_in, tokens_out, price)};
}

/// Judges a status that is no success.
chat_outcome judge_status(const http_reply& reply, const std::string& key) {
  const auto body = parsed(reply.body);
  const auto status = reply.status;
  const auto words = "The provider answered " + std::to_string(status) +
                     quoted(text_at(body, {"error", "message"}), key);
  if (status == 429) {
    // No money left: a matter of days, not of a minute. As unavailable it stops the queue, which
    // says why, asks with one question at a time and goes on when somebody has paid.
    const bool unpaid = text_at(body, {"error", "code"}) == "insufficient_quota" ||
                        text_at(body, {"error", "type"}) == "insufficient_quota";
    return failed(unpaid ? "provider_unavailable" : "provider_rate_limited", words, true);
  }
  if (status == 401 || status == 403)
    // The queue stops at once, says why, and goes on by itself with a key that is taken.
    return failed("provider_key_refused",
                  "The provider refuses the key, with " + std::to_string(status) +
                      quoted(text_at(body, {"error", "message"}), key),
                  true);
  if (status == 408)
    return failed("provider_timeout", words, true);
  if (status >= 500)
    // A gateway that waited in vain: what it asked may have been done.
    return failed("provider_unavailable", words, true, status == 504 || status == 524);
  if (status >= 300 && status < 400)
    return failed("provider_refused", words + " (redirects are not followed)", false);
  if (status >= 200 && status < 300)
    return failed("provider_answer_malformed", words, true, true);
  return failed("provider_refused", words, false);
}

chat_outcome judge_text(const json& choice) {
  const auto refusal = text_at(choice, {"message", "refusal"});
  const auto reason = text_at(choice, {"finish_reason"});
  if (!refusal.empty() || reason == "content_filter")
    return failed("provider_refused", "The model would not answer" + quoted(refusal, ""), false);
  auto text = printable(text_at(choice, {"message", "content"}));
  if (reason == "length")
    return failed("provider_answer_too_long", "The explanation did not end within max_tokens.",
                  false);
  if (text.empty())
    return failed("provider_answer_empty", "The provider's answer holds no text.", true);
  if (json(text).dump().size() > explanation_bytes_max)
    return failed("provider_answer_too_long", "The explanation is longer than 11 KiB.", false);
  chat_outcome outcome;
  outcome.said = std::move(text);
  return outcome;
}

chat_outcome judge_success(const http_reply& reply, const provider_settings& settings) {
  const auto answer = parsed(reply.body);
  if (!answer.is_object())
    return failed("provider_answer_malformed", "The provider's answer is not a JSON object.", true,
                  true);
  const auto& choices = member(answer, {"choices"});
  auto outcome = !choices.is_array()
                     ? failed("provider_answer_malformed",
                              "The provider's answer has no choices" +
                                  quoted(text_at(answer, {"error", "message"}), settings.key) + ".",
                              true)
                 : choices.empty()
                     ? failed("provider_answer_empty", "The provider's answer has no choice.", true)
                     : judge_text(choices.front());
  if (const auto cost = cost_of(answer, settings.price))
    outcome.charge.cost = *cost;
  else
    outcome.charge.possibly_charged = true;
  return outcome;
}

chat_outcome judge_loss(const http_reply& reply) {
  switch (reply.how) {
  case ending::unreachable:
    return failed("provider_unavailable", "The provider cannot be reached: " + reply.why + ".",
                  true);
  case ending::too_slow:
    return failed("provider_timeout", "The provider did not answer in time.", true, true);
  case ending::too_large:
    return failed("provider_answer_too_long", "The provider's answer is larger than it may be.",
                  false, true);
  case ending::garbled:
    return failed("provider_answer_malformed",
                  "The provider's answer cannot be read: " + reply.why + ".", true, reply.sent);
  case ending::cut:
  case ending::answered:
    break;
  }
  return failed("provider_unavailable",
                "The connection to the provider was cut: " + reply.why + ".", true, reply.sent);
}

chat_outcome judge_reply(const http_reply& reply, const provider_settings& settings) {
  // A refusal counts although its reasons did not all arrive.
  if (reply.status != 0 && reply.status != 200)
    return judge_status(reply, settings.key);
  return reply.how == ending::answered ? judge_success(reply, settings) : judge_loss(reply);
}

} // namespace

std::vector<std::string> headers_judged() {
  return rate_header_names();
}

chat_outcome judge(const http_reply& reply, const provider_settings& settings) {
  auto outcome = judge_reply(reply, settings);
  outcome.charge.quota = quota_of(reply.headers);
  if (std::holds_alternative<job_error>(outcome.said)) {
    outcome.retry_after = reply.retry_after;
    if (!outcome.retry_after && reply.status == 429)
      outcome.retry_after = wait_of(reply.headers);
  }
  return outcome;
}

std::uint64_t price_in_micros(std::uint64_t tokens_in, std::uint64_t tokens_out,
                              const token_price& price) {
  const auto millionths = tokens_in * price.input_micros + tokens_out * price.output_micros;
  return (millionths + micros_per_unit / 2) / micros_per_unit;
}

} // namespace dure::node
