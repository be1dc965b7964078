#include "node/handlers/sleep/sleep_handler.hpp"

#include "node/sandbox/handler_main.hpp"

#include <algorithm>

namespace dure::node {

namespace {

using std::chrono::seconds;

constexpr std::int64_t sleep_ms_default = 1'000;
constexpr std::int64_t sleep_ms_max = 86'400'000;

/// Returns how long params ask to sleep, or nothing when they are no good.
std::optional<milliseconds> duration_of(const nlohmann::json& params) {
  if (!params.is_object())
    return std::nullopt;
  const auto ms = params.find("ms");
  if (ms == params.end())
    return milliseconds{sleep_ms_default};
  if (!ms->is_number_integer() || *ms < 0 || *ms > sleep_ms_max)
    return std::nullopt;
  return milliseconds{ms->get<std::int64_t>()};
}

/// Many sleepers on one thread.
class sleep_handler final : public handler {
public:
  void start(handler_job job, handler_session& session) override {
    const auto duration = duration_of(job.params);
    if (!duration) {
      session.error(job,
                    {"invalid_params", "params.ms is a whole number from 0 to 86400000.", false});
      return;
    }
    const auto now = clock::now();
    sleepers_.push_back({std::move(job), now, now + *duration, now + seconds{1}});
  }

  void cancel(std::string_view id, handler_session& session) override {
    std::erase_if(sleepers_, [&](const sleeper& s) {
      if (s.job.id != id)
        return false;
      session.error(s.job, {"cancelled", "It was woken up.", false});
      return true;
    });
  }

  std::optional<clock::time_point> next_wake() const override {
    std::optional<clock::time_point> next;
    for (const sleeper& s : sleepers_)
      next = std::min(next.value_or(s.until), std::min(s.until, s.next_progress));
    return next;
  }

  void wake(clock::time_point now, handler_session& session) override {
    std::erase_if(sleepers_, [&](const sleeper& s) {
      if (s.until > now)
        return false;
      const auto slept = std::chrono::duration_cast<milliseconds>(s.until - s.began).count();
      session.result(s.job, R"({"slept_ms":)" + std::to_string(slept) + "}");
      return true;
    });
    for (sleeper& s : sleepers_) {
      if (s.next_progress > now)
        continue;
      s.next_progress += seconds{1};
      tell(s, now, session);
    }
  }

private:
  struct sleeper {
    handler_job job;
    clock::time_point began;
    clock::time_point until;
    clock::time_point next_progress;
  };

  static void tell(const sleeper& s, clock::time_point now, handler_session& session) {
    const auto done = std::chrono::duration_cast<milliseconds>(now - s.began).count();
    const auto total = std::chrono::duration_cast<milliseconds>(s.until - s.began).count();
    session.progress(s.job, static_cast<std::uint64_t>(done), static_cast<std::uint64_t>(total),
                     "sleep",
                     std::to_string(done / 1'000) + "/" + std::to_string((total + 999) / 1'000) +
                         "초 대기 중...");
  }

  std::vector<sleeper> sleepers_; ///< At most sleep_concurrency.
};

} // namespace

int run_sleep() {
  sleep_handler works;
  return handler_main(works, {"sleep"}, sleep_concurrency);
}

} // namespace dure::node
