#pragma once

#include "actors/core/command.hpp"
#include "actors/core/error.hpp"
#include "actors/core/event.hpp"

#include <cstddef>

namespace dure {

// What a replica asks of commands and events without knowing their rules.

/// Returns whether `e` may give a waiting claim a job: a job waits now, or a limit has room.
bool may_feed(const event& e);

/// Returns whether the command only ends what is running, or says what it has made; a draining
/// leader still takes it.
bool ends_an_attempt(const command& c);

/// Returns what the end of an attempt says of the provider's quota.
quota_report quota_in(const command_body& body);

/// Returns whether this failure of a decision is one of the state, not a refusal.
bool is_fatal(errc code);

/// Returns about how much memory a waiting command holds.
std::size_t weight(const command& c);

} // namespace dure
