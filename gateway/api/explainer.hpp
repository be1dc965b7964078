#pragma once

#include "actors/core/default_prompt.hpp"

#include <cstdint>
#include <string>

namespace dure::gateway {

/// Who explains questions, as far as the gateway must know: it marks the jobs and names equal work.
struct explainer {
  std::string provider = "extractive";
  std::string model;    ///< Empty: the provider has none, and reads no prompt.
  std::string settings; ///< Names what else shapes its answers: address, temperature and the like.
  bool charged = false; ///< Whoever answers there charges for it.
  std::uint64_t prompt_version = default_prompt_version; ///< The one that is active now.

  bool uses_prompt() const { return !model.empty(); }

  bool operator==(const explainer&) const = default;
};

} // namespace dure::gateway
