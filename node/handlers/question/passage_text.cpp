#include "node/handlers/question/passage_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>

namespace dure::node {

namespace {

/// Longest first, so that "에서는" goes as a whole.
constexpr std::array<std::u32string_view, 36> particles{
    U"에게서는", U"으로부터", U"에서는", U"에게는", U"으로는", U"까지는", U"이라고", U"에서도",
    U"으로서",   U"에게서",   U"에서",   U"에게",   U"으로",   U"까지",   U"부터",   U"이나",
    U"라고",     U"처럼",     U"보다",   U"마다",   U"들은",   U"들이",   U"들을",   U"들의",
    U"은",       U"는",       U"이",     U"가",     U"을",     U"를",     U"의",     U"에",
    U"도",       U"와",       U"과",     U"로"};

/// Endings of Korean verbs that join a clause to the next.
constexpr std::array<std::u32string_view, 12> joining{U"지만", U"면서", U"면서도", U"는데",
                                                      U"었고", U"았고", U"였고",   U"으며",
                                                      U"하며", U"하고", U"하자",   U"반면"};

constexpr std::array<std::u32string_view, 49> empty_words{
    U"누구", U"누가", U"무엇", U"어떤", U"사람", U"사람들", U"것",   U"수",   U"두",     U"한",
    U"명",   U"분",   U"the",  U"a",    U"an",   U"of",     U"to",   U"in",   U"on",     U"at",
    U"and",  U"or",   U"is",   U"are",  U"was",  U"were",   U"be",   U"who",  U"what",   U"which",
    U"that", U"this", U"it",   U"for",  U"with", U"by",     U"as",   U"from", U"person", U"people",
    U"does", U"did",  U"do",   U"has",  U"have", U"had",    U"가진", U"있는", U"하는"};

bool is_hangul(char32_t c) {
  return c >= 0xac00 && c <= 0xd7a3;
}

bool is_word(char32_t c) {
  return c >= 0x80 ? c != U'“' && c != U'”' && c != U'‘' && c != U'’' && c != U'…' && c != U'·' &&
                         c != U'。' && c != U'、'
                   : (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string to_utf8(const characters& text) {
  std::string out;
  for (char32_t c : text) {
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else if (c < 0x800) {
      out += static_cast<char>(0xc0 | (c >> 6));
      out += static_cast<char>(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
      out += static_cast<char>(0xe0 | (c >> 12));
      out += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
      out += static_cast<char>(0x80 | (c & 0x3f));
    } else {
      out += static_cast<char>(0xf0 | (c >> 18));
      out += static_cast<char>(0x80 | ((c >> 12) & 0x3f));
      out += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
      out += static_cast<char>(0x80 | (c & 0x3f));
    }
  }
  return out;
}

characters trimmed(const characters& text) {
  const auto blank = [](char32_t c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  auto first = std::find_if_not(text.begin(), text.end(), blank);
  auto last = std::find_if_not(text.rbegin(), text.rend(), blank).base();
  return first < last ? characters{first, last} : characters{};
}

void add_trimmed(std::vector<std::string>& to, const characters& text) {
  if (auto plain = trimmed(text); !plain.empty())
    to.push_back(to_utf8(plain));
}

void strip_ending(characters& word) {
  if (is_hangul(word.back())) {
    for (auto particle : particles)
      if (word.size() > particle.size() && word.ends_with(particle)) {
        word.resize(word.size() - particle.size());
        return;
      }
    return;
  }
  for (std::u32string_view ending : {U"ing", U"ed", U"es", U"s"})
    if (word.size() > ending.size() + 2 && word.ends_with(ending)) {
      word.resize(word.size() - ending.size());
      return;
    }
}

bool is_empty_word(const characters& word) {
  return std::find(empty_words.begin(), empty_words.end(), word) != empty_words.end();
}

std::set<std::pair<char32_t, char32_t>> pairs_of(const std::vector<characters>& words) {
  std::set<std::pair<char32_t, char32_t>> pairs;
  for (const auto& word : words)
    for (std::size_t i = 0; i + 1 < word.size(); ++i)
      pairs.emplace(word[i], word[i + 1]);
  return pairs;
}

} // namespace

characters to_characters(std::string_view text) {
  characters out;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<std::uint8_t>(text[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if ((lead >= 0x80 && lead < 0xc2) || i + size > text.size()) {
      ++i;
      continue;
    }
    char32_t c = size == 1 ? lead : lead & (0xffU >> (size + 1));
    for (std::size_t k = 1; k < size; ++k)
      c = (c << 6) | (static_cast<std::uint8_t>(text[i + k]) & 0x3fU);
    out += c;
    i += size;
  }
  return out;
}

bool has_hangul(std::string_view text) {
  const auto all = to_characters(text);
  return std::any_of(all.begin(), all.end(), is_hangul);
}

std::vector<std::string> sentences_of(std::string_view text) {
  const auto all = to_characters(text);
  std::vector<std::string> sentences;
  characters sentence;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto c = all[i];
    const auto next = i + 1 < all.size() ? all[i + 1] : U' ';
    sentence += c;
    const bool stop = c == '.' || c == '?' || c == '!';
    if ((stop && (next == ' ' || next == '\n' || next == '\r')) || c == U'。' || c == '\n') {
      add_trimmed(sentences, sentence);
      sentence.clear();
    }
  }
  add_trimmed(sentences, sentence);
  return sentences;
}

std::vector<std::string> clauses_of(const std::string& sentence) {
  const auto all = to_characters(sentence);
  std::vector<std::string> clauses;
  characters clause;
  for (auto c : all) {
    const bool joined = c == ' ' && std::any_of(joining.begin(), joining.end(), [&](auto ending) {
                          return clause.ends_with(ending);
                        });
    if (c == ',')
      clause += c;
    if (c == ',' || joined) {
      add_trimmed(clauses, clause);
      clause.clear();
    } else {
      clause += c;
    }
  }
  add_trimmed(clauses, clause);
  return clauses;
}

std::vector<characters> words_of(std::string_view text) {
  std::vector<characters> words;
  characters word;
  auto all = to_characters(text);
  all += U' ';
  for (auto c : all) {
    if (is_word(c)) {
      word += c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
      continue;
    }
    if (word.empty())
      continue;
    const bool meant = !is_empty_word(word);
    strip_ending(word);
    if (meant && !is_empty_word(word))
      words.push_back(word);
    word.clear();
  }
  return words;
}

bool names(const std::vector<characters>& text, const characters& word) {
  return std::any_of(text.begin(), text.end(), [&word](const characters& other) {
    return other == word || (word.size() > 1 && other.starts_with(word)) ||
           (other.size() > 2 && word.starts_with(other));
  });
}

double likeness(const std::vector<characters>& text, const std::vector<characters>& wanted) {
  const auto have = pairs_of(text);
  const auto want = pairs_of(wanted);
  if (want.empty())
    return 0;
  const auto shared = std::count_if(want.begin(), want.end(),
                                    [&have](const auto& pair) { return have.contains(pair); });
  return static_cast<double>(shared) / static_cast<double>(want.size());
}

} // namespace dure::node
