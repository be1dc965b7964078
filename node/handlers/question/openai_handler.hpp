#pragma once

#include "node/handlers/question/chat_answer.hpp"
#include "node/handlers/question/http_transfers.hpp"
#include "node/handlers/question/provider_settings.hpp"
#include "node/sandbox/handler_main.hpp"

#include <map>
#include <string>

namespace dure::node {

/// Has questions explained by a model behind an OpenAI-compatible endpoint: one request an attempt,
/// many attempts at a time. Tries nothing again: the ledger knows how often, and when.
class openai_handler final : public handler {
public:
  explicit openai_handler(provider_settings settings);

  void start(handler_job job, handler_session& session) override;
  void cancel(std::string_view id, handler_session& session) override;
  std::optional<clock::time_point> next_wake() const override;
  int wakes_on() const override;
  void wake(clock::time_point now, handler_session& session) override;

private:
  struct asked {
    handler_job job; ///< Without its input.
    std::uint64_t prompt_version = 0;
  };

  void end(const asked& one, const chat_outcome& outcome, handler_session& session) const;

  provider_settings settings_;
  http_transfers transfers_;
  std::map<std::string, asked, std::less<>> asked_; ///< By job; at most our concurrency.
};

} // namespace dure::node
