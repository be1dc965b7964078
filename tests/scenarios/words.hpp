#pragma once

#include "actors/core/command.hpp"
#include "actors/core/event.hpp"

#include <map>
#include <string>

namespace dure::scenarios {

/// Says events and answers in the words of story files: jobs by the names they were given there,
/// times as seconds since the story began.
class words {
public:
  explicit words(timestamp start) : start_{start} {}

  void name(const job_id& id, std::string as) { names_[id] = std::move(as); }

  std::string of(const event& e) const;
  std::string of(const answer& a) const;
  std::string of(const job_id& id) const;
  std::string of(const lease& l) const;
  std::string of(const std::optional<timestamp>& t) const;

private:
  timestamp start_;
  std::map<job_id, std::string> names_;
};

} // namespace dure::scenarios
