#pragma once

#include <string_view>

/// What kind of text the beginning of a text is, told by its shape. The head has an
/// ASCII-compatible encoding and no byte order mark.
namespace dure {

/// Returns whether HTML begins: a doctype or an element of its frame, after comments and an XML
/// declaration.
bool begins_like_html(std::string_view head);

/// Returns the delimiter that several records agree on, 0 when there is none. `whole`: the head is
/// all of the text, so its last record is not cut off.
char csv_delimiter_of(std::string_view head, bool whole);

/// Returns whether enough of Markdown's marks are there.
bool looks_like_markdown(std::string_view head);

} // namespace dure
