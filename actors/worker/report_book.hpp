#pragma once

#include "actors/core/command.hpp"
#include "actors/core/error.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace dure {

/// Names a batch of reports that is on its way.
enum class report_batch : std::uint64_t {};

/// How attempts at jobs of one log ended, until the log has taken it. A value.
///
/// Reports go in batches, two on their way at a time: one is being appended while the next is
/// gathered. Each keeps its command id until it is answered, whatever happens in between.
class report_book {
public:
  static constexpr std::size_t batch_max = 1'024;
  static constexpr std::size_t on_their_way_max = 2;

  void add(command report);

  struct batch {
    report_batch number{};
    std::vector<command> reports;
  };

  /// Returns the next batch to send, if there is something to say and room on the way.
  std::optional<batch> next();

  struct settled {
    std::vector<command> taken;
    std::vector<std::pair<command, error>> refused; ///< For good, with why.
  };

  /// Takes the answers of a batch: what may still be taken waits for `retry`; returns the rest.
  settled answered(report_batch number, const std::vector<result<answer>>& outcomes);

  /// The batch got no answer at all.
  void failed(report_batch number);

  /// Whoever was told is gone: no batch will be answered.
  void all_failed();

  /// What was not taken may be sent again.
  void retry();

  /// Returns whether something about this attempt was not taken yet. O(1).
  bool has(const lease& of) const { return open_.count({of.job, of.attempt}) > 0; }

  bool empty() const { return waiting_.empty() && on_their_way_.empty() && again_.empty(); }

  std::size_t size() const;

private:
  struct attempt_key {
    job_id job;
    std::uint16_t attempt = 0;

    bool operator==(const attempt_key&) const = default;
  };

  struct attempt_hash {
    std::size_t operator()(const attempt_key& key) const noexcept {
      return std::hash<job_id>{}(key.job) ^ key.attempt;
    }
  };

  void close(const command& report);

  std::unordered_map<attempt_key, std::size_t, attempt_hash> open_; ///< Reports of each attempt.
  std::vector<command> waiting_;
  std::vector<command> again_;
  std::map<report_batch, std::vector<command>> on_their_way_;
  std::uint64_t next_number_ = 1;
};

} // namespace dure
