#pragma once

#include "gateway/api/question_request.hpp"
#include "gateway/http/keyed.hpp"
#include "gateway/http/question_sets.hpp"

#include <deque>
#include <optional>
#include <vector>

namespace dure::gateway {

/// Takes the questions of one upload into their set, so many at a time, while the file still comes.
/// One owner.
class question_intake {
public:
  struct options {
    bool atomic = false;  ///< Nothing is taken before everything was seen to be right.
    bool dry_run = false; ///< Nothing is taken at all.
  };

  question_intake(service& use, const question_set& set, explainer by, id_maker& ids, options how);

  /// A draft as it was read; what is wrong with it is kept for the answer.
  void add(question_draft draft, std::vector<import_error> errors);

  /// Takes what has gathered once it is worth a command to the leader. A refusal that passes by
  /// itself (503) ends the upload; what was taken before stays, and is not taken twice when the
  /// upload is keyed.
  boost::asio::awaitable<std::optional<problem>> take_some();

  /// Returns the problem that ended the upload, with how many questions were taken before.
  problem broken_off(problem why) const;

  /// Takes the rest and returns the answer to the upload.
  boost::asio::awaitable<checked<response>> finish(language in);

private:
  struct taken_question {
    std::optional<question_id> id;
    std::string label;
    question_state state = question_state::pending;
  };

  boost::asio::awaitable<std::optional<problem>> take(std::size_t wanted);
  std::optional<problem> note_outcome(const question_draft& draft,
                                      const result<dure::answer>& outcome);
  void note(std::vector<import_error> row);
  problem refuse_all() const;
  checked<response> answer(language in) const;

  service& use_;
  const question_set& set_;
  explainer by_; ///< One for the whole upload, whatever becomes of the prompt meanwhile.
  id_maker& ids_;
  options how_;
  question_maker maker_;
  std::deque<question_draft> waiting_; ///< Right, not taken yet.
  std::size_t waiting_bytes_ = 0;      ///< Of `waiting_`, when all of it waits for the last row.
  std::size_t rows_ = 0;
  std::vector<taken_question> taken_;
  std::vector<import_error> errors_; ///< At most import_errors_max, of the first wrong rows.
  std::size_t wrong_ = 0;            ///< Rows.
  std::size_t wrong_told_ = 0;       ///< Rows whose errors are all in `errors_`.
  std::size_t jobs_ = 0;
};

} // namespace dure::gateway
