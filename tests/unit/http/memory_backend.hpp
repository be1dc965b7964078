#pragma once

#include "actors/core/ledger.hpp"
#include "gateway/bridge/backend.hpp"
#include "tests/unit/http/memory_files.hpp"

#include <boost/asio/thread_pool.hpp>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace dure::gateway::test {

/// Lines of running attempts go to the one who listens. Thread-safe.
class memory_lines final : public log_channel {
public:
  void publish(const std::string&, std::uint16_t, const job_log_line& line) override {
    const std::lock_guard lock{mutex_};
    if (on_line_)
      on_line_(line);
  }

  std::unique_ptr<subscription> subscribe(std::function<void(job_log_line)> on_line) override {
    class ended final : public subscription {
    public:
      explicit ended(memory_lines& owner) : owner_{owner} {}

      ~ended() override {
        const std::lock_guard lock{owner_.mutex_};
        owner_.on_line_ = {};
      }

    private:
      memory_lines& owner_;
    };

    const std::lock_guard lock{mutex_};
    on_line_ = std::move(on_line);
    return std::make_unique<ended>(*this);
  }

private:
  std::mutex mutex_;
  std::function<void(job_log_line)> on_line_;
};

/// A node without a cluster: the real ledger over a state in memory, answering on a thread of its
/// own as the real backend does. Queues: those of the product, `documents` with two shards, and a
/// worker that the test plays itself.
class memory_backend final : public backend, private clock, private progress_channel {
public:
  memory_backend();
  ~memory_backend() override;

  void ask(log_number log, std::vector<command> wishes,
           std::function<void(outcomes)> done) override;
  void catch_up(log_number log, std::function<void(result<void>)> done) override;
  const state_reader& view() const override;

  blobs& files() override { return files_; }

  clock& time() override { return *this; }

  progress_channel& progress() override { return *this; }

  log_channel& lines() override { return lines_; }

  void watch(std::function<void(std::vector<job_change>)> on_changes,
             std::function<void(log_number)> on_renewed) override;
  std::vector<readiness> ready() const override;
  std::set<log_number> rebuilding() const override;
  std::vector<seen_node> nodes() const override;
  void drain(const std::string& node) override;
  void mend(const shard_mending& wish) override;
  std::string metrics() const override;
  void count_http(std::string_view route, int code, double seconds) override;

  // What a test does with it.

  /// The view of `log` is begun anew, and holds what `untold` does without a word to the listener.
  void renew_view(log_number log, const std::function<void()>& untold);

  memory_files& stored_files() { return files_; }

  /// Carries out one command now.
  result<answer> wish(log_number log, command_body body);

  /// Starts a pending job, as a worker would; the job must be the next of its kind.
  lease start(const job_id& id);
  void complete_job(const job_id& id, job_result outcome);
  void fail_job(const job_id& id, const std::string& code, bool retryable);
  void tell_progress(job_progress p);

  void tell_line(job_log_line line) { lines_.publish({}, 0, line); }

  job read(const job_id& id) const;

  /// Moves the clock and does what time alone requires.
  void advance(std::chrono::milliseconds by);

  /// Every further ask fails with `code`; nothing: works again. With `after_doing`, the commands
  /// are carried out first: their answers are what is lost.
  void break_asks(std::optional<errc> code, bool after_doing = false);

  /// Commands that `which` names fail with errc::unavailable from now on; nothing: none does.
  void break_commands(std::function<bool(const command&)> which);

  /// The view fails after so many further reads of single rows; nothing: it works again.
  void break_view_after(std::optional<std::size_t> reads);

  /// The view shows nothing new until it was caught up with in each of these logs, as if what
  /// comes meanwhile came through other nodes.
  void lag_in(std::set<log_number> logs);

  /// The views of these logs were begun anew; nothing: they have caught up.
  void rebuild(std::set<log_number> logs);

  /// Nobody leads any log: `catch_up` fails; false: somebody does again.
  void break_catch_up(bool broken);

  /// Returns how often it was caught up with each log.
  std::map<log_number, int> caught_up() const;

  /// Asks are answered only after `release`.
  void hold_asks();
  void release_asks();

  void set_unready(std::string component);

  /// Returns "route code" of every exchange so far.
  std::multiset<std::string> counted() const;

  /// Returns what was said of logs.
  std::vector<shard_mending> mended() const;

  /// This node leads the log, as it says itself.
  void lead(log_number log);

  /// Returns how many asks there were of each log.
  std::map<log_number, int> asked() const;

private:
  class locked_view;

  timestamp now() const override;
  monotonic ticks() const override;
  std::uint64_t random() override;
  void publish(const std::string& queue, std::uint16_t shard, const job_progress& p) override;
  std::unique_ptr<subscription> subscribe(std::function<void(job_progress)> on_progress) override;

  const memory_state& shown() const;
  result<answer> carry_out(log_number log, const command& c);
  std::vector<job_change> changes_of(const state_delta& delta) const;
  void define_queues();
  command make_command(command_body body);

  mutable std::recursive_mutex mutex_;
  memory_state state_;
  std::unique_ptr<locked_view> view_;
  memory_files files_;
  memory_lines lines_;
  std::chrono::milliseconds moved_{0};
  std::uint64_t drawn_ = 0;
  std::function<void(std::vector<job_change>)> on_changes_;
  std::function<void(log_number)> on_renewed_;
  std::function<void(job_progress)> on_progress_;
  std::optional<errc> broken_;
  bool broken_after_ = false;
  std::function<bool(const command&)> is_broken_;
  std::optional<std::size_t> reads_left_;
  std::optional<memory_state> lagging_state_;
  std::set<log_number> lagging_in_;
  bool leaderless_ = false;
  std::map<log_number, int> caught_up_;
  bool held_ = false;
  std::vector<std::function<void()>> waiting_;
  std::string unready_;
  std::set<log_number> rebuilding_;
  std::multiset<std::string> counted_;
  std::map<log_number, int> asked_;
  std::vector<shard_mending> mended_;
  std::set<log_number> led_;
  boost::asio::thread_pool thread_{1};
};

/// Logs of the queues that it has.
inline constexpr log_number documents_log{1};
inline constexpr log_number second_documents_log{2};
inline constexpr log_number questions_log{3};
inline constexpr log_number default_log{4};

} // namespace dure::gateway::test
