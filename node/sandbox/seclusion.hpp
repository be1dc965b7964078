#pragma once

namespace dure::node {

/// Shuts the calling process further in once it runs, for good: it starts no program, and reads no
/// file but what finding names and checking certificates need. Returns whether the kernel can do
/// both; what it can do is done in any case. Requires: one thread, and what else must be read is
/// read.
bool seclude();

} // namespace dure::node
