#pragma once

#include "actors/core/event.hpp"
#include "actors/core/record.hpp"

#include <vector>

namespace dure {

/// Returns one event of every type, in the order of their numbers, with every field filled. The
/// golden files hold exactly these: never change one, its type's layout is durable.
std::vector<event> event_examples();

/// Returns a record of log 7 at index 42 with one entry for each event.
record example_record(std::vector<event> events);

} // namespace dure
