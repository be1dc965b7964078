#pragma once

#include "tests/simulation/world.hpp"

#include <memory>
#include <vector>

namespace dure::simulation {

/// Wants jobs done, changes its mind, and repeats everything until it is answered. One owner.
class client {
public:
  explicit client(world& in) : in_{in} {}

  void begin();

  bool idle() const { return !busy_; }

private:
  struct wish_under_way;

  void next();
  void attempt(const std::shared_ptr<wish_under_way>& w);
  void finish(const std::shared_ptr<wish_under_way>& w, const result<answer>& outcome);
  command_body choose();
  job_spec new_job();
  job_id some_job();

  world& in_;
  bool busy_ = false;
  std::vector<job_id> jobs_;
  std::vector<command> done_;
};

/// Asks any gateway for jobs: what its view does not show is looked for again behind a barrier of
/// the log's leader before it is called missing. One owner.
class reader {
public:
  explicit reader(world& in) : in_{in} {}

  void begin();

private:
  struct question;

  void ask();
  bool is_open(const question& q) const;
  bool is_shown(const question& q) const;
  void pass_barrier(const std::shared_ptr<question>& q);
  void look_again(const std::shared_ptr<question>& q, journal_index index);

  world& in_;
};

/// A worker of one node's life: claims, works, reports until it is heard. The reports that it has
/// sent outlive it. One owner.
class worker {
public:
  worker(world& in, std::size_t node);

  void begin();

  /// Begins after another worker of the same life, whose leases are ended first.
  void begin_after(const worker& dead);

  /// The worker alone dies; its node lives on.
  void die() { dead_ = true; }

  bool alive() const;

  std::size_t node() const { return node_; }

private:
  struct report_under_way;

  void say_hello(const command& hello, const std::vector<claim_id>& dead_claims);
  void look_for_work();
  void claim_jobs(const command& wish, bool repeated);
  void take(const std::vector<grant>& grants);
  void work_on(const lease& of);
  void leave_files(const lease& of);
  void report(const lease& of);
  void attempt(const std::shared_ptr<report_under_way>& r);
  command_body choose_end(const lease& of);

  world& in_;
  std::size_t node_;
  std::uint64_t life_;
  boot_id boot_;
  bool dead_ = false;
  bool asking_ = false;
  std::vector<claim_id> claimed_;
  std::vector<lease> held_;
  std::vector<lease> seen_;
};

} // namespace dure::simulation
