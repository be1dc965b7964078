#include "gateway/http/keyed.hpp"

#include "actors/core/queries.hpp"
#include "gateway/http/ask.hpp"
#include "gateway/http/blocking.hpp"
#include "gateway/http/catching_up.hpp"

#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

/// A key that is ours now: what the record says and which version it has.
struct held_key {
  std::string record_key;
  digest name{};
  keyed_request request;
  std::uint64_t version = 0;
};

/// A held key, or the answer that the key has got already.
struct key_claim {
  std::optional<held_key> held;
  std::optional<response> answer;
};

problem in_progress(const held_key& key, timestamp now) {
  return to_problem(keyed_verdict::in_progress, key.request, now);
}

std::uint64_t version_of(const result<answer>& outcome) {
  auto* changed = std::get_if<record_changed>(&*outcome);
  return changed ? changed->version : 0;
}

/// Returns the half of an id that tells it from others of its time.
std::uint64_t random_half(const job_id& id) {
  std::uint64_t half = 0;
  for (std::size_t i = 8; i < id.value.bytes.size(); ++i)
    half = half << 8 | id.value.bytes[i];
  return half;
}

command random_command(clock& time, command_body body) {
  return {command_id{make_random_uuid(time.random(), time.random())}, {}, std::move(body)};
}

asio::awaitable<result<answer>> put(exchange& e, const held_key& key,
                                    std::optional<std::uint64_t> expected) {
  auto& time = e.use.node.time();
  put_record wish{key.record_key, to_json_text(key.request), expected,
                  time.now() + keyed_requests_kept};
  co_return co_await ask_one(e.use.node, control_log, random_command(time, std::move(wish)));
}

/// Puts the parts of a large body together again.
checked<response> whole_answer(const state_reader& view, const held_key& key) {
  auto answer = *key.request.answer;
  for (std::uint32_t n = 0; n < key.request.body_parts; ++n) {
    auto part = queries::find_record(view, control_log, body_part_key(key.record_key, n));
    if (!part)
      return to_problem(part.error());
    auto text = nlohmann::json::parse(part->value, nullptr, false);
    if (!text.is_string())
      return to_problem(error{errc::corrupt, {}});
    answer.body += text.get_ref<const std::string&>();
  }
  answer.headers.emplace_back("Idempotent-Replayed", "true");
  return checked<response>{boost::system::in_place_value, std::move(answer)};
}

/// What is known of a key, as the record of this version says it.
struct known_key {
  keyed_request request;
  std::uint64_t version = 0;
};

result<known_key> find_known(exchange& e, const held_key& key) {
  auto found = queries::find_record(e.use.node.view(), control_log, key.record_key);
  if (!found)
    return found.error();
  auto request = parse_keyed_request(found->value);
  if (!request)
    return request.error();
  return known_key{std::move(*request), found->version};
}

/// The key is known: answers from its record, takes it over, or says why not.
asio::awaitable<checked<key_claim>> meet_known(exchange& e, held_key key) {
  auto known = find_known(e, key);
  if (!known || !known->request.answer) {
    // Another gateway may have begun it, or have answered it, since what this view shows.
    std::set<log_number> control{control_log};
    auto late = co_await catch_up_with(e, std::move(control));
    if (late)
      co_return *late;
    known = find_known(e, key);
  }
  if (!known && known.error().code == errc::not_found)
    // It was there a moment ago and has expired since.
    co_return to_problem(error{errc::unavailable, {}});
  if (!known)
    co_return to_problem(known.error());
  auto now = e.use.node.time().now();
  auto verdict = judge(known->request, key.request.fingerprint, now);
  auto busy_until = key.request.busy_until;
  key.request = std::move(known->request);
  if (verdict == keyed_verdict::answer_again) {
    auto answer = whole_answer(e.use.node.view(), key);
    if (!answer)
      co_return answer.error();
    co_return key_claim{{}, std::move(*answer)};
  }
  if (verdict != keyed_verdict::take_over)
    co_return to_problem(verdict, key.request, now);
  key.request.busy_until = busy_until;
  auto taken = co_await put(e, key, known->version);
  if (!taken && taken.error().code == errc::version_mismatch)
    co_return in_progress(key, now);
  if (!taken)
    co_return to_problem(taken.error());
  key.version = version_of(taken);
  co_return key_claim{std::move(key), {}};
}

asio::awaitable<checked<key_claim>> claim_key(exchange& e, std::string_view key_text,
                                              const digest& body) {
  auto now = e.use.node.time().now();
  held_key key;
  key.name = keyed_name({}, key_text);
  key.record_key = keyed_record_key({}, key.name);
  key.request.fingerprint = request_fingerprint(e.head.method, e.head.target, body);
  key.request.begun = now;
  key.request.busy_until = now + keyed_request_patience;
  auto taken = co_await put(e, key, 0);
  if (!taken && taken.error().code == errc::version_mismatch)
    co_return co_await meet_known(e, std::move(key));
  if (!taken)
    co_return to_problem(taken.error());
  key.version = version_of(taken);
  co_return key_claim{std::move(key), {}};
}

/// Keeps the answer, or lets go of the key when the client is to try again. That this fails is no
/// reason to fail the request: the same ids come out of the next try.
asio::awaitable<void> settle(exchange& e, held_key key, const checked<response>& outcome) {
  auto& node = e.use.node;
  auto now = node.time().now();
  auto status = outcome ? outcome->status : outcome.error().status;
  if (status == 429 || status >= 500) {
    key.request.busy_until = now;
    auto released = co_await put(e, key, key.version);
    static_cast<void>(released);
    co_return;
  }
  auto answer = outcome ? *outcome : to_response(outcome.error(), e.head.path);
  std::vector<command> wishes;
  for (auto& body :
       keep_answer(key.record_key, std::move(key.request), std::move(answer), key.version, now))
    wishes.push_back(random_command(node.time(), std::move(body)));
  auto kept = co_await ask(node, control_log, std::move(wishes));
  static_cast<void>(kept);
}

} // namespace

id_maker::id_maker(clock& time) : time_{&time}, at_{time.now()} {}

id_maker::id_maker(const digest& name, timestamp begun) : name_{name}, at_{begun} {}

std::uint64_t id_maker::random() {
  return time_ ? time_->random() : derived_random(name_, randoms_++);
}

std::uint64_t id_maker::random(const job_id& about) {
  return time_ ? time_->random() : derived_random(name_, random_half(about));
}

command id_maker::make_command(command_body body) {
  if (time_)
    return random_command(*time_, std::move(body));
  return {derived_command_id(name_, commands_++), {}, std::move(body)};
}

command id_maker::make_command(command_body body, const job_id& about) {
  if (time_)
    return random_command(*time_, std::move(body));
  return {derived_command_id(name_, random_half(about)), {}, std::move(body)};
}

asio::awaitable<digest> digest_of_body(exchange& e, const std::string& body) {
  if (!e.head.idempotency_key)
    co_return digest{};
  co_return co_await run_by_size(e.use.pool, body.size(), [&body] { return sha256(body); });
}

asio::awaitable<checked<response>> once(exchange& e, const digest& body, keyed_work work) {
  if (!e.head.idempotency_key) {
    id_maker ids{e.use.node.time()};
    co_return co_await work(ids);
  }
  auto key = parse_idempotency_key(*e.head.idempotency_key);
  if (!key)
    co_return key.error();
  auto claim = co_await claim_key(e, *key, body);
  if (!claim)
    co_return claim.error();
  if (claim->answer)
    co_return checked<response>{boost::system::in_place_value, std::move(*claim->answer)};
  id_maker ids{claim->held->name, claim->held->request.begun};
  auto outcome = co_await work(ids);
  co_await settle(e, std::move(*claim->held), outcome);
  co_return outcome;
}

} // namespace dure::gateway
