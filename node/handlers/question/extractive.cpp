#include "node/handlers/question/extractive.hpp"

#include "node/handlers/question/passage_text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace dure::node {

namespace {

/// Less than this share of an option's own words is no mention of it.
constexpr double mention_min = 0.5;
constexpr double question_weight = 0.8;
constexpr double others_weight = 0.9;
/// A sentence this like the question bears on it even without naming an option.
constexpr double likeness_min = 0.45;
constexpr std::size_t extract_characters_max = 220;

constexpr std::array<std::string_view, 14> undecided{"알 수 없",
                                                     "알수없",
                                                     "모름",
                                                     "모른다",
                                                     "판단할 수 없",
                                                     "정보 없음",
                                                     "정보가 없",
                                                     "결정할 수 없",
                                                     "cannot be determined",
                                                     "can't be determined",
                                                     "not enough info",
                                                     "unknown",
                                                     "undetermined",
                                                     "cannot answer"};

bool says_undecided(const std::string& option) {
  std::string lower = option;
  for (char& c : lower)
    c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return std::any_of(undecided.begin(), undecided.end(), [&lower](std::string_view phrase) {
    return lower.find(phrase) != std::string::npos;
  });
}

/// A piece of the passage and its words.
struct extract {
  std::string text;
  std::vector<characters> words;
};

/// An option's words, each with what it tells it apart from the others.
struct option_words {
  std::vector<std::pair<characters, double>> weighed;
  double sum = 0;
};

class explanation {
public:
  explicit explanation(const choice_question& q) : q_{q}, korean_{has_hangul(q.text)} {
    question_ = words_of(q.text);
    const auto source = q.passage.empty() ? q.comment : q.passage;
    for (const auto& option : q.options)
      options_.push_back(weigh(option));
    for (const auto& sentence : sentences_of(source)) {
      sentences_.push_back({sentence, words_of(sentence)});
      add_segments(sentence);
    }
  }

  std::string text() {
    std::string out = head();
    const auto evidence = evidence_of_answer();
    out += "\n" + says_evidence(evidence);
    for (std::size_t i = 0; i < q_.options.size(); ++i)
      if (i != q_.answer)
        out += "\n" + says_option(i, evidence);
    if (!q_.passage.empty() && !q_.comment.empty())
      out += (korean_ ? "\n지문 해설: " : "\nOn the passage: ") + shortened(q_.comment);
    return out;
  }

private:
  option_words weigh(const std::string& option) const {
    option_words own;
    for (const auto& word : words_of(option)) {
      const auto sharing = std::count_if(q_.options.begin(), q_.options.end(),
                                         [&](const auto& o) { return names(words_of(o), word); });
      const auto weight = 1.0 / static_cast<double>(std::max<std::ptrdiff_t>(1, sharing * sharing));
      own.weighed.emplace_back(word, weight);
      own.sum += weight;
    }
    return own;
  }

  double mention(const extract& in, std::size_t option) const {
    const auto& own = options_[option];
    double found = 0;
    for (const auto& [word, weight] : own.weighed)
      found += names(in.words, word) ? weight : 0;
    return own.sum > 0 ? found / own.sum : 0;
  }

  /// Returns the option that an extract names and no other, or nothing.
  std::optional<std::size_t> only_option(const extract& e) const {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < options_.size(); ++i) {
      if (says_undecided(q_.options[i]) || mention(e, i) < mention_min)
        continue;
      if (found)
        return std::nullopt;
      found = i;
    }
    return found;
  }

  /// A sentence often speaks of one option first and of another then: a segment is what it says of
  /// one. A clause that names none goes on with what the one before was about.
  void add_segments(const std::string& sentence) {
    std::optional<std::size_t> about;
    bool first = true;
    for (auto& clause : clauses_of(sentence)) {
      extract e{std::move(clause), {}};
      e.words = words_of(e.text);
      const auto named = only_option(e);
      if (first || (named && about && named != about)) {
        segments_.push_back(std::move(e));
      } else {
        segments_.back().text += " " + e.text;
        segments_.back().words.insert(segments_.back().words.end(), e.words.begin(), e.words.end());
      }
      about = named ? named : about;
      first = false;
    }
  }

  double mention_of_others(const extract& e, std::size_t option) const {
    double most = 0;
    for (std::size_t i = 0; i < options_.size(); ++i)
      if (i != option && !says_undecided(q_.options[i]))
        most = std::max(most, mention(e, i));
    return most;
  }

  /// Returns the segment that speaks of the option rather than of others and is most like the
  /// question; of equal ones the later, as passages introduce first and tell then.
  const extract* best_for(std::size_t option) const {
    const extract* best = nullptr;
    double best_score = 0;
    for (const auto& e : segments_) {
      const auto named = mention(e, option);
      const auto score = named - others_weight * mention_of_others(e, option) +
                         question_weight * likeness(e.words, question_);
      if (named >= mention_min && score >= best_score) {
        best = &e;
        best_score = score;
      }
    }
    return best;
  }

  const extract* most_like_question() const {
    const extract* best = nullptr;
    double best_score = 0;
    for (const auto& s : sentences_)
      if (const auto score = likeness(s.words, question_); score > best_score) {
        best = &s;
        best_score = score;
      }
    return best;
  }

  const extract* evidence_of_answer() const {
    if (sentences_.empty())
      return nullptr;
    if (says_undecided(q_.options[q_.answer]))
      return most_like_question();
    if (const auto* best = best_for(q_.answer))
      return best;
    const auto* like = most_like_question();
    return like && likeness(like->words, question_) >= likeness_min ? like : nullptr;
  }

  std::string number(std::size_t option) const {
    static constexpr std::array<std::string_view, 5> circled{"①", "②", "③", "④", "⑤"};
    return std::string{circled[std::min<std::size_t>(option, 4)]};
  }

  std::string named(std::size_t option) const {
    return number(option) + " '" + q_.options[option] + "'";
  }

  static std::string shortened(const std::string& text) {
    const auto all = to_characters(text);
    if (all.size() <= extract_characters_max)
      return text;
    std::size_t bytes = 0;
    for (std::size_t left = extract_characters_max; bytes < text.size(); ++bytes)
      if ((static_cast<unsigned char>(text[bytes]) & 0xc0) != 0x80 && left-- == 0)
        break;
    return text.substr(0, bytes) + "…";
  }

  static std::string quoted(const std::string& text) { return "“" + shortened(text) + "”"; }

  std::string head() const {
    if (korean_)
      return "정답: " + named(q_.answer);
    return "Answer: " + named(q_.answer);
  }

  std::string says_evidence(const extract* evidence) const {
    if (sentences_.empty())
      return korean_ ? "지문이 없어 근거로 들 문장이 없습니다."
                     : "There is no passage to take evidence from.";
    if (says_undecided(q_.options[q_.answer])) {
      const auto where = evidence ? quoted(evidence->text) : std::string{};
      if (korean_)
        return (evidence ? "지문에서 질문과 가장 가까운 문장은 " + where + "이지만, "
                         : std::string{"지문에는 "}) +
               "어느 쪽이라고 정해 주는 말이 없습니다.";
      return (evidence ? "The sentence closest to the question is " + where + ", but "
                       : std::string{"The passage has sentences, but "}) +
             "nothing in it says which it is.";
    }
    if (!evidence)
      return korean_ ? "지문에 이 선택지를 직접 말하는 문장이 없어, 전체 흐름에서 판단해야 합니다."
                     : "No sentence of the passage names it; it follows from the whole.";
    return (korean_ ? "근거: " : "Evidence: ") + quoted(evidence->text);
  }

  std::string says_option(std::size_t option, const extract* evidence) const {
    const auto begin = named(option) + ": ";
    if (says_undecided(q_.options[option])) {
      if (evidence)
        return begin + (korean_ ? "지문에 위와 같은 근거가 있으므로 답이 아닙니다."
                                : "the passage has the evidence above, so this is not it.");
      return begin + (korean_ ? "정답이 따로 정해져 있습니다." : "another option is the answer.");
    }
    const auto* about = best_for(option);
    if (!about)
      return begin + (korean_ ? "지문에 이 선택지를 그대로 말하는 부분이 없습니다."
                              : "no part of the passage names it as it stands.");
    if (says_undecided(q_.options[q_.answer]))
      return begin + mentioned_in_vain(*about, evidence);
    if (about == evidence)
      return begin +
             (korean_ ? "지문에서 같은 문장에 함께 나옵니다." : "named in the same sentence.");
    return begin + (korean_ ? "지문에서 이에 관한 부분은 " : "of this the passage says ") +
           quoted(about->text) + (korean_ ? "입니다." : ".");
  }

  std::string mentioned_in_vain(const extract& about, const extract* evidence) const {
    const bool same = evidence && evidence->text == about.text;
    if (korean_)
      return (same ? std::string{"위 문장에 나오지만"}
                   : "지문에 나오지만(" + quoted(about.text) + ")") +
             " 질문에 답할 근거는 되지 않습니다.";
    return "it is mentioned" + (same ? std::string{" there"} : " (" + quoted(about.text) + ")") +
           ", which does not answer the question.";
  }

  const choice_question& q_;
  bool korean_;
  std::vector<characters> question_;
  std::vector<extract> sentences_;
  std::vector<extract> segments_;
  std::vector<option_words> options_;
};

} // namespace

std::string explain_by_extracts(const choice_question& q) {
  return explanation{q}.text();
}

} // namespace dure::node
