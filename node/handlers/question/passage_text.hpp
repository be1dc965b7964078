#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Korean and English text as the extractive explainer sees it. Pure.
namespace dure::node {

using characters = std::u32string;

/// Returns the characters of UTF-8; what is no UTF-8 is left out.
characters to_characters(std::string_view text);

bool has_hangul(std::string_view text);

/// Returns the sentences of a text, trimmed: they end at . ? ! 。 or a line end, but not within a
/// number or a quotation that goes on.
std::vector<std::string> sentences_of(std::string_view text);

/// Returns the parts of a sentence, each with its comma, between commas and, in Korean, after
/// endings that join clauses.
std::vector<std::string> clauses_of(const std::string& sentence);

/// Returns the words that carry meaning, in lower case: Korean ones without their particle, English
/// ones without plural and past endings, both without words that any text has.
std::vector<characters> words_of(std::string_view text);

/// Returns whether the word is in `text` in some form: Korean puts endings behind a stem.
bool names(const std::vector<characters>& text, const characters& word);

/// Returns how much of the pairs of neighbouring characters of `wanted` is also in `text`, 0 to 1.
double likeness(const std::vector<characters>& text, const std::vector<characters>& wanted);

} // namespace dure::node
