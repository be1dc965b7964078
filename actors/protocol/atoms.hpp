#pragma once

#include <caf/atom.hpp>

/// The verbs that actors say to each other.
namespace dure::atom {

using wish = caf::atom_constant<caf::atom("wish")>;
using claim = caf::atom_constant<caf::atom("claim")>;
using journal = caf::atom_constant<caf::atom("journal")>;
using tick = caf::atom_constant<caf::atom("tick")>;
using status = caf::atom_constant<caf::atom("status")>;
using drain = caf::atom_constant<caf::atom("drain")>;
using routes = caf::atom_constant<caf::atom("routes")>;
using cancel = caf::atom_constant<caf::atom("cancel")>;
using handlers = caf::atom_constant<caf::atom("handlers")>;
using courier = caf::atom_constant<caf::atom("courier")>;
using barrier = caf::atom_constant<caf::atom("barrier")>;
using channel = caf::atom_constant<caf::atom("channel")>;
using leaving = caf::atom_constant<caf::atom("leaving")>;
using members = caf::atom_constant<caf::atom("members")>;
using namesake = caf::atom_constant<caf::atom("namesake")>;
using snapshot = caf::atom_constant<caf::atom("snapshot")>;
using mend = caf::atom_constant<caf::atom("mend")>;
using records = caf::atom_constant<caf::atom("records")>;

} // namespace dure::atom
