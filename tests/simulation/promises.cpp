#include "tests/simulation/promises.hpp"

#include <algorithm>
#include <variant>

namespace dure::simulation {

void promises::keep(const command& wish, const answer& told) {
  if (const auto* taken = std::get_if<job_taken>(&told))
    submitted_.push_back(taken->id);
  if (const auto* leases = std::get_if<granted>(&told))
    for (const auto& g : leases->grants)
      leased_.push_back(g.of);
  if (const auto* report = std::get_if<complete>(&wish.body))
    ended_.push_back(report->of);
  if (const auto* report = std::get_if<fail>(&wish.body))
    ended_.push_back(report->of);
  if (const auto* report = std::get_if<release>(&wish.body))
    ended_.push_back(report->of);
  if (const auto* wanted = std::get_if<cancel>(&wish.body))
    cancelled_.push_back(wanted->id);
  if (const auto* wanted = std::get_if<retry>(&wish.body))
    retried_.push_back(wanted->id);
  if (const auto* wanted = std::get_if<remove>(&wish.body))
    removed_.push_back(wanted->id);
  if (const auto* made = std::get_if<add_artifacts>(&wish.body))
    made_files_.push_back(made->of);
  if (const auto* configured = std::get_if<configure_queue>(&wish.body))
    settings_version_ = std::max(settings_version_, configured->settings.version);
}

std::optional<std::string> promises::broken_by(const chain_model& chain) const {
  for (const auto& id : submitted_)
    if (!chain.has_submitted(id))
      return "acknowledged job " + to_string(id) + " is lost";
  for (const auto& of : leased_)
    if (!chain.has_leased(of))
      return "a lease of job " + to_string(of.job) + " was given that the log does not know";
  for (const auto& of : ended_)
    if (!chain.has_ended(of))
      return "an accepted report on job " + to_string(of.job) + " is lost";
  for (const auto& id : cancelled_)
    if (!chain.was_cancelled(id))
      return "an acknowledged cancel of job " + to_string(id) + " is lost";
  for (const auto& id : retried_)
    if (!chain.was_retried(id))
      return "an acknowledged retry of job " + to_string(id) + " is lost";
  for (const auto& id : removed_)
    if (!chain.was_removed(id))
      return "an acknowledged removal of job " + to_string(id) + " is lost";
  for (const auto& of : made_files_)
    if (!chain.has_artifacts(of))
      return "acknowledged artifacts of job " + to_string(of.job) + " are lost";
  if (chain.settings_version() < settings_version_)
    return "acknowledged queue settings are lost";
  return std::nullopt;
}

} // namespace dure::simulation
