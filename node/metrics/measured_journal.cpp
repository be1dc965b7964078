#include "node/metrics/measured_journal.hpp"

#include "node/metrics/metrics.hpp"

#include <atomic>
#include <chrono>
#include <utility>

namespace dure::node {

namespace {

using steady = std::chrono::steady_clock;

/// There is at most one append in flight, so one instant is enough.
struct stopwatch {
  std::atomic<steady::rep> started{0};

  double seconds() const {
    const steady::duration since{steady::now().time_since_epoch().count() - started.load()};
    return std::chrono::duration<double>(since).count();
  }
};

/// Notes how far the log goes, whoever appends to it.
void note_end(metrics& figures, const shard_name& of, const journal_message& message) {
  if (const auto* taken = std::get_if<append_taken>(&message))
    figures.saw_record(of, taken->index);
  else if (const auto* tailed = std::get_if<record_tailed>(&message))
    figures.saw_record(of, tailed->index);
  else if (const auto* seen = std::get_if<stream_seen>(&message); seen && !seen->failure)
    figures.saw_log_end(of, seen->last);
}

class measured_journal final : public journal {
public:
  measured_journal(std::shared_ptr<stopwatch> watch, std::unique_ptr<journal> below)
      : watch_{std::move(watch)}, below_{std::move(below)} {}

  void append(append_record request) override {
    watch_->started = steady::now().time_since_epoch().count();
    below_->append(std::move(request));
  }

  void read(journal_index index) override { below_->read(index); }

  void look() override { below_->look(); }

  void start_at(journal_index first) override { below_->start_at(first); }

  void remove() override { below_->remove(); }

  void tail(journal_index from) override { below_->tail(from); }

  void stop_tail() override { below_->stop_tail(); }

private:
  std::shared_ptr<stopwatch> watch_;
  std::unique_ptr<journal> below_;
};

} // namespace

std::unique_ptr<journal> measured_journal_source::open(const std::string& queue,
                                                       std::uint16_t shard,
                                                       journal::listener on_message) {
  auto watch = std::make_shared<stopwatch>();
  auto listen = [watch, queue, shard, &figures = figures_,
                 tell = std::move(on_message)](journal_message message) {
    note_end(figures, {queue, shard}, message);
    if (std::holds_alternative<append_taken>(message))
      figures.count_append(queue, watch->seconds());
    else if (std::holds_alternative<append_refused>(message) ||
             std::holds_alternative<append_unknown>(message))
      figures.count_append_failure(queue);
    tell(std::move(message));
  };
  return std::make_unique<measured_journal>(watch, below_.open(queue, shard, std::move(listen)));
}

} // namespace dure::node
