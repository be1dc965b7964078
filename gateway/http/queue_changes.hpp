#pragma once

#include "gateway/api/queue_directory.hpp"
#include "gateway/http/keyed.hpp"

#include <functional>
#include <optional>
#include <string_view>

namespace dure::gateway {

/// Returns the queue's definition as the local view has it, or a 404; a queue that was not found is
/// noted as missed.
checked<queue_definition> find_queue(exchange& e, std::string_view name);

/// Changes a definition, or says why not. May be called more than once, each time with a newer one.
using queue_change = std::function<std::optional<problem>(queue_definition&)>;

/// Puts the changed definition into the control log and tells every shard; only then does it hold
/// for the queue as a whole. Returns the definition with its new version.
boost::asio::awaitable<checked<queue_definition>>
change_queue(exchange& e, std::string_view name, const queue_change& wanted, id_maker& ids);

/// Tells every shard the settings; one that knows them already does nothing.
boost::asio::awaitable<std::optional<problem>> tell_shards(exchange& e, const queue_definition& q,
                                                           id_maker& ids);

/// Returns the 409 when another queue lists one of the kinds, which would be sent to either.
std::optional<problem> check_kinds(const state_reader& view, const queue_definition& q);

/// Returns the version of the record that every change of a queue's kinds puts: read it before
/// check_kinds.
result<std::uint64_t> kinds_version(const state_reader& view);

/// Returns the wish to put a queue's record whose kinds were checked at that version: refused when
/// somebody has given a queue kinds meanwhile.
put_records put_with_kinds(put_record definition, std::uint64_t checked_at);

} // namespace dure::gateway
