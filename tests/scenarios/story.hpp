#pragma once

#include "actors/core/ledger.hpp"
#include "tests/scenarios/words.hpp"

#include <map>
#include <string>
#include <vector>

namespace dure::scenarios {

/// A command line of a story: a verb, things, and options like `in=10s`.
struct sentence {
  std::string verb;
  std::vector<std::string> things;
  std::map<std::string, std::string> options;

  /// Returns the `n`-th thing, or an empty word.
  std::string thing(std::size_t n) const;
  std::string option(const std::string& name, std::string otherwise = {}) const;
  std::uint64_t number(const std::string& name, std::uint64_t otherwise) const;
  milliseconds span(const std::string& name) const;
};

/// Returns the time that "250ms", "10s", "5m", "2h" or "7d" says.
milliseconds parse_span(const std::string& text);

/// Returns the blob whose hash is 64 times the word's first letter.
blob_ref blob_of(const std::string& word);

/// One log that is spoken to in words (README.md lists them). One owner.
class story {
public:
  story();

  /// Returns the events of the command and its answer, a line each.
  std::string tell(const std::string& line);

private:
  std::string carry_out(command_body body, command_id id);
  std::string pass(milliseconds time);
  std::string show(const job_id& id);
  std::string count(const sentence& s);
  std::string files(const job_id& id);

  job_id job_named(const std::string& name);
  lease lease_named(const std::string& name) const;
  boot_id boot_of(const std::string& node) const;
  submit submit_of(const sentence& s);
  claim claim_of(const sentence& s);
  fail fail_of(const sentence& s);
  add_artifacts artifacts_of(const sentence& s) const;
  configure_queue settings_of(const sentence& s);
  put_record record_of(const sentence& s) const;
  lose_node lost_of(const sentence& s) const;
  std::optional<command_body> wish_of(const sentence& s);

  ledger::context at() const;

  memory_state state_;
  timestamp start_;
  timestamp now_;
  epoch_number epoch_{1};
  words words_;
  std::map<std::string, job_id> jobs_;
  std::map<std::string, lease> leases_; ///< By "job#attempt"; the newest also by "job".
  std::uint64_t settings_version_ = 0;
};

} // namespace dure::scenarios
