#include "tests/unit/http/memory_backend.hpp"

#include "actors/core/keys.hpp"
#include "actors/core/queries.hpp"
#include "actors/core/rows.hpp"
#include "gateway/api/queue_json.hpp"

#include <boost/asio/post.hpp>

namespace dure::gateway::test {

namespace asio = boost::asio;

/// The state as other threads may read it.
class memory_backend::locked_view final : public state_reader {
public:
  explicit locked_view(memory_backend& owner) : owner_{owner} {}

  result<std::optional<std::string>> get(family f, std::string_view key) const override {
    std::lock_guard lock{owner_.mutex_};
    if (owner_.reads_left_ && (*owner_.reads_left_)-- == 0) {
      owner_.reads_left_ = 0;
      return error{errc::store_failed, "Broken by the test."};
    }
    return owner_.shown().get(f, key);
  }

  result<void> scan(family f, const key_range& range, scan_order order,
                    const row_visitor& visit) const override {
    std::lock_guard lock{owner_.mutex_};
    return owner_.shown().scan(f, range, order, visit);
  }

private:
  memory_backend& owner_;
};

memory_backend::memory_backend() : view_{std::make_unique<locked_view>(*this)} {
  define_queues();
}

memory_backend::~memory_backend() {
  release_asks();
  thread_.join();
}

void memory_backend::define_queues() {
  std::vector<queue_definition> queues{
      {"documents", {documents_log, second_documents_log}, {"document.parse"}, {}},
      {"questions", {questions_log}, {"question.explain"}, {}},
      {"default", {default_log}, {}, {}}};
  for (const auto& q : queues) {
    auto put = wish(control_log, put_record{queue_record_key(q.name), to_json_text(q), 0, {}});
    DURE_CHECK(put.has_value());
  }
}

command memory_backend::make_command(command_body body) {
  return {command_id{make_random_uuid(random(), random())}, "test", std::move(body)};
}

void memory_backend::ask(log_number log, std::vector<command> wishes,
                         std::function<void(outcomes)> done) {
  auto answer_all = [this, log, wishes = std::move(wishes), done = std::move(done)] {
    outcomes all;
    for (const auto& one : wishes) {
      std::lock_guard lock{mutex_};
      if (broken_ && !broken_after_) {
        all.push_back(error{*broken_, "Broken by the test."});
        continue;
      }
      if (is_broken_ && is_broken_(one)) {
        all.push_back(error{errc::unavailable, "Broken by the test."});
        continue;
      }
      auto outcome = carry_out(log, one);
      if (broken_)
        outcome = error{*broken_, "Broken by the test."};
      all.push_back(std::move(outcome));
    }
    done(std::move(all));
  };
  std::lock_guard lock{mutex_};
  ++asked_[log];
  if (held_)
    waiting_.push_back(std::move(answer_all));
  else
    asio::post(thread_, std::move(answer_all));
}

result<answer> memory_backend::carry_out(log_number log, const command& c) {
  ledger::context at{log, epoch_number{1}, now()};
  auto decision = ledger::decide(state_, c, at);
  if (!decision)
    return decision.error();
  overlay changed{state_};
  for (const auto& e : decision->events) {
    auto applied = ledger::apply(changed, e, at);
    if (!applied)
      return applied.error();
  }
  auto delta = changed.take();
  state_.write(delta);
  if (on_changes_)
    on_changes_(changes_of(delta));
  return decision->reply;
}

std::vector<job_change> memory_backend::changes_of(const state_delta& delta) const {
  std::vector<job_change> changes;
  for (const auto& [key, value] : delta.of(family::jobs)) {
    if (!value)
      continue;
    auto row = decode_row<job>(*value);
    DURE_CHECK(row.has_value());
    changes.push_back({row->spec.id, row->state, now()});
  }
  return changes;
}

const memory_state& memory_backend::shown() const {
  return lagging_state_ ? *lagging_state_ : state_;
}

void memory_backend::catch_up(log_number log, std::function<void(result<void>)> done) {
  asio::post(thread_, [this, log, done = std::move(done)] {
    std::unique_lock lock{mutex_};
    ++caught_up_[log];
    result<void> proof;
    if (leaderless_)
      proof = error{errc::unavailable, "Broken by the test."};
    else if (lagging_in_.erase(log); lagging_in_.empty())
      lagging_state_.reset();
    lock.unlock();
    done(proof);
  });
}

const state_reader& memory_backend::view() const {
  return *view_;
}

void memory_backend::watch(std::function<void(std::vector<job_change>)> on_changes,
                           std::function<void(log_number)> on_renewed) {
  std::lock_guard lock{mutex_};
  on_changes_ = std::move(on_changes);
  on_renewed_ = std::move(on_renewed);
}

void memory_backend::renew_view(log_number log, const std::function<void()>& untold) {
  auto on_changes = std::exchange(on_changes_, nullptr);
  untold();
  on_changes_ = std::move(on_changes);
  on_renewed_(log);
}

std::vector<seen_node> memory_backend::nodes() const {
  std::lock_guard lock{mutex_};
  seen_node own{"node-1", {}, false, {}, {}};
  for (auto log : led_)
    own.replicas[log].leads = true;
  return {std::move(own)};
}

void memory_backend::drain(const std::string&) {}

void memory_backend::mend(const shard_mending& wish) {
  std::lock_guard lock{mutex_};
  mended_.push_back(wish);
}

std::vector<shard_mending> memory_backend::mended() const {
  std::lock_guard lock{mutex_};
  return mended_;
}

void memory_backend::lead(log_number log) {
  std::lock_guard lock{mutex_};
  led_.insert(log);
}

std::vector<readiness> memory_backend::ready() const {
  std::lock_guard lock{mutex_};
  return {{"journal", unready_ != "journal", "Said by the test."}, {"store", true, "In memory."}};
}

std::string memory_backend::metrics() const {
  return "# TYPE dure_test gauge\ndure_test 1\n";
}

void memory_backend::count_http(std::string_view route, int code, double seconds) {
  DURE_CHECK(seconds >= 0);
  std::lock_guard lock{mutex_};
  counted_.insert(std::string{route} + " " + std::to_string(code));
}

result<answer> memory_backend::wish(log_number log, command_body body) {
  std::lock_guard lock{mutex_};
  return carry_out(log, make_command(std::move(body)));
}

lease memory_backend::start(const job_id& id) {
  std::lock_guard lock{mutex_};
  auto kind = read(id).spec.kind;
  claim request{claim_id{make_random_uuid(random(), random())}, "node-a", boot_id{}, {{kind, 1}}};
  auto outcome = wish(log_of(id), request);
  DURE_CHECK(outcome.has_value());
  auto& grants = std::get<granted>(*outcome).grants;
  DURE_CHECK(grants.size() == 1 && grants[0].of.job == id);
  return grants[0].of;
}

void memory_backend::complete_job(const job_id& id, job_result outcome) {
  std::lock_guard lock{mutex_};
  auto done = wish(log_of(id), complete{live_lease(read(id)), std::move(outcome), {}, 1});
  DURE_CHECK(done.has_value());
}

void memory_backend::fail_job(const job_id& id, const std::string& code, bool retryable) {
  std::lock_guard lock{mutex_};
  fail wished{live_lease(read(id)), attempt_end::failed, {code, "It failed.", retryable}, {}, 1};
  auto done = wish(log_of(id), wished);
  DURE_CHECK(done.has_value());
}

void memory_backend::tell_progress(job_progress p) {
  std::lock_guard lock{mutex_};
  if (on_progress_)
    on_progress_(std::move(p));
}

job memory_backend::read(const job_id& id) const {
  std::lock_guard lock{mutex_};
  auto found = queries::find_job(state_, id);
  DURE_CHECK(found.has_value());
  return std::move(*found);
}

void memory_backend::advance(std::chrono::milliseconds by) {
  std::lock_guard lock{mutex_};
  moved_ += by;
  for (auto log : {control_log, documents_log, second_documents_log, questions_log, default_log}) {
    auto due = ledger::due(state_, {log, epoch_number{1}, now()}, 1000);
    DURE_CHECK(due.has_value());
    for (auto& body : *due)
      static_cast<void>(wish(log, std::move(body)));
  }
}

void memory_backend::break_asks(std::optional<errc> code, bool after_doing) {
  std::lock_guard lock{mutex_};
  broken_ = code;
  broken_after_ = after_doing;
}

void memory_backend::break_commands(std::function<bool(const command&)> which) {
  std::lock_guard lock{mutex_};
  is_broken_ = std::move(which);
}

void memory_backend::break_view_after(std::optional<std::size_t> reads) {
  std::lock_guard lock{mutex_};
  reads_left_ = reads;
}

void memory_backend::lag_in(std::set<log_number> logs) {
  std::lock_guard lock{mutex_};
  lagging_state_ = state_;
  lagging_in_ = std::move(logs);
}

void memory_backend::break_catch_up(bool broken) {
  std::lock_guard lock{mutex_};
  leaderless_ = broken;
}

std::map<log_number, int> memory_backend::caught_up() const {
  std::lock_guard lock{mutex_};
  return caught_up_;
}

void memory_backend::hold_asks() {
  std::lock_guard lock{mutex_};
  held_ = true;
}

void memory_backend::release_asks() {
  std::lock_guard lock{mutex_};
  held_ = false;
  for (auto& one : std::exchange(waiting_, {}))
    asio::post(thread_, std::move(one));
}

void memory_backend::rebuild(std::set<log_number> logs) {
  std::lock_guard lock{mutex_};
  rebuilding_ = std::move(logs);
}

std::set<log_number> memory_backend::rebuilding() const {
  std::lock_guard lock{mutex_};
  return rebuilding_;
}

void memory_backend::set_unready(std::string component) {
  std::lock_guard lock{mutex_};
  unready_ = std::move(component);
}

std::multiset<std::string> memory_backend::counted() const {
  std::lock_guard lock{mutex_};
  return counted_;
}

std::map<log_number, int> memory_backend::asked() const {
  std::lock_guard lock{mutex_};
  return asked_;
}

timestamp memory_backend::now() const {
  std::lock_guard lock{mutex_};
  return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()) + moved_;
}

monotonic memory_backend::ticks() const {
  return monotonic{now().time_since_epoch()};
}

std::uint64_t memory_backend::random() {
  std::lock_guard lock{mutex_};
  // A counter, spread over all bits: no two tests depend on chance.
  return ++drawn_ * 0x9e3779b97f4a7c15ULL;
}

void memory_backend::publish(const std::string&, std::uint16_t, const job_progress& p) {
  tell_progress(p);
}

std::unique_ptr<progress_channel::subscription>
memory_backend::subscribe(std::function<void(job_progress)> on_progress) {
  class ended final : public subscription {
  public:
    explicit ended(memory_backend& owner) : owner_{owner} {}

    ~ended() override {
      std::lock_guard lock{owner_.mutex_};
      owner_.on_progress_ = {};
    }

  private:
    memory_backend& owner_;
  };

  std::lock_guard lock{mutex_};
  on_progress_ = std::move(on_progress);
  return std::make_unique<ended>(*this);
}

} // namespace dure::gateway::test
