#include "actors/core/replica_words.hpp"

namespace dure {

namespace {

std::string resolve(const replica_config& config, const std::string& kept) {
  return "`dure shard resolve " + config.place + " --keep " + kept + "`";
}

std::string accept_loss(const replica_config& config) {
  return "`dure shard recover " + config.place + " --accept-loss`";
}

std::string choose(const replica_config& config) {
  const auto to_log = " " + resolve(config, "log") + " gives up this node's records";
  return config.may_lead ? to_log + ", " + resolve(config, config.node) + " the journal's."
                         : to_log + ".";
}

} // namespace

error fork_at(const replica_config& config, journal_index index) {
  return {errc::corrupt, "the journal has another record " + std::to_string(number(index)) +
                             " than this node has applied: records were lost and others written." +
                             choose(config)};
}

error fork_before(const replica_config& config, journal_index index) {
  return {errc::corrupt,
          "record " + std::to_string(number(index)) +
              " of the journal does not continue what this node has applied: the journal has "
              "forked." +
              choose(config)};
}

error tails_differ(const replica_config& config, journal_index index, const std::string& other) {
  return {errc::corrupt, "the journal has lost record " + std::to_string(number(index)) +
                             ", of which this node and " + other + " have different ones. " +
                             resolve(config, config.node) + " goes on with this node's records, " +
                             resolve(config, other) + " with the other's."};
}

error states_differ(const replica_config& config, journal_index index) {
  return {errc::corrupt, "this node's state at record " + std::to_string(number(index)) +
                             " is not the leader's: one of them is damaged. " +
                             resolve(config, "log") + " starts this node anew from the log."};
}

std::string waits_for_tails(const replica_config& config) {
  return "The journal has lost records; waiting for the other schedulers to tell theirs. " +
         accept_loss(config) + " goes on without those that are not heard.";
}

std::string waits_for_records_of(const replica_config& config, const std::string& other) {
  return "Node " + other + " has records that the journal does not have. " + accept_loss(config) +
         " goes on without it if it is not there any more.";
}

} // namespace dure
